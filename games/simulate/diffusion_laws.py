"""The laws of play of a linear-quadratic game as arrays, and what a step of the game under them needs."""

from __future__ import annotations

import dataclasses
import enum
import math
from typing import Any

import numpy as np

from games.core import as_entries
from games.errors import GameError, shown
from games.linear_quadratic import PLAYERS, LinearQuadraticGame, Sees


class Version(enum.StrEnum):
    """Which process is simulated.

    AVERAGED   the exploratory one: drift and sigma sigma' averaged over the players' laws, running costs likewise
    SAMPLED    both players draw an action at every step
    CLASSICAL  both play the means of their laws, and no entropy is counted
    """

    AVERAGED = "averaged"
    SAMPLED = "sampled"
    CLASSICAL = "classical"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FeedbackLaws:
    """Gaussian laws of play, affine in the state, in each regime; constant in time or on pieces of it.

      leader    u ~ N(leader_gain x + leader_offset, LL'),  L = leader_factor
      follower  v ~ N(follower_gain x + follower_reply u + follower_offset, LL'),  L = follower_factor

    where u is the leader's action if the follower sees it, the mean of her law if he sees that. With `times`
    (t_0 = 0 < t_1 < ...) all arrays lead with a piece: piece j holds from t_j to t_{j+1}, the last to the end.

    Raises `GameError`, naming the array, for shapes that differ, entries that are not finite numbers, and times that do
    not start at 0 and increase.
    """

    leader_gain: Any  # (*pieces, m, ku, n)
    leader_offset: Any  # (*pieces, m, ku)
    leader_factor: Any  # (*pieces, m, ku, ku)
    follower_gain: Any  # (*pieces, m, kv, n) K
    follower_reply: Any  # (*pieces, m, kv, ku) T
    follower_offset: Any  # (*pieces, m, kv) kappa
    follower_factor: Any  # (*pieces, m, kv, kv)
    times: Any = None  # (pieces,), or None

    def __post_init__(self) -> None:
        if self.times is not None:
            times = as_entries(self.times, "times")
            if times.ndim != 1 or times.size == 0 or times[0] != 0 or not (np.diff(times) > 0).all():
                raise GameError(f"times: expected 0 = t_0 < t_1 < ..., found {shown(self.times)}")
            object.__setattr__(self, "times", _floats(times))
        lead = () if self.times is None else (len(self.times),)
        for name in ARRAYS:
            object.__setattr__(self, name, _floats(as_entries(getattr(self, name), name)))
        shape = self.follower_reply.shape
        if len(shape) != len(lead) + 3 or shape[: len(lead)] != lead:
            axes = "pieces, regimes, follower actions, leader actions" if lead else "regimes and both players' actions"
            raise GameError(f"follower_reply: expected the axes {axes}, found shape {shape}")
        m, kv, ku = shape[len(lead) :]
        n = self.leader_gain.shape[-1] if self.leader_gain.ndim else 0
        for name, core in _shapes(m, n, ku, kv).items():
            found = getattr(self, name).shape
            if found != (*lead, *core):
                raise GameError(f"{name}: expected shape {(*lead, *core)}, found {found}")

    @property
    def sizes(self) -> tuple[int, int, int, int]:
        """Regimes, states, the leader's and the follower's actions."""
        regimes, leader_actions, states = self.leader_gain.shape[-3:]
        return regimes, states, leader_actions, self.follower_reply.shape[-2]

    def without_noise(self) -> FeedbackLaws:
        """The same means, played for certain."""
        return dataclasses.replace(
            self, leader_factor=self.leader_factor * 0.0, follower_factor=self.follower_factor * 0.0
        )

    def means(self) -> np.ndarray:
        """The affine maps from (x, 1) to the mean of (u, v), (pieces, m, ku + kv, n + 1)."""
        leader = np.concatenate([self.leader_gain, self.leader_offset[..., None]], axis=-1)
        follower = np.concatenate([self.follower_gain, self.follower_offset[..., None]], axis=-1)
        maps = np.concatenate([leader, follower + self.follower_reply @ leader], axis=-2)
        return maps.reshape(-1, *maps.shape[-3:])

    def spread(self, sees: Sees) -> np.ndarray:
        """A factor Gamma of the covariance of (u, v), which is Gamma Gamma', (pieces, m, ku + kv, ku + kv)."""
        leader, follower = self.leader_factor, self.follower_factor
        above = np.zeros((*leader.shape[:-1], follower.shape[-1]))
        moved = self.follower_reply @ leader if sees is Sees.ACTION else np.swapaxes(above, -1, -2)
        rows = [np.concatenate(row, axis=-1) for row in ((leader, above), (moved, follower))]
        factor = np.concatenate(rows, axis=-2)
        return factor.reshape(-1, *factor.shape[-3:])


