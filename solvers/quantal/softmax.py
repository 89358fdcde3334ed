"""What a softmax agent plays and gets, with sound error radii at any scale of values and temperature.

The agent plays p = softmax(q / tau). Everything is computed from the gaps g_a = (max q - q_a) / tau >= 0 and weights
e_a = e^{-g_a}, Z = sum e_a: sums of nonnegative terms, so that nothing cancels. Every function takes a batch of
`Choice`s and returns (values, radii) of the batch shape: the true value for these very floats lies within the radius.

Errors (notation of solvers.quantal.rounding). The difference and the quotient make g^ exact to 2u, so
  err e_a = (2 g_a + LIBRARY + 1) u e_a, and TAIL beyond the cut
  err Z   = sum err e + n u Z, Z >= 1
  v = sum g e / Z, the loss in temperatures: err v = (sum g e (c + 3) u + n u sum g e + n TAIL + v err Z) / Z + u v,
with c_a = 2 g_a + LIBRARY + 1.

Source: Gao and Pavel 2017 on the softmax function; the forms without cancellation are elementary.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from games.choice import Choice
from solvers.quantal.rounding import CUT, LIBRARY, TAIL, UNIT, Certified, certified, floats


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Unnormalised softmax weights e^{-g} of a batch, with error bounds; the best action has weight 1."""

    gaps: np.ndarray  # (*batch, n) max q - q, infinite where the difference overflows
    scaled: np.ndarray  # (*batch, n) the gaps over tau
    weight: np.ndarray  # (*batch, n)
    error: np.ndarray  # (*batch, n)
    total: np.ndarray  # (*batch,)
    total_error: np.ndarray  # (*batch,)
    loss: np.ndarray  # (*batch,) v, the expected scaled gap
    loss_error: np.ndarray  # (*batch,)
    unknown: np.ndarray  # (*batch,) infinite where a gap overflowed, which may be a moderate one at a huge tau; else 0

    def law(self) -> tuple[np.ndarray, np.ndarray]:
        """p = e / Z and its errors, each (*batch, n)."""
        law = self.weight / self.total[..., None]
        return law, self.error / self.total[..., None] + law * (self.total_error / self.total + UNIT)[..., None]

    def log_total(self) -> tuple[np.ndarray, np.ndarray]:
        """log Z and its error: with S the weight of all actions but one best, log1p(S), |d log1p(S)| = dS / (1 + S)."""
        n = self.weight.shape[-1]
        other = np.arange(n) != self.gaps.argmin(axis=-1)[..., None]
        others = np.where(other, self.weight, 0.0).sum(axis=-1)
        error = np.where(other, self.error, 0.0).sum(axis=-1) + n * UNIT * others + self.unknown
        log_total = np.log1p(others)
        return log_total, error / (1 + others) + LIBRARY * UNIT * log_total


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def weights(values: np.ndarray, temperature: np.ndarray) -> Weights:
    """Softmax weights of values (*batch, n) at temperatures (*batch,)."""
    n = values.shape[-1]
    gaps = values.max(axis=-1, keepdims=True) - values
    scaled = gaps / temperature[..., None]
    kept = scaled <= CUT
    inside = np.where(kept, scaled, 0.0)
    weight = np.where(kept, np.exp(-inside), 0.0)
    relative = (2 * inside + LIBRARY + 1) * UNIT
    error = np.where(kept, relative * weight, TAIL)
    total = weight.sum(axis=-1)
    unknown = np.where(np.isfinite(gaps).all(axis=-1), 0.0, np.inf)
    total_error = error.sum(axis=-1) + n * UNIT * total + unknown
    terms = inside * weight
    sum_terms = terms.sum(axis=-1)
    terms_error = (terms * (relative + 3 * UNIT)).sum(axis=-1) + n * (UNIT * sum_terms + TAIL)
    loss = sum_terms / total
    loss_error = (terms_error + loss * total_error) / total + UNIT * loss
    return Weights(
        gaps=gaps,
        scaled=scaled,
        weight=weight,
        error=error,
        total=total,
        total_error=total_error,
        loss=loss,
        loss_error=loss_error,
        unknown=unknown,
    )


