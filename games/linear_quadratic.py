r"""Exploratory linear-quadratic Stackelberg games with regime switching: what is played (theory section 1).

State x in R^n, regime i with generator Lambda = (lam_ij), the leader's action u, the follower's v, z = (x, u, v):

  dx = (A_i x + B_i u + E_i v + b_i) dt + sum_l (C_il x + D_il u + F_il v + s_il) dW_l

Player k in {L, F} chooses a law of his action at every instant and minimises

  E[ int_0^T e^{-beta t} ( z'M_ik z / 2 + m_ik'z - tau_k Ent(pi_k) ) dt + e^{-beta T} ( x'G_ik x / 2 + g_ik'x ) ]

where the follower's entropy is that of his law given what he sees, averaged over it. Shapes in this file: m regimes, n
states, ku and kv actions, d noise channels, N = n + ku + kv. The conventions that solvers, derivations and checkers
share, for value functions V_k(x, i) = x'P_ki x / 2 + p_ki'x + r_ki:

  H_k = M_k + [[A'P + PA, PB, PE], [B'P, 0, 0], [E'P, 0, 0]] + sum_l J_l'P J_l,   J_l = [C_l D_l F_l]
  h_k = m_k + [A B E]'p + (P b on the block of x) + sum_l J_l'P s_l,   c_k = p'b + sum_l s_l'P s_l / 2
  follower   v = K x + T u + kappa,  [K T kappa] = -H_F,vv^{-1} [H_F,vx H_F,vu h_F,v],  law N(., tau_F H_F,vv^{-1})
  leader     with G = [I 0; 0 I; K T]: Hhat = G'H_L G, hhat = G'(H_L (0, 0, kappa) + h_L),
             u = -Hhat_uu^{-1} (Hhat_ux x + hhat_u), law N(., tau_L Hhat_uu^{-1}) where the follower sees her action,
             N(., tau_L H_L,uu^{-1}) where he sees her policy
"""

from __future__ import annotations

import dataclasses
import enum
import math
from typing import Any, ClassVar

import numpy as np

from games.core import Game, as_fraction
from games.errors import GameError, shown
from games.markov import require

PLAYERS = ("leader", "follower")

SYMMETRY_ERROR = 2.0**-40
"""How far a float matrix may be from symmetric, relative to its largest entry: rounding of a product, no more."""

ROW_SUM_ERROR = 2.0**-45
"""How far a row of a float generator may miss zero, relative to its largest entry."""


class Sees(enum.StrEnum):
    """What the follower sees before he answers: the leader's action, or only the law she draws it from."""

    ACTION = "action"
    POLICY = "policy"


_MATRIX = ("regimes", "states", "states")
_VECTOR = ("regimes", "states")
_PER_CHANNEL = ("regimes", "channels", "states")