ARRAYS = tuple(field.name for field in dataclasses.fields(FeedbackLaws) if field.name != "times")


def _floats(entries: np.ndarray) -> np.ndarray:
    array = np.asarray(entries, dtype=np.float64)
    array.setflags(write=False)
    return array


def _shapes(m: int, n: int, ku: int, kv: int) -> dict[str, tuple[int, ...]]:
    return {
        "leader_gain": (m, ku, n),
        "leader_offset": (m, ku),
        "leader_factor": (m, ku, ku),
        "follower_gain": (m, kv, n),
        "follower_reply": (m, kv, ku),
        "follower_offset": (m, kv),
        "follower_factor": (m, kv, kv),
    }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StepTables:
    """One Euler step of length h and its running costs, for each piece of the laws and each regime.

    With q drawn actions w (all of them where they are sampled, none where they are averaged), y = (x, w) and
    independent standard normals xi, zeta, eta:

      w = answer (x, 1) + spread xi
      next x = image_0 (y, 1) + sum_l image_l (y, 1) zeta_l + rest eta
      raw cost a unit of time = y'Q y + linear'y + constant, Q lower triangular; entropy = tau_k Ent_k
    """

    answer: np.ndarray  # (pieces, m, q, n + 1)
    spread: np.ndarray  # (pieces, m, q, q)
    image: np.ndarray  # (pieces, m, 1 + d, n, n + q + 1)
    rest: np.ndarray  # (pieces, m, n, r)
    quadratic: np.ndarray  # (pieces, m, 2, n + q, n + q)
    linear: np.ndarray  # (pieces, m, 2, n + q)
    constant: np.ndarray  # (pieces, m, 2)
    entropy: np.ndarray  # (pieces, m, 2)


def step_tables(game: LinearQuadraticGame, laws: FeedbackLaws, version: Version, length: float) -> StepTables:
    """The tables of steps of this length of a single game of floats. Raises `GameError` for an infinite entropy.

    Averaged over the laws, sigma sigma' is sum_l (Jbar_l (x, 1)) (Jbar_l (x, 1))' + sum_l (J_l Gamma) (J_l Gamma)',
    with Jbar_l the noise at the mean actions and Gamma Gamma' their covariance: its square root is taken as the columns
    Jbar_l (x, 1), and a factor of the second sum, which does not depend on x. All square roots make one process, and
    Euler steps of one law.
    """
    n, means = game.states, laws.means()
    pieces, m, q = means.shape[:3]
    gamma = laws.spread(game.follower_sees) * (0.0 if version is Version.CLASSICAL else 1.0)
    drift = np.concatenate([game.A, game.B, game.E, game.b[..., None]], axis=-1)[:, None]  # (m, 1, n, N + 1)
    noise = np.concatenate([game.C, game.D, game.F, game.s[..., None]], axis=-1)  # (m, d, n, N + 1)
    image = np.concatenate([length * drift, math.sqrt(length) * noise], axis=1)
    image[:, 0, :, :n] += np.eye(n)
    M = np.stack([getattr(game, f"{player}_M") for player in PLAYERS], axis=1) / 2  # (m, 2, N, N)
    linear = np.stack([getattr(game, f"{player}_m") for player in PLAYERS], axis=1)
    constant = np.zeros((pieces, m, 2))
    if version is Version.SAMPLED:
        rest = np.zeros((pieces, m, n, 0))
        image, M, linear = (np.broadcast_to(part, (pieces, *part.shape)) for part in (image, M, linear))
    else:
        moving = (image[:, 1:, :, n:-1] @ gamma[:, :, None]).swapaxes(-2, -3)  # (pieces, m, n, d, q): J_l Gamma
        rest = _lower(moving.reshape(pieces, m, n, -1))
        constant += np.einsum("pmaj,mkab,pmbj->pmk", gamma, M[..., n:, n:], gamma)
        # (y, 1) = closed (x, 1) at the mean actions
        itself = np.broadcast_to(np.eye(n + 1), (pieces, m, n + 1, n + 1))
        closed = np.concatenate([itself[:, :, :n], means, itself[:, :, n:]], axis=-2)  # (pieces, m, N + 1, n + 1)
        image = image @ closed[:, :, None]
        whole = np.zeros((m, 2, n + q + 1, n + q + 1))
        whole[..., :-1, :-1] = M
        whole[..., -1, :-1] = linear
        whole = np.swapaxes(closed, -1, -2)[:, :, None] @ whole @ closed[:, :, None]  # (pieces, m, 2, n + 1, n + 1)
        M, linear = whole[..., :n, :n], whole[..., n, :n] + whole[..., :n, n]
        constant = constant + whole[..., n, n]
        means, gamma = means[:, :, :0], gamma[:, :, :0, :0]
    return StepTables(
        answer=np.ascontiguousarray(means),
        spread=np.ascontiguousarray(gamma),
        image=np.ascontiguousarray(image),
        rest=rest,
        quadratic=np.tril(M) + np.tril(np.swapaxes(M, -1, -2), -1),
        linear=np.ascontiguousarray(linear),
        constant=constant,
        entropy=np.zeros((pieces, m, 2)) if version is Version.CLASSICAL else entropies(game, laws),
    )


