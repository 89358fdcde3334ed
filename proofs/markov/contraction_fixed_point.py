"""Where the reference is a fixed point of the step of size one, the reference run stays there.

The choices are made by the values alone: where these are as at the start, so are the choices, and the next values.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Abs

from proofs.engine.argument import Argument
from proofs.engine.relation import at_most, equal
from proofs.engine.rules.algebra import Antisymmetry, Chain, Combine, Rewrite
from proofs.engine.rules.heads import AbsoluteValue
from proofs.engine.rules.induction import Induction
from proofs.engine.rules.quantifiers import SumOver
from proofs.engine.step import Step
from proofs.engine.terms import Total
from proofs.markov.contraction_lemmas import both_sides
from proofs.markov.contraction_lines import assume, at, everywhere, fact, instance, meaning, once
from proofs.markov.vocabulary import (
    FOLLOWER,
    LEADER,
    PLAYERS,
    REFERENCE,
    P,
    Player,
    a,
    alpha,
    b,
    backup,
    larger,
    norm,
    s,
    t,
    u,
    z,
)

ZERO = sympy.Integer(0)


def _start(player: Player) -> Any:
    """Q* at s, a, b."""
    return REFERENCE.table(player)[0, s, a, b]


@once
def is_fixed(argument: Argument, player: Player) -> Step:
    """r + gamma P V* = Q* at s, a, b, V* the value at the start of the reference run."""
    entries = {each: backup(each, REFERENCE.value(each)[0, z]) - _start(each) for each in PLAYERS}
    first, second = (norm(entry) for entry in entries.values())
    none = assume(argument, "fixed point")
    none = argument.step(equal(larger(first, second), 0), Rewrite(), none, meaning(argument, "reference_residual"))
    mine, other = (first, second) if player is LEADER else (second, first)
    apart = argument.step(at_most(mine - other, Abs(first - second)), AbsoluteValue(first - second))
    half = sympy.Rational(1, 2)
    none = argument.step(at_most(mine, 0), Combine((half, 1)), apart, none)
    up, down = both_sides(argument, entries[player])
    entry = entries[player]
    up = argument.step(at_most(entry, 0), Chain(), up, none)
    down = argument.step(at_most(-entry, 0), Chain(), down, none)
    down = argument.step(at_most(0, entry), Rewrite(), down)
    none = argument.step(equal(entry, 0), Antisymmetry(), up, down)
    return argument.step(equal(entry + _start(player), _start(player)), Combine((1,)), none)


def _moved(player: Player) -> Any:
    """Q_t - Q* of the reference run, at s, a, b."""
    return REFERENCE.table(player)[t, s, a, b] - _start(player)


def _each(argument: Argument, player: Player, both: Step) -> Step:
    """Q_t = Q* for all s, a, b, of one player, from |Q_t - Q*| of both adding up to zero."""
    entry, other = _moved(player), _moved(FOLLOWER if player is LEADER else LEADER)
    none = argument.step(at_most(Abs(entry), 0), Combine((1,), plus=(Abs(other),)), both)
    sides = []
    for side in (entry, -entry):
        step = argument.step(at_most(side, Abs(entry)), AbsoluteValue(entry))
        sides.append(argument.step(at_most(side, 0), Chain(), step, none))
    down = argument.step(at_most(0, entry), Rewrite(), sides[1])
    same = argument.step(equal(entry, 0), Antisymmetry(), sides[0], down)
    same = argument.step(equal(REFERENCE.table(player)[t, s, a, b], _start(player)), Combine((1,)), same)
    return everywhere(argument, same, s, a, b)


def _same_value(argument: Argument, player: Player, tables: dict[Player, Step]) -> Step:
    """V_t = V* at t, s in the reference run, from tables as at the start."""
    run, proofs = REFERENCE, tuple(tables.values())
    replies = instance(argument, fact(argument, f"{run.name}: replies see the values alone"), {u: ZERO}, *proofs)
    moves = instance(argument, fact(argument, f"{run.name}: moves see the values alone"), {u: ZERO}, *proofs)
    table = instance(argument, tables[player], {})
    now, first = ((run.reply[i, s, a, b], run.table(player)[i, s, a, b]) for i in (t, 0))
    step = argument.step(equal(now[0] * now[1], first[0] * first[1]), Combine((now[1], first[0])), replies, table)
    step = argument.step(equal(Total(now[0] * now[1], b), Total(first[0] * first[1], b)), SumOver(b), step)
    words = f"{run.name}: {player.name}'s value of a move"
    answers = [run.answered(player)[i, s, a] for i in (t, 0)]
    step = argument.step(equal(*answers), Combine((1, 1, -1)), step, at(argument, words), at(argument, words, ZERO))
    weights = [run.move[i, s, a] for i in (t, 0)]
    products = [weight * value for weight, value in zip(weights, answers, strict=True)]
    step = argument.step(equal(*products), Combine((weights[1], answers[0])), step, moves)
    step = argument.step(equal(*(Total(product, a) for product in products)), SumOver(a), step)
    words = f"{run.name}: {player.name}'s value of a state"
    values = [run.value(player)[i, s] for i in (t, 0)]
    return argument.step(equal(*values), Combine((1, 1, -1)), step, at(argument, words), at(argument, words, ZERO))


@once
def stays(argument: Argument) -> Step:
    """For all t, s, a, b: |Q_L - Q*_L| + |Q_F - Q*_F| = 0 in the reference run."""
    claim = equal(Abs(_moved(LEADER)) + Abs(_moved(FOLLOWER)), 0).for_all(s, a, b)
    base = argument.step(claim.body.substitute({t: ZERO}), Combine(()))
    before = argument.assume("up to t", claim)
    here = instance(argument, before, {})
    tables = {player: _each(argument, player, here) for player in PLAYERS}
    sizes = []
    for player in PLAYERS:
        value = instance(argument, everywhere(argument, _same_value(argument, player, tables), s), {s: z})
        products = [P[s, a, b, z] * REFERENCE.value(player)[i, z] for i in (t, 0)]
        mean = argument.step(equal(*products), Combine((P[s, a, b, z],)), value)
        mean = argument.step(equal(*(Total(product, z) for product in products)), SumOver(z), mean)
        later = REFERENCE.table(player)[t + 1, s, a, b] - _start(player)
        after = argument.step(
            equal(later, 0),
            Combine((1, 1 - alpha, alpha * player.discount, alpha)),
            at(argument, f"{REFERENCE.name}: {player.name}'s step"),
            instance(argument, tables[player], {}),
            mean,
            is_fixed(argument, player),
        )
        size = argument.step(equal(Abs(later), later), AbsoluteValue(later), after)
        sizes.append(argument.step(equal(Abs(later), 0), Combine((1, 1)), size, after))
    after = argument.step(claim.body.substitute({t: t + 1}), Combine((1, 1)), *sizes)
    after = everywhere(argument, after, s, a, b)
    return argument.step(claim.for_all(t), Induction(claim, t), everywhere(argument, base, s, a, b), after)


@once
def same_table(argument: Argument, player: Player) -> Step:
    """For all t, s, a, b: Q_t = Q* in the reference run."""
    here = instance(argument, stays(argument), {})
    step = instance(argument, _each(argument, player, here), {})
    return everywhere(argument, step, t, s, a, b)


@once
def same_value(argument: Argument, player: Player) -> Step:
    """V_t = V* at t, s in the reference run."""
    here = instance(argument, stays(argument), {})
    return _same_value(argument, player, {each: _each(argument, each, here) for each in PLAYERS})
