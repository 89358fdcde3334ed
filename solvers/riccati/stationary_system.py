r"""The stationary equations of a linear-quadratic game, their flow in time to go, and its derivatives.

With s = T - t the coefficients of both players move by the Riccati flow

  dP_k/ds = Phi'H_k Phi + sum_j lam_ij P_kj - beta P_k,     k = L, F jointly,

whose zeros are the stationary solutions. A change of P moves H_k by dH_k, linear in it, and the closed loop by
dPhi = (0, dU, dw + T dU): dw is what the follower changes in reply to the same action,

  H_F,vv dw = -(dH_F Phi)_v,     H_F,vv dT = -(dH_F,vu + dH_F,vv T),
  Hhat_uu dU = -( dT'(H_L Phi)_v + (dH_L Phi)_u + T'(dH_L Phi)_v + (H_L,uv + T'H_L,vv) dw ),

by which, as each player has optimised his own action,

  d(dP_L/ds) = Phi'dH_L Phi + dw'(H_L Phi)_v + (.)',    d(dP_F/ds) = Phi'dH_F Phi + dU'(H_F Phi)_u + (.)'

plus the linear terms; where nobody leads (order "nash") dU and dw = dV solve both first-order conditions at once. At
given P the flow of p is affine in p, and that of r in r.

The formulas run in floats and in balls alike (`solvers.riccati.stationary_balls`): the arithmetic is an argument.
Unknowns are (..., 2, m, n, n): the leader's P, then the follower's.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from games.linear_quadratic import LinearQuadraticGame, Sees

Array = Any
"""A float array, or a ball array of the same interface."""


class Floats:
    """The arithmetic of float64."""

    @staticmethod
    def solve(matrices: Array, right: Array) -> Array:
        return np.linalg.solve(matrices, right)

    @staticmethod
    def join(rows: list[list[Array]]) -> Array:
        """One matrix from blocks."""
        return np.concatenate([np.concatenate(row, axis=-1) for row in rows], axis=-2)

    @staticmethod
    def log_det(matrices: Array) -> Array:
        """log det of positive definite matrices; NaN elsewhere."""
        sign, value = np.linalg.slogdet(matrices)
        return np.where(sign > 0, value, np.nan)

    @staticmethod
    def log(number: float) -> Array:
        """The logarithm of a number known up to a few roundings."""
        return np.array(math.log(number))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Point:
    """The quadratic part of the stage game at one P: what the flow and its derivatives are made of."""

    P: Array  # (2, m, n, n)
    leader_H: Array  # (m, N, N)
    follower_H: Array  # (m, N, N)
    T: Array  # (m, kv, ku)
    U: Array  # (m, ku, n)
    Phi: Array  # (m, N, n)
    closed: Array  # (m, n, n) A + B U + E V
    closed_noise: Array  # (m, d, n, n) C_l + D_l U + F_l V
    reduced_uu: Array  # (m, ku, ku) Hhat_uu
    leader_slope: Array  # (m, N, n) H_L Phi
    follower_slope: Array  # (m, N, n)


class System:
    """The stationary equations of one game by `order` of play, in the arithmetic of `numbers`."""

    def __init__(self, game: LinearQuadraticGame, order: str, numbers: Any = Floats) -> None:
        self.game = game
        self.order = order
        self.numbers = numbers
        self.m, self.n = game.regimes, game.states
        self.x, self.u, self.v = game.blocks()
        self.ku, self.kv = game.leader_actions, game.follower_actions
        self.drift = np.concatenate([game.A, game.B, game.E], axis=-1)  # (m, n, N)
        self.noise = np.concatenate([game.C, game.D, game.F], axis=-1)  # (m, d, n, N)
        self.beta = float(game.discount)
        self.leader_M = (game.leader_M + game.leader_M.swapaxes(-1, -2)) / 2
        self.follower_M = (game.follower_M + game.follower_M.swapaxes(-1, -2)) / 2

    @property
    def unknowns(self) -> int:
        """Entries of both players' P on and above the diagonal."""
        return self.m * self.n * (self.n + 1)

    def point(self, P: Array) -> Point:
        """The stage game at P. Raises `np.linalg.LinAlgError` where a matrix to be inverted is singular."""
        leader_H, follower_H = self.hessian(self.leader_M, P[0]), self.hessian(self.follower_M, P[1])
        solve, (u, v) = self.numbers.solve, (self.u, self.v)
        own = follower_H[..., v, v]
        if self.order == "stackelberg":
            answer = -solve(own, follower_H[..., v, : v.start])
            K, T = answer[..., : self.n], answer[..., self.n :]
            leads = leader_H[..., u, :] + T.mT @ leader_H[..., v, :]  # (m, ku, N) [0 I T'] H_L
            reduced_uu = leads[..., u] + leads[..., v] @ T
            U = -solve(reduced_uu, leads[..., self.x] + leads[..., v] @ K)
            V = K + T @ U
        else:
            both = -solve(self.joint(leader_H, follower_H), self._first_order(leader_H, follower_H, self.x))
            U, V = both[..., : self.ku, :], both[..., self.ku :, :]
            T = np.zeros((self.m, self.kv, self.ku))  # he answers nothing
            reduced_uu = leader_H[..., u, u]
        Phi = self._closed_loop(U, V)
        return Point(
            P=P,
            leader_H=leader_H,
            follower_H=follower_H,
            T=T,
            U=U,
            Phi=Phi,
            closed=self.drift @ Phi,
            closed_noise=self.noise @ Phi[..., None, :, :],
            reduced_uu=reduced_uu,
            leader_slope=leader_H @ Phi,
            follower_slope=follower_H @ Phi,
        )

    def reduced(self, leader_H: Array, follower_H: Array) -> Array:
        """Hhat_uu, (m, ku, ku)."""
        T = -self.numbers.solve(follower_H[..., self.v, self.v], follower_H[..., self.v, self.u])
        leads = leader_H[..., self.u, :] + T.mT @ leader_H[..., self.v, :]
        return leads[..., self.u] + leads[..., self.v] @ T

    def hessian(self, M: Array, P: Array) -> Array:
        """H_k at P, (..., m, N, N)."""
        first = P @ self.drift
        along = self._padded(first)
        return along + along.mT + (self.noise.mT @ (P[..., None, :, :] @ self.noise)).sum(axis=-3) + M

    def flow(self, point: Point) -> Array:
        """dP/ds, (2, m, n, n)."""
        Phi = point.Phi.mT
        moved = self.numbers.join([[Phi @ point.leader_slope], [Phi @ point.follower_slope]])
        moved = moved.reshape(self.m, 2, self.n, self.n).swapaxes(0, 1)
        return (moved + moved.mT) / 2 + self.linear(point.P)

    def linear(self, P: Array) -> Array:
        """sum_j lam_ij P_j - beta P_i for (..., m, n, n)."""
        flat = P.reshape(*P.shape[:-2], self.n * self.n)
        return (self.game.generator @ flat).reshape(*P.shape) - P * self.beta

    def differential(self, point: Point, change: Array) -> Array:
        """The change of dP/ds for changes of P, (..., 2, m, n, n)."""
        leader, follower = change[..., 0, :, :, :], change[..., 1, :, :, :]
        leader_moved, follower_moved = (
            self._moved(point, leader),
            self._moved(point, follower),
        )  # dH Phi, (..., m, N, n)
        u, v, solve = self.u, self.v, self.numbers.solve
        if self.order == "stackelberg":
            own = point.follower_H[..., v, v]
            onto = self.noise[..., u] + self.noise[..., v] @ point.T[..., None, :, :]  # (m, d, n, ku) D + F T
            steeper = (self.noise[..., v].mT @ (follower[..., None, :, :] @ onto)).sum(axis=-3)
            reply = -solve(own, self.numbers.join([[follower_moved[..., v, :], steeper]]))
            dw, dT = reply[..., : self.n], reply[..., self.n :]
            cross = point.leader_H[..., u, v] + point.T.mT @ point.leader_H[..., v, v]
            right = dT.mT @ point.leader_slope[..., v, :] + leader_moved[..., u, :]
            dU = -solve(point.reduced_uu, right + point.T.mT @ leader_moved[..., v, :] + cross @ dw)
        else:
            right = self.numbers.join([[leader_moved[..., u, :]], [follower_moved[..., v, :]]])
            both = -solve(self.joint(point.leader_H, point.follower_H), right)
            dU, dw = both[..., : self.ku, :], both[..., self.ku :, :]
        leader_turn = dw.mT @ point.leader_slope[..., v, :]
        follower_turn = dU.mT @ point.follower_slope[..., u, :]
        moved = self.numbers.join(
            [
                [point.Phi.mT @ leader_moved + leader_turn + leader_turn.mT],
                [point.Phi.mT @ follower_moved + follower_turn + follower_turn.mT],
            ]
        )
        moved = moved.reshape(*moved.shape[:-2], 2, self.n, self.n).swapaxes(-4, -3)
        return (moved + moved.mT) / 2 + self.linear(change)

    def linear_flow(self, point: Point, p: Array, *, constant: bool = True) -> Array:
        """dp/ds for p (..., 2, m, n, 1): affine in p, its linear part alone without the `constant`."""
        h, phi = self._offsets(point, p, constant=constant)
        moved = [slope.mT @ phi + point.Phi.mT @ each for slope, each in zip(_slopes(point), h, strict=True)]
        joined = self.numbers.join([[moved[0]], [moved[1]]])  # (..., m, 2 n, 1)
        joined = joined.reshape(*joined.shape[:-2], 2, self.n).swapaxes(-3, -2)  # (..., 2, m, n)
        return joined.reshape(*joined.shape, 1) + self._mixed(p)

    def linear_matrix(self, point: Point) -> Array:
        """The derivative of dp/ds in p, (2 m n, 2 m n); column j belongs to entry j of (2, m, n)."""
        size = 2 * self.m * self.n
        ones = np.eye(size).reshape(size, 2, self.m, self.n, 1)
        return self.linear_flow(point, ones, constant=False).reshape(size, size).mT

    def scalar_load(self, point: Point, p: Array) -> Array:
        """What r must balance, dr/ds + beta r - sum_j lam_ij r_j, (2, m), for p (2, m, n, 1)."""
        h, phi = self._offsets(point, p, constant=True)
        S = self._covariance(point)
        s = self.game.s.reshape(self.m, -1, self.n, 1)
        loads = []
        for k, (H, each) in enumerate(zip((point.leader_H, point.follower_H), h, strict=True)):
            P = point.P[k]
            noise = (s.mT @ (P[:, None] @ s)).sum(axis=-3) / 2
            drift = p[k].mT @ self.game.b[..., None]
            spread = ((H * S).sum(axis=(-2, -1)) / 2).reshape(self.m, 1, 1)
            running = phi.mT @ (H @ phi) / 2 + each.mT @ phi
            loads.append((running + noise + drift + spread).reshape(self.m, 1))
        costs = self._entropy_costs(point)
        joined = self.numbers.join([[loads[0] - costs[0], loads[1] - costs[1]]])  # (m, 2)
        return joined.mT

    def scalar_matrix(self) -> Array:
        """beta I - Lambda."""
        return self.numbers.join([[np.eye(self.m)]]) * self.beta - self.game.generator

    def _offsets(self, point: Point, p: Array, *, constant: bool) -> tuple[tuple[Array, Array], Array]:
        """Gradients h of both players and the closed loop's offset phi, each (..., m, N, 1)."""
        leader_h, follower_h = (self._gradient(k, point.P[k], p[..., k, :, :, :], constant) for k in range(2))
        u, v, solve = self.u, self.v, self.numbers.solve
        if self.order == "stackelberg":
            kappa = -solve(point.follower_H[..., v, v], follower_h[..., v, :])
            cross = point.leader_H[..., u, v] + point.T.mT @ point.leader_H[..., v, v]
            right = leader_h[..., u, :] + point.T.mT @ leader_h[..., v, :] + cross @ kappa
            mean = -solve(point.reduced_uu, right)
            reply = kappa + point.T @ mean
        else:
            right = self.numbers.join([[leader_h[..., u, :]], [follower_h[..., v, :]]])
            both = -solve(self.joint(point.leader_H, point.follower_H), right)
            mean, reply = both[..., : self.ku, :], both[..., self.ku :, :]
        phi = self.numbers.join([[np.zeros((*mean.shape[:-2], self.n, 1))], [mean], [reply]])
        return (leader_h, follower_h), phi

    def _gradient(self, player: int, P: Array, p: Array, constant: bool) -> Array:
        h = self.drift.mT @ p
        if not constant:
            return h
        s = self.game.s[..., None]
        first = P @ self.game.b[..., None]
        below = np.zeros((self.m, self.ku + self.kv, 1))
        noise = (self.noise.mT @ (P[:, None] @ s)).sum(axis=-3)
        m = (self.game.leader_m, self.game.follower_m)[player][..., None]
        return h + self.numbers.join([[first], [below]]) + noise + m

    def _mixed(self, p: Array) -> Array:
        """sum_j lam_ij p_j - beta p_i for (..., m, n, 1)."""
        flat = p.reshape(*p.shape[:-1])
        moved = self.game.generator @ flat - flat * self.beta
        return moved.reshape(*p.shape)

    def leader_curvature(self, point: Point) -> Array:
        """H of the leader's law N(., tau_L H^{-1}): Hhat_uu where her action is seen, H_L,uu elsewhere."""
        return point.reduced_uu if self.sees_action else point.leader_H[..., self.u, self.u]

    @property
    def sees_action(self) -> bool:
        return self.order == "stackelberg" and self.game.follower_sees == Sees.ACTION

    def _covariance(self, point: Point) -> Array:
        """S of z under both laws, (m, N, N)."""
        solve, tau_leader, tau_follower = self.numbers.solve, *self.temperatures
        leads = solve(self.leader_curvature(point), np.eye(self.ku)) * tau_leader
        follows = solve(point.follower_H[..., self.v, self.v], np.eye(self.kv)) * tau_follower
        cross = np.zeros((self.m, self.kv, self.ku))
        if self.sees_action:
            cross = point.T @ leads
            follows = follows + cross @ point.T.mT
        still = np.zeros((self.m, self.n, self.n))
        onto_u, onto_v = np.zeros((self.m, self.n, self.ku)), np.zeros((self.m, self.n, self.kv))
        return self.numbers.join([[still, onto_u, onto_v], [onto_u.mT, leads, cross.mT], [onto_v.mT, cross, follows]])

    @property
    def temperatures(self) -> tuple[float, float]:
        return float(self.game.leader_temperature), float(self.game.follower_temperature)

    def _entropy_costs(self, point: Point) -> list[Array]:
        """tau_k Ent_k of both players, (m, 1), 0 at tau_k = 0."""
        curvatures = self.leader_curvature(point), point.follower_H[..., self.v, self.v]
        costs: list[Array] = []
        for tau, curvature in zip(self.temperatures, curvatures, strict=True):
            if tau == 0:
                costs.append(np.zeros((self.m, 1)))
            else:
                constant = self.numbers.log(2 * math.pi * math.e * tau) * curvature.shape[-1]
                costs.append((constant - self.numbers.log_det(curvature).reshape(self.m, 1)) * (tau / 2))
        return costs

    def basis(self) -> np.ndarray:
        """A change of 1 in each unknown, (unknowns, 2, m, n, n): players, regimes, entries (i, j), i <= j, by rows."""
        rows, columns = np.triu_indices(self.n)
        ones = np.zeros((2, self.m, len(rows), 2, self.m, self.n, self.n))
        for player in range(2):
            for regime in range(self.m):
                for at, (i, j) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
                    ones[player, regime, at, player, regime, i, j] = 1
                    ones[player, regime, at, player, regime, j, i] = 1
        return ones.reshape(self.unknowns, 2, self.m, self.n, self.n)

    def pack(self, P: Array) -> Array:
        """The unknowns of (..., 2, m, n, n) in a row, in the order of `basis`."""
        rows, columns = np.triu_indices(self.n)
        entries = P[..., rows, columns]
        return entries.reshape(*entries.shape[:-3], self.unknowns)

    def unpack(self, unknowns: np.ndarray) -> np.ndarray:
        """The inverse of `pack`."""
        rows, columns = np.triu_indices(self.n)
        entries = unknowns.reshape(*unknowns.shape[:-1], 2, self.m, len(rows))
        P = np.zeros((*entries.shape[:-1], self.n, self.n))
        P[..., rows, columns] = entries
        P[..., columns, rows] = entries
        return P

    def jacobian(self, point: Point) -> Array:
        """The derivative of the flow in the unknowns, (unknowns, unknowns); column j belongs to unknown j."""
        return self.pack(self.differential(point, self.basis())).mT

    def _padded(self, first: Array) -> Array:
        """(..., n, N) as the rows of x of (..., N, N), zero below."""
        below = np.zeros((*first.shape[:-2], self.ku + self.kv, first.shape[-1]))
        return self.numbers.join([[first], [below]])

    def _closed_loop(self, U: Array, V: Array) -> Array:
        """(I; U; V)."""
        return self.numbers.join([[np.broadcast_to(np.eye(self.n), (*U.shape[:-2], self.n, self.n))], [U], [V]])

    def _moved(self, point: Point, change: Array) -> Array:
        """dH Phi for changes (..., m, n, n) of one player's P, (..., m, N, n)."""
        by_drift = self.drift.mT @ change
        rows = change @ point.closed
        below = np.zeros((*rows.shape[:-2], self.ku + self.kv, self.n))
        by_noise = (self.noise.mT @ (change[..., None, :, :] @ point.closed_noise)).sum(axis=-3)
        return by_drift + by_noise + self.numbers.join([[rows], [below]])

    def joint(self, leader_H: Array, follower_H: Array) -> Array:
        """The matrix of both first-order conditions in (u, v), where nobody leads."""
        return self._first_order(leader_H, follower_H, slice(self.n, None))

    def _first_order(self, leader_H: Array, follower_H: Array, columns: slice) -> Array:
        """The rows of both players' first-order conditions."""
        return self.numbers.join([[leader_H[..., self.u, columns]], [follower_H[..., self.v, columns]]])


def _slopes(point: Point) -> tuple[Array, Array]:
    return point.leader_slope, point.follower_slope