def _costs(player: str) -> dict[str, tuple[str, ...]]:
    return {
        f"{player}_M": ("regimes", "variables", "variables"),
        f"{player}_m": ("regimes", "variables"),
        f"{player}_G": _MATRIX,
        f"{player}_g": _VECTOR,
    }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearQuadraticGame(Game):
    """A regime-switching linear-quadratic Stackelberg game, or a batch of games of one size.

    Arrays as in the docstring of the module, regimes first; a leader_M of regime i is over z = (x, u, v). `horizon` is
    T, or None where the game never ends; then the terminal costs are not used. `follower_sees` and `horizon` are shared
    by a batch.

    Raises `GameError`, naming the entry, for shapes that differ, numbers that are not finite, variables that are not
    states and actions together, generators with negative rates or rows that do not sum to zero, costs that are not
    symmetric, a negative discount, a negative temperature, and a horizon that is not positive.
    """

    core: ClassVar[dict[str, tuple[str, ...]]] = {
        "generator": ("regimes", "regimes"),
        "A": _MATRIX,
        "B": ("regimes", "states", "leader actions"),
        "E": ("regimes", "states", "follower actions"),
        "b": _VECTOR,
        "C": (*_PER_CHANNEL, "states"),
        "D": (*_PER_CHANNEL, "leader actions"),
        "F": (*_PER_CHANNEL, "follower actions"),
        "s": _PER_CHANNEL,
        **_costs("leader"),
        **_costs("follower"),
        "discount": (),
        "leader_temperature": (),
        "follower_temperature": (),
    }
    kind: ClassVar[str] = "lq"

    generator: Any  # (*batch, m, m)
    A: Any  # (*batch, m, n, n)
    B: Any  # (*batch, m, n, ku)
    E: Any  # (*batch, m, n, kv)
    b: Any  # (*batch, m, n)
    C: Any  # (*batch, m, d, n, n)
    D: Any  # (*batch, m, d, n, ku)
    F: Any  # (*batch, m, d, n, kv)
    s: Any  # (*batch, m, d, n)
    leader_M: Any  # (*batch, m, N, N)
    leader_m: Any  # (*batch, m, N)
    leader_G: Any  # (*batch, m, n, n)
    leader_g: Any  # (*batch, m, n)
    follower_M: Any  # (*batch, m, N, N)
    follower_m: Any  # (*batch, m, N)
    follower_G: Any  # (*batch, m, n, n)
    follower_g: Any  # (*batch, m, n)
    discount: Any  # (*batch,)
    leader_temperature: Any  # (*batch,)
    follower_temperature: Any  # (*batch,)
    horizon: Any = None  # T > 0, or None
    follower_sees: Sees = Sees.ACTION

    def validate(self) -> None:
        variables = self.states + self.leader_actions + self.follower_actions
        if self.leader_M.shape[-1] != variables:
            raise GameError(
                f"leader_M: expected {variables} variables ({self.states} states, {self.leader_actions} + "
                f"{self.follower_actions} actions), found {self.leader_M.shape[-1]}"
            )
        object.__setattr__(self, "horizon", _as_horizon(self.horizon, exact=self.is_exact))
        try:
            object.__setattr__(self, "follower_sees", Sees(self.follower_sees))
        except ValueError:
            raise GameError(
                f"follower_sees: expected 'action' or 'policy', found {shown(self.follower_sees)}"
            ) from None
        check_generator(self.generator)
        for player in PLAYERS:
            check_symmetric(f"{player}_M", getattr(self, f"{player}_M"))
            check_symmetric(f"{player}_G", getattr(self, f"{player}_G"))
        for name in ("discount", "leader_temperature", "follower_temperature"):
            require(name, getattr(self, name), getattr(self, name) >= 0, "a number >= 0")

    @property
    def regimes(self) -> int:
        return self.A.shape[-3]

    @property
    def states(self) -> int:
        return self.A.shape[-1]

    @property
    def leader_actions(self) -> int:
        return self.B.shape[-1]

    @property
    def follower_actions(self) -> int:
        return self.E.shape[-1]

    @property
    def channels(self) -> int:
        return self.s.shape[-2]

    def blocks(self) -> tuple[slice, slice, slice]:
        """Where x, u and v stand in z."""
        n, end = self.states, self.states + self.leader_actions
        return slice(0, n), slice(n, end), slice(end, end + self.follower_actions)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearQuadraticPoint(LinearQuadraticGame):
    """A game at one moment: candidate value coefficients, a regime, a state and actions to look at them from.

    What the theory says of the Hamiltonian system holds point by point, for any symmetric P_k, any p_k and r_k at which
    the game is well posed; claims about it sample such points. In `regime` i, at `state` x, the leader plays
    `leader_action` u where the follower has seen it; the laws N(leader_mean, LL') and N(follower_mean, LL') with the
    lower triangular factors L are deviations from the equilibrium laws.

    Raises `GameError` as `LinearQuadraticGame` does, and where the game is not well posed at the point: in each regime
    H_F,vv, Hhat_uu and H_L,uu must be positive definite.
    """

    core: ClassVar[dict[str, tuple[str, ...]]] = {
        **LinearQuadraticGame.core,
        "leader_P": _MATRIX,
        "leader_p": _VECTOR,
        "leader_r": ("regimes",),
        "follower_P": _MATRIX,
        "follower_p": _VECTOR,
        "follower_r": ("regimes",),
        "regime": (),
        "state": ("states",),
        "leader_action": ("leader actions",),
        "leader_mean": ("leader actions",),
        "leader_factor": ("leader actions", "leader actions"),
        "follower_mean": ("follower actions",),
        "follower_factor": ("follower actions", "follower actions"),
    }
    kind: ClassVar[str] = "lq point"

    leader_P: Any  # (*batch, m, n, n)
    leader_p: Any  # (*batch, m, n)
    leader_r: Any  # (*batch, m)
    follower_P: Any  # (*batch, m, n, n)
    follower_p: Any  # (*batch, m, n)
    follower_r: Any  # (*batch, m)
    regime: Any  # (*batch,) an integer of 0, ..., m - 1
    state: Any  # (*batch, n)
    leader_action: Any  # (*batch, ku)
    leader_mean: Any  # (*batch, ku)
    leader_factor: Any  # (*batch, ku, ku) lower triangular, positive diagonal
    follower_mean: Any  # (*batch, kv)
    follower_factor: Any  # (*batch, kv, kv) lower triangular, positive diagonal

    def validate(self) -> None:
        super(LinearQuadraticPoint, self).validate()
        for player in PLAYERS:
            check_symmetric(f"{player}_P", getattr(self, f"{player}_P"))
        regimes = (self.regime >= 0) & (self.regime < self.regimes) & (self.regime % 1 == 0)
        require("regime", self.regime, regimes, f"one of 0, ..., {self.regimes - 1}")
        for player in PLAYERS:
            factor = getattr(self, f"{player}_factor")
            places = np.arange(factor.shape[-1])
            upper = places[:, None] < places
            require(f"{player}_factor", factor, ~upper | (factor == 0), "0 above the diagonal")
            on_diagonal = (places[:, None] == places) & np.ones(factor.shape, dtype=bool)
            require(f"{player}_factor", factor, ~on_diagonal | (factor > 0), "a positive diagonal")
        for condition, matrices in well_posedness(self, self.leader_P, self.follower_P).items():
            holds = is_positive_definite(matrices)
            if not holds.all():
                *game, regime = (int(i) for i in np.argwhere(~holds)[0])
                where = f"{condition} in regime {regime}" + (f" of game {game}" if game else "")
                raise GameError(f"{where}: expected a positive definite matrix, found one that is not")


