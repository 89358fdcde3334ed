r"""The stage game of a linear-quadratic game at given values, and the Riccati, linear and scalar equations.

With V_k(x, i) = x'P_ki x / 2 + p_ki'x + r_ki of both players k the Hamiltonian of player k in regime i is quadratic in
z = (x, u, v): z'H_k z / 2 + h_k'z + c_k, see `games.linear_quadratic`. The stage game gives both players' laws, hence
the closed loop z = Phi x + phi plus noise of covariance S, and the values move by (theory section 1, paper `errl`)

  dP_k/dt = beta P_k - Phi'H_k Phi - sum_j lam_ij P_kj
  dp_k/dt = beta p_k - Phi'(H_k phi + h_k) - sum_j lam_ij p_kj
  dr_k/dt = beta r_k - phi'H_k phi/2 - h_k'phi - c_k - tr(H_k S)/2 + tau_k Ent_k - sum_j lam_ij r_kj.

Everything here is batched over any leading axes, regimes follow them: those of the values broadcast against those of
the game. The solvers' inner loops are compiled (`solvers.riccati.finite_kernel`); this is the readable book.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from games.linear_quadratic import PLAYERS, LinearQuadraticGame, Sees
from solvers.errors import SolverError

ORDERS = ("stackelberg", "nash")
"""Who moves first in the stage game: the leader, or nobody."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Values:
    """Coefficients of one player's value x'P_i x / 2 + p_i'x + r_i, or their rates, in every regime i."""

    P: np.ndarray  # (..., m, n, n) symmetric
    p: np.ndarray  # (..., m, n)
    r: np.ndarray  # (..., m)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stage:
    """The stage game at given values, in every regime: Hamiltonians, laws, closed loop and what decides well-posedness.

    The follower answers N(K x + T u + kappa, follower_covariance), the leader plays N(leader_gain x + leader_offset,
    leader_covariance). Where the follower sees her policy only he answers her mean, and where nobody leads T is zero.
    `eigenvalues` holds the smallest eigenvalue of every matrix that must be positive definite. Where one of them is not
    positive the algebra goes on, as long as the matrix is regular (NaN where it is not), but there is no equilibrium,
    and the entropies are NaN. What leaves the floats is infinite or NaN.
    """

    order: str
    leader_H: np.ndarray  # (..., m, N, N)
    leader_h: np.ndarray  # (..., m, N)
    leader_c: np.ndarray  # (..., m)
    follower_H: np.ndarray  # (..., m, N, N)
    follower_h: np.ndarray  # (..., m, N)
    follower_c: np.ndarray  # (..., m)
    K: np.ndarray  # (..., m, kv, n)
    T: np.ndarray  # (..., m, kv, ku)
    kappa: np.ndarray  # (..., m, kv)
    reduced_H: np.ndarray  # (..., m, n + ku, n + ku) Hhat: the leader's Hessian once the follower has answered
    reduced_h: np.ndarray  # (..., m, n + ku)
    leader_gain: np.ndarray  # (..., m, ku, n)
    leader_offset: np.ndarray  # (..., m, ku)
    Phi: np.ndarray  # (..., m, N, n)
    phi: np.ndarray  # (..., m, N)
    leader_covariance: np.ndarray  # (..., m, ku, ku)
    follower_covariance: np.ndarray  # (..., m, kv, kv) given what he sees
    covariance: np.ndarray  # (..., m, N, N) S, of z
    leader_entropy_cost: np.ndarray  # (..., m) tau_L Ent_L, 0 at tau_L = 0
    follower_entropy_cost: np.ndarray  # (..., m) tau_F Ent_F, 0 at tau_F = 0
    eigenvalues: Mapping[str, np.ndarray]  # condition -> (..., m)

    @property
    def well_posed(self) -> np.ndarray:
        """Where all conditions hold, (..., m)."""
        return np.logical_and.reduce([smallest > 0 for smallest in self.eigenvalues.values()])


