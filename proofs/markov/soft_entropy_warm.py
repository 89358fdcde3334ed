"""Soft Q-value iteration with entropies where tau_L tau_F is at least the product of the spans: a sharper comparison.

From (Q_L, Q_F) to the reference run in two moves. With Q_F as it is and Q_L moved, q_L changes by at most d_L, and
V_F = <pi, q_F> by at most S_F tanh(d_L / (2 tau_L)). With Q_L moved and Q_F moved, too, V_F changes by at most d_F more
(`markov/soft-joint`). So the follower's own entry of the comparison matrix is gamma_F, not
gamma_F (1 + S_L S_F / (4 tau_L tau_F)).
"""

from __future__ import annotations

from typing import Any

from sympy import tanh

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most
from proofs.engine.rules.algebra import Combine, Rewrite
from proofs.engine.rules.quantifiers import Generalise, Instantiate, SumOver
from proofs.engine.step import Step
from proofs.engine.substitution import Entries
from proofs.engine.terms import Total, vector
from proofs.markov import soft_joint
from proofs.markov import soft_lemmas as lemmas
from proofs.markov.soft_iterated import below_both, one_step, same_as_first
from proofs.markov.soft_lemmas import at
from proofs.markov.soft_ranges import Game, Ranges, everywhere, game, meanings, over, ranges
from proofs.markov.soft_stage import DISTANCE, LIMIT, S_F, S_L, WITHIN, Apart, distance_after, tables
from proofs.markov.soft_vocabulary import SOFT, SYMBOLS, softmax, tau_F, tau_L
from proofs.markov.soft_warm import START_WITHIN
from proofs.markov.vocabulary import FOLLOWER, LEADER, PLAYERS, REFERENCE, RUNS, START, a, alpha, b, s, t

TOPIC = "markov/soft-entropy-warm"
TITLE = "Soft Q-value iteration with entropies at high temperatures"

WARM = at_most(S_L * S_F, tau_L * tau_F)
HYPOTHESIS = at_most(SYMBOLS["leader_span"] * SYMBOLS["follower_span"], tau_L * tau_F)