def well_posedness(game: LinearQuadraticGame, leader_P: np.ndarray, follower_P: np.ndarray) -> dict[str, np.ndarray]:
    """The matrices that must be positive definite, H_F,vv, Hhat_uu and H_L,uu, each (*batch, m, k, k).

    Hhat_uu is zero where H_F,vv is not positive definite: there is no reply to put in. What floats cannot hold comes
    out as an infinity or NaN, which is not positive definite.
    """
    ku = game.leader_actions
    with np.errstate(over="ignore", invalid="ignore"):
        leader, follower = (action_hessian(game, k, P) for k, P in zip(PLAYERS, (leader_P, follower_P), strict=True))
        own = follower[..., ku:, ku:]
        answers = is_positive_definite(own)[..., None, None]
        safe = np.where(answers, own, 0 * own + np.eye(own.shape[-1], dtype=int))  # 0 * own: Fractions stay Fractions
        reply = -_solved(safe, follower[..., ku:, :ku])  # T
        seen = leader[..., :ku, ku:] @ reply
        reduced = leader[..., :ku, :ku] + seen + np.swapaxes(seen, -1, -2)
        reduced = reduced + np.swapaxes(reply, -1, -2) @ leader[..., ku:, ku:] @ reply
        reduced = np.where(answers, reduced, 0 * own[..., :1, :1])
    return {"H_F,vv": own, "Hhat_uu": reduced, "H_L,uu": leader[..., :ku, :ku]}


