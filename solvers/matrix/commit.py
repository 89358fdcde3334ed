"""Kernels: the strong commitment of one game, and of a block of games, proved where floats can prove it."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from games.kernel import kernel
from solvers.matrix.dual_simplex import OPTIMAL, bound_reply
from solvers.matrix.filter import NONDEGENERATE, PROVED, UNIT, UNSETTLED, prove_basis, upper_bound


@kernel(forceinline=True)
def normal_units(A, B, C, F):
    """Fill C and F, both (n, m), with normal payoffs; (lowest leader's payoff, its unit, the follower's unit).

    A = lowest + unit C with C in [0, 1], B = follower unit F with |F[b, a] - F[b', a]| <= 1. Units are powers of two,
    or 0.0 where the payoffs are beyond what floats can put into normal units without loss.
    """
    m, n = A.shape
    lowest = A[0, 0]
    highest = A[0, 0]
    span = 0.0
    for a in range(m):
        row_lowest = B[a, 0]
        row_highest = B[a, 0]
        for b in range(n):
            lowest = min(lowest, A[a, b])
            highest = max(highest, A[a, b])
            row_lowest = min(row_lowest, B[a, b])
            row_highest = max(row_highest, B[a, b])
        span = max(span, row_highest - row_lowest)
    # A range beyond the floats is infinite, and the exponent of infinity would pass for that of a small number.
    if not (highest - lowest < 1e270 and span < 1e270):
        return lowest, 0.0, 0.0
    unit = math.ldexp(1.0, math.frexp(highest - lowest)[1])
    follower_unit = math.ldexp(1.0, math.frexp(span)[1])
    # 2^±900: everything scaled by it stays normal, in both directions.
    if not (1e-270 < unit < 1e270 and 1e-270 < follower_unit < 1e270):
        return lowest, 0.0, 0.0
    shrink = 1.0 / unit
    follower_shrink = 1.0 / follower_unit
    lossless = True
    for a in range(m):
        for b in range(n):
            C[b, a] = (A[a, b] - lowest) * shrink
            scaled = B[a, b] * follower_shrink
            F[b, a] = scaled
            lossless = lossless and (1e-290 < abs(scaled) < 1e290 or B[a, b] == 0.0)
    return (lowest, unit, follower_unit) if lossless else (lowest, 0.0, 0.0)


@kernel(forceinline=True)
def pure_value(C, F):
    """The best normal payoff of pure commitment, ties for the leader: a first lower bound."""
    n, m = C.shape
    best = 0.0
    for a in range(m):
        reply = 0
        for b in range(1, n):
            if F[b, a] > F[reply, a] or (F[b, a] == F[reply, a] and C[b, a] > C[reply, a]):
                reply = b
        best = max(best, C[reply, a])
    return best


class Workspace(NamedTuple):
    """Arrays that one game after another is solved in."""

    C: np.ndarray  # (n, m) leader's payoffs in normal units
    F: np.ndarray  # (n, m) follower's
    dictionary: np.ndarray  # (n + 1, m)
    basic: np.ndarray  # (n,)
    nonbasic: np.ndarray  # (m,)
    multipliers: np.ndarray  # (n, n) of every reply, in normal units
    ceilings: np.ndarray  # (n,) the largest leader's payoff in each column
    order: np.ndarray  # (n,) replies by falling ceiling
    support: np.ndarray  # (m,) the winner's basis, first `size` entries
    tight: np.ndarray  # (n,) first size - 1 entries
    marks: np.ndarray  # (m + n,)
    system: np.ndarray  # (k, k), k = min(m, n), and so the next two
    inverse: np.ndarray
    misses: np.ndarray
    x: np.ndarray  # (k,)
    z: np.ndarray  # (k,)
    values: np.ndarray  # (m + n + 2 k,)


@kernel(forceinline=True)
def workspace(m, n):
    k = min(m, n)
    return Workspace(
        np.empty((n, m)),
        np.empty((n, m)),
        np.empty((n + 1, m)),
        np.empty(n, np.int64),
        np.empty(m, np.int64),
        np.empty((n, n)),
        np.empty(n),
        np.empty(n, np.int64),
        np.empty(m, np.int64),
        np.empty(n, np.int64),
        np.empty(m + n, np.bool_),
        np.empty((k, k)),
        np.empty((k, k)),
        np.empty((k, k)),
        np.empty(k),
        np.empty(k),
        np.empty(m + n + 2 * k),
    )


@kernel(forceinline=True)
def commit(A, B, tolerance, w, strategy):
    """(what is proved, reply, size of the basis, value, error, follower's value, regret) of the game A, B (m, n).

    Fills strategy (m,) and, in the workspace, the winner's basis and the multipliers. An UNSETTLED game, one that is
    not proved or whose error, relative to the range of A, is above the tolerance, has an infinite error.
    """
    m, n = A.shape
    for a in range(m):
        strategy[a] = 0.0
    lowest, unit, follower_unit = normal_units(A, B, w.C, w.F)
    if unit == 0.0:
        return UNSETTLED, 0, 0, np.nan, np.inf, np.nan, np.nan
    reply, size, bound = best_reply_program(w, strategy)
    if reply < 0:
        return UNSETTLED, 0, 0, np.nan, np.inf, np.nan, np.nan
    state = UNSETTLED
    error = np.inf
    value = lowest + unit * bound
    if size == 1:
        action = w.support[0]
        proved = _prove_pure(A, B, action, reply)
        if proved != UNSETTLED and (
            _is_zero_sum(A, B) or _others_are_bounded(A, B, w, reply, w.C[reply, action], action)
        ):
            state = proved
            value = A[action, reply]
            error = 0.0
    else:
        proved, _, z_error = prove_basis(
            A, w.C, w.F, reply, w.support, w.tight, size, w.system, w.inverse, w.misses, w.x, w.z, w.values
        )
        # The range of the payoffs is at least half a unit.
        precise = z_error <= 0.5 * tolerance
        if (
            proved != UNSETTLED
            and precise
            and (
                _others_are_bounded(A, B, w, reply, w.z[0] - z_error, -1)
                or (_is_zero_sum(A, B) and _weights_a_mixture(w.z, z_error, size, unit / follower_unit))
            )
        ):
            state = proved
            value = lowest + unit * w.z[0]
            error = unit * z_error + 4.0 * UNIT * (abs(lowest) + unit)
            for i in range(size):
                strategy[w.support[i]] = w.x[i]
    for b in range(n):
        w.values[b] = 0.0
    for i in range(size):
        weight = strategy[w.support[i]]
        for b in range(n):
            w.values[b] += weight * B[w.support[i], b]
    served = w.values[reply]
    highest = served
    for b in range(n):
        highest = max(highest, w.values[b])
    return state, reply, size, value, error, served, highest - served


@kernel(forceinline=True)
def best_reply_program(w, strategy):
    """(winning reply, size of its basis, its normal value): replies in falling order of the most they could give."""
    n, m = w.C.shape
    for b in range(n):
        ceiling = w.C[b, 0]
        for a in range(1, m):
            ceiling = max(ceiling, w.C[b, a])
        w.ceilings[b] = ceiling
        place = b
        while place > 0 and w.ceilings[w.order[place - 1]] < ceiling:
            w.order[place] = w.order[place - 1]
            place -= 1
        w.order[place] = b
        for other in range(n):
            w.multipliers[b, other] = 0.0
    limit = pure_value(w.C, w.F)
    best = -1.0
    winner = -1
    size = 0
    for place in range(n):
        b = w.order[place]
        if w.ceilings[b] < limit or (winner >= 0 and w.ceilings[b] <= limit):
            break
        outcome, bound, start = bound_reply(w.C, w.F, b, limit, w.dictionary, w.basic, w.nonbasic, w.multipliers)
        if outcome == OPTIMAL and bound > best:
            best = bound
            winner = b
            limit = max(limit, bound)
            size = _record_basis(w, start, strategy)
    return winner, size, best


@kernel(forceinline=True)
def _record_basis(w, start, strategy):
    """The dictionary's vertex and basis, both index lists increasing; the number of actions in the basis."""
    n, m = w.C.shape
    for i in range(m + n):
        w.marks[i] = False
    for a in range(m):
        strategy[a] = 0.0
    for i in range(n):
        if w.basic[i] < m:
            strategy[w.basic[i]] = max(w.dictionary[i, start], 0.0)
            w.marks[w.basic[i]] = True
    for j in range(m):
        if w.nonbasic[j] >= m:
            w.marks[w.nonbasic[j]] = True
    size = 0
    for a in range(m):
        if w.marks[a]:
            w.support[size] = a
            size += 1
    k = 0
    for b in range(n):
        if w.marks[m + b]:
            w.tight[k] = b
            k += 1
    return size


@kernel(forceinline=True)
def _prove_pure(A, B, action, reply):
    """Whether `reply` is a best reply to `action` and no action is better against it: comparisons round nothing."""
    m, n = A.shape
    proved = NONDEGENERATE
    for b in range(n):
        if B[action, b] > B[action, reply]:
            return UNSETTLED
        if B[action, b] == B[action, reply] and b != reply:
            proved = PROVED
    for a in range(m):
        if A[a, reply] > A[action, reply]:
            return UNSETTLED
    return proved


@kernel(forceinline=True)
def _others_are_bounded(A, B, w, reply, lower, action):
    """Whether every other reply is proved to give at most `lower`, in normal units, or exactly at most the payoff of
    the pure commitment `action` (-1: none), or repeats the winning reply."""
    m, n = A.shape
    if action >= 0:
        lower -= 4.0 * UNIT  # the shift to normal units rounds
    for b in range(n):
        if b == reply or w.ceilings[b] + 8.0 * UNIT <= lower:
            continue
        if upper_bound(w.C, w.F, b, w.multipliers, w.values) <= lower:
            continue
        below = action >= 0
        same = True
        for a in range(m):
            below = below and A[a, b] <= A[action, reply]
            same = same and A[a, b] == A[a, reply] and B[a, b] == B[a, reply]
        if not below and not same:
            return False
    return True


@kernel(forceinline=True)
def _is_zero_sum(A, B):
    """Whether B = -A, bit for bit."""
    m, n = A.shape
    for a in range(m):
        for b in range(n):
            if B[a, b] != -A[a, b]:
                return False
    return True


@kernel(forceinline=True)
def _weights_a_mixture(z, z_error, size, ratio):
    """Whether the multipliers of the winning reply b are proved to sum to less than one, in payoffs per payoff.

    Then, in a zero-sum game, they and what is left for b are a mixture of replies that holds every action to the value
    of b's program: no reply gives more, although all replies of that mixture give the same, a tie that no bound of
    theirs could prove. A pure winner is a saddle point without further proof.
    """
    total = 0.0
    for i in range(1, size):
        total -= z[i]
    return ratio * (total + size * (z_error + UNIT * total)) < 1.0 - 4.0 * UNIT


@kernel
def commit_block(A, B, tolerance, known, reply, value, error, served, regret, strategy):
    """Solve the games A, B (G, m, n) one after another; every other array leads with G."""
    games, m, n = A.shape
    w = workspace(m, n)
    for g in range(games):
        known[g], reply[g], _, value[g], error[g], served[g], regret[g] = commit(A[g], B[g], tolerance, w, strategy[g])


@kernel
def commit_guess(A, B):
    """(reply, support, tight, multipliers) of one game: what exact arithmetic starts from.

    The multipliers (n, n) are in payoffs of the leader per follower's. The reply is -1 where floats cannot put the
    payoffs into normal units.
    """
    m, n = A.shape
    w = workspace(m, n)
    _, unit, follower_unit = normal_units(A, B, w.C, w.F)
    if unit == 0.0:
        return -1, w.support[:0], w.tight[:0], w.multipliers
    reply, size, _ = best_reply_program(w, np.empty(m))
    if reply < 0:
        return -1, w.support[:0], w.tight[:0], w.multipliers
    w.multipliers[:] *= unit / follower_unit
    return reply, w.support[:size], w.tight[: size - 1], w.multipliers
