"""How far a softmax agent's law moves when the values change by d, with sound error radii.

p = softmax(q / tau), p' = softmax((q + d) / tau). With x = (d - min d) / tau >= 0, s = max x = span(d) / tau, the mean
mu = <p, x> and y = x - mu, psi(y) = e^y - 1 - y and A = <p, psi(y)> >= 0,
  p'_a = p_a e^{y_a} / (1 + A)
  p'_a - p_a = p_a (expm1(y_a) - A) / (1 + A)
  p'_a - p_a - p_a y_a = p_a (psi(y_a) - A (1 + y_a)) / (1 + A), the distance to the first order in d,
which do not cancel however small d is against tau. They serve s <= 1; for larger s the weights of p' are taken from
x - g less its maximum, and the laws subtracted: the bounds to be compared with are of the order 1 there.

Errors (notation of solvers.quantal.rounding), |y| <= s:
  err x = 2u x, err mu = sum x err p + 3u mu + n u mu, err y = err x + err mu + u |y|
  err psi = |expm1 y| err y + 2 (err y)^2 + CURVE u psi       (the square matters where y = 0)
  err A = sum (psi err p + p err psi) + (n + 1) u A
  t = expm1 y - A:        err t = e^y err y + LIBRARY u |expm1 y| + err A + u |t|
  t = psi - A (1 + y):    err t = err psi + (1 + y) err A + A err y + 2u A (1 + y) + u |t|
  p t / (1 + A):          (|t| err p + p err t + |p t| (err A + 3u)) / (1 + A), as A >= 0.
For s > 1, h = max(x - g) - (x - g) has err h = u (2g + 2x + |x - g|, at a and at the maximum, + h), e^{-h} the relative
error err h + (LIBRARY + 1) u. Up to s = 10^8 that is below 2^-21; beyond, where |p' - p| = 2 in floats, the trivial
enclosures |p' - p|_1 in [0, 2], |p' - p|_2 in [0, sqrt 2], |p' - p - p y|_1 in [0, 2 + 2 s] are given instead.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from games.choice import PerturbedChoice
from solvers.quantal.rounding import CURVE, CUT, LIBRARY, TAIL, UNIT, Certified, certified, curve, floats
from solvers.quantal.softmax import weights

WIDE = 1e8
"""Spans, in temperatures, beyond which the law is not computed."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """p' - p and what of it is not of the first order in d, with errors; `wide` marks games where neither was found."""

    moved: np.ndarray  # (*batch, n)
    moved_error: np.ndarray  # (*batch, n)
    curved: np.ndarray  # (*batch, n)
    curved_error: np.ndarray  # (*batch, n)
    span: np.ndarray  # (*batch,) span(d) / tau
    wide: np.ndarray  # (*batch,)
    unknown: np.ndarray  # (*batch,) infinite where something overflowed, else 0


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def movement(game: PerturbedChoice) -> Movement:
    """p' - p, and p' - p less its first-order term in d."""
    n = floats(game, "movement")
    start = weights(game.values, game.temperature)
    law, law_error = start.law()
    x = (game.perturbation - game.perturbation.min(axis=-1, keepdims=True)) / game.temperature[..., None]
    span = x.max(axis=-1)
    wide = ~(span <= WIDE)
    x = np.where(wide[..., None], 0.0, x)
    mean = (law * x).sum(axis=-1)
    mean_error = (x * law_error).sum(axis=-1) + (n + 3) * UNIT * mean
    y = x - mean[..., None]
    y_error = 2 * UNIT * x + mean_error[..., None] + UNIT * np.abs(y)
    near = (span <= 1)[..., None]
    short = _short(law, law_error, np.where(near, y, 0.0), y_error)
    long = _long(law, law_error, np.minimum(start.scaled, np.finfo(np.float64).max), x, y, y_error)
    moved, moved_error, curved, curved_error = (np.where(near, a, b) for a, b in zip(short, long, strict=True))
    return Movement(
        moved=moved,
        moved_error=moved_error,
        curved=curved,
        curved_error=curved_error,
        span=span,
        wide=wide,
        unknown=start.unknown,
    )


