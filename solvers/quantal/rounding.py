"""Running error analysis of softmax quantities: the unit, the bounds that every file here uses, and their bookkeeping.

Notation of all analyses: u = 2^-53, a hat for what the machine holds, and "err x" for a bound on |x^ - x|. To first
order in u,
  x op y    one rounding, u |x^ op y^|; an underflow adds at most 2^-1075, see `certified`
  sum_n x   n u sum |x^|, in whatever order numpy adds
  f(x)      |f'| err x + LIBRARY u |f(x^)| for exp, expm1, log, log1p, where the library is trusted to 8 units in the
            last place; scipy's, Intel's and the C library's are good to 4 (tests hold them against balls of 200 bits)
All bounds are relative errors of at most 2^-30 (scaled gaps up to `CUT`, up to 2^20 actions), so what is neglected, the
products of two of them and the roundings of the bounds themselves, is below 2^-20 of what is kept: `UP` covers it.
"""

from __future__ import annotations

import numpy as np

from games.choice import Choice
from solvers.errors import SolverError

UNIT = 2.0**-53
LIBRARY = 16  # in units u, hence 8 units in the last place
UP = 1 + 2.0**-16

CUT = 700.0
"""Scaled gaps beyond it count as infinite: e^-g leaves the normal floats at 708."""

TAIL = 2.0**-980
"""Bounds (1 + g + g^2) e^-g for g >= 699: all that an action beyond the cut can add to any sum here."""

Certified = tuple[np.ndarray, np.ndarray]


def certified(value: np.ndarray, radius: np.ndarray, *, least: np.ndarray | float = -np.inf) -> Certified:
    """The value, clipped to what is known to be its `least`, with a radius that covers all rounding and underflow.

    Where an overflow left no finite number the value is 0 and the radius infinite: nothing is known.
    """
    known = np.isfinite(value) & np.isfinite(radius)
    value = np.where(known, np.maximum(value, least), 0.0)
    return value, np.where(known, radius * UP + np.finfo(np.float64).tiny, np.inf)


def curve(y: np.ndarray) -> np.ndarray:
    """psi(y) = e^y - 1 - y for |y| <= 1, without cancellation: relative error at most `CURVE` u.

    y^2 sum_k y^k / (k+2)!, cut after k = 17: the rest is below 2^-60 of the sum. Horner's rule errs by at most
    u sum_k (2k+1) |y|^k / (k+2)! < 1.3 u and the coefficients by 0.8 u, where the sum is at least 1/e; two products
    follow.
    """
    total = np.full_like(y, _COEFFICIENTS[-1])
    for coefficient in _COEFFICIENTS[-2::-1]:
        total = total * y + coefficient
    return y * y * total


CURVE = 8
_COEFFICIENTS = 1 / np.cumprod(np.arange(1.0, 20.0))[1:]  # 1/2!, ..., 1/19!; exact factorials up to 18!


def floats(game: Choice, solver: str) -> int:
    """The number of actions of a game of floats; `SolverError` for an exact twin, whose values would be rounded."""
    if game.is_exact:
        raise SolverError(f"{solver}: expected a game of floats, found an exact twin; take game.float()")
    return game.actions