def terminal(game: LinearQuadraticGame) -> tuple[Values, Values]:
    """The leader's and the follower's values at the horizon, (G, g, 0)."""
    zero = np.zeros(game.leader_g.shape[:-1])
    leader, follower = (
        Values(P=symmetric(getattr(game, f"{player}_G")), p=getattr(game, f"{player}_g"), r=zero) for player in PLAYERS
    )
    return leader, follower


def symmetric(matrices: np.ndarray) -> np.ndarray:
    """The symmetric part: float costs may miss symmetry by rounding."""
    return matrices / 2 + np.swapaxes(matrices, -1, -2) / 2  # halves first: the sum of large costs may overflow


@np.errstate(over="ignore", invalid="ignore")
def hamiltonian(game: LinearQuadraticGame, player: str, values: Values) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hessian H (..., m, N, N), gradient h (..., m, N) and constant c (..., m) of the player's Hamiltonian in z."""
    n = game.states
    drift = np.concatenate([game.A, game.B, game.E], axis=-1)  # (..., m, n, N)
    noise = _stacked(np.concatenate([game.C, game.D, game.F], axis=-1))  # (..., m, d n, N)
    constant = game.s.reshape(*game.s.shape[:-2], -1, 1)  # (..., m, d n, 1)
    moved = _per_channel(values.P, np.concatenate([noise, constant], axis=-1), n)  # P J_l and P s_l
    onto = np.swapaxes(noise, -1, -2) @ moved  # (..., m, N, N + 1)
    M = symmetric(getattr(game, f"{player}_M"))
    first = values.P @ drift  # (..., m, n, N) the rows of the block of x
    H = M + symmetric(onto[..., :-1])
    H[..., :n, :] += first
    H[..., :, :n] += np.swapaxes(first, -1, -2)
    h = getattr(game, f"{player}_m") + _times(np.swapaxes(drift, -1, -2), values.p) + onto[..., -1]
    h[..., :n] += _times(values.P, game.b)
    c = _dot(values.p, game.b) + (constant * moved[..., -1:]).sum(axis=(-2, -1)) / 2
    return H, h, c


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def stage(game: LinearQuadraticGame, leader: Values, follower: Values, order: str = "stackelberg") -> Stage:
    """What both players do at these values, by `order` of play: "stackelberg" or "nash".

    Conditions ("H_F,vv", "Hhat_uu", "H_L,uu") are the ones that the order and the information structure need: H_L,uu
    where nobody leads, or where the follower sees the policy and the leader's temperature is positive (in any game of
    the batch; elsewhere its eigenvalue is reported as infinite). Where nobody leads the system of both players' first
    order conditions must be regular too: "stage equations" holds its smallest singular value.

    Raises `SolverError` for another order.
    """
    if order not in ORDERS:
        raise SolverError(f"order: expected one of {', '.join(ORDERS)}, found {order!r}")
    xs, us, vs = game.blocks()
    n, ku, kv = game.states, game.leader_actions, game.follower_actions
    leader_H, leader_h, leader_c = hamiltonian(game, "leader", leader)
    follower_H, follower_h, follower_c = hamiltonian(game, "follower", follower)
    lead = follower_H.shape[:-2]
    eigenvalues = {"H_F,vv": smallest_eigenvalue(follower_H[..., vs, vs])}

    answer = -_solved(
        follower_H[..., vs, vs], np.concatenate([follower_H[..., vs, :-kv], follower_h[..., vs, None]], -1)
    )
    K, T, kappa = answer[..., :n], answer[..., n : n + ku], answer[..., -1]
    answered = np.zeros((*lead, n + ku + kv, n + ku))  # G of the theory: (x, u) -> z
    answered[..., : n + ku, :] = np.eye(n + ku)
    answered[..., vs, :] = answer[..., :-1]
    reduced_H = symmetric(np.swapaxes(answered, -1, -2) @ leader_H @ answered)
    reduced_h = _times(np.swapaxes(answered, -1, -2), _times(leader_H[..., vs], kappa) + leader_h)

    if order == "stackelberg":
        eigenvalues["Hhat_uu"] = smallest_eigenvalue(reduced_H[..., us, us])
        plan = np.concatenate([reduced_H[..., us, xs], reduced_h[..., us, None]], axis=-1)
        plan = -_solved(reduced_H[..., us, us], plan)
        follows = kappa + _times(T, plan[..., -1]), K + T @ plan[..., :-1]
    else:
        eigenvalues["H_L,uu"] = smallest_eigenvalue(leader_H[..., us, us])
        joint = np.concatenate([leader_H[..., us, n:], follower_H[..., vs, n:]], axis=-2)  # (..., ku + kv, ku + kv)
        right = np.concatenate(
            [
                np.concatenate([leader_H[..., us, xs], leader_h[..., us, None]], axis=-1),
                np.concatenate([follower_H[..., vs, xs], follower_h[..., vs, None]], axis=-1),
            ],
            axis=-2,
        )
        eigenvalues["stage equations"] = _smallest_singular_value(joint)
        both = -_solved(joint, right)
        plan = both[..., :ku, :]
        K, T, kappa = both[..., ku:, :-1], np.zeros_like(T), both[..., ku:, -1]
        follows = kappa, K
    Phi = np.zeros((*lead, n + ku + kv, n))
    Phi[..., xs, :] = np.eye(n)
    Phi[..., us, :] = plan[..., :-1]
    Phi[..., vs, :] = follows[1]
    phi = np.zeros((*lead, n + ku + kv))
    phi[..., us] = plan[..., -1]
    phi[..., vs] = follows[0]

    sees_action = order == "stackelberg" and game.follower_sees == Sees.ACTION
    curvature = reduced_H[..., us, us] if sees_action else leader_H[..., us, us]
    if order == "stackelberg" and not sees_action:
        needed = np.greater(np.asarray(game.leader_temperature)[..., None], 0)
        if needed.any():
            eigenvalues["H_L,uu"] = np.where(needed, smallest_eigenvalue(curvature), np.inf)
    leader_covariance, leader_cost = _law(curvature, game.leader_temperature)
    follower_covariance, follower_cost = _law(follower_H[..., vs, vs], game.follower_temperature)
    S = np.zeros((*lead, n + ku + kv, n + ku + kv))
    S[..., us, us] = leader_covariance
    S[..., vs, vs] = follower_covariance
    if sees_action:
        cross = T @ leader_covariance
        S[..., vs, us] = cross
        S[..., us, vs] = np.swapaxes(cross, -1, -2)
        S[..., vs, vs] += cross @ np.swapaxes(T, -1, -2)
    return Stage(
        order=order,
        leader_H=leader_H,
        leader_h=leader_h,
        leader_c=leader_c,
        follower_H=follower_H,
        follower_h=follower_h,
        follower_c=follower_c,
        K=K,
        T=T,
        kappa=kappa,
        reduced_H=reduced_H,
        reduced_h=reduced_h,
        leader_gain=plan[..., :-1],
        leader_offset=plan[..., -1],
        Phi=Phi,
        phi=phi,
        leader_covariance=leader_covariance,
        follower_covariance=follower_covariance,
        covariance=S,
        leader_entropy_cost=leader_cost,
        follower_entropy_cost=follower_cost,
        eigenvalues=eigenvalues,
    )