def _of(game: Choice, solver: str) -> Weights:
    floats(game, solver)
    return weights(game.values, game.temperature)


def softmax(game: Choice) -> Certified:
    """The law p = softmax(q / tau) and its radii, both (*batch, n)."""
    law, error = _of(game, "softmax").law()
    return certified(law, error, least=0.0)


def actions(game: Choice) -> Certified:
    """n, the number of actions."""
    return np.full(game.batch_shape, float(game.actions)), np.zeros(game.batch_shape)


def temperature(game: Choice) -> Certified:
    """tau."""
    floats(game, "temperature")
    return game.temperature, np.zeros(game.batch_shape)


def maximisers(game: Choice) -> Certified:
    """k, the number of actions whose value is exactly the largest."""
    floats(game, "maximisers")
    best = game.values == game.values.max(axis=-1, keepdims=True)
    return best.sum(axis=-1).astype(np.float64), np.zeros(game.batch_shape)


def gap(game: Choice) -> Certified:
    """delta = max q - the best of the other values, one rounding; NaN where all actions are best (k = n)."""
    floats(game, "gap")
    best = game.values.max(axis=-1, keepdims=True)
    second = np.where(game.values < best, game.values, -np.inf).max(axis=-1)
    with np.errstate(over="ignore"):
        value, radius = certified(best[..., 0] - second, UNIT * np.abs(best[..., 0] - second))
    undefined = np.isneginf(second)
    return np.where(undefined, np.nan, value), np.where(undefined, 0.0, radius)


def max_value(game: Choice) -> Certified:
    """max q, exact."""
    floats(game, "max_value")
    return game.values.max(axis=-1), np.zeros(game.batch_shape)


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def value_gap(game: Choice) -> Certified:
    """max q - <p, q> = tau v."""
    known = _of(game, "value_gap")
    value = game.temperature * known.loss
    return certified(value, game.temperature * known.loss_error + UNIT * value)


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def soft_value(game: Choice) -> Certified:
    """<p, q> = max q - tau v."""
    return _from_maximum(game, value_gap(game), sign=-1)


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def lse_gap(game: Choice) -> Certified:
    """tau log sum_a e^{q_a / tau} - max q = tau log Z."""
    known = _of(game, "lse_gap")
    log_total, error = known.log_total()
    value = game.temperature * log_total
    return certified(value, game.temperature * error + UNIT * value)


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def log_sum_exp(game: Choice) -> Certified:
    """tau log sum_a e^{q_a / tau} = max q + tau log Z."""
    return _from_maximum(game, lse_gap(game), sign=1)


def _from_maximum(game: Choice, distance: Certified, *, sign: int) -> Certified:
    value = game.values.max(axis=-1) + sign * distance[0]
    return certified(value, distance[1] + UNIT * np.abs(value))


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def soft_entropy(game: Choice) -> Certified:
    """Ent(p) = log Z + v, both nonnegative."""
    known = _of(game, "soft_entropy")
    log_total, error = known.log_total()
    value = log_total + known.loss
    return certified(value, error + known.loss_error + UNIT * value)


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def policy_gap(game: Choice) -> Certified:
    """||p - uniform over the maximisers||_1 = 2 R / (k + R) with R the weight of the others.

    The maximisers lose what the others gain. The derivative in R is 2 k / (k + R)^2.
    """
    known = _of(game, "policy_gap")
    best = known.gaps == 0
    k = best.sum(axis=-1)
    others = np.where(best, 0.0, known.weight).sum(axis=-1)
    error = np.where(best, 0.0, known.error).sum(axis=-1) + game.actions * UNIT * others + known.unknown
    value = 2 * others / (k + others)
    return certified(value, 2 * k / (k + others) ** 2 * error + 3 * UNIT * value)
