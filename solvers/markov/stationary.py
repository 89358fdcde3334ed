"""All stationary solutions of many small Markov games: every joint policy evaluated, its consistency told or open.

A joint policy Pi fixes V = r_Pi + gamma P_Pi V and Q = r + gamma P V. It is a fixed point of Q-value iteration where
the stage rule at Q (ties broken for the leader) plays Pi, a pure Markov perfect equilibrium of simultaneous moves where
no player gains by another action in any state. Floats tell each comparison by an error bound, or see that the two
entries have equal rewards and equal rows and are tied for certain; one comparison that matters and is not told leaves
the game open.

Error: with the residual d = |r_Pi + gamma P_Pi V - V| in the sup norm and the rounding of computing it, at most
(S + 4) u M with M = |r| + 2 |V|, V is within (d + (S + 4) u M) / (1 - gamma) of the truth, and Q within gamma times
that and (S + 4) u M more, which covers a mean of V as well. Rows of floats that miss one by s, at most S
`ROW_SUM_ERROR`, add gamma s M to d and take gamma s from 1 - gamma; where nothing is left of it nothing is told.
"""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import numpy as np

from games.kernel import kernel
from games.markov import ROW_SUM_ERROR, MarkovGame
from solvers.errors import SolverError

UNIT = 2.0**-53
SMALLEST = 2.0**-1074  # what an operation may be off by where it underflows
UP = 1 + 2.0**-20  # covers the roundings of the bounds themselves
MOST_POLICIES = 2**20

LESS, TIED, MORE, OPEN = -1, 0, 1, 2


class Side(NamedTuple):
    """One player's side of a game under one joint policy."""

    transition: Any  # (S, A, B, S)
    reward: Any  # (S, A, B)
    discount: float
    size: float  # max |r|
    values: Any  # (S,) V, overwritten
    error: Any  # (1,) bounds the errors of V and Q, overwritten


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stationary:
    """Solutions of one kind, a number a game: how many, and the leader's largest and smallest mean value over states.

    settled : whether rounding left nothing open; nothing else means anything elsewhere
    error   : bounds the errors of best and worst, which are NaN where there is no solution
    policy  : the code of the best solution's joint policy, -1 where two are too near each other to tell, or none is
    """

    settled: np.ndarray  # (*batch,)
    count: np.ndarray  # (*batch,)
    best: np.ndarray  # (*batch,)
    worst: np.ndarray  # (*batch,)
    error: np.ndarray  # (*batch,)
    policy: np.ndarray  # (*batch,)


def stationary(game: MarkovGame) -> tuple[Stationary, Stationary]:
    """The fixed points of Q-value iteration, and the pure Markov perfect equilibria, of a batch of float games or one.

    Raises `SolverError` for exact twins and for more than `MOST_POLICIES` joint policies.
    """
    if game.is_exact:
        raise SolverError("stationary: expected a game of floats, found an exact twin; use solvers.markov.exact")
    S, A, B = game.states, game.leader_actions, game.follower_actions
    if (A * B) ** S > MOST_POLICIES:
        raise SolverError(f"stationary: expected at most {MOST_POLICIES} joint policies, found {A * B} to the {S}")
    shape = game.batch_shape
    kernels = np.ascontiguousarray(game.transition).reshape(-1, S, A, B, S)
    leader, follower = (np.ascontiguousarray(reward).reshape(-1, S, A, B) for reward in game.rewards())
    discounts = [np.ascontiguousarray(discount).reshape(-1) for discount in game.discounts()]
    found = np.zeros((len(kernels), 2, 7))
    enumerate_policies(kernels, leader, follower, discounts[0], discounts[1], found)

    def column(kind: int, place: int) -> np.ndarray:
        return found[:, kind, place].reshape(shape)

    fixed, equilibria = (
        Stationary(
            settled=column(kind, 0) == 0,
            count=column(kind, 1),
            best=column(kind, 2),
            worst=column(kind, 3),
            error=column(kind, 4),
            policy=np.where(column(kind, 2) - column(kind, 6) > 2 * column(kind, 4), column(kind, 5), -1.0),
        )
        for kind in (0, 1)
    )
    return fixed, equilibria


@kernel
def enumerate_policies(
    transition: Any, leader: Any, follower: Any, leader_discount: Any, follower_discount: Any, found: Any
) -> None:
    """found[g, kind] = (open comparisons, count, best, worst, error, best policy, second best value).

    kind : 0 the fixed points, 1 the equilibria
    """
    games, S, A, B = leader.shape
    moves, replies = np.zeros(S, dtype=np.int64), np.zeros(S, dtype=np.int64)
    system, values, errors = np.zeros((S, S)), np.zeros((2, S)), np.zeros(2)
    for g in range(games):
        sides = (
            Side(transition[g], leader[g], leader_discount[g], np.abs(leader[g]).max(), values[0], errors[:1]),
            Side(transition[g], follower[g], follower_discount[g], np.abs(follower[g]).max(), values[1], errors[1:]),
        )
        found[g, :, 2] = found[g, :, 3] = np.nan
        found[g, :, 6] = -np.inf
        for code in range((A * B) ** S):
            rest = code
            for s in range(S):
                moves[s], replies[s] = (rest % (A * B)) // B, rest % B
                rest //= A * B
            evaluate(sides[1], moves, replies, system)
            if is_rejected(sides[1], moves, replies):
                continue
            evaluate(sides[0], moves, replies, system)
            mean = sides[0].values.mean()
            for kind in range(2):
                told = is_fixed(sides, moves, replies) if kind == 0 else is_equilibrium(sides, moves, replies)
                if told == OPEN:
                    found[g, kind, 0] += 1.0
                elif told == TIED:
                    found[g, kind, 1] += 1.0
                    if not found[g, kind, 2] >= mean:
                        if found[g, kind, 1] > 1.0:
                            found[g, kind, 6] = found[g, kind, 2]
                        found[g, kind, 2] = mean
                        found[g, kind, 5] = code
                    else:
                        found[g, kind, 6] = max(found[g, kind, 6], mean)
                    if not found[g, kind, 3] <= mean:
                        found[g, kind, 3] = mean
                    found[g, kind, 4] = max(found[g, kind, 4], sides[0].error[0])


