"""Stackelberg Q-learning: Q-value iteration from samples, many independent replicates at once.

Generative sampling draws, at every step n and for every (s, a, b) independently, a next state t ~ P(.|s, a, b) which
both players see, and rewards with Gaussian noise, and moves every entry at once,

    Q_k(s,a,b) <- (1 - alpha_n) Q_k(s,a,b) + alpha_n ( r_k(s,a,b) + noise_k + gamma_k V_k(t) ),

V_k(t) = Q_k(t, a(t), b(t, a(t))) by the stage rule of `games.markov` at the Q before the step. Trajectory sampling
moves along one path and updates the entry it visits; each player plays what the stage rule says, or with probability
`exploration` an action drawn uniformly. alpha_n = step_size / (1 + decay n), where n counts the steps (generative) or
the earlier visits of the entry (trajectory); decay = 0 is a constant step, decay = 1 - gamma a classical one.

Source: sqvi, the sample-based version of the iteration.
"""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from games.markov import MarkovGame, Ties
from solvers.errors import SolverError, refuse_batch
from solvers.markov.q_learning_kernel import generative, trajectory
from solvers.markov.rules import as_ties, start_tables

SAMPLINGS = ("generative", "trajectory")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trace:
    """How far replicates of a learning run were from a reference Q* over the tail of the run, and where they ended.

    With E the mean over the recorded steps of the tail: squares are E max |Q_k - Q*_k|^2, the maximum over (s, a, b);
    errors are E (Q_k - Q*_k), entry by entry. Replicates are independent, so that means over them have the usual
    standard errors.
    """

    step_size: float
    steps: int
    seed: int
    recorded: int  # steps of the tail that entered the means
    leader_q: np.ndarray  # (replicates, S, A, B) after the last step
    follower_q: np.ndarray  # (replicates, S, A, B)
    leader_square: np.ndarray  # (replicates,)
    follower_square: np.ndarray  # (replicates,)
    leader_error: np.ndarray  # (replicates, S, A, B)
    follower_error: np.ndarray  # (replicates, S, A, B)

    @property
    def replicates(self) -> int:
        return len(self.leader_square)

    @property
    def leader_distance(self) -> float:
        """The root mean square, over tail and replicates, of the leader's sup-norm distance from the reference."""
        return float(np.sqrt(self.leader_square.mean()))

    @property
    def follower_distance(self) -> float:
        """The same for the follower."""
        return float(np.sqrt(self.follower_square.mean()))

    @property
    def distance(self) -> float:
        """The larger of the two players' root-mean-square distances: the floor, where the tail is stationary."""
        return max(self.leader_distance, self.follower_distance)

    @property
    def leader_bias(self) -> float:
        """max |E Q_L - Q*_L| over (s, a, b), E over tail and replicates: noise below its standard error."""
        return float(np.abs(self.leader_error.mean(axis=0)).max())

    @property
    def follower_bias(self) -> float:
        """The same for the follower."""
        return float(np.abs(self.follower_error.mean(axis=0)).max())

    @property
    def bias(self) -> float:
        """The larger of the two players' biases."""
        return max(self.leader_bias, self.follower_bias)

    @property
    def bias_standard_error(self) -> float:
        """The largest standard error, over players and entries, of the means that `bias` is made of."""
        errors = np.stack([self.leader_error, self.follower_error])
        if self.replicates < 2:
            return float("nan")
        return float((errors.std(axis=1, ddof=1) / np.sqrt(self.replicates)).max())


