"""Soft Q-value iteration without entropies, each player's temperature at least his span: as good as with entropies.

Where values span at most tau, no weight of the derivative of their softmax mean is negative, so that the mean moves by
no more than the values do (`soft_lemmas.warm_mean`). Then the comparison matrix is that of the iteration with
entropies; without the condition it is not (`markov/soft-plain`).
"""

from __future__ import annotations

from typing import Any

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most
from proofs.engine.rules.algebra import Chain, Rewrite
from proofs.engine.rules.quantifiers import Generalise, Instantiate
from proofs.engine.step import Step
from proofs.engine.substitution import Entries
from proofs.engine.terms import Index, vector
from proofs.markov import soft_lemmas as lemmas
from proofs.markov.soft_iterated import below_both, linear, one_step, same_as_first
from proofs.markov.soft_ranges import Between, everywhere, game, meanings, outside, over, ranges
from proofs.markov.soft_stage import LIMIT, WITHIN, Apart, Stage, averaged, distance_after, tables
from proofs.markov.soft_vocabulary import PLAIN, SYMBOLS, TEMPERATURE, spread
from proofs.markov.vocabulary import FOLLOWER, LEADER, PLAYERS, RUNS, START, a, b, t

TOPIC = "markov/soft-plain-warm"
TITLE = "Soft Q-value iteration without entropies at high temperatures"

START_WITHIN = {player: at_most(spread(START, player), LIMIT[player]) for player in PLAYERS}
NARROW = {player: at_most(LIMIT[player], TEMPERATURE[player]) for player in PLAYERS}
HYPOTHESES = {
    f"{player.name}_span at most the temperature": at_most(SYMBOLS[f"{player.name}_span"], TEMPERATURE[player])
    for player in PLAYERS
}


def derivation() -> Derivation:
    """The linear bounds of the iteration with entropies, for plain distances after one step."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=PLAIN)
    known = _stage(argument)
    bounds = linear(argument, known)
    both = {player: below_both(argument, player) for player in PLAYERS}
    cool = {
        player: argument.assume(name, relation)
        for player, (name, relation) in zip(PLAYERS, HYPOTHESES.items(), strict=True)
    }
    for player in PLAYERS:
        needed = [other for other in PLAYERS if LIMIT[other] in bounds[player].relation.free]
        assumed = [assumption.relation for assumption in bounds[player].assumptions]
        proofs = [
            (relation, proof)
            for other in needed
            for relation, proof in (
                (START_WITHIN[other], both[other][0]),
                (WITHIN[other], both[other][1]),
                (NARROW[other], cool[other]),
            )
            if relation in assumed
        ]
        given = tuple(relation for relation, _ in proofs)
        variables = (t, *(LIMIT[other] for other in needed))
        general = argument.step(
            bounds[player].relation.for_all(*variables, given=given), Generalise(variables, given), bounds[player]
        )
        limits = {other: both[other][1] for other in needed}
        same = same_as_first(argument, player)
        argument.conclude(
            player.name, one_step(argument, "plain", player, general, limits, same, *(proof for _, proof in proofs))
        )
    return argument.derivation()


def _stage(argument: Argument) -> Stage:
    """The bounds at time t, where both runs' tables span at most S_L <= tau_L and S_F <= tau_F."""
    known = game(argument)
    warm_L, warm_F = known.warm[LEADER], known.warm[FOLLOWER]
    words = [meanings(argument, "plain", run, *known.warm.values()) for run in RUNS]
    leader_move, follower_move, leader_state, follower_state = (
        tuple(both[f"{player.name}'s value of a {what}"] for both in words)
        for what in ("move", "state")
        for player in PLAYERS
    )
    within = [ranges(argument, "plain", run, both, known.warm) for run, both in zip(RUNS, words, strict=True)]
    limits, narrow = {}, {}
    for player in PLAYERS:
        narrower = argument.assume(f"{LIMIT[player]} at most the temperature", NARROW[player])
        narrow[player] = []
        for run, relation, found in zip(RUNS, (START_WITHIN[player], WITHIN[player]), within, strict=True):
            assumed = argument.assume(f"the {player.name}'s {run.name} spans at most {LIMIT[player]}", relation)
            table = found.tables[player]
            width = argument.step(at_most(table.high - table.low, LIMIT[player]), Rewrite(), assumed)
            narrow[player].append(
                argument.step(at_most(width.relation.lhs, TEMPERATURE[player]), Chain(), width, narrower)
            )
            limits[player] = width
    by_reply, by_move = lemmas.coupling(argument, b), lemmas.coupling(argument, a)
    Q = {player: tables(argument, player) for player in PLAYERS}
    q_L = averaged(
        argument,
        by_reply,
        b,
        Q[FOLLOWER],
        Q[LEADER],
        within[1].tables[LEADER],
        distance=vector("v")[t],
        names=leader_move,
        warm=warm_F,
        limit=limits[LEADER],
    )
    q_F = _own_mean(
        argument, b, Q[FOLLOWER], [found.tables[FOLLOWER] for found in within], narrow[FOLLOWER], follower_move, warm_F
    )
    V_L = _own_mean(argument, a, q_L, [found.moves[LEADER] for found in within], narrow[LEADER], leader_state, warm_L)
    V_F = averaged(
        argument,
        by_move,
        a,
        q_L,
        q_F,
        within[1].moves[FOLLOWER],
        distance=vector("v_F")[t],
        names=follower_state,
        warm=warm_L,
        limit=limits[FOLLOWER],
    )
    bounds = {
        LEADER: distance_after(argument, known, LEADER, Q[LEADER], V_L),
        FOLLOWER: distance_after(argument, known, FOLLOWER, Q[FOLLOWER], V_F),
    }
    return Stage(kind="soft", known=known, tables=Q, within=within[1], limits=limits, bounds=bounds)


def _own_mean(
    argument: Argument,
    index: Index,
    inner: Apart,
    within: list[Between],
    narrow: list[Step],
    names: tuple[Step, ...],
    warm: Step,
) -> Apart:
    """The softmax means of the inner quantity itself are no further apart than it is."""
    lemma = lemmas.warm_mean(argument, index)
    temperature = warm.relation.rhs
    first, second = (meaning.relation.lhs for meaning in names)
    bounds = (inner.forth, inner.back, *(step for found in within for step in (found.floor, found.ceiling)))
    facts = (*over(argument, index, *bounds), *narrow, warm)
    made = []
    for x, y, order, (low, high) in (
        (inner.start, inner.reference, within, (first, second)),
        (inner.reference, inner.start, within[::-1], (second, first)),
    ):
        values: dict[Any, Any] = {lemmas.x: Entries((index,), x), lemmas.y: Entries((index,), y)}
        values |= {lemmas.tau: temperature, lemmas.c: inner.distance}
        values |= {
            lemmas.low: order[0].low,
            lemmas.high: order[0].high,
            lemmas.low2: order[1].low,
            lemmas.high2: order[1].high,
        }
        relation = lemma.relation.instance(values)[0]
        step = argument.step(relation, Instantiate(values), lemma, *facts)
        step = argument.step(at_most(low, high + inner.distance), Rewrite(), step, *names, warm)
        made.append(everywhere(argument, step, *outside(index)[1:]))
    return Apart(
        start=first, reference=second, distance=inner.distance, forth=made[0], back=made[1], called=inner.called
    )
