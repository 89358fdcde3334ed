"""A softmax agent at two temperatures, tau and a hotter tau' >= tau: what heating costs, with sound error radii.

Unprimed is at tau, primed at tau'. With the gaps G = max q - q, scaled g = G / tau and g' = G / tau', v = <p, g>,
theta = (tau' - tau) / tau' in [0, 1), f = g - v, y = theta f and mu = theta v (so that -g' = -g + mu + y), psi(y) =
e^y - 1 - y, and Z, Z' the sums of e^{-g}, e^{-g'}:
  <p, q> - <p', q> = (tau / Z') sum f (e^{-g'} - e^{mu - g}) = (tau / Z') sum f e^{mu - g} expm1(y)
since sum f e^{-g} = 0, each term >= 0; and
  Ent(p') - Ent(p) = (<p, q> - <p', q>) / tau' + KL(p || p'),   KL(p || p') = log(1 + A),
  A = sum p psi(y) = sum (e^{-g' - mu} - e^{-g} (1 + y)) / Z,   each term >= 0.
Nothing cancels however near the temperatures are. The forms with y serve |y| <= 1, the others |y| > 1, where the
two terms of a difference are a factor apart.

Errors (notation of solvers.quantal.rounding), theta exact to 2u:
  err f = 2u g + err v + u |f|, err y = theta err f + 3u |y|, err mu = theta err v + 3u mu, mu <= v <= log n
  m = e^{mu - g} as e^{-g} e^{mu}:  err m = e^{mu} err e + m (err mu + (LIBRARY + 1) u)
  E = m expm1(y):                   err E = |expm1 y| err m + m (e^y err y + (LIBRARY + 1) u |expm1 y|)
  E = e^{-g'} - m:                  err E = err e' + err m + u |E|
  f E:                              |f| err E + |E| err f + err f err E + u |f E|   (the product matters where f = 0)
  p psi:                            as in solvers.quantal.perturbation
  e^{-g' - mu} as e^{-g'} e^{-mu}:  err = e^{-mu} (err e' + e' (err mu + (LIBRARY + 1) u)).
Where e^{-g'} is cut, so is e^{-g}: tau f e^{-g'} <= tau' g' e^{-g'} <= tau' TAIL. Where e^{-g} is cut,
f m <= e^{mu} TAIL <= n TAIL.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from games.choice import Choice, ChoiceAtTwoTemperatures
from solvers.quantal.rounding import CURVE, CUT, LIBRARY, TAIL, UNIT, Certified, certified, curve, floats
from solvers.quantal.softmax import Weights, soft_entropy, soft_value, weights


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Heating:
    """The agent at both temperatures, and how far each scaled gap lies from the mean."""

    cold: Weights
    hot: Weights
    f: np.ndarray  # (*batch, n)
    f_error: np.ndarray  # (*batch, n)
    y: np.ndarray  # (*batch, n)
    y_error: np.ndarray  # (*batch, n)
    mu: np.ndarray  # (*batch, 1)
    mu_error: np.ndarray  # (*batch, 1)


def _heating(game: ChoiceAtTwoTemperatures, solver: str) -> Heating:
    floats(game, solver)
    cold, hot = weights(game.values, game.temperature), weights(game.values, game.hotter)
    theta = ((game.hotter - game.temperature) / game.hotter)[..., None]
    loss, loss_error = cold.loss[..., None], cold.loss_error[..., None]
    f = cold.scaled - loss
    f_error = 2 * UNIT * cold.scaled + loss_error + UNIT * np.abs(f)
    y, mu = theta * f, theta * loss
    return Heating(
        cold=cold,
        hot=hot,
        f=f,
        f_error=f_error,
        y=y,
        y_error=theta * f_error + 3 * UNIT * np.abs(y),
        mu=mu,
        mu_error=theta * loss_error + 3 * UNIT * mu,
    )


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def soft_value_drop(game: ChoiceAtTwoTemperatures) -> Certified:
    """<softmax(q / tau), q> - <softmax(q / tau'), q>."""
    found = _heating(game, "soft_value_drop")
    cold, hot, n = found.cold, found.hot, game.actions
    cut = cold.scaled > CUT
    warm = np.exp(found.mu)
    base = cold.weight * warm  # m
    base_error = np.where(cut, 0.0, warm * cold.error + base * (found.mu_error + (LIBRARY + 1) * UNIT))
    near = (np.abs(found.y) <= 1) & ~cut
    grown = np.expm1(np.where(near, found.y, 0.0))
    slope_error = (1 + grown) * found.y_error + (LIBRARY + 1) * UNIT * np.abs(grown)
    long = hot.weight - base
    change = np.where(near, base * grown, long)  # E
    change_error = np.where(
        near, np.abs(grown) * base_error + base * slope_error, hot.error + base_error + UNIT * np.abs(long)
    )
    beyond = hot.scaled > CUT  # hence cut as well
    f, f_error, change_error = (np.where(beyond, 0.0, part) for part in (found.f, found.f_error, change_error))
    terms = f * change
    error = np.abs(f) * change_error + (np.abs(change) + change_error) * f_error + UNIT * np.abs(terms)
    sum_error = error.sum(axis=-1) + n * UNIT * np.abs(terms).sum(axis=-1)
    drop = terms.sum(axis=-1) / hot.total
    drop_error = sum_error / hot.total + np.abs(drop) * (hot.total_error / hot.total + UNIT)
    value = game.temperature * drop
    # Beyond the cuts: n TAIL temperatures an action for e^{mu - g}, TAIL hotter temperatures for e^{-g'}.
    tail = 2 * n * n * game.hotter * TAIL
    return certified(value, game.temperature * drop_error + UNIT * np.abs(value) + tail, least=0.0)


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def entropy_rise(game: ChoiceAtTwoTemperatures) -> Certified:
    """Ent(softmax(q / tau')) - Ent(softmax(q / tau))."""
    found = _heating(game, "entropy_rise")
    cold, hot, n = found.cold, found.hot, game.actions
    law, law_error = cold.law()
    cut = cold.scaled > CUT
    near = (np.abs(found.y) <= 1) & ~cut
    y, y_error = (np.where(cut, 0.0, part) for part in (found.y, found.y_error))
    inside = np.where(near, y, 0.0)
    psi = curve(inside)
    short = law * psi
    psi_error = np.abs(np.expm1(inside)) * y_error + 2 * y_error**2 + CURVE * UNIT * psi
    short_error = law_error * psi + law * psi_error + UNIT * short
    cool = np.exp(-found.mu)
    after, before = hot.weight * cool, cold.weight * (1 + y)
    long = after - before
    long_error = cool * hot.error + after * (found.mu_error + (LIBRARY + 1) * UNIT)
    long_error = long_error + np.abs(1 + y) * cold.error + cold.weight * (y_error + 2 * UNIT * np.abs(1 + y))
    total, relative = cold.total[..., None], (cold.total_error / cold.total)[..., None]
    long_error = long_error / total + np.abs(long / total) * (relative + 3 * UNIT)
    terms, errors = np.where(near, short, long / total), np.where(near, short_error, long_error)
    excess = terms.sum(axis=-1)  # A
    excess_error = errors.sum(axis=-1) + n * UNIT * np.abs(terms).sum(axis=-1) + 2 * n * TAIL
    divergence = np.log1p(excess)
    divergence_error = excess_error / (1 + excess) + LIBRARY * UNIT * divergence
    drop, drop_error = soft_value_drop(game)
    value = drop / game.hotter + divergence
    return certified(value, drop_error / game.hotter + divergence_error + 2 * UNIT * np.abs(value), least=0.0)


def hotter(game: ChoiceAtTwoTemperatures) -> Certified:
    """tau'."""
    floats(game, "hotter")
    return game.hotter, np.zeros(game.batch_shape)


def _heated(game: ChoiceAtTwoTemperatures) -> Choice:
    return Choice(values=game.values, temperature=game.hotter)


def hotter_soft_value(game: ChoiceAtTwoTemperatures) -> Certified:
    """<softmax(q / tau'), q>."""
    return soft_value(_heated(game))


def hotter_soft_entropy(game: ChoiceAtTwoTemperatures) -> Certified:
    """Ent(softmax(q / tau'))."""
    return soft_entropy(_heated(game))
