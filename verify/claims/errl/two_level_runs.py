"""Two-level policy iteration on many random scalar games at once, in floats: how often it does not converge.

dx = (a x + b u + e v) dt with standard normal a, b, e, running costs z'M_k z / 2 of z = (x, u, v) with M_k = R R' for a
standard normal R, no discount; gains (L, V) to start from are standard normal, and those that do not stabilise are not
counted. With l = a + b L + e V the values are P_k = -(1, L, V)'M_k (1, L, V) / (2 l).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from verify.experiment.plan import Replicate

GAMES, STEPS, CLOSE = 3000, 120, 1e-6


def failing(*, together: str, solved: str, weight: float = 0.0) -> Callable[[np.random.Generator], Replicate]:
    """One replicate: the shares of starts from which the gains have not converged after `STEPS` steps.

    `together` names the share where both players evaluate and improve, `solved` that where the follower solves his
    problem before each step of hers. Both actions cost `weight` more, and where it is positive the state is damped.
    """

    def measure(rng: np.random.Generator) -> Replicate:
        a, b, e, L, V = rng.standard_normal((5, GAMES))
        roots = rng.standard_normal((2, GAMES, 3, 3))
        costs = roots @ np.swapaxes(roots, -1, -2) + weight * np.diag([0.0, 1.0, 1.0])
        if weight:
            a = -np.abs(a)
        stable = a + b * L + e * V < 0
        setting = (a[stable], b[stable], e[stable], costs[0, stable], costs[1, stable], L[stable], V[stable])
        values = {name: _share(*setting, follower_solves=name == solved) for name in (together, solved)}
        return Replicate(values=values)

    return measure


def _share(a, b, e, leader, follower, L, V, *, follower_solves: bool) -> float:
    """The share of starts that have not come to rest."""
    alive = np.ones(a.shape, dtype=bool)
    change = np.full(a.shape, np.inf)
    T = -follower[:, 2, 1] / follower[:, 2, 2]
    curvature = leader[:, 1, 1] + 2 * T * leader[:, 1, 2] + T * T * leader[:, 2, 2]
    P_F = np.zeros_like(a)
    with np.errstate(all="ignore"):  # what has escaped is not looked at again
        for _ in range(STEPS):
            if follower_solves:
                P_F = _solved(a + b * L, e, follower, L)
                V = -(e * P_F + follower[:, 2, 0] + follower[:, 2, 1] * L) / follower[:, 2, 2]
            speed = a + b * L + e * V
            alive &= (speed < 0) & np.isfinite(L) & np.isfinite(V)
            P_L = -_cost(leader, L, V) / (2 * speed)
            if not follower_solves:
                P_F = -_cost(follower, L, V) / (2 * speed)
            K = -(follower[:, 2, 0] + e * P_F) / follower[:, 2, 2]
            slope = leader[:, 1, 0] + b * P_L + leader[:, 1, 2] * K
            slope += T * (leader[:, 2, 0] + e * P_L + leader[:, 2, 2] * K)
            found = -slope / curvature, K - T * slope / curvature
            change = (np.abs(found[0] - L) + np.abs(found[1] - V)) / (1 + np.abs(found[0]) + np.abs(found[1]))
            L, V = (np.where(alive, new, old) for new, old in zip(found, (L, V), strict=True))
    return 1 - float(np.mean(alive & (change < CLOSE)))


def _cost(M, L, V):
    """(1, L, V)'M (1, L, V)."""
    crossed = M[:, 0, 1] * L + M[:, 0, 2] * V + M[:, 1, 2] * L * V
    return M[:, 0, 0] + M[:, 1, 1] * L * L + M[:, 2, 2] * V * V + 2 * crossed


def _solved(drift, e, M, L):
    """The follower's stabilising P where she keeps the gain L: 2 d P + q - (e P + s)^2 / r = 0."""
    q = M[:, 0, 0] + 2 * M[:, 0, 1] * L + M[:, 1, 1] * L * L
    s, r = M[:, 2, 0] + M[:, 2, 1] * L, M[:, 2, 2]
    slope = drift - e * s / r
    rest = np.sqrt(slope * slope + e * e / r * (q - s * s / r))
    return (slope + rest) * r / (e * e)
