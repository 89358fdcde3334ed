"""A linear-quadratic game as it is played: many paths of the regime-switching diffusion, and what they cost.

Euler steps of length h from t = 0 to the horizon T: at t_k = k h, in state x and regime i,

  running costs  + h e^{-beta t_k} ( z'M_ik z / 2 + m_ik'z - tau_k Ent_k )
  terminal cost  + e^{-beta T} ( x'G_ik x / 2 + g_ik'x )
  next state     x + h (drift) + sqrt(h) (square root of sigma sigma') (standard normals)
  next regime    by the exact probabilities exp(h Lambda), given i

(weak order 1 in h). Source: errl, the exploratory dynamics; Wang, Zariphopoulou and Zhou 2020 for one player.
"""

from __future__ import annotations

import dataclasses
import math
from concurrent.futures import ThreadPoolExecutor
from statistics import NormalDist
from typing import Any

import numpy as np

from games.core import as_entries
from games.errors import GameError, shown
from games.linear_quadratic import PLAYERS, LinearQuadraticGame
from games.simulate.diffusion_kernel import euler, moments
from games.simulate.diffusion_laws import (
    FeedbackLaws,
    StepTables,
    Version,
    pieces_of,
    step_tables,
    transition_probabilities,
)

BLOCK = 1024
"""Paths a block, always drawn together by the block's own generator: a path does not depend on threads or numbers."""

AHEAD = 8
"""Blocks a thread that are under way at once: what is held does not grow with the number of paths."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Mean and variance of one quantity over independent paths; the variance is NaN for a single one."""

    count: int
    mean: float
    variance: float

    @property
    def standard_error(self) -> float:
        """Of the mean."""
        return math.sqrt(self.variance / self.count)

    def half_width(self, alpha: float) -> float:
        """Of the two-sided interval of level 1 - alpha around the mean, by the normal approximation."""
        return NormalDist().inv_cdf(1 - alpha / 2) * self.standard_error


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Paths:
    """Paths as run: actions are those played (sampled), or the means of their laws (averaged, classical)."""

    times: np.ndarray  # (steps + 1,)
    states: np.ndarray  # (paths, steps + 1, n)
    regimes: np.ndarray  # (paths, steps + 1)
    leader_actions: np.ndarray  # (paths, steps, ku)
    follower_actions: np.ndarray  # (paths, steps, kv)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Simulation:
    """What the players paid over the paths of one simulation; cost = raw cost - discounted tau Ent."""

    version: Version
    horizon: float
    steps: int
    seed: int
    leader_cost: Sample
    follower_cost: Sample
    leader_raw_cost: Sample
    follower_raw_cost: Sample
    kept: Paths | None

    @property
    def step(self) -> float:
        """The length h of an Euler step."""
        return self.horizon / self.steps