def pieces_of(laws: FeedbackLaws, length: float, steps: int) -> np.ndarray:
    """The piece of the laws at the beginning of each of equal steps, (steps,)."""
    if laws.times is None:
        return np.zeros(steps, dtype=np.int64)
    # A piece that begins with a step is meant to hold in it, whatever the rounding of either time.
    begin = np.linspace(0.0, length, steps, endpoint=False) + 2.0**-30 * length / steps
    return np.searchsorted(laws.times, begin, side="right") - 1


def _lower(matrices: np.ndarray) -> np.ndarray:
    """R of R R' = A A' for each wide or tall A, (..., n, min(n, columns)), without forming the product."""
    return np.ascontiguousarray(np.swapaxes(np.linalg.qr(np.swapaxes(matrices, -1, -2), mode="r"), -1, -2))


def entropies(game: LinearQuadraticGame, laws: FeedbackLaws) -> np.ndarray:
    """tau_k Ent(N(., LL')) = tau_k (k log(2 pi e) / 2 + log |det L|), 0 at temperature 0, (pieces, m, 2)."""
    found = []
    for player in PLAYERS:
        temperature = float(getattr(game, f"{player}_temperature"))
        factor = getattr(laws, f"{player}_factor")
        if temperature == 0:
            found.append(np.zeros(factor.shape[:-2]))
            continue
        logarithm = np.linalg.slogdet(factor)[1]
        if not np.isfinite(logarithm).all():
            raise GameError(
                f"{player}_factor: expected an invertible factor at temperature {temperature:g}, found a singular one"
            )
        found.append(temperature * (factor.shape[-1] / 2 * (1 + math.log(2 * math.pi)) + logarithm))
    stacked = np.stack(found, axis=-1)
    return stacked.reshape(-1, *stacked.shape[-2:])


def transition_probabilities(generator: np.ndarray, length: float) -> np.ndarray:
    """exp(length Lambda), (m, m), by uniformisation and squaring: sums and products of probabilities alone."""
    rate = float(-generator.diagonal().min()) * length
    doublings = max(0, math.ceil(math.log2(rate))) if rate > 1 else 0
    scaled = rate / 2**doublings
    jump = np.eye(len(generator)) + (generator * (length / rate) if rate > 0 else 0.0)
    jump = np.maximum(jump, 0.0)
    term = found = np.eye(len(generator)) * math.exp(-scaled)
    for k in range(1, 20):  # the Poisson tail beyond is below 1 / 20! of the whole
        term = term @ jump * (scaled / k)
        found = found + term
    for _ in range(doublings):
        found = found @ found
    return found / found.sum(axis=-1, keepdims=True)