def derivation() -> Derivation:
    """The follower's distance after one step, with tanh and linear."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=SOFT)
    known = game(argument)
    warm_L, warm_F = known.warm[LEADER], known.warm[FOLLOWER]
    words = [meanings(argument, "soft", run, warm_L, warm_F) for run in RUNS]
    within = [ranges(argument, "soft", run, both, known.warm) for run, both in zip(RUNS, words, strict=True)]
    limits = {}
    for player in PLAYERS:
        for run, relation, found in zip(RUNS, (START_WITHIN[player], WITHIN[player]), within, strict=True):
            assumed = argument.assume(f"the {player.name}'s {run.name} spans at most {LIMIT[player]}", relation)
            width = found.tables[player].high - found.tables[player].low
            limits[player, run] = argument.step(at_most(width, LIMIT[player]), Rewrite(), assumed)
    product = argument.assume("warm", WARM)
    Q = {player: tables(argument, player) for player in PLAYERS}
    facts = (warm_L, warm_F)

    # The leader's values of moves, with her table moved and the follower's as it is.
    between = vector("q_between")[t, s, a]
    nu = softmax(Q[FOLLOWER].start, tau_F, b)
    moved = argument.define(between, Total(nu * Q[LEADER].reference, b), warm_F)
    q, q_ref = (both["leader's value of a move"] for both in words)
    V, V_ref = (both["follower's value of a state"] for both in words)
    u, u_ref = (both["follower's value of a move"] for both in words)
    close = []
    for change, ends in ((Q[LEADER].forth, (q.relation.lhs, between)), (Q[LEADER].back, (between, q.relation.lhs))):
        step = at(argument, change)
        sides = nu * step.relation.lhs, nu * step.relation.rhs
        step = argument.step(at_most(*sides), Combine((nu,)), step, warm_F)
        step = argument.step(at_most(Total(sides[0], b), Total(sides[1], b)), SumOver(b), step, warm_F)
        step = argument.step(at_most(ends[0], ends[1] + Q[LEADER].distance), Rewrite(), step, q, moved, warm_F)
        close.append(everywhere(argument, step, a))

    near = Q[LEADER].nonnegative(argument)
    bend = tanh(Q[LEADER].distance / (2 * tau_L))
    coupling = lemmas.coupling(argument, a)
    joint = soft_joint.own_change(argument)
    found = within[0].moves[FOLLOWER]
    sides = over(argument, a, found.floor, found.ceiling)
    distance = Q[FOLLOWER].distance + S_F * bend
    made = []
    for forth in (True, False):
        x, y = (q.relation.lhs, between) if forth else (between, q.relation.lhs)
        values: dict[Any, Any] = {lemmas.x: Entries((a,), x), lemmas.y: Entries((a,), y)}
        values |= {lemmas.f: Entries((a,), found.entry), lemmas.tau: tau_L, lemmas.c: Q[LEADER].distance}
        values |= {lemmas.low: found.low, lemmas.high: found.high}
        order = close if forth else close[::-1]
        shift = argument.step(
            coupling.relation.instance(values)[0], Instantiate(values), coupling, *order, *sides, warm_L
        )
        own = _own(argument, joint, Q[FOLLOWER], Q[LEADER], within, limits, product, forth, facts)
        claim = at_most(
            *(
                (V.relation.lhs, V_ref.relation.lhs + distance)
                if forth
                else (V_ref.relation.lhs, V.relation.lhs + distance)
            )
        )
        both = argument.step(
            claim,
            Combine((1, 1, bend)),
            shift,
            own,
            limits[FOLLOWER, START],
            near,
            V,
            V_ref,
            q,
            q_ref,
            u,
            u_ref,
            moved,
            *facts,
        )
        made.append(everywhere(argument, both, s))
    states = Apart(start=V.relation.lhs, reference=V_ref.relation.lhs, distance=distance, forth=made[0], back=made[1])
    bound = distance_after(argument, known, FOLLOWER, Q[FOLLOWER], states)
    ends = at(argument, within[0].tables[FOLLOWER].floor), at(argument, within[0].tables[FOLLOWER].ceiling)
    wide = argument.step(at_most(0, S_F), Combine((1, 1, 1)), *ends, limits[FOLLOWER, START])
    linear = _linear(argument, known, bound, wide, near)
    _conclude(argument, {"follower, tanh": bound, "follower": linear})
    return argument.derivation()


def _own(
    argument: Argument,
    joint: Step,
    follower: Apart,
    leader: Apart,
    within: list[Ranges],
    limits: Any,
    product: Step,
    forth: bool,
    warm: Any,
) -> Step:
    """The follower's own change, with the leader's table that of the reference run."""
    order = (0, 1) if forth else (1, 0)
    entries = (follower.start, follower.reference)
    first, second = (within[place].tables[FOLLOWER] for place in order)
    table = within[1].tables[LEADER]
    j = soft_joint
    values: dict[Any, Any] = {
        vector: Entries((a, b), entry) for vector, entry in zip((j.F, j.G), (entries[k] for k in order), strict=True)
    }
    values |= {j.L: Entries((a, b), leader.reference), j.c: follower.distance, j.S_L: S_L, j.S_F: S_F}
    values |= {j.low_F: first.low, j.high_F: first.high, j.low_G: second.low, j.high_G: second.high}
    values |= {j.low: table.low, j.high: table.high}
    steps = [follower.forth if forth else follower.back]
    steps += [first.floor, first.ceiling, second.floor, second.ceiling, table.floor, table.ceiling]
    steps = [
        argument.step(at(argument, step).relation.for_all(a, b), Generalise((a, b)), at(argument, step))
        for step in steps
    ]
    spans = [limits[FOLLOWER, RUNS[place]] for place in order]
    return argument.step(
        joint.relation.instance(values)[0],
        Instantiate(values),
        joint,
        *steps,
        *spans,
        limits[LEADER, REFERENCE],
        product,
        *warm,
    )


def _linear(argument: Argument, known: Game, bound: Step, wide: Step, near: Step) -> Step:
    """d_F[t + 1] <= (1 - alpha) d_F[t] + alpha gamma_F (S_F d_L[t] / (2 tau_L) + d_F[t])."""
    d_L, d_F = (DISTANCE[player][t] for player in PLAYERS)
    straight = lemmas.tanh_below_identity(argument)
    angle = d_L / (2 * tau_L)
    facts = (near, wide, *known.signs(FOLLOWER))
    line = argument.step(at_most(tanh(angle), angle), Instantiate({lemmas.c: angle}), straight, *facts)
    gamma = FOLLOWER.discount
    claim = (1 - alpha) * d_F + alpha * gamma * (S_F / (2 * tau_L) * d_L + d_F)
    return argument.step(at_most(bound.relation.lhs, claim), Combine((1, alpha * gamma * S_F)), bound, line, *facts)


def _conclude(argument: Argument, bounds: dict[str, Step]) -> None:
    """Concludes the bounds for the larger spans of both runs, where their product is at most that of temperatures."""
    both = {player: below_both(argument, player) for player in PLAYERS}
    product = argument.assume("leader_span times follower_span at most the temperatures' product", HYPOTHESIS)
    proofs = (*both[LEADER], *both[FOLLOWER], product)
    given = (WITHIN[LEADER], WITHIN[FOLLOWER], START_WITHIN[FOLLOWER], WARM)
    variables = (t, S_L, S_F)
    same = same_as_first(argument, FOLLOWER)
    limits = {player: both[player][1] for player in PLAYERS}
    for name, bound in bounds.items():
        claim = bound.relation.for_all(*variables, given=given)
        general = argument.step(claim, Generalise(variables, given), bound)
        argument.conclude(name, one_step(argument, "soft", FOLLOWER, general, limits, same, *proofs))