def simulate(
    game: LinearQuadraticGame,
    laws: FeedbackLaws,
    *,
    state: Any,
    regime: int,
    steps: int,
    paths: int,
    seed: int,
    version: str | Version = Version.AVERAGED,
    horizon: float | None = None,
    draws: int = 1,
    keep: int = 0,
    threads: int = 1,
) -> Simulation:
    """Play `laws` from `state` and `regime` along `paths` independent paths of `steps` Euler steps.

    The laws need not be an equilibrium. A game without an end is cut off at `horizon`, and what follows is not counted.
    The first `keep` paths are handed back; nothing else is stored that grows with the number of paths.

    Path i depends on the other arguments, `seed` and i alone, not on threads or the number of paths. The averaged and
    the classical version draw the same normals for the same purposes: runs of one seed have common random numbers. So
    have runs of one version with as many steps times `draws`: the normals of a step are then put together from those
    of `draws` shorter ones, and its regimes are theirs.

    Raises `GameError` for a batch, laws of other sizes than the game's, arguments out of range, an entropy that is
    infinite, and costs that leave the floats.
    """
    game, version, state = checked(game, laws, state, regime, version)
    length = cut_off(game, horizon)
    counts = {"steps": (steps, 1), "paths": (paths, 1), "draws": (draws, 1), "keep": (keep, 0), "threads": (threads, 1)}
    for name, (value, least) in counts.items():
        check_count(name, value, least)
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**128:
        raise GameError(f"seed: expected an integer of 0, ..., 2^128 - 1, found {shown(seed)}")
    if keep > paths:
        raise GameError(f"keep: expected at most the {paths} paths, found {keep}")
    schedule = _Schedule.of(game, laws, version, length, steps, draws)
    kept = _room(game, schedule, keep) if keep else None

    def run(block: int) -> tuple[int, np.ndarray, np.ndarray]:
        return _block(game, schedule, state, regime, seed, block, min(BLOCK, paths - block * BLOCK), kept)

    count, mean, squares = 0, np.zeros(4), np.zeros(4)
    with ThreadPoolExecutor(threads) as pool:
        blocks = -(-paths // BLOCK)
        for first in range(0, blocks, AHEAD * threads):
            ahead = range(first, min(first + AHEAD * threads, blocks))
            for found in pool.map(run, ahead) if threads > 1 else map(run, ahead):
                count, mean, squares = _merged(count, mean, squares, *found)  # in the order of blocks
    if not (np.isfinite(mean).all() and np.isfinite(squares).all()):
        raise GameError(
            "simulate: expected costs within the floats, found an overflow; "
            "the laws probably do not stabilise the game: check them, shorten the horizon or take more steps"
        )
    samples = [
        Sample(count=count, mean=float(a), variance=float(b) / (count - 1) if count > 1 else math.nan)
        for a, b in zip(mean, squares, strict=True)
    ]
    return Simulation(
        version=version,
        horizon=length,
        steps=int(steps),
        seed=int(seed),
        leader_cost=samples[0],
        follower_cost=samples[1],
        leader_raw_cost=samples[2],
        follower_raw_cost=samples[3],
        kept=None if kept is None else _paths(game, laws, schedule, kept),
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Schedule:
    """The tables, and what the steps take from them."""

    tables: StepTables
    times: np.ndarray  # (steps + 1,)
    piece: np.ndarray  # (steps,)
    weight: np.ndarray  # (steps,)
    last_weight: float
    cumulative: np.ndarray  # (m, m)
    draws: int

    @classmethod
    def of(
        cls, game: LinearQuadraticGame, laws: FeedbackLaws, version: Version, length: float, steps: int, draws: int
    ) -> _Schedule:
        h = length / steps
        times = np.linspace(0.0, length, steps + 1)
        discount = np.exp(-float(game.discount) * times)
        cumulative = np.cumsum(transition_probabilities(game.generator, h / draws), axis=-1)
        cumulative[:, -1] = 1.0
        return cls(
            tables=step_tables(game, laws, version, h),
            times=times,
            piece=pieces_of(laws, length, steps),
            weight=h * discount[:-1],
            last_weight=float(discount[-1]) if game.horizon is not None else 0.0,
            cumulative=cumulative,
            draws=int(draws),
        )


def _room(game: LinearQuadraticGame, schedule: _Schedule, keep: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    steps, drawn = len(schedule.piece), schedule.tables.spread.shape[-1]
    return (
        np.empty((keep, steps + 1, game.states)),
        np.empty((keep, steps + 1), dtype=np.int64),
        np.empty((keep, steps, drawn)),
    )


def _block(
    game: LinearQuadraticGame,
    schedule: _Schedule,
    state: np.ndarray,
    regime: int,
    seed: int,
    block: int,
    lanes: int,
    kept: tuple[np.ndarray, np.ndarray, np.ndarray] | None,
) -> tuple[int, np.ndarray, np.ndarray]:
    """Count, means and sums of squares of both players' costs and raw costs over the paths of a block."""
    # Philox counts in 256 bits, low word first: 2**192 numbers lie between two blocks.
    rng = np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, 0, block]))
    # All paths of a block are run, so that a path is the same whatever their number.
    x, regimes = np.tile(state, (BLOCK, 1)), np.full(BLOCK, regime, dtype=np.int64)
    raw, earned = np.zeros((BLOCK, 2)), np.zeros((BLOCK, 2))
    here = slice(block * BLOCK, (block + 1) * BLOCK)
    kept = kept or _room(game, schedule, 0)
    arguments: list[Any] = [getattr(schedule.tables, field.name) for field in dataclasses.fields(StepTables)]
    arguments += [schedule.piece, schedule.weight, schedule.cumulative, schedule.draws, x, regimes, raw, earned]
    euler(rng, *arguments, *(part[here] for part in kept))
    if schedule.last_weight > 0:
        with np.errstate(over="ignore", invalid="ignore"):  # reported for the whole simulation
            for place, player in enumerate(PLAYERS):
                G, g = getattr(game, f"{player}_G")[regimes], getattr(game, f"{player}_g")[regimes]
                last = np.einsum("la,lab,lb->l", x, G, x) / 2 + np.einsum("la,la->l", g, x)
                raw[:, place] += schedule.last_weight * last
    return lanes, *moments(np.concatenate([raw - earned, raw], axis=1)[:lanes])