Parts = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _short(law: np.ndarray, law_error: np.ndarray, y: np.ndarray, y_error: np.ndarray) -> Parts:
    """The forms without cancellation, for |y| <= 1."""
    n = law.shape[-1]
    grown, psi = np.expm1(y), curve(y)
    psi_error = np.abs(grown) * y_error + 2 * y_error**2 + CURVE * UNIT * psi
    excess = (law * psi).sum(axis=-1, keepdims=True)  # A
    excess_error = (psi * law_error + law * psi_error).sum(axis=-1, keepdims=True) + (n + 1) * UNIT * excess

    def share(t: np.ndarray, t_error: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        scale = 1 + excess
        error = np.abs(t) * law_error + law * t_error + law * np.abs(t) * (excess_error + 3 * UNIT)
        return law * t / scale, error / scale

    t = grown - excess
    moved = share(t, (1 + grown) * y_error + LIBRARY * UNIT * np.abs(grown) + excess_error + UNIT * np.abs(t))
    part = excess * (1 + y)
    t = psi - part
    t_error = psi_error + (1 + y) * excess_error + excess * y_error + UNIT * (2 * part + np.abs(t))
    return *moved, *share(t, t_error)


def _long(
    law: np.ndarray, law_error: np.ndarray, scaled: np.ndarray, x: np.ndarray, y: np.ndarray, y_error: np.ndarray
) -> Parts:
    """Both laws subtracted."""
    n = law.shape[-1]
    level = x - scaled
    best = level.argmax(axis=-1)[..., None]
    below = np.take_along_axis(level, best, -1) - level  # h
    slack = 2 * scaled + 2 * x + np.abs(level)
    below_error = UNIT * (slack + np.take_along_axis(slack, best, -1) + below)
    kept = below <= CUT
    inside = np.where(kept, below, 0.0)
    weight = np.where(kept, np.exp(-inside), 0.0)
    error = np.where(kept, weight * (below_error + (LIBRARY + 1) * UNIT), TAIL)
    total = weight.sum(axis=-1, keepdims=True)
    after = weight / total
    total_error = error.sum(axis=-1, keepdims=True) / total + (n + 1) * UNIT
    after_error = error / total + after * total_error
    moved = after - law
    moved_error = after_error + law_error + UNIT * np.abs(moved)
    first = law * (1 + y)
    curved = after - first
    first_error = law_error * np.abs(1 + y) + law * y_error + 3 * UNIT * (np.abs(first) + law)
    return moved, moved_error, curved, after_error + first_error + UNIT * np.abs(curved)


def _length(parts: np.ndarray, errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The l1 norm and its error."""
    length = np.abs(parts).sum(axis=-1)
    return length, errors.sum(axis=-1) + parts.shape[-1] * UNIT * length


def _euclidean(parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The l2 norm, scaled so that no square underflows, and its rounding: half the sum's relative error, and 4u."""
    largest = np.abs(parts).max(axis=-1)
    shares = parts / np.where(largest > 0, largest, 1.0)[..., None]
    norm = largest * np.sqrt((shares * shares).sum(axis=-1))
    return norm, (parts.shape[-1] + 4) * UNIT * norm


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def span(game: PerturbedChoice) -> Certified:
    """max d - min d, one rounding."""
    floats(game, "span")
    value = game.perturbation.max(axis=-1) - game.perturbation.min(axis=-1)
    return _exact_zero(value, certified(value, UNIT * value))


def sup_norm(game: PerturbedChoice) -> Certified:
    """max |d|, exact."""
    floats(game, "sup_norm")
    return np.abs(game.perturbation).max(axis=-1), np.zeros(game.batch_shape)


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def l2_norm(game: PerturbedChoice) -> Certified:
    """||d||_2."""
    floats(game, "l2_norm")
    value, error = _euclidean(game.perturbation)
    return _exact_zero(value, certified(value, error))


def _exact_zero(value: np.ndarray, found: Certified) -> Certified:
    """Differences and norms of floats vanish exactly or not at all."""
    return found[0], np.where(value == 0, 0.0, found[1])


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def response_distance(game: PerturbedChoice) -> Certified:
    """||softmax((q + d) / tau) - softmax(q / tau)||_1."""
    found = movement(game)
    value, error = _length(found.moved, found.moved_error)
    return certified(np.where(found.wide, 1.0, value), np.where(found.wide, 1.0, error) + found.unknown, least=0.0)


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def response_distance_l2(game: PerturbedChoice) -> Certified:
    """||softmax((q + d) / tau) - softmax(q / tau)||_2."""
    found = movement(game)
    value, error = _euclidean(found.moved)
    error = error + _euclidean(found.moved_error)[0]
    return certified(np.where(found.wide, 0.75, value), np.where(found.wide, 0.75, error) + found.unknown, least=0.0)


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def remainder(game: PerturbedChoice) -> Certified:
    """||softmax((q + d) / tau) - softmax(q / tau) - its derivative in q applied to d||_1.

    The derivative takes d to p (d - <p, d>) / tau.
    """
    found = movement(game)
    value, error = _length(found.curved, found.curved_error)
    most = 1 + found.span  # half the trivial bound |p' - p|_1 + |p y|_1 <= 2 + 2 s
    value, error = np.where(found.wide, most, value), np.where(found.wide, 1.01 * most, error)
    return certified(value, error + found.unknown, least=0.0)
