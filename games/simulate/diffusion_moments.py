"""Expected costs of simulated linear-quadratic games without sampling: the Euler scheme's own second moments.

Costs are quadratic and steps affine, so that X_i = E[ (x, 1)(x, 1)' 1{regime = i} ] says all of them, and moves by

  X_j <- sum_i exp(h Lambda)_ij ( E[ (next x, 1)(next x, 1)' | i ] under X_i )

from (x_0, 1)(x_0, 1)' in the first regime. What a simulation misses of these is chance; what they miss of the
continuous game is the discretisation error, of order h.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from games.linear_quadratic import PLAYERS, LinearQuadraticGame
from games.simulate.diffusion import check_count, checked, cut_off
from games.simulate.diffusion_laws import FeedbackLaws, Version, entropies, pieces_of, transition_probabilities


class ExpectedCosts(NamedTuple):
    """Expectations of the fields of `Simulation` of the same names."""

    leader_cost: float
    follower_cost: float
    leader_raw_cost: float
    follower_raw_cost: float


def expected_costs(
    game: LinearQuadraticGame,
    laws: FeedbackLaws,
    *,
    state: Any,
    regime: int,
    steps: int,
    version: str | Version = Version.AVERAGED,
    horizon: float | None = None,
) -> ExpectedCosts:
    """What `simulate` with the same arguments estimates.

    Raises `GameError` as `simulate` does.
    """
    game, version, place = checked(game, laws, state, regime, version)
    length = cut_off(game, horizon)
    check_count("steps", steps, 1)
    h, n, m = length / steps, game.states, game.regimes
    means = laws.means()  # (pieces, m, ku + kv, n + 1)
    spread = laws.spread(game.follower_sees) * (version is not Version.CLASSICAL)
    covariance = spread @ np.swapaxes(spread, -1, -2)  # of (u, v)
    earned = entropies(game, laws) * (version is not Version.CLASSICAL)  # (pieces, m, 2)
    noise = np.concatenate([game.C, game.D, game.F, game.s[..., None]], axis=-1)  # (m, d, n, N + 1)
    drift = np.concatenate([h * game.A + np.eye(n), h * game.B, h * game.E, h * game.b[..., None]], axis=-1)
    move = np.concatenate([drift, np.zeros((m, 1, drift.shape[-1]))], axis=-2)
    move[:, -1, -1] = 1.0  # (m, n + 1, N + 1)
    weights = np.stack([_bordered(getattr(game, f"{player}_M"), getattr(game, f"{player}_m")) for player in PLAYERS])
    probabilities = transition_probabilities(game.generator, h)
    itself = np.broadcast_to(np.eye(n + 1), (m, n + 1, n + 1))
    moments = np.zeros((m, n + 1, n + 1))
    start = np.append(place, 1.0)
    moments[regime] = np.outer(start, start)
    raw, entropy = np.zeros(2), np.zeros(2)
    for k, piece in enumerate(pieces_of(laws, length, steps)):
        weight = h * math.exp(-float(game.discount) * k * h)
        closed = np.concatenate([itself[:, :n], means[piece], itself[:, n:]], axis=1)  # (m, N + 1, n + 1)
        at_means = closed @ moments @ np.swapaxes(closed, -1, -2)  # E (z, 1)(z, 1)' 1_i if the actions were their means
        second = at_means.copy()
        second[:, n:-1, n:-1] += covariance[piece] * moments[:, n, n, None, None]
        raw += weight * (weights * second).sum(axis=(1, 2, 3))
        entropy += weight * (earned[piece] * moments[:, n, n, None]).sum(axis=0)
        after = move @ (second if version is Version.SAMPLED else at_means) @ np.swapaxes(move, -1, -2)
        after[:, :n, :n] += h * (noise @ second[:, None] @ np.swapaxes(noise, -1, -2)).sum(axis=1)
        moments = np.tensordot(probabilities.T, after, axes=1)
    if game.horizon is not None:
        ends = np.stack([_bordered(getattr(game, f"{player}_G"), getattr(game, f"{player}_g")) for player in PLAYERS])
        raw += math.exp(-float(game.discount) * length) * (ends * moments).sum(axis=(1, 2, 3))
    leader, follower = raw
    return ExpectedCosts(
        leader_cost=float(leader - entropy[0]),
        follower_cost=float(follower - entropy[1]),
        leader_raw_cost=float(leader),
        follower_raw_cost=float(follower),
    )


def _bordered(quadratic: np.ndarray, linear: np.ndarray) -> np.ndarray:
    """W with z'Qz / 2 + l'z = <W, (z, 1)(z, 1)'>, (m, N + 1, N + 1)."""
    m, size = linear.shape
    found = np.zeros((m, size + 1, size + 1))
    found[:, :-1, :-1] = quadratic / 2
    found[:, -1, :-1] = linear
    return found
