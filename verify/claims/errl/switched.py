"""What experiments on fast switching share: random games, their limits, and the distance of the regimes' P from those.

Let mu be the stationary law of Lambda. Under s Lambda all P_ki tend to one P_k, and the average over mu of the regimes'
own Riccati right-hand sides at P moves it, from sum_i mu_i G_ki. With one copy (u_i, v_i) of the players' actions for
each regime that average is the Riccati equation of a game of one regime, drift sum_i mu_i (A_i x + B_i u_i + E_i v_i),
noise channels sqrt(mu_i) (C_il x + D_il u_i + F_il v_i) for each i and l, and cost sum_i mu_i z_i'M_ki z_i / 2 with z_i
= (x, u_i, v_i): its Hessian is sum_i mu_i H_ki, so that the actions of different regimes do not meet in it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from games.linear_quadratic import PLAYERS, LinearQuadraticGame
from verify.experiment.plan import Replicate, exponent

SPEEDS = tuple(float(s) for s in np.geomspace(16, 1600, 3))
"""Factors s of the generator, over two decades; its rates are of order 1."""

EARLY = (0.0, 0.25, 0.5)
"""Times away from the horizon 1: the layer is as wide as log(s) / s."""

STATES = 2


def draw_game(rng: np.random.Generator, generator: np.ndarray, *, alike: bool = False) -> LinearQuadraticGame:
    """A game with that generator, one action and one channel each, and positive definite costs for both players.

    Where the regimes are `alike` they differ in A, in the costs of x alone and in G, not in what the actions meet.
    """
    m, n = len(generator), STATES
    N = n + 2

    def own(*shape: int) -> np.ndarray:
        return rng.standard_normal((m, *shape))

    def met(*shape: int) -> np.ndarray:
        drawn = own(*shape)
        return np.broadcast_to(drawn[:1], drawn.shape) if alike else drawn

    def definite(root: np.ndarray) -> np.ndarray:
        return root @ np.swapaxes(root, -1, -2) / root.shape[-1]

    costs = {}
    for player in PLAYERS:
        M = definite(met(N, N)) + np.eye(N) / 2
        M[:, :n, :n] += definite(own(n, n))
        costs |= {f"{player}_M": M, f"{player}_m": np.zeros((m, N))}
        costs |= {f"{player}_G": definite(own(n, n)), f"{player}_g": np.zeros((m, n))}
    return LinearQuadraticGame(
        generator=generator,
        A=own(n, n) / 2 - np.eye(n) / 2,
        B=met(n, 1),
        E=met(n, 1),
        b=np.zeros((m, n)),
        C=met(1, n, n) / 4,
        D=met(1, n, 1) / 4,
        F=met(1, n, 1) / 4,
        s=np.zeros((m, 1, n)),
        discount=0.1,
        leader_temperature=0.0,
        follower_temperature=0.0,
        horizon=1.0,
        **costs,
    )


def irreducible(rng: np.random.Generator) -> np.ndarray:
    """Three regimes, all rates in [1, 3]."""
    return _of_rates(rng.uniform(1, 3, (3, 3)))


def two_classes(rng: np.random.Generator) -> np.ndarray:
    """Three regimes: two that switch between each other, and one that is never entered or left."""
    return _of_rates(rng.uniform(1, 3, (3, 3)) * np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]]))


def with_transient(rng: np.random.Generator) -> np.ndarray:
    """Three regimes, the last of which is left for the others, at twice the rates, and never entered."""
    return _of_rates(rng.uniform(1, 3, (3, 3)) * np.array([[0, 1, 0], [1, 0, 0], [2, 2, 0]]))


def _of_rates(rates: np.ndarray) -> np.ndarray:
    away = rates * (1 - np.eye(len(rates)))
    return away - np.diag(away.sum(axis=1))


def stationary_law(generator: np.ndarray) -> np.ndarray:
    """mu with mu Lambda = 0 and sum 1; of several the one of least norm, which is the mean over starts by symmetry."""
    m = len(generator)
    return np.linalg.lstsq(np.vstack([generator.T, np.ones(m)]), np.append(np.zeros(m), 1.0), rcond=None)[0]


def limit_game(game: LinearQuadraticGame) -> LinearQuadraticGame:
    """The game of one regime whose controls may depend on the regime: actions (u_1, ..., u_m) and (v_1, ..., v_m).

    Only regimes that the stationary law charges get actions; linear terms are those of `draw_game`, none.
    """
    mu = stationary_law(game.generator)
    held = np.flatnonzero(mu > 1e-9)  # rounding of a regime that is not charged
    mu, m, n, d = mu[held], len(held), game.states, game.channels
    ku, kv = game.leader_actions, game.follower_actions
    N = n + m * (ku + kv)
    noise = {name: np.zeros((1, m * d, n, columns)) for name, columns in (("C", n), ("D", m * ku), ("F", m * kv))}
    costs = {f"{player}_M": np.zeros((1, N, N)) for player in PLAYERS}
    B, E = np.zeros((1, n, m * ku)), np.zeros((1, n, m * kv))
    for place, (i, share) in enumerate(zip(held, mu, strict=True)):
        us, vs = slice(place * ku, (place + 1) * ku), slice(place * kv, (place + 1) * kv)
        rows = slice(place * d, (place + 1) * d)
        B[0, :, us], E[0, :, vs] = share * game.B[i], share * game.E[i]
        for name, columns in (("C", slice(0, n)), ("D", us), ("F", vs)):
            noise[name][0, rows, :, columns] = np.sqrt(share) * getattr(game, name)[i]
        z = np.concatenate([np.arange(n), n + np.arange(us.start, us.stop), n + m * ku + np.arange(vs.start, vs.stop)])
        for player in PLAYERS:
            costs[f"{player}_M"][0][np.ix_(z, z)] += share * getattr(game, f"{player}_M")[i]
    ends = {f"{player}_G": np.tensordot(mu, getattr(game, f"{player}_G")[held], axes=1)[None] for player in PLAYERS}
    linear = {f"{player}_m": np.zeros((1, N)) for player in PLAYERS}
    linear |= {f"{player}_g": np.zeros((1, n)) for player in PLAYERS}
    return dataclasses.replace(
        game,
        generator=[[0.0]],
        A=np.tensordot(mu, game.A[held], axes=1)[None],
        B=B,
        E=E,
        b=np.zeros((1, n)),
        s=np.zeros((1, m * d, n)),
        **noise,
        **costs,
        **ends,
        **linear,
    )


def averaged_game(game: LinearQuadraticGame) -> LinearQuadraticGame:
    """The game of one regime with every coefficient averaged over the stationary law."""
    mu = stationary_law(game.generator)
    names = [name for name, axes in game.core.items() if axes[:1] == ("regimes",) and name != "generator"]
    averages = {name: np.tensordot(mu, getattr(game, name), axes=1)[None] for name in names}
    return dataclasses.replace(game, generator=[[0.0]], **averages)


def distances(
    game: LinearQuadraticGame, limit: LinearQuadraticGame, times: Callable[[float], tuple[float, ...]]
) -> list[tuple[float, float]]:
    """(s, max |P_ki - P_k|) over players k, regimes i, entries and the times of s, for each speed s.

    Raises ValueError where one of the games has no solution.
    """
    end = _solved(limit)
    curve = []
    for s in SPEEDS:
        switched = _solved(dataclasses.replace(game, generator=s * game.generator))
        at = np.array(times(s))
        pairs = zip(switched.values_at(at), end.values_at(at), strict=True)
        curve.append((s, max(float(np.abs(values.P - one.P).max()) for values, one in pairs)))
    return curve


def _solved(game: LinearQuadraticGame) -> Any:
    from solvers.riccati.finite import solve

    found = solve(game, tolerance=1e-9, check=False)
    if not found.converged:
        raise ValueError(f"expected a game that is well posed up to its horizon, found one that is {found.message}")
    return found


def switching_power(
    *,
    quantity: str,
    label: str,
    generator: Callable[[np.random.Generator], np.ndarray] = irreducible,
    limit: Callable[[LinearQuadraticGame], LinearQuadraticGame] = limit_game,
    times: Callable[[float], tuple[float, ...]] = lambda s: EARLY,
    alike: bool = False,
) -> Callable[[np.random.Generator], Replicate]:
    """One replicate: a random game, and the exponent of s in its distance from the limit."""

    def measure(rng: np.random.Generator) -> Replicate:
        game = draw_game(rng, generator(rng), alike=alike)
        curve = distances(game, limit(game), times)
        return Replicate(values={quantity: exponent(curve)}, curves={label: curve})

    return measure
