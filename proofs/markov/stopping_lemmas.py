"""When to stop: where the iteration contracts, the distance from a fixed point is at most the last change / (1 - rho).

Q_t is no further from Q_{t+1} than the change, and Q_{t+1} no further from the fixed point than rho ||Q_t - Q*||, with
1 - rho = alpha (1 - gamma). A change is alpha times the residual of the step of size one, so that tables are no further
from the fixed point than their residual / (1 - gamma).
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy
from sympy import Abs, Rational

from proofs.engine.argument import Argument
from proofs.engine.relation import at_most
from proofs.engine.rules.algebra import Combine, Rewrite
from proofs.engine.rules.heads import AbsoluteValue
from proofs.engine.step import Step
from proofs.markov.contraction_fixed_point import same_table
from proofs.markov.contraction_lemmas import (
    Norm,
    both_sides,
    d,
    distance_at,
    distances,
    e,
    equal_discounts,
    k,
    larger_times,
    least_bound,
    norms,
    signs,
)
from proofs.markov.contraction_lines import at, everywhere, fact, instance, meaning, once
from proofs.markov.vocabulary import (
    FOLLOWER,
    LEADER,
    PLAYERS,
    START,
    SYMBOLS,
    Player,
    T,
    a,
    alpha,
    b,
    backup,
    c,
    gap,
    norm,
    s,
    t,
    z,
)

ZERO = sympy.Integer(0)


def conclude(argument: Argument, contracting: Mapping[Player, Step]) -> None:
    """Names the bounds of each player whose distance contracts, by the change and by the residual; and of both."""
    residuals = {player: _conclude(argument, player, step) for player, step in contracting.items()}
    if len(residuals) == len(PLAYERS):
        argument.conclude("both by the residual", _both(argument, residuals))


def _conclude(argument: Argument, player: Player, contracting: Step) -> Step:
    """Names the bound by the change, and the bound by the residual, which it returns."""
    general = _by_change(argument, player, contracting)
    change, apart = changes(argument, player), distances(argument, player)
    distance, last = SYMBOLS[f"{player.name}_distance"], SYMBOLS[f"{player.name}_change"]
    here = instance(argument, general, {t: T})
    same = argument.step(
        at_most(change.sequence[T], last),
        Combine((-1, 1)),
        meaning(argument, f"{player.name}_change"),
        instance(argument, change.meaning, {t: T}),
    )
    gain = alpha * (1 - player.discount)
    step = argument.step(at_most(gain * apart.sequence[T], last), Combine((1, 1)), here, same)
    step = argument.step(at_most(gain * distance, last), Rewrite(), step, distance_at(argument, player, "distance"))
    below_one, positive = fact(argument, f"{player.name}_discount below one"), signs(argument, player).positive
    divided = argument.step(at_most(distance, last / gain), Combine((1 / gain,)), step, below_one, positive)
    argument.conclude(player.name, divided)

    first = instance(argument, general, {t: ZERO})
    small = _change_by_residual(argument, player)
    start = SYMBOLS[f"{player.name}_start_distance"]
    rest = 1 - player.discount
    step = argument.step(
        at_most(rest * apart.sequence[0], SYMBOLS["start_residual"]), Combine((1 / alpha, 1 / alpha)), first, small
    )
    step = argument.step(
        at_most(rest * start, SYMBOLS["start_residual"]),
        Rewrite(),
        step,
        distance_at(argument, player, "start_distance"),
    )
    return argument.conclude(f"{player.name} by the residual", step)


def changes(argument: Argument, player: Player) -> Norm:
    """kappa[t] = ||Q_{t+1} - Q_t|| of a player in the start run."""
    table = START.table(player)
    return norms(argument, f"kappa_{player.letter}", table[t + 1, s, a, b] - table[t, s, a, b])


def _by_change(argument: Argument, player: Player, contracting: Step) -> Step:
    """For all t: alpha (1 - gamma) delta[t] <= kappa[t], where the reference is a fixed point."""
    change, apart = changes(argument, player), distances(argument, player)
    later = everywhere(argument, instance(argument, same_table(argument, player), {}), t, s, a, b)
    same = [instance(argument, later, {t: time}) for time in (t, t + 1)]
    amount = change.sequence[t] + apart.sequence[t + 1]
    sides = []
    for toward, moved, near in ((1, change.below, apart.above), (-1, change.above, apart.below)):
        proofs = instance(argument, moved, {}), instance(argument, near, {t: t + 1})
        relation = at_most(toward * gap(player), amount)
        sides.append(argument.step(relation, Combine((1, 1, -toward, toward)), *proofs, *same))
    total = least_bound(argument, apart, t, sides[0], sides[1])
    gain = alpha * (1 - player.discount)
    step = argument.step(at_most(gain * apart.sequence[t], change.sequence[t]), Combine((1, 1)), total, contracting)
    return everywhere(argument, step, t)


@once
def _change_by_residual(argument: Argument, player: Player) -> Step:
    """kappa[0] <= alpha start_residual."""
    change, table = changes(argument, player), START.table(player)[0, s, a, b]
    entries = [backup(each, START.value(each)[0, z]) - START.table(each)[0, s, a, b] for each in PLAYERS]
    entry = entries[PLAYERS.index(player)]
    first, second = (norm(each) for each in entries)
    mine, other = (first, second) if player is LEADER else (second, first)
    larger = argument.step(at_most(mine - other, Abs(first - second)), AbsoluteValue(first - second))
    half = Rational(1, 2)
    residual = SYMBOLS["start_residual"]
    larger = argument.step(at_most(mine, residual), Combine((half, -1)), larger, meaning(argument, "start_residual"))
    moved = START.table(player)[1, s, a, b] - table
    sides = []
    for toward, side in zip((1, -1), both_sides(argument, entry), strict=True):
        step = argument.step(
            at_most(toward * moved, alpha * residual),
            Combine((alpha, alpha, toward)),
            side,
            larger,
            at(argument, f"start: {player.name}'s step", ZERO),
            signs(argument, player).positive,
        )
        sides.append(step)
    return least_bound(argument, change, ZERO, sides[0], sides[1])


def _both(argument: Argument, residuals: dict[Player, Step]) -> Step:
    """(1 - gamma) start_distance <= start_residual, with one discount."""
    rest, limit = 1 - LEADER.discount, SYMBOLS["start_residual"]
    starts = {player: SYMBOLS[f"{player.name}_start_distance"] for player in PLAYERS}
    follower = argument.step(
        at_most(rest * starts[FOLLOWER], limit), Rewrite(), residuals[FOLLOWER], equal_discounts(argument)
    )
    places = {k: rest, d: starts[LEADER], e: starts[FOLLOWER], c: limit}
    step = instance(argument, larger_times(argument), places, residuals[LEADER], follower)
    relation = at_most(rest * SYMBOLS["start_distance"], limit)
    return argument.step(relation, Combine((1, rest)), step, meaning(argument, "start_distance"))
