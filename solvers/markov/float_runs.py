"""Two runs of Stackelberg Q-value iteration in floats, with bounds of their errors and ties that are known to be ties.

Errors. err_k(t) bounds the error of Q_{k,t} in the sup norm, per game and player. While the policies are the true ones
  err(t+1) = rho err(t) + (S + 8) u (|Q_t| + alpha (|r| + |Q_t|)),
the last term being left out where no operation rounds. That is known from bits: if all entries that enter are multiples
of 2^g and no sum reaches 2^h, then h - g <= 53 makes every operation exact. So short dyadic data have error 0 for
a few steps, and ties found there are ties; elsewhere a choice has to lead by more than twice the error.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np

from games.markov import MarkovIteration
from solvers.errors import SolverError
from solvers.markov.stage import Stage, decided, stage, values

G = TypeVar("G", bound=MarkovIteration)

Ball = tuple[np.ndarray, np.ndarray]

UNIT = 2.0**-53
UP = 1 + 2.0**-40  # covers the roundings of bounds and what they neglect
SMALLEST = 2.0**-1074
CORE = (-3, -2, -1)


class Tables(NamedTuple):
    """Q functions of both players, and bounds of their errors, infinite from the first choice that was left open."""

    leader: np.ndarray  # (*batch, S, A, B)
    follower: np.ndarray
    leader_error: np.ndarray  # (*batch,)
    follower_error: np.ndarray


class Run(NamedTuple):
    """A run: what was known before every step, and after the last one of each game."""

    path: list[tuple[Tables, Stage]]  # entry j for the games with more than j steps
    last: Tables


# Arithmetic.


def grid(numbers: np.ndarray) -> np.ndarray:
    """The largest g such that each number is a multiple of 2^g; 9999 for zero."""
    mantissa, exponent = np.frexp(numbers)
    integer = np.ldexp(mantissa, 53).astype(np.int64)
    lowest = (integer & -integer).astype(np.float64)
    return np.where(integer == 0, 9999, exponent - 54 + np.frexp(lowest)[1])


def largest(table: np.ndarray) -> np.ndarray:
    """max |entry| over (S, A, B)."""
    return np.abs(table).max(axis=CORE)


def missed_by(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """|fl(x + y) - (x + y)|, exactly (two-sum), where nothing overflows."""
    total = x + y
    part = total - x
    return np.abs((x - (total - part)) + (y - part))


def add(x: Ball, y: Ball) -> Ball:
    """The sum, its rounding error added to the radius."""
    return x[0] + y[0], (x[1] + y[1] + missed_by(x[0], y[0])) * UP


def multiply(x: Ball, y: Ball) -> Ball:
    """The product: the rounding error, found by splitting factors into halves of 26 bits, is added to the radius."""
    product = x[0] * y[0]
    (a, b), (c, d) = _halves(x[0]), _halves(y[0])
    missed = np.abs(((a * c - product) + a * d + b * c) + b * d)
    # Where halves or their products leave the floats the standard bound remains.
    safe = (np.abs(product) > 2.0**-900) & np.isfinite(missed) | (product == 0) & ((x[0] == 0) | (y[0] == 0))
    missed = np.where(safe, np.where(product == 0, 0.0, missed), UNIT * np.abs(product) + SMALLEST)
    return product, (np.abs(x[0]) * y[1] + np.abs(y[0]) * x[1] + x[1] * y[1] + missed) * UP


def _halves(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    high = x * 134217729.0  # 2^27 + 1
    high = high - (high - x)
    return high, x - high


def settled(value: np.ndarray, radius: np.ndarray) -> Ball:
    """The ball; where something overflowed or was lost, zero with an infinite radius."""
    known = np.isfinite(value) & np.isfinite(radius)
    return np.where(known, value, 0.0), np.where(known, radius, np.inf)


def farthest(x: np.ndarray, y: np.ndarray, error: Any = 0.0) -> Ball:
    """||x - y|| over states and actions, where the tables are wrong by `error` together."""
    with np.errstate(over="ignore", invalid="ignore"):
        return settled(largest(x - y), (error + largest(missed_by(x, -y))) * UP)


def span(table: np.ndarray) -> Ball:
    """The largest less the smallest entry over states and actions."""
    highest, lowest = table.max(axis=CORE), table.min(axis=CORE)
    with np.errstate(over="ignore", invalid="ignore"):
        return settled(highest - lowest, missed_by(highest, -lowest) * UP)


# Runs.


def backed(game: MarkovIteration, reward: np.ndarray, discount: np.ndarray, value: np.ndarray) -> np.ndarray:
    """r + gamma P V."""
    return reward + discount[..., None, None, None] * np.einsum("...sabt,...t->...sab", game.transition, value)


class _Bits(NamedTuple):
    """How coarse and how large one player's data are, each (*batch,): multiples of 2^..., below 2^reward_size."""

    step: np.ndarray
    reward: np.ndarray
    continuation: np.ndarray  # gamma P
    reward_size: np.ndarray


