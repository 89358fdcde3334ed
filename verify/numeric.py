"""Relations on batches of float games: values with error radii, margins, and which side of its error each one is on."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

import numpy as np

from verify.comparison import Comparison
from verify.concept import resolve
from verify.errors import ClaimError
from verify.float_ball import FloatBall
from verify.terms import Relation, Term
from verify.vocabulary import concept

_OPERATIONS: dict[str, Callable[..., FloatBall]] = {
    "+": FloatBall.__add__,
    "-": FloatBall.__sub__,
    "*": FloatBall.__mul__,
    "/": FloatBall.__truediv__,
    "max": FloatBall.maximum,
    "min": FloatBall.minimum,
    "neg": FloatBall.__neg__,
    "abs": FloatBall.__abs__,
    "exp": FloatBall.exp,
    "log": FloatBall.log,
    "sqrt": FloatBall.sqrt,
    "tanh": FloatBall.tanh,
    "lambertw": FloatBall.lambertw,
}

Known = MutableMapping[str, FloatBall]


def measure(name: str, game: Any, known: Known | None = None) -> FloatBall:
    """The named concept on a batch of float games; `known` keeps what was computed for the same batch before.

    Raises `ClaimError` where the concept's function returns other shapes than the batch's, or a negative radius.
    """
    if known is not None and name in known:
        return known[name]
    item = concept(name)
    if item.game != game.kind and not _is_of_kind(game, item.game):
        raise ClaimError(f"concept {name}: expected a game of kind {item.game!r}, found {game.kind!r}")
    values, radii = resolve(item.numeric)(game)
    for what, array in (("values", values), ("radii", radii)):
        if np.shape(array) != game.batch_shape:
            raise ClaimError(f"concept {name}: expected {what} of shape {game.batch_shape}, found {np.shape(array)}")
    if np.any(np.asarray(radii) < 0):
        raise ClaimError(f"concept {name}: expected radii >= 0, found {np.min(radii)}")
    ball = FloatBall.of(values, radii)
    if known is not None:
        known[name] = ball
    return ball


def _is_of_kind(game: Any, kind: str) -> bool:
    return any(getattr(base, "kind", None) == kind for base in type(game).__mro__)


def evaluate_term(term: Term, game: Any, known: Known | None = None) -> FloatBall:
    """The term's value on each game of the batch, with its error radius."""
    if term.op == "number":
        assert term.number is not None
        return FloatBall.number(term.number)
    if term.op == "concept":
        return measure(term.name, game, known)
    if term.op == "measured":
        if known is None or term.name not in known:
            raise ClaimError(f"{term.name}: expected a quantity that the claim's experiment measures, found none")
        return known[term.name]
    return _OPERATIONS[term.op](*(evaluate_term(arg, game, known) for arg in term.args))


def evaluate(relation: Relation, game: Any, known: Known | None = None, *, whose: str = "relation") -> Comparison:
    """The relation on each game of the batch: both sides and a bound on the error of their difference.

    The error is infinite where floats know nothing (an overflow). Raises `ClaimError` with the instance where a side
    is undefined (NaN): a statement must mean something wherever its hypotheses hold.
    """
    lhs, rhs = evaluate_term(relation.lhs, game, known), evaluate_term(relation.rhs, game, known)
    difference = rhs - lhs
    shape = game.batch_shape
    undefined = np.broadcast_to(np.isnan(difference.value), shape)
    if undefined.any():
        at = tuple(int(i) for i in np.argwhere(undefined)[0])
        instance = game[at] if at else game
        shown = ", ".join(f"{name} = {_shown(getattr(instance, name))}" for name in instance.core)
        place = f" (instance {at[0]} of the batch)" if at else ""
        raise ClaimError(f"{whose}: expected a number on both sides, found NaN for {game.kind} {shown}{place}")
    # An unknown side leaves `difference` unknown: its radius is the error, whatever the placeholder values are.
    sides = [np.broadcast_to(array, shape) for array in (lhs.value, rhs.value, difference.radius)]
    return Comparison(op=relation.op, lhs=sides[0], rhs=sides[1], error=sides[2])


def _shown(array: np.ndarray) -> str:
    text = " ".join(np.array2string(np.asarray(array), threshold=12, separator=", ").split())
    return text if len(text) <= 120 else text[:117] + "..."


def settled(comparison: Comparison) -> np.ndarray:
    """Where floats decide: the margin is beyond its error, or there is no error at all."""
    return (np.abs(comparison.margin) > comparison.error) | (comparison.error == 0)