def rates(game: LinearQuadraticGame, leader: Values, follower: Values, stage: Stage) -> tuple[Values, Values]:
    """d/dt of both players' coefficients in forward time: zero at a stationary solution."""
    beta = np.asarray(game.discount)[..., None]  # (..., 1) against regimes
    found = []
    for player, values in zip(PLAYERS, (leader, follower), strict=True):
        H, h, c = (getattr(stage, f"{player}_{name}") for name in ("H", "h", "c"))
        Phi = np.swapaxes(stage.Phi, -1, -2)
        running = _times(H, stage.phi)
        excess = (H * stage.covariance).sum(axis=(-2, -1)) / 2 - getattr(stage, f"{player}_entropy_cost")
        found.append(
            Values(
                P=beta[..., None, None] * values.P - symmetric(Phi @ H @ stage.Phi) - _switched(game, values.P, 2),
                p=beta[..., None] * values.p - _times(Phi, running + h) - _switched(game, values.p, 1),
                r=beta * values.r - _dot(running / 2 + h, stage.phi) - c - excess - _switched(game, values.r, 0),
            )
        )
    return found[0], found[1]


def smallest_eigenvalue(matrices: np.ndarray) -> np.ndarray:
    """Of each symmetric matrix; NaN where an entry is not finite."""
    return _eigenvalues(matrices)[..., 0]


