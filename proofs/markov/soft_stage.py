"""Two soft runs a known distance apart: how far their values of moves and states are, and the runs after a step.

With d_L[t] and d_F[t] the distances of the tables at time t, each quantity of the stage gets a bound of its own, such
as v[t]; a step turns a bound v of the state values into (1 - alpha) d[t] + alpha gamma v[t]. Of the spans only those of
the reference run matter; they are at most S_L and S_F at time t, of which the conclusions hold for all values.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from sympy import Abs, Rational, tanh

from proofs.engine.argument import Argument
from proofs.engine.relation import at_most
from proofs.engine.rules.algebra import Combine, Rewrite, definitions, expand
from proofs.engine.rules.assuming import Discard, defined_symbol
from proofs.engine.rules.heads import AbsoluteValue
from proofs.engine.rules.quantifiers import Instantiate, SumOver
from proofs.engine.step import Step
from proofs.engine.substitution import Entries
from proofs.engine.terms import Index, Scalar, Total, vector
from proofs.markov import soft_lemmas as lemmas
from proofs.markov.soft_lemmas import at
from proofs.markov.soft_ranges import (
    Between,
    Game,
    Ranges,
    best_bound,
    bound,
    everywhere,
    expected,
    game,
    meanings,
    outside,
    over,
    ranges,
)
from proofs.markov.soft_vocabulary import log_sum_exp, softmax, spread
from proofs.markov.vocabulary import (
    FOLLOWER,
    LEADER,
    PLAYERS,
    REFERENCE,
    START,
    Player,
    a,
    alpha,
    apart,
    b,
    gap,
    norm,
    s,
    t,
)

half = Rational(1, 2)
S_L, S_F = Scalar("S_L"), Scalar("S_F")
d_L, d_F = vector("d_L"), vector("d_F")
LIMIT = {LEADER: S_L, FOLLOWER: S_F}
DISTANCE = {LEADER: d_L, FOLLOWER: d_F}
WITHIN = {player: at_most(spread(REFERENCE, player), LIMIT[player]) for player in PLAYERS}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """A quantity of the start run and of the reference run, no further apart than the distance, at time t."""

    start: Any
    reference: Any
    distance: Any
    forth: Step  # start <= reference + distance, for all indices
    back: Step  # reference <= start + distance
    called: tuple[Step, ...] = ()  # the definitions of the distance, and of those it is made of

    def nonnegative(self, argument: Argument) -> Step:
        """0 <= distance."""
        both = at(argument, self.forth), at(argument, self.back)
        return argument.step(at_most(0, self.distance), Combine((half, half)), *both)


def tables(argument: Argument, player: Player) -> Apart:
    """The runs' tables differ by at most d[t], the sup norm of their difference."""
    meaning = argument.define(DISTANCE[player][t], apart(player))
    distance, difference = DISTANCE[player][t], gap(player)
    size = at(argument, bound(argument, norm(difference), t))
    start, reference = (run.table(player)[t, s, a, b] for run in (START, REFERENCE))
    made = []
    for low, high in ((start, reference), (reference, start)):
        below = argument.step(at_most(low - high, Abs(difference)), AbsoluteValue(difference))
        step = argument.step(at_most(low, high + distance), Combine((1, 1)), below, size, meaning)
        made.append(everywhere(argument, step, t, s, a, b))
    return Apart(start=start, reference=reference, distance=distance, forth=made[0], back=made[1])