def bits_of(game: MarkovIteration, step_size: Any) -> list[_Bits]:
    """Those of both players, for steps of this size."""
    kernel, step = grid(game.transition).min(axis=(-4, *CORE)), grid(step_size)
    return [
        _Bits(step, grid(reward).min(axis=CORE), grid(discount) + kernel, np.frexp(largest(reward))[1])
        for reward, discount in zip(game.rewards(), game.discounts(), strict=True)
    ]


def _is_exact(q: np.ndarray, bits: _Bits) -> np.ndarray:
    """Whether no operation of a step rounds: all numbers are multiples of 2^g and smaller than 2^h, h - g <= 53."""
    table = grid(q).min(axis=CORE)
    lowest = np.minimum(np.minimum(bits.reward, bits.continuation + table), table) + bits.step
    size = np.frexp(largest(q))[1]
    # |sum_t P V| < 2^(size + 1), r + gamma P V is below twice the larger, and so is its mean with Q.
    highest = np.maximum(size, np.maximum(bits.reward_size, size + 1) + 1) + 1
    return (highest - lowest <= 53) & (lowest >= -1074)


def one_step(game: MarkovIteration, tables: Tables, found: Stage, bits: list[_Bits]) -> Tables:
    """One step of both players under the policies found."""
    alpha = game.step_size
    known = decided(found, tables.leader_error, tables.follower_error)
    after: list[np.ndarray] = []
    errors: list[np.ndarray] = []
    for q, error, reward, discount, player in zip(
        tables[:2], tables[2:], game.rewards(), game.discounts(), bits, strict=True
    ):
        target = backed(game, reward, discount, values(q, found.moves, found.replies))
        size = largest(q)
        rounding = (game.states + 8) * UNIT * (size + alpha * (largest(reward) + size)) + 8 * SMALLEST
        rounding = np.where(_is_exact(q, player), 0.0, rounding)
        # rho < 1 but for rows that miss one; where the last step was lost, all is.
        spread = np.where(error == 0, 0.0, error * (1 - alpha * (1 - discount) + 2.0**-48 * game.states))
        after.append((1 - alpha)[..., None, None, None] * q + alpha[..., None, None, None] * target)
        errors.append(np.where(known, (spread + rounding) * UP, np.inf))
    return Tables(after[0], after[1], errors[0], errors[1])


def run(game: MarkovIteration, leader: np.ndarray, follower: np.ndarray) -> Run:
    """The run from these tables, as many steps as each game asks for."""
    nothing = np.zeros(game.batch_shape)
    last = now = Tables(leader, follower, nothing, nothing)
    bits = bits_of(game, game.step_size)
    path: list[tuple[Tables, Stage]] = []
    for step in range(int(game.steps.max(initial=0))):
        found = stage(now.leader, now.follower, game.ties)
        path.append((now, found))
        now = one_step(game, now, found, bits)
        ends = game.steps == step + 1
        last = Tables(*(np.where(wide(ends, new), new, old) for new, old in zip(now, last, strict=True)))
    return Run(path, last)


def wide(mask: Any, like: np.ndarray) -> np.ndarray:
    """A value a game, shaped to broadcast against tables."""
    return mask.reshape(mask.shape + (1,) * (like.ndim - mask.ndim))


_kept = threading.local()


def once(game: G, name: str, compute: Callable[[G], Any]) -> Any:
    """What `compute` makes of the game, kept until another game is asked about: concepts come one by one.

    Games are immutable, so that the same object has the same runs.
    """
    if getattr(_kept, "game", None) is not game:
        _kept.game, _kept.found = game, {}
    if name not in _kept.found:
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            _kept.found[name] = compute(game)
    return _kept.found[name]


def floats(game: G) -> G:
    """The game; `SolverError` for an exact twin, whose numbers would be rounded."""
    if game.is_exact:
        raise SolverError("trajectories: expected a game of floats, found an exact twin; take game.float()")
    return game


def start_run(game: MarkovIteration) -> Run:
    """The run from the start."""
    return once(floats(game), "start", lambda game: run(game, game.leader_start, game.follower_start))


def reference_run(game: MarkovIteration) -> Run:
    """The run from the reference."""
    return once(floats(game), "reference", lambda game: run(game, game.leader_reference, game.follower_reference))
