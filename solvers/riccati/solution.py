"""What solvers of linear-quadratic games answer: values, gradients, laws and gains at any (t, x, regime)."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import numpy as np

from games import errors
from games.linear_quadratic import PLAYERS, LinearQuadraticGame
from solvers.errors import SolverError
from solvers.riccati.hamiltonian import Stage, Values, rates, stage
from solvers.solution import Solution


class Path(Protocol):
    """Values over time: what a finite-horizon solver found between 0 and T."""

    def at(self, t: np.ndarray) -> tuple[Values, Values]:
        """The leader's and the follower's coefficients at times t (*pts,), led by (*batch, *pts)."""
        ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Laws:
    """Both players' Gaussian laws at points: the leader's, and the follower's given her action u (or its mean).

    Leader N(leader_mean, leader_covariance); follower N(follower_mean + follower_response u, follower_covariance),
    where he sees her policy only with her mean in place of u (`Stage` says how).
    """

    leader_mean: np.ndarray  # (*batch, *pts, ku)
    leader_covariance: np.ndarray  # (*batch, *pts, ku, ku)
    follower_mean: np.ndarray  # (*batch, *pts, kv) K x + kappa
    follower_response: np.ndarray  # (*batch, *pts, kv, ku) T
    follower_covariance: np.ndarray  # (*batch, *pts, kv, kv)


class Policies(Mapping[str, Mapping[str, np.ndarray]]):
    """Both players' gains, offsets and covariances at given values, worked out when one is first asked for."""

    def __init__(self, game: LinearQuadraticGame, leader: Values, follower: Values, order: str) -> None:
        self._stage_at = (game, leader, follower, order)

    def __getitem__(self, player: str) -> Mapping[str, np.ndarray]:
        return self._laws[player]

    def __iter__(self) -> Iterator[str]:
        return iter(PLAYERS)

    def __len__(self) -> int:
        return len(PLAYERS)

    def __repr__(self) -> str:
        return repr(self._laws)

    @functools.cached_property
    def _laws(self) -> dict[str, dict[str, np.ndarray]]:
        at = stage(*self._stage_at)
        return {
            "leader": {"gain": at.leader_gain, "offset": at.leader_offset, "covariance": at.leader_covariance},
            "follower": {"K": at.K, "T": at.T, "kappa": at.kappa, "covariance": at.follower_covariance},
        }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearQuadraticSolution(Solution):
    """A solver's answer to a linear-quadratic game, or to a batch of them.

    values[player] is V(0, x=0) in every regime, the coefficient r (*batch, m); policies are the gains and offsets at
    t = 0 (or at all times where the game never ends). `leader` and `follower` are the coefficients there, `path` the
    values over time (None where they do not move). `error_bound` is for every entry of P, p and r of both players
    there (the solvers say how it is derived), `certificate` says what was lost where a game is ill-posed, when and in
    which regime.

    Evaluation: t, x and regime broadcast against each other, t (*pts,), x (*pts, n), regime (*pts,); answers lead with
    (*batch, *pts). x may also lead with the batch.
    """

    game: LinearQuadraticGame
    leader: Values
    follower: Values
    path: Path | None = None
    reason: str = ""

    @property
    def order(self) -> str:
        """The order of play in the stage game, "stackelberg" or "nash": the concept."""
        return self.concept

    @property
    def message(self) -> str:
        """The status in words, with the solver's own reason where there is one."""
        return self.reason or super(LinearQuadraticSolution, self).message

    def values_at(self, t: Any = 0.0) -> tuple[Values, Values]:
        """The leader's and the follower's coefficients at times t (*pts,): P (*batch, *pts, m, n, n) and so on.

        Raises `SolverError` for times outside [0, T], and where there are no values.
        """
        times = np.asarray(t, dtype=float)
        end = np.inf if self.game.horizon is None else float(self.game.horizon)
        if not ((times >= 0) & (times <= end)).all():
            raise SolverError(f"t: expected times of [0, {end}], found {times[~((times >= 0) & (times <= end))][0]}")
        if self.path is not None:
            return self.path.at(times)
        if self.game.horizon is not None:
            raise SolverError(f"values: expected a solved game, found one that is {self.message}")
        batch = len(self.batch_shape)
        leader, follower = (_spread(values, batch, times.shape) for values in (self.leader, self.follower))
        return leader, follower

    def value(self, player: str, t: Any, x: Any, regime: Any) -> np.ndarray:
        """V(t, x, regime) = x'Px/2 + p'x + r of the player, (*batch, *pts)."""
        state = self._states(x)
        at = self._at(player, t, regime, state)
        return ((at.P @ state[..., None])[..., 0] / 2 * state + at.p * state).sum(axis=-1) + at.r

    def gradient(self, player: str, t: Any, x: Any, regime: Any) -> np.ndarray:
        """The gradient Px + p of V in x, (*batch, *pts, n)."""
        state = self._states(x)
        at = self._at(player, t, regime, state)
        return (at.P @ state[..., None])[..., 0] + at.p

    def laws(self, t: Any, x: Any, regime: Any) -> Laws:
        """Both players' laws at the points."""
        state = self._states(x)
        shown = np.broadcast_shapes(np.shape(t), np.shape(regime), state.shape[:-1][len(self._led(state)) :])
        gains = self.gains(t)

        def chosen(name: str, core: int) -> np.ndarray:
            return self._choose(getattr(gains, name), core, np.shape(t), regime, shown)

        return Laws(
            leader_mean=_times(chosen("leader_gain", 2), state) + chosen("leader_offset", 1),
            leader_covariance=chosen("leader_covariance", 2),
            follower_mean=_times(chosen("K", 2), state) + chosen("kappa", 1),
            follower_response=chosen("T", 2),
            follower_covariance=chosen("follower_covariance", 2),
        )

    def gains(self, t: Any = 0.0) -> Stage:
        """The stage game at times t (*pts,): gains, offsets, covariances of every regime, led by (*batch, *pts)."""
        return stage(self._game_at(np.ndim(t)), *self.values_at(t), self.order)

    def rates_at(self, t: Any = 0.0) -> tuple[Values, Values]:
        """What the Riccati, linear and scalar equations say of the coefficients' d/dt at times t (*pts,)."""
        values = self.values_at(t)
        game = self._game_at(np.ndim(t))
        return rates(game, *values, stage(game, *values, self.order))

    def _game_at(self, axes: int) -> LinearQuadraticGame:
        """The batch with `axes` more axes behind it, to meet values at several times."""
        batched = self.batch_shape and axes
        return self.game[(..., *(None,) * axes)] if batched else self.game

    def _states(self, x: Any) -> np.ndarray:
        state = np.asarray(x, dtype=float)
        if state.shape[-1:] != (self.game.states,):
            raise SolverError(f"x: expected {self.game.states} states on the last axis, found shape {state.shape}")
        return state

    def _led(self, state: np.ndarray) -> tuple[int, ...]:
        """The batch axes that a state brings itself."""
        batch = self.batch_shape
        return batch if batch and state.shape[: len(batch)] == batch and state.ndim > len(batch) else ()

    def _at(self, player: str, t: Any, regime: Any, state: np.ndarray) -> Values:
        if player not in ("leader", "follower"):
            raise SolverError(f"player: expected leader or follower, found {player!r}")
        values = self.values_at(t)[0 if player == "leader" else 1]
        shown = np.broadcast_shapes(np.shape(t), np.shape(regime), state.shape[:-1][len(self._led(state)) :])
        P, p, r = (
            self._choose(getattr(values, name), core, np.shape(t), regime, shown)
            for name, core in (("P", 2), ("p", 1), ("r", 0))
        )
        return Values(P=P, p=p, r=r)

    def _choose(self, entries: np.ndarray, core: int, pts: tuple[int, ...], regime: Any, shown: tuple[int, ...]) -> Any:
        """Entries (*batch, *pts, m, ...) at the regimes of the points, (*batch, *shown, ...)."""
        batch, regimes = self.batch_shape, self.game.regimes
        index = np.asarray(regime)
        if index.dtype.kind not in "iu" or not ((index >= 0) & (index < regimes)).all():
            raise SolverError(f"regime: expected integers of 0, ..., {regimes - 1}, found {errors.shown(regime)}")
        tail = entries.shape[entries.ndim - core :]
        entries = entries.reshape(*batch, *(1,) * (len(shown) - len(pts)), *pts, regimes, *tail)
        entries = np.broadcast_to(entries, (*batch, *shown, regimes, *tail))
        index = np.broadcast_to(index, (*batch, *shown)).reshape(*batch, *shown, *(1,) * (core + 1))
        return np.take_along_axis(entries, index, axis=len(batch) + len(shown)).reshape((*batch, *shown, *tail))


def _spread(values: Values, batch: int, pts: tuple[int, ...]) -> Values:
    """Constant values at every one of the points, without copies."""

    def spread(entries: np.ndarray) -> np.ndarray:
        lead, tail = entries.shape[:batch], entries.shape[batch:]
        return np.broadcast_to(entries.reshape(*lead, *(1,) * len(pts), *tail), (*lead, *pts, *tail))

    return Values(P=spread(values.P), p=spread(values.p), r=spread(values.r))


def _times(matrices: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    return (matrices @ vectors[..., None])[..., 0]