def averaged(
    argument: Argument,
    lemma: Step,
    index: Index,
    weights: Apart,
    inner: Apart,
    within: Between,
    *,
    distance: Any,
    names: tuple[Step, ...],
    warm: Step,
    limit: Step,
) -> Apart:
    """The mean of the inner quantity f under sigma = softmax of the weights; `names` say which it is in both runs.

    With sigma', f' those of the reference run, <sigma, f> - <sigma', f'> = <sigma, f - f'> + <sigma - sigma', f'> is at
    most the distance of f plus S tanh(distance of the weights / (2 temperature)), and so is its negative; `lemma` is
    the coupling, `within` holds f' and `limit` says that it spans at most S. The bound is called `distance`.
    """
    temperature = warm.relation.rhs
    sigma = softmax(weights.start, temperature, index)
    bend = tanh(weights.distance / (2 * temperature))
    some = weights.nonnegative(argument)
    called = argument.define(distance, inner.distance + limit.relation.rhs * bend, warm)
    first, second = (meaning.relation.lhs for meaning in names)
    facts = over(argument, index, weights.forth, weights.back, within.floor, within.ceiling)
    made = []
    for x, y, change, (low, high) in (
        (weights.start, weights.reference, inner.forth, (first, second)),
        (weights.reference, weights.start, inner.back, (second, first)),
    ):
        values = {lemmas.x: x, lemmas.y: y, lemmas.f: inner.reference}
        vectors: dict[Any, Any] = {name: Entries((index,), value) for name, value in values.items()}
        scalars = {lemmas.c: weights.distance, lemmas.low: within.low, lemmas.high: within.high}
        moved = softmax(x, temperature, index) - softmax(y, temperature, index)
        shift = argument.step(
            at_most(Total(moved * inner.reference, index), (within.high - within.low) * bend),
            Instantiate({**vectors, **scalars, lemmas.tau: temperature}),
            lemma,
            *facts,
            warm,
        )
        own = at(argument, change)
        sides = sigma * own.relation.lhs, sigma * own.relation.rhs
        own = argument.step(at_most(*sides), Combine((sigma,)), own, warm)
        own = argument.step(at_most(Total(sides[0], index), Total(sides[1], index)), SumOver(index), own, warm)
        claim = at_most(low, high + distance)
        both = argument.step(claim, Combine((1, 1, bend)), own, shift, limit, some, *names, called, warm)
        made.append(everywhere(argument, both, *outside(index)[1:]))
    return Apart(
        start=first,
        reference=second,
        distance=distance,
        forth=made[0],
        back=made[1],
        called=(*weights.called, *(step for step in inner.called if step not in weights.called), called),
    )


def log_averaged(
    argument: Argument, lemma: Step, index: Index, inner: Apart, *, names: tuple[Step, ...], warm: Step
) -> Apart:
    """temperature LSE(f / temperature) of the inner quantity f: no further apart than f; `lemma` says so."""
    temperature = warm.relation.rhs
    first, second = (meaning.relation.lhs for meaning in names)
    made = []
    for x, y, close, (low, high) in (
        (inner.start, inner.reference, inner.forth, (first, second)),
        (inner.reference, inner.start, inner.back, (second, first)),
    ):
        vectors: dict[Any, Any] = {lemmas.x: Entries((index,), x), lemmas.y: Entries((index,), y)}
        step = argument.step(
            at_most(log_sum_exp(x, temperature, index), log_sum_exp(y, temperature, index) + inner.distance),
            Instantiate({**vectors, lemmas.tau: temperature, lemmas.c: inner.distance}),
            lemma,
            *over(argument, index, close),
            warm,
        )
        step = argument.step(at_most(low, high + inner.distance), Rewrite(), step, *names, warm)
        made.append(everywhere(argument, step, *outside(index)[1:]))
    return Apart(
        start=first,
        reference=second,
        distance=inner.distance,
        forth=made[0],
        back=made[1],
        called=inner.called,
    )