def action_hessian(game: LinearQuadraticGame, player: str, P: np.ndarray) -> np.ndarray:
    """The block of H_k for (u, v), M + sum_l [D_l F_l]'P [D_l F_l], (*batch, m, ku + kv, ku + kv)."""
    n = game.states
    M = getattr(game, f"{player}_M")[..., n:, n:]
    J = np.concatenate([game.D, game.F], axis=-1)  # (*batch, m, d, n, ku + kv)
    return M + (np.swapaxes(J, -1, -2) @ P[..., None, :, :] @ J).sum(axis=-3)


@np.errstate(over="ignore", invalid="ignore")
def is_positive_definite(matrices: np.ndarray) -> np.ndarray:
    """Whether each symmetric matrix is positive definite, by elimination: exactly for Fractions, (*lead,) of bool.

    A matrix whose elimination leaves the floats is not.
    """
    left = np.array(matrices)  # eliminated in place
    holds = np.ones(left.shape[:-2], dtype=bool)
    for k in range(left.shape[-1]):
        pivot = left[..., k, k]
        holds &= ((pivot > 0) & (pivot < math.inf)).astype(bool)
        safe = np.where(holds, pivot, pivot * 0 + 1)[..., None]
        column = left[..., k + 1 :, k] / safe
        left[..., k + 1 :, k + 1 :] -= column[..., :, None] * left[..., None, k, k + 1 :]
    return holds


def _solved(matrices: np.ndarray, right: np.ndarray) -> np.ndarray:
    """S^{-1} R for positive definite S, by elimination without pivoting, which they do not need."""
    left, found = np.array(matrices), np.array(right)
    size = left.shape[-1]
    for k in range(size):
        for row in range(size):
            if row != k:
                ratio = (left[..., row, k] / left[..., k, k])[..., None]
                left[..., row, :] = left[..., row, :] - ratio * left[..., k, :]
                found[..., row, :] = found[..., row, :] - ratio * found[..., k, :]
    return found / np.diagonal(left, axis1=-2, axis2=-1)[..., None]


@np.errstate(over="ignore", invalid="ignore")
def check_generator(generator: np.ndarray) -> None:
    """Raise `GameError`, naming the entry, unless rates are >= 0 and each row sums to zero."""
    away = ~np.eye(generator.shape[-1], dtype=bool)
    require("generator", generator, ~away | (generator >= 0), "a rate >= 0")
    sums = generator.sum(axis=-1)
    if generator.dtype == object:
        require("generator", sums, sums == 0, "rates that sum to exactly 0 in the row")
    else:
        allowed = ROW_SUM_ERROR * np.abs(generator).max(axis=-1)
        require("generator", sums, np.abs(sums) <= allowed, "rates that sum to 0 in the row")


@np.errstate(over="ignore", invalid="ignore")
def check_symmetric(name: str, matrices: np.ndarray) -> None:
    """Raise `GameError`, naming the entry, unless the matrices are symmetric (floats: up to rounding)."""
    difference = abs(matrices - np.swapaxes(matrices, -1, -2))
    if matrices.dtype == object:
        require(name, matrices, difference == 0, "a symmetric matrix")
    else:
        largest = np.abs(matrices).max(axis=(-2, -1), keepdims=True)
        require(name, matrices, difference <= SYMMETRY_ERROR * largest, "a symmetric matrix")


def _as_horizon(horizon: Any, *, exact: bool) -> Any:
    if horizon is None:
        return None
    length = as_fraction(horizon, "horizon")
    if length <= 0:
        raise GameError(f"horizon: expected a number > 0 or none, found {shown(horizon)}")
    if exact:
        return length
    try:
        nearest = float(length)
    except OverflowError:
        nearest = math.inf
    if not 0 < nearest < math.inf:
        raise GameError(f"horizon: expected a length a float can hold, found {shown(horizon)}")
    return nearest