def _merged(
    count: int, mean: np.ndarray, squares: np.ndarray, more: int, other: np.ndarray, beside: np.ndarray
) -> tuple[int, np.ndarray, np.ndarray]:
    """Two samples as one (Chan, Golub and LeVeque 1983)."""
    both = count + more
    with np.errstate(over="ignore", invalid="ignore"):
        away = other - mean
        return both, mean + away * (more / both), squares + beside + away * away * (count * more / both)


def _paths(
    game: LinearQuadraticGame, laws: FeedbackLaws, schedule: _Schedule, kept: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> Paths:
    states, regimes, actions = kept
    if not actions.shape[-1]:
        maps = laws.means()[schedule.piece, regimes[:, :-1]]  # (paths, steps, ku + kv, n + 1)
        actions = (maps[..., :-1] @ states[:, :-1, :, None])[..., 0] + maps[..., -1]
    ku = game.leader_actions
    return Paths(
        times=schedule.times,
        states=states,
        regimes=regimes,
        leader_actions=actions[..., :ku],
        follower_actions=actions[..., ku:],
    )


def checked(
    game: Any, laws: Any, state: Any, regime: Any, version: Any
) -> tuple[LinearQuadraticGame, Version, np.ndarray]:
    """The game in floats, the version and the state; raises `GameError` for what cannot be simulated."""
    if not isinstance(game, LinearQuadraticGame) or game.batch_shape:
        found = f"a batch of shape {game.batch_shape}" if hasattr(game, "batch_shape") else shown(game)
        raise GameError(f"simulate: expected a single linear-quadratic game, found {found}")
    if not isinstance(laws, FeedbackLaws):
        raise GameError(f"laws: expected FeedbackLaws, found {shown(laws)}")
    sizes = (game.regimes, game.states, game.leader_actions, game.follower_actions)
    if laws.sizes != sizes:
        raise GameError(f"laws: expected regimes, states and actions {sizes} as in the game, found {laws.sizes}")
    try:
        version = Version(version)
    except ValueError:
        raise GameError(f"version: expected one of {', '.join(Version)}, found {shown(version)}") from None
    place = as_entries(state, "state").astype(np.float64)
    if place.shape != (game.states,):
        raise GameError(f"state: expected {game.states} numbers, found shape {place.shape}")
    if isinstance(regime, bool) or not isinstance(regime, int | np.integer) or not 0 <= regime < game.regimes:
        raise GameError(f"regime: expected one of 0, ..., {game.regimes - 1}, found {shown(regime)}")
    return game.float(), version, place


def check_count(name: str, value: Any, least: int) -> None:
    """Raise `GameError` unless it is an integer >= least."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise GameError(f"{name}: expected an integer >= {least}, found {shown(value)}")


def cut_off(game: LinearQuadraticGame, horizon: Any) -> float:
    """Where paths end: the game's own horizon, or the given one where it has none."""
    if game.horizon is not None:
        if horizon is not None:
            raise GameError(
                f"horizon: expected none, since the game has its own, {game.horizon:g}; found {shown(horizon)}"
            )
        return float(game.horizon)
    usable = isinstance(horizon, int | float | np.number) and not isinstance(horizon, bool)
    if horizon is None or not usable or not 0 < horizon < math.inf:
        raise GameError(
            f"horizon: expected a number > 0 where a game without an end is cut off, found {shown(horizon)}"
        )
    return float(horizon)
