"""From the solvers of Markov games to the two things a concept needs: floats with radii, and facts to check.

As in `matrix_numeric`: numeric functions take a batch of float games and return (values, radii) of the batch shape, the
radius infinite where rounding leaves the answer open, the value NaN where there is none; `prove_NAME` takes a single
exact game and returns the fact of that concept. Solvers are imported where they are used.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from games.errors import FirstmoverError
from games.markov import MarkovGame

Ball = tuple[np.ndarray, np.ndarray]
Fact = dict[str, Any]

EPSILON = 2.0**-52


# Where the iteration from Q = 0 ends.


def orbit_period(game: MarkovGame) -> Ball:
    """By strict choices, or, where floats hold the iterates exactly, by ties that last."""
    from verify.hunt.lasting_ties import converges

    period, radii = _period(_ended(game, 1.0))
    left = np.isinf(radii)
    if left.any() and game.batch_shape:
        proved = np.zeros_like(left)
        proved[left] = converges(game[left])
        period, radii = np.where(proved, 1.0, period), np.where(proved, 0.0, radii)
    return period, radii


def orbit_period_half(game: MarkovGame) -> Ball:
    return _period(_ended(game, 0.5))


def orbit_ties(game: MarkovGame) -> Ball:
    """What the kernel settles it settles by strict choices; anything may be tied elsewhere."""
    _, radii = _period(_ended(game, 1.0))
    return np.zeros(game.batch_shape), radii


def reached_fixed_point(game: MarkovGame) -> Ball:
    found = _ended(game, 1.0)
    period, radii = _period(found)
    values = np.asarray(found.values["leader"])
    means = values.mean(axis=-1)
    rounding = EPSILON * (game.states + 1) * np.abs(values).max(axis=-1) + 2.0**-1074  # the mean may underflow
    radii = np.where(radii == 0, np.asarray(found.error_bound) + rounding, np.inf)
    return np.where(period > 1, np.nan, np.where(np.isfinite(radii), means, 0.0)), radii


@functools.lru_cache(maxsize=2)
def _ended(game: MarkovGame, step_size: float) -> Any:
    from solvers.markov.batch import solve

    return solve(game, ties="strong", step_size=step_size)


def _period(found: Any) -> Ball:
    """The period where the kernel proved one, 0 and an infinite radius elsewhere."""
    period = np.asarray(found.period, dtype=np.float64)
    return period, np.where(period > 0, 0.0, np.inf)


# Stationary solutions, by enumeration.


def fixed_points(game: MarkovGame) -> Ball:
    return _count(_stationary(game)[0])


def best_fixed_point(game: MarkovGame) -> Ball:
    found = _stationary(game)[0]
    return _value(found, found.best)


def worst_fixed_point(game: MarkovGame) -> Ball:
    found = _stationary(game)[0]
    return _value(found, found.worst)


def pure_nash_count(game: MarkovGame) -> Ball:
    return _count(_stationary(game)[1])


def best_markov_nash(game: MarkovGame) -> Ball:
    found = _stationary(game)[1]
    return _value(found, found.best)


def worst_markov_nash(game: MarkovGame) -> Ball:
    found = _stationary(game)[1]
    return _value(found, found.worst)


@functools.lru_cache(maxsize=2)
def _stationary(game: MarkovGame) -> Any:
    """Computed once for the six concepts that are read off it."""
    from solvers.markov.stationary import stationary

    return stationary(game)


def markov_commitment_gain(game: MarkovGame) -> Ball:
    """0 where the best fixed point is the best equilibrium."""
    fixed, equilibria = _stationary(game)
    gain, radii = _difference(_value(fixed, fixed.best), _value(equilibria, equilibria.best))
    same = fixed.settled & equilibria.settled & (fixed.policy >= 0) & (fixed.policy == equilibria.policy)
    return np.where(same, 0.0, gain), np.where(same, 0.0, radii)


def _difference(left: Ball, right: Ball) -> Ball:
    """left - right; NaN where one of them is."""
    values = left[0] - right[0]
    return values, np.where(np.isnan(values), 0.0, left[1] + right[1] + EPSILON * np.abs(values))


def _count(found: Any) -> Ball:
    return found.count, np.where(found.settled, 0.0, np.inf)


def _value(found: Any, values: np.ndarray) -> Ball:
    """The mean value, NaN where it is settled that there is no solution, unknown where nothing is settled."""
    return np.where(found.settled, values, 0.0), np.where(found.settled, found.error, np.inf)


def reached_loss(game: MarkovGame) -> Ball:
    """0 where the limit, being a fixed point, must be the best one: the only one, or of two not the worse."""
    reached, reached_radii = reached_fixed_point(game)
    fixed = _stationary(game)[0]
    best, best_radii = _value(fixed, fixed.best)
    loss, radii = _difference((best, best_radii), (reached, reached_radii))
    is_best = (fixed.count == 1) | (
        (fixed.count == 2) & (np.abs(loss) <= radii) & (np.abs(fixed.worst - reached) > radii)
    )
    is_best &= fixed.settled & np.isfinite(reached_radii) & ~np.isnan(reached)
    return np.where(is_best, 0.0, loss), np.where(is_best, 0.0, radii)


# Rates of the switching system: proved game by game, so that floats know nothing but the simple cases.


def span_rate_upper(game: MarkovGame) -> Ball:
    return _span_rate(game)


def span_rate_lower(game: MarkovGame) -> Ball:
    return _span_rate(game)


def lyapunov_limit(game: MarkovGame) -> Ball:
    return np.zeros(game.batch_shape), np.full(game.batch_shape, np.inf)


def _span_rate(game: MarkovGame) -> Ball:
    """With two states a mode is a number, the difference of two probabilities: both bounds are the largest |number|."""
    shape = game.batch_shape
    if game.states == 1:
        return np.zeros(shape), np.zeros(shape)
    if game.states > 2:
        return np.zeros(shape), np.full(shape, np.inf)
    first = game.transition[..., 0].reshape(*shape, 2, -1)  # (*batch, 2, A B) the probability of state 0
    values = np.abs(first[..., 0, :, None] - first[..., 1, None, :]).max(axis=(-2, -1))
    return values, _rounding(game.transition.reshape(*shape, -1, 2))


def dobrushin(game: MarkovGame) -> Ball:
    rows = game.transition.reshape(*game.batch_shape, -1, game.states)
    values = np.zeros(game.batch_shape)
    for i in range(1, rows.shape[-2]):
        ahead = np.maximum(rows[..., i:, :] - rows[..., :-i, :], 0.0).sum(axis=-1)
        values = np.maximum(values, ahead.max(axis=-1))
    return values, _rounding(rows)


def doeblin(game: MarkovGame) -> Ball:
    rows = game.transition.reshape(*game.batch_shape, -1, game.states)
    return 1 - rows.min(axis=-2).sum(axis=-1), _rounding(rows)


def _rounding(rows: np.ndarray) -> np.ndarray:
    """What sums of probabilities and of differences of them miss: nothing where all are multiples of 2^-40."""
    scaled = rows * 2.0**40
    short = (scaled == np.floor(scaled)).all(axis=(-2, -1))
    return np.where(short, 0.0, EPSILON * (rows.shape[-1] + 1))


def sup_rate(game: MarkovGame) -> Ball:
    """Row sums miss one by the rounding of a float's kernel alone, and by nothing in its exact twin."""
    return np.ones(game.batch_shape), np.zeros(game.batch_shape)