@kernel(forceinline=True)
def entry(side: Side, s: int, a: int, b: int) -> float:
    """Q(s, a, b) = r + gamma P V."""
    ahead = 0.0
    for t in range(side.values.shape[0]):
        ahead += side.transition[s, a, b, t] * side.values[t]
    return side.reward[s, a, b] + side.discount * ahead


@kernel(forceinline=True)
def evaluate(side: Side, moves: Any, replies: Any, system: Any) -> None:
    """V of the joint policy by elimination (diagonally dominant, no pivoting), and a bound on the errors of V and Q."""
    S = side.values.shape[0]
    values = side.values
    largest = 0.0
    for s in range(S):
        a, b = moves[s], replies[s]
        for t in range(S):
            system[s, t] = -side.discount * side.transition[s, a, b, t]
        system[s, s] += 1.0
        values[s] = side.reward[s, a, b]
    for i in range(S):
        for s in range(i + 1, S):
            factor = system[s, i] / system[i, i]
            for t in range(i + 1, S):
                system[s, t] -= factor * system[i, t]
            values[s] -= factor * values[i]
    for i in range(S - 1, -1, -1):
        for t in range(i + 1, S):
            values[i] -= system[i, t] * values[t]
        values[i] /= system[i, i]
        largest = max(largest, 2.0 * abs(values[i]))
    residual = 0.0
    for s in range(S):
        residual = max(residual, abs(entry(side, s, moves[s], replies[s]) - values[s]))
    largest += side.size
    rounding = (S + 4) * UNIT * largest + ((S + 4) * SMALLEST if largest > 0.0 else 0.0)
    missed = side.discount * S * ROW_SUM_ERROR
    contraction = (1.0 - side.discount) - missed * UP
    side.error[0] = np.inf
    if contraction > 0.0:
        side.error[0] = ((residual + rounding + missed * largest) / contraction + rounding) * UP


@kernel(forceinline=True)
def compare(side: Side, s: int, a: int, b: int, c: int, d: int) -> int:
    """How Q(s, a, b) compares with Q(s, c, d): MORE, LESS, TIED for certain, or OPEN."""
    difference = entry(side, s, a, b) - entry(side, s, c, d)
    if difference > 2.0 * side.error[0]:
        return MORE
    if difference < -2.0 * side.error[0]:
        return LESS
    if side.reward[s, a, b] != side.reward[s, c, d]:
        return OPEN
    for t in range(side.values.shape[0]):
        if side.transition[s, a, b, t] != side.transition[s, c, d, t]:
            return OPEN
    return TIED


@kernel(forceinline=True)
def prefers(leader: Side, follower: Side, s: int, a: int, b: int, other: int) -> int:
    """Whether the follower's rule takes b (MORE) or `other` (LESS) of the two in answer to a, or OPEN."""
    told = compare(follower, s, a, b, a, other)
    if told == TIED:
        told = compare(leader, s, a, b, a, other)
        if told == TIED:
            told = MORE if b < other else LESS
    return told


@kernel(forceinline=True)
def is_rejected(follower: Side, moves: Any, replies: Any) -> bool:
    """Whether the follower certainly has a better reply somewhere: then the policy solves nothing."""
    for s in range(follower.reward.shape[0]):
        for other in range(follower.reward.shape[2]):
            if compare(follower, s, moves[s], replies[s], moves[s], other) == LESS:
                return True
    return False


@kernel(forceinline=True)
def is_fixed(sides: tuple[Side, Side], moves: Any, replies: Any) -> int:
    """TIED where the rule at Q plays the policy, LESS where it plays another, OPEN where that is not told."""
    leader, follower = sides
    S, A, B = leader.reward.shape
    answer = TIED
    for s in range(S):
        a, b = moves[s], replies[s]
        for other in range(B):
            told = prefers(leader, follower, s, a, b, other) if other != b else MORE
            if told == LESS:
                return LESS
            if told == OPEN:
                answer = OPEN
        for c in range(A):
            if c == a:
                continue
            # Replies to c that may be the rule's: none is certainly preferred to them.
            better, worse, possible = 0, 0, 0
            for d in range(B):
                candidate = True
                for other in range(B):
                    if other != d and prefers(leader, follower, s, c, d, other) == LESS:
                        candidate = False
                        break
                if candidate:
                    told = compare(leader, s, a, b, c, d)
                    if told == TIED:
                        told = MORE if a < c else LESS
                    possible += 1
                    better += told == LESS
                    worse += told == MORE
            if better == possible:
                return LESS
            if worse < possible:
                answer = OPEN
    return answer


@kernel(forceinline=True)
def is_equilibrium(sides: tuple[Side, Side], moves: Any, replies: Any) -> int:
    """TIED where no player gains by another action, LESS where one does, OPEN where that is not told."""
    leader, follower = sides
    S, A, B = leader.reward.shape
    answer = TIED
    for s in range(S):
        a, b = moves[s], replies[s]
        for c in range(A):
            told = compare(leader, s, a, b, c, b) if c != a else TIED
            if told == LESS:
                return LESS
            if told == OPEN:
                answer = OPEN
        for d in range(B):
            told = compare(follower, s, a, b, a, d) if d != b else TIED
            if told == LESS:
                return LESS
            if told == OPEN:
                answer = OPEN
    return answer