def learn(
    game: MarkovGame,
    *,
    step_size: float,
    steps: int,
    seed: int,
    replicates: int = 64,
    ties: str | Ties = Ties.STRONG,
    sampling: str = "generative",
    exploration: float = 0.1,
    noise: float | tuple[float, float] = 0.0,
    decay: float = 0.0,
    start: tuple[Any, Any] | None = None,
    reference: tuple[Any, Any] | None = None,
    tail: float = 0.5,
    threads: int = 1,
) -> Trace:
    """Run `replicates` independent learners for `steps` steps and compare the last `tail` of each with a reference.

    `start` and `reference` are pairs (Q_L, Q_F) of tables (S, A, B): zeros, and the fixed point that `solve` reaches
    from the start, where none is given. `noise` is the standard deviation of the reward noise, one for both players or
    (leader, follower). Generative learners record every step; a step of a trajectory is one transition, and one in
    S A B of them is recorded. To see the floor of a constant step the tail must begin well after
    1 / (alpha (1 - gamma)) steps.

    Replicate i depends on the arguments, `seed` and i alone, whatever the number of replicates and threads. A kernel of
    cumulative probabilities, as large as the transition kernel, is held.

    Raises `SolverError` for a batch, an exact twin, arguments out of range, and where no reference is given and `solve`
    does not converge.
    """
    refuse_batch("q_learning", game.batch_shape)
    ties = as_ties(ties)
    deviations = tuple(map(float, noise)) if isinstance(noise, tuple | list) else (float(noise), float(noise))
    _check(game, step_size, steps, replicates, sampling, exploration, deviations, decay, tail, threads)
    first = start_tables(game, start)
    if reference is None:
        reference = _fixed_point(game, ties, start)
    target = start_tables(game, reference)
    shape = game.leader_reward.shape
    q = [np.repeat(table[None], replicates, axis=0) for table in first]  # (replicates, S, A, B)
    errors = [np.zeros((replicates, *shape)) for _ in range(2)]
    squares = np.zeros((replicates, 2))
    cumulative = _cumulative(game.transition)
    stride = 1 if sampling == "generative" else game.leader_reward.size
    begin = min(int(steps * (1 - tail)), steps - 1)
    problem: list[Any] = [
        cumulative,
        np.ascontiguousarray(game.leader_reward),
        np.ascontiguousarray(game.follower_reward),
        float(game.leader_discount),
        float(game.follower_discount),
        int(ties),
    ]
    schedule: list[Any] = [float(step_size), float(decay), *deviations, int(steps), begin]

    def run(i: int) -> int:
        # Philox counts in 256 bits, low word first: 2**192 numbers lie between two replicates.
        rng = np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, 0, i]))
        outputs = [*target, q[0][i], q[1][i], errors[0][i], errors[1][i], squares[i]]
        extra = [] if sampling == "generative" else [float(exploration), stride]
        arguments: list[Any] = [*problem, *schedule, *extra, *outputs]
        return generative(rng, *arguments) if sampling == "generative" else trajectory(rng, *arguments)

    if threads == 1:
        recorded = [run(i) for i in range(replicates)]
    else:
        with ThreadPoolExecutor(threads) as pool:
            recorded = list(pool.map(run, range(replicates)))
    count = max(recorded[0], 1)
    if not (np.isfinite(squares).all()):
        raise SolverError(
            "q_learning: expected iterates within the floats, found an overflow; scale the rewards or the noise down"
        )
    return Trace(
        step_size=float(step_size),
        steps=int(steps),
        seed=seed,
        recorded=recorded[0],
        leader_q=q[0],
        follower_q=q[1],
        leader_square=squares[:, 0] / count,
        follower_square=squares[:, 1] / count,
        leader_error=errors[0] / count,
        follower_error=errors[1] / count,
    )


def _cumulative(transition: np.ndarray) -> np.ndarray:
    """Cumulative probabilities (S, A, B, S) that are one from the last possible state on, whatever the rounding."""
    sums = np.cumsum(transition, axis=-1)
    last = transition.shape[-1] - 1 - (transition[..., ::-1] > 0).argmax(axis=-1)  # (S, A, B)
    sums[np.arange(sums.shape[-1]) >= last[..., None]] = 1.0
    return sums


def _fixed_point(game: MarkovGame, ties: Ties, start: tuple[Any, Any] | None) -> tuple[Any, Any]:
    from solvers.markov.iteration import solve

    found = solve(game, ties=ties, start=start)
    if not found.converged:
        raise SolverError(
            f"q_learning: expected a reference, or a game whose iteration converges; found {found.message}"
        )
    return found.q["leader"], found.q["follower"]


def _check(
    game: MarkovGame,
    step_size: float,
    steps: int,
    replicates: int,
    sampling: str,
    exploration: float,
    deviations: tuple[float, ...],
    decay: float,
    tail: float,
    threads: int,
) -> None:
    if game.is_exact:
        raise SolverError("q_learning: expected a game of floats, found an exact twin; use game.float()")
    if sampling not in SAMPLINGS:
        raise SolverError(f"sampling: expected one of {', '.join(SAMPLINGS)}, found {sampling!r}")
    for name, holds, expected, value in (
        ("step_size", 0 < step_size <= 1, "0 < step size <= 1", step_size),
        ("steps", steps >= 1, "at least 1", steps),
        ("replicates", replicates >= 1, "at least 1", replicates),
        ("exploration", 0 <= exploration <= 1, "a probability", exploration),
        ("noise", len(deviations) == 2 and all(0 <= d < np.inf for d in deviations), "standard deviations", deviations),
        ("decay", 0 <= decay < np.inf, "a number >= 0", decay),
        ("tail", 0 < tail <= 1, "0 < tail <= 1", tail),
        ("threads", threads >= 1, "at least 1", threads),
    ):
        if not holds:
            raise SolverError(f"{name}: expected {expected}, found {value}")