def _eigenvalues(matrices: np.ndarray) -> np.ndarray:
    finite = np.asarray(np.isfinite(matrices).all(axis=(-2, -1), keepdims=True))
    return np.where(finite[..., 0], np.linalg.eigvalsh(np.where(finite, matrices, 0.0)), np.nan)


def _smallest_singular_value(matrices: np.ndarray) -> np.ndarray:
    finite = np.asarray(np.isfinite(matrices).all(axis=(-2, -1), keepdims=True))
    found = np.linalg.svd(np.where(finite, matrices, 0.0), compute_uv=False)
    return np.where(finite[..., 0], found, np.nan)[..., -1]


def _law(curvature: np.ndarray, temperature: Any) -> tuple[np.ndarray, np.ndarray]:
    """Covariance tau H^{-1} of a player's law and its entropy times tau, H the curvature of what he minimises."""
    tau = np.asarray(temperature, dtype=float)[..., None]  # (..., 1) against regimes
    size = curvature.shape[-1]
    if not (tau > 0).any():
        return np.zeros(curvature.shape), np.zeros(curvature.shape[:-2])
    covariance = np.where(
        (tau > 0)[..., None, None], tau[..., None, None] * symmetric(_solved(curvature, np.eye(size))), 0.0
    )
    eigenvalues = _eigenvalues(curvature)
    safe = np.where(eigenvalues > 0, eigenvalues, 1.0)
    log_det = np.where((eigenvalues > 0).all(axis=-1), np.log(safe).sum(axis=-1), np.nan)
    positive = np.where(tau > 0, tau, 1.0)
    entropy = (size * (1 + math.log(2 * math.pi) + np.log(positive)) - log_det) / 2
    return covariance, np.where(tau > 0, tau * entropy, 0.0)


def _solved(matrices: np.ndarray, right: np.ndarray) -> np.ndarray:
    """H^{-1} R; NaN where H is singular or not finite."""
    try:
        return np.linalg.solve(matrices, np.broadcast_to(right, (*matrices.shape[:-1], right.shape[-1])))
    except np.linalg.LinAlgError:
        rank = np.linalg.matrix_rank(np.where(np.isfinite(matrices), matrices, 0.0))
        regular = (rank == matrices.shape[-1]) & np.isfinite(matrices).all(axis=(-2, -1))
        safe = np.where(regular[..., None, None], matrices, np.eye(matrices.shape[-1]))
        return np.where(
            regular[..., None, None],
            np.linalg.solve(safe, np.broadcast_to(right, matrices.shape[:-1] + right.shape[-1:])),
            np.nan,
        )


def _switched(game: LinearQuadraticGame, coefficients: np.ndarray, core: int) -> np.ndarray:
    """sum_j lam_ij X_j for coefficients with `core` axes behind the regimes."""
    flat = coefficients.reshape(*coefficients.shape[: coefficients.ndim - core], -1)  # (..., m, size)
    mixed = game.generator @ flat
    return mixed.reshape(*mixed.shape[:-1], *coefficients.shape[coefficients.ndim - core :])


def _stacked(per_channel: np.ndarray) -> np.ndarray:
    """(..., d, n, k) as (..., d n, k)."""
    *lead, channels, n, k = per_channel.shape
    return per_channel.reshape(*lead, channels * n, k)


def _per_channel(P: np.ndarray, stacked: np.ndarray, n: int) -> np.ndarray:
    """P times each channel of (..., d n, k)."""
    *lead, rows, k = stacked.shape
    moved = P[..., None, :, :] @ stacked.reshape(*lead, rows // n, n, k)
    return _stacked(moved)


def _times(matrices: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    return (matrices @ vectors[..., None])[..., 0]


def _dot(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return (left * right).sum(axis=-1)
