"""A simpler counterexample from a given one: fewer actions, then simpler numbers, every step confirmed exactly.

Greedy, so that the result is small and not always smallest; `verify.hunt.smallest` searches by exhaustion where that is
possible. Works on every class of games: actions and states are the indices of named core axes. Rows of a kernel are
kept probabilities: what a row loses goes elsewhere in it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from games.core import Game
from games.errors import FirstmoverError
from games.linear_quadratic import LinearQuadraticGame
from verify.errors import ClaimError
from verify.hunt import lq_moves
from verify.hunt.numbers import DENOMINATORS, nearer, nearest, size
from verify.statement import Claim
from verify.twin import Twin
from verify.variant import Variant, variants

KERNEL = "transition"
"""The array whose last axis holds probabilities."""


def shrink(claim: Claim | Variant, game: Game, *, budget: int = 2_000) -> Game:
    """A counterexample that no single simplification makes simpler, from the exact counterexample `game`.

    To a claim, or to a variant of one.

    Simplifications are tried in order: leave out an index of a core axis (an action), give all numbers few digits, move
    equal numbers together, then one number alone, nearer to 0 or to fewer digits. At most `budget` candidates are
    decided. Raises `ClaimError` if `game` does not violate the claim, or not under its hypotheses.
    """
    variant = claim if isinstance(claim, Variant) else variants(claim)["claim"]

    def violates(candidate: Game) -> bool:
        twin = Twin(candidate)
        return twin.decide(variant.relation).outcome == "violated" and not twin.unmet(variant)

    if not violates(game):
        raise ClaimError(f"shrink: expected a counterexample to {variant.title}, found a game that is none")
    game = game.exact()
    if isinstance(game, LinearQuadraticGame):
        return _moved(violates, game, budget)
    left = itertools.repeat(None, budget)
    improved = True
    while improved:
        improved = False
        for candidate in _simpler(game):
            if next(left, left) is left:  # the budget is spent
                return game
            if _accepted(violates, candidate):
                game, improved = candidate, True
                break
    return game


def _moved(violates: Callable[[Game], bool], game: LinearQuadraticGame, budget: int) -> Game:
    """All moves in turn, over and over until none makes the game simpler: most of its numbers matter to nothing."""
    improved = True
    while improved:
        improved = False
        for move in lq_moves.moves(game):
            for candidate in move(game):
                if budget == 0:
                    return game
                budget -= 1
                if _accepted(violates, candidate):
                    game, improved = candidate, True
                    break
    return game


def _accepted(violates: Callable[[Game], bool], candidate: Game) -> bool:
    """Whether the candidate is a counterexample; one that cannot be decided is none."""
    try:
        return violates(candidate)
    except FirstmoverError:
        return False


def _simpler(game: Game) -> Iterator[Game]:
    """Games simpler than `game` by one step, the boldest first."""
    for axis in dict.fromkeys(axis for axes in game.core.values() for axis in axes):
        for index in range(game.size(axis) if game.size(axis) > 1 else 0):
            yield from _tried(game, {name: _without(game, name, axis, index) for name in game.core})
    names = [name for name in game.core if name != KERNEL]
    if KERNEL in game.core:
        yield from _simpler_kernels(game)
    for denominator in DENOMINATORS:
        rounded = {name: _rounded(getattr(game, name), denominator) for name in names}
        if any((rounded[name] != getattr(game, name)).any() for name in names):
            yield from _tried(game, rounded)
    for name in names:  # all occurrences of a number together: ties are what theory breaks at
        array = getattr(game, name)
        for number in sorted({*array.flat}, key=size, reverse=True):
            for simpler in nearer(number):
                changed = array.copy()
                changed[array == number] = simpler
                yield from _tried(game, {name: changed})
    for name in names:
        array = getattr(game, name)
        for index in np.ndindex(array.shape):
            for number in nearer(array[index]):
                changed = array.copy()
                changed[index] = number
                yield from _tried(game, {name: changed})


def _simpler_kernels(game: Game) -> Iterator[Game]:
    """Games with fewer digits in all rows of the kernel, then in one row."""
    kernel = getattr(game, KERNEL)
    rows = list(np.ndindex(kernel.shape[:-1]))
    for denominator in DENOMINATORS:
        shorter = kernel.copy()
        for row in rows:
            shorter[row] = _shorter_law(kernel[row], denominator)
        if (shorter != kernel).any():
            yield from _tried(game, {KERNEL: shorter})
    for row in rows:
        size = _law_size(kernel[row])
        laws = [_shorter_law(kernel[row], denominator) for denominator in DENOMINATORS]
        laws += [np.array([Fraction(int(t == to)) for t in range(len(kernel[row]))]) for to in range(len(kernel[row]))]
        for law in laws:
            # Of point masses, which are all of one size, those at earlier states are simpler.
            if (_law_size(law), law.tolist()[::-1]) < (size, kernel[row].tolist()[::-1]):
                changed = kernel.copy()
                changed[row] = law
                yield from _tried(game, {KERNEL: changed})


def _law_size(law: np.ndarray) -> int:
    return sum(size(p)[0] for p in law)


def _shorter_law(law: np.ndarray, denominator: int) -> np.ndarray:
    """The law in multiples of 1/denominator: rounded down, what is left going to the largest remainders."""
    parts = [int(p * denominator) for p in law]  # p >= 0
    remainders = [p * denominator - part for p, part in zip(law, parts, strict=True)]
    order = sorted(range(len(parts)), key=lambda t: (-remainders[t], t))
    for t in order[: denominator - sum(parts)]:
        parts[t] += 1
    return np.array([Fraction(part, denominator) for part in parts], dtype=object)


def _tried(game: Game, arrays: dict[str, Any]) -> Iterator[Game]:
    """The game with these arrays, or nothing where they make none (a probability law cut short)."""
    try:
        yield type(game)(**{name: getattr(game, name) for name in game.core} | arrays)
    except FirstmoverError:
        return


def _without(game: Game, name: str, axis: str, index: int) -> np.ndarray:
    """The array without that index of the axis; who would have gone to a state that is left out goes to the first."""
    array = getattr(game, name)
    if name == KERNEL and axis == game.core[KERNEL][-1]:
        array = array.copy()
        array[..., 1 if index == 0 else 0] += array[..., index]
    for place, own in enumerate(game.core[name]):
        if own == axis:
            array = np.delete(array, index, axis=place)
    return array


def _rounded(array: np.ndarray, denominator: int) -> np.ndarray:
    changed: Any = np.empty(array.shape, dtype=object)
    for index in np.ndindex(array.shape):
        changed[index] = nearest(array.item(index), denominator)
    return changed
