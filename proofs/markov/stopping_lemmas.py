"""When to stop: where the iteration contracts, the distance from a fixed point is at most the last change / (1 - rho).

Q_t is no further from Q_{t+1} than the change, and Q_{t+1} no further from the fixed point than rho ||Q_t - Q*||, with
1 - rho = alpha (1 - gamma). A change is alpha times the residual of the step of size one, so that tables are no further
from the fixed point than their residual / (1 - gamma).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    distance_at,
    distances,
    least_bound,
    norms,
    signs,
)
from proofs.markov.contraction_lines import at, everywhere, fact, instance, meaning, once
from proofs.markov.vocabulary import (
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
    gap,
    norm,
    s,
    t,
    z,
)

ZERO = sympy.Integer(0)


def conclude(argument: Argument, contracting: Mapping[Player, Step]) -> None:
    """Names the bound of each player whose distance contracts at all times, by the last change."""
    for player, step in contracting.items():
        general = _by_change(argument, player, everywhere(argument, step, t))
        argument.conclude(player.name, _last_change(argument, player, instance(argument, general, {t: T})))


def conclude_at_start(argument: Argument, contracting: Mapping[Player, Step]) -> None:
    """Names the bound of each player whose distance contracts in the first step, by the residual of the start."""
    residual = SYMBOLS["start_residual"]
    for player, step in contracting.items():
        first = _by_change_at(argument, player, ZERO, step)
        small = _change_by_residual(argument, player)
        start, rest = SYMBOLS[f"{player.name}_start_distance"], 1 - player.discount
        below_one, positive = fact(argument, f"{player.name}_discount below one"), signs(argument, player).positive
        gain = 1 / (alpha * rest)
        sequence = distances(argument, player).sequence
        bound = argument.step(
            at_most(sequence[0], residual / rest), Combine((gain, gain)), first, small, positive, below_one
        )
        named = distance_at(argument, player, "start_distance")
        relation = at_most(start, residual / rest)
        argument.conclude(
            f"{player.name} by the residual", argument.step(relation, Combine((1, 1)), bound, named, below_one)
        )


def _last_change(argument: Argument, player: Player, here: Step) -> Step:
    """distance <= last change / (alpha (1 - gamma)), from what `_by_change` says at T."""
    change, apart = changes(argument, player), distances(argument, player)
    distance, last = SYMBOLS[f"{player.name}_distance"], SYMBOLS[f"{player.name}_change"]
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
    return argument.step(at_most(distance, last / gain), Combine((1 / gain,)), step, below_one, positive)


def changes(argument: Argument, player: Player) -> Norm:
    """kappa[t] = ||Q_{t+1} - Q_t|| of a player in the start run."""
    table = START.table(player)
    return norms(argument, f"kappa_{player.letter}", table[t + 1, s, a, b] - table[t, s, a, b])


def _by_change(argument: Argument, player: Player, contracting: Step) -> Step:
    """For all t: alpha (1 - gamma) delta[t] <= kappa[t], where the reference is a fixed point."""
    return everywhere(argument, _by_change_at(argument, player, t, instance(argument, contracting, {})), t)


def _by_change_at(argument: Argument, player: Player, time: Any, contracting: Step) -> Step:
    """alpha (1 - gamma) delta <= kappa at a time, where the next step contracts and the reference is a fixed point."""
    change, apart = changes(argument, player), distances(argument, player)
    same = [instance(argument, same_table(argument, player), {t: at_time}) for at_time in (time, time + 1)]
    amount = change.sequence[time] + apart.sequence[time + 1]
    sides = []
    for toward, moved, near in ((1, change.below, apart.above), (-1, change.above, apart.below)):
        proofs = instance(argument, moved, {t: time}), instance(argument, near, {t: time + 1})
        relation = at_most(toward * gap(player, time), amount)
        sides.append(argument.step(relation, Combine((1, 1, -toward, toward)), *proofs, *same))
    total = least_bound(argument, apart, time, sides[0], sides[1])
    gain = alpha * (1 - player.discount)
    relation = at_most(gain * apart.sequence[time], change.sequence[time])
    return argument.step(relation, Combine((1, 1)), total, contracting)


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