def distance_after(argument: Argument, known: Game, player: Player, own: Apart, states: Apart) -> Step:
    """d[t + 1] <= (1 - alpha) d[t] + alpha gamma v, v the distance of the state values, written out."""
    limit = (1 - alpha) * own.distance + alpha * player.discount * states.distance
    moves = [at(argument, argument.fact(f"{run.name}: {player.name}'s step")) for run in (START, REFERENCE)]
    difference = gap(player, t + 1)
    sides = []
    for sign, change, close in ((1, own.forth, states.forth), (-1, own.back, states.back)):
        sides.append(
            argument.step(
                at_most(sign * difference, limit),
                Combine(
                    (
                        alpha * player.discount,
                        alpha * player.discount * states.distance,
                        1 - alpha,
                        sign,
                        -sign,
                    )
                ),
                expected(argument, known, close),
                known.one,
                at(argument, change),
                *moves,
                *known.signs(player),
            )
        )
    size = argument.step(at_most(Abs(difference), limit), AbsoluteValue(difference), *sides)
    size = best_bound(argument, norm(difference), size)
    meaning = argument.define(DISTANCE[player][t], apart(player))
    size = argument.step(at_most(DISTANCE[player][t + 1], limit), Rewrite(), size, meaning)
    warm = known.warm.values()
    written = at_most(size.relation.lhs, expand(limit, definitions(states.called)))
    size = argument.step(written, Rewrite(), size, *states.called, *warm)
    for called in reversed(states.called):
        size = argument.step(written, Discard(defined_symbol(called.relation)), size)
    return size


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Two soft runs at time t, and what a step does to their distances."""

    kind: str  # "soft" or "plain"
    known: Game
    tables: dict[Player, Apart]
    within: Ranges  # of the reference run
    limits: dict[Player, Step]  # high - low <= S, of the reference run's table
    bounds: dict[Player, Step]  # of d[t + 1]

    def wide(self, argument: Argument, player: Player) -> Step:
        """0 <= S."""
        table = self.within.tables[player]
        ends = at(argument, table.floor), at(argument, table.ceiling)
        return argument.step(at_most(0, LIMIT[player]), Combine((1, 1, 1)), *ends, self.limits[player])


def stage(argument: Argument, kind: str) -> Stage:
    """Bounds the distances after a step, for S_L and S_F that bound the spans of the reference run at time t."""
    known = game(argument)
    warm_L, warm_F = known.warm[LEADER], known.warm[FOLLOWER]
    words = [meanings(argument, kind, run, *known.warm.values()) for run in (START, REFERENCE)]
    leader_move, follower_move, leader_state, follower_state = (
        tuple(both[f"{player.name}'s value of a {what}"] for both in words)
        for what in ("move", "state")
        for player in PLAYERS
    )
    within = ranges(argument, kind, REFERENCE, words[1], known.warm)
    limits = {}
    for player in PLAYERS:
        assumed = argument.assume(f"the {player.name}'s reference spans at most {LIMIT[player]}", WITHIN[player])
        table = within.tables[player]
        limits[player] = argument.step(at_most(table.high - table.low, LIMIT[player]), Rewrite(), assumed)

    by_reply, by_move = lemmas.coupling(argument, b), lemmas.coupling(argument, a)
    Q = {player: tables(argument, player) for player in PLAYERS}
    Q_L, Q_F = Q[LEADER], Q[FOLLOWER]
    v, u, v_L, v_F = (vector(name)[t] for name in ("v", "u", "v_L", "v_F"))
    shared_L: dict[str, Any] = {"warm": warm_L, "limit": limits[LEADER]}
    shared_F: dict[str, Any] = {"warm": warm_F, "limit": limits[FOLLOWER]}
    q_L = averaged(
        argument,
        by_reply,
        b,
        Q_F,
        Q_L,
        within.tables[LEADER],
        distance=v,
        names=leader_move,
        warm=warm_F,
        limit=limits[LEADER],
    )
    if kind == "soft":
        same_move, same_reply = lemmas.nonexpansive(argument, a), lemmas.nonexpansive(argument, b)
        q_F = log_averaged(argument, same_reply, b, Q_F, names=follower_move, warm=warm_F)
        V_L = log_averaged(argument, same_move, a, q_L, names=leader_state, warm=warm_L)
    else:
        q_F = averaged(
            argument, by_reply, b, Q_F, Q_F, within.tables[FOLLOWER], distance=u, names=follower_move, **shared_F
        )
        V_L = averaged(
            argument, by_move, a, q_L, q_L, within.moves[LEADER], distance=v_L, names=leader_state, **shared_L
        )
    V_F = averaged(
        argument,
        by_move,
        a,
        q_L,
        q_F,
        within.moves[FOLLOWER],
        distance=v_F,
        names=follower_state,
        warm=warm_L,
        limit=limits[FOLLOWER],
    )
    bounds = {
        LEADER: distance_after(argument, known, LEADER, Q_L, V_L),
        FOLLOWER: distance_after(argument, known, FOLLOWER, Q_F, V_F),
    }
    return Stage(kind=kind, known=known, tables=Q, within=within, limits=limits, bounds=bounds)
