"""Costs that make prescribed feedback the equilibrium of the stage game at given P_k, p_k.

With the reply gain T of `games.families.lq.posed_costs` draw the others too: the follower's K, kappa in
v = K x + T u + kappa and the leader's U, nu in u = U x + nu. The blocks

  M_F,vx and m_F,v  enter H_F,vx and h_F,v,    M_L,ux and m_L,u  enter Hhat_ux and hhat_u

additively, so that they can be what H_F,vx = -W_v K, h_F,v = -W_v kappa, Hhat_ux = -Hhat_uu U, hhat_u = -Hhat_uu nu ask
for. With dyadic gains all of it is exact in floats.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from games.families.lq import Arrays, Stage, noise_cost, put
from games.families.lq_source import Source, transposed, unit


class Gains(NamedTuple):
    """The closed loop z = Phi x + phi of the stage game."""

    Phi: np.ndarray  # (batch, m, N, n)
    phi: np.ndarray  # (batch, m, N, 1)


def prescribe_gains(
    source: Source, setting: Arrays, costs: Arrays, values: dict[str, np.ndarray], stage: Stage
) -> Gains:
    """Draw gains and complete the `costs`, in place, so that they are the equilibrium's at `values` P and p by player.

    `costs` are posed at these P with this stage; values hold "leader_P", "leader_p", "follower_P", "follower_p".
    """
    n, end = source.sizes["states"], source.sizes["states"] + source.sizes["leader_actions"]
    x, u, v, actions = slice(0, n), slice(n, end), slice(end, None), slice(n, None)
    U, K = (source.dyadic(1, 1, "regimes", axis, "states") for axis in ("leader_actions", "follower_actions"))
    nu, kappa = (source.dyadic(1, 1, "regimes", axis)[..., None] for axis in ("leader_actions", "follower_actions"))

    M, m = costs["follower_M"], costs["follower_m"]
    H, h = hamiltonian(setting, costs, values, "follower")
    put(M, v, x, M[..., v, x] - H[..., v, x] - stage.W_v @ K)
    m[..., v] -= h[..., v] + (stage.W_v @ kappa)[..., 0]

    M, m = costs["leader_M"], costs["leader_m"]
    H, h = hamiltonian(setting, costs, values, "leader")
    moved = np.concatenate([0 * stage.W_u + unit(end - n), stage.T], axis=-2)  # (u, v) by u
    reduced = transposed(moved) @ H[..., actions, actions] @ moved  # Hhat_uu
    put(M, u, x, M[..., u, x] - transposed(moved) @ (H[..., actions, x] + H[..., actions, v] @ K) - reduced @ U)
    slope = transposed(moved) @ (h[..., actions, None] + H[..., actions, v] @ kappa) + reduced @ nu
    m[..., u] -= slope[..., 0]

    Phi = np.concatenate([0 * setting["A"] + unit(n), U, K + stage.T @ U], axis=-2)
    return Gains(Phi, np.concatenate([0 * setting["b"][..., None], nu, kappa + stage.T @ nu], axis=-2))


def hamiltonian(
    setting: Arrays, costs: Arrays, values: dict[str, np.ndarray], player: str
) -> tuple[np.ndarray, np.ndarray]:
    """H_k (batch, m, N, N) and h_k (batch, m, N) of `games.linear_quadratic` at the values."""
    P, p = values[f"{player}_P"], values[f"{player}_p"][..., None]
    n = P.shape[-1]
    drift = np.concatenate([setting["A"], setting["B"], setting["E"]], axis=-1)  # (batch, m, n, N)
    noise = np.concatenate([setting["C"], setting["D"], setting["F"]], axis=-1)  # (batch, m, d, n, N)
    H = costs[f"{player}_M"] + noise_cost(noise, P, noise)
    H[..., :n, :] += P @ drift
    H[..., :, :n] += transposed(P @ drift)
    h = costs[f"{player}_m"] + (transposed(drift) @ p + noise_cost(noise, P, setting["s"][..., None]))[..., 0]
    h[..., :n] += (P @ setting["b"][..., None])[..., 0]
    return H, h