# What hypotheses measure.


def states(game: MarkovGame) -> Ball:
    return _everywhere(game, game.states)


def leader_actions_count(game: MarkovGame) -> Ball:
    return _everywhere(game, game.leader_actions)


def follower_actions_count(game: MarkovGame) -> Ball:
    return _everywhere(game, game.follower_actions)


def _everywhere(game: MarkovGame, count: int) -> Ball:
    return np.full(game.batch_shape, float(count)), np.zeros(game.batch_shape)


def markov_zero_sum_defect(game: MarkovGame) -> Ball:
    return _largest(game.leader_reward + game.follower_reward)


def markov_common_defect(game: MarkovGame) -> Ball:
    return _largest(game.leader_reward - game.follower_reward)


def _largest(cells: np.ndarray) -> Ball:
    """The largest |entry| of sums of two floats: each is rounded once, and zero exactly where the true sum is."""
    values = np.abs(cells).max(axis=(-3, -2, -1))
    return values, np.where(np.isfinite(values), values * EPSILON, np.inf)


def markov_discount_difference(game: MarkovGame) -> Ball:
    values = np.abs(np.asarray(game.leader_discount) - np.asarray(game.follower_discount))
    return values, values * EPSILON


def markov_follower_discount(game: MarkovGame) -> Ball:
    return np.array(game.follower_discount), np.zeros(game.batch_shape)


# Facts.


@functools.lru_cache(maxsize=64)
def prove_orbit_period(game: MarkovGame) -> Fact:
    """By strict choices, else by ties that last, else the fact that nothing is known."""
    from verify.hunt.tied_orbit import tied_orbit

    found = _fact(game, "orbit_period")
    return (tied_orbit(game) or found) if "undecided" in found else found


def prove_orbit_period_half(game: MarkovGame) -> Fact:
    return _fact(game, "orbit_period_half")


def prove_orbit_ties(game: MarkovGame) -> Fact:
    return {"concept": "orbit_ties", "orbit": prove_orbit_period(game)}


def prove_reached_fixed_point(game: MarkovGame) -> Fact:
    return {"concept": "reached_fixed_point", "orbit": prove_orbit_period(game)}


def prove_reached_loss(game: MarkovGame) -> Fact:
    return {"concept": "reached_loss", "orbit": prove_orbit_period(game)}


@functools.lru_cache(maxsize=16)
def prove_span_rate_upper(game: MarkovGame) -> Fact:
    return _fact(game, "span_rate_upper")


@functools.lru_cache(maxsize=16)
def prove_span_rate_lower(game: MarkovGame) -> Fact:
    return _fact(game, "span_rate_lower")


@functools.lru_cache(maxsize=16)
def prove_lyapunov_limit(game: MarkovGame) -> Fact:
    from solvers.markov.switching import limit

    return _known("lyapunov_limit", limit, game)


def _fact(game: MarkovGame, concept: str) -> Fact:
    from solvers.markov.exact import fact

    return _known(concept, fact, game, concept)


def _known(concept: str, prove: Callable[..., Fact], *arguments: Any) -> Fact:
    """The fact, or the one that nothing is known where the prover finds none."""
    try:
        return prove(*arguments)
    except FirstmoverError as problem:
        return {"concept": concept, "undecided": str(problem)}
