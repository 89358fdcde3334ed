"""The leader's best and worst Nash payoff of many small games, with error bounds.

Extreme equilibria are pairs of vertices of the two best-reply polytopes whose labels cover all actions (see Avis,
Rosenberg, Savani and von Stengel 2010). A vertex of {(x, u): x >= 0, sum x = 1, x'B_j <= u} is fixed by a support S and
as many replies T that are equally good against it. For k = 1 everything is a comparison of payoffs. For k > 1 the
system

    sum over S of x_a = 1,    sum over S of x_a (B[a,t] - B[a,t_j]) = 0   for t = t_1 and j = 2, ..., k

is solved in one of two ways. Where the payoffs are small integers times a power of two, fraction-free Gauss-Jordan
elimination keeps 64-bit integers that are subdeterminants (Bareiss 1968), and all signs are exact: degenerate games
need that. Otherwise floats are used with the approximate inverse R of the matrix M: if ||I - RM|| <= r < 1, then
|x - y| <= ||R|| ||e - My|| / (1 - r) for the computed y, in the maximum norm; a sign that this error leaves open leaves
the game open. Solving the exact twin settles those.
"""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from games.kernel import kernel
from games.matrix import BimatrixGame
from solvers.errors import SolverError

LARGEST = 8
"""Actions a player may have: the bases grow like 4^n."""

EPSILON = 2.0**-52
SMALLEST = 1e-300
"""Added to error bounds, so that products which underflow are covered."""

LARGEST_BITS = 20
"""Bits of the integers that are eliminated exactly."""

LARGEST_INTEGER = 2.0**62
"""Products below this fit 64 bits with their sign, the rounding of the estimate included."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NashValues:
    """The leader's best and worst Nash payoffs; arrays lead with the batch's shape.

    Radii are zero where the extreme payoff is that of a pure equilibrium beyond doubt, and infinite where rounding
    could change which pairs are equilibria. Where `exactly` has it, the payoff is known as a rational number.
    """

    best: np.ndarray  # (*batch,)
    best_radius: np.ndarray
    worst: np.ndarray
    worst_radius: np.ndarray
    quotients: np.ndarray  # (*batch, 4) integers: best numerator, denominator, worst numerator, denominator; 0: unknown
    exponent: np.ndarray  # (*batch,) quotients are in units of 2^exponent

    def exactly(self, which: Literal["best", "worst"], index: Any) -> Fraction | None:
        """The extreme payoff of the game at `index`, None where it is known as a float only."""
        numerator, denominator = self.quotients[index][:2] if which == "best" else self.quotients[index][2:]
        if denominator == 0:
            return None
        return Fraction(int(numerator), int(denominator)) * Fraction(2) ** int(self.exponent[index])


def nash_values(game: BimatrixGame) -> NashValues:
    """The leader's best and worst payoff over all Nash equilibria of each game.

    Raises `SolverError` above `LARGEST` actions and for exact twins.
    """
    m, n = game.leader_actions, game.follower_actions
    if max(m, n) > LARGEST or game.is_exact:
        what = "exact twin" if game.is_exact else f"{m} x {n}"
        raise SolverError(f"nash_values: expected floats with at most {LARGEST} actions a player, found {what}")
    leader, follower = (np.ascontiguousarray(payoff.reshape(-1, m, n)) for payoff in (game.leader, game.follower))
    ours, whole_ours, _ = _units(follower)
    theirs, whole_theirs, exponent = _units(np.ascontiguousarray(leader.transpose(0, 2, 1)))
    found = np.empty((len(leader), 4))
    quotients = np.zeros((len(leader), 4), dtype=np.int64)
    _nash_values(leader, ours, theirs, whole_ours & whole_theirs, found, quotients)
    shape = game.batch_shape
    best, best_radius, worst, worst_radius = (found[:, k].reshape(shape) for k in range(4))
    return NashValues(
        best=best,
        best_radius=best_radius,
        worst=worst,
        worst_radius=worst_radius,
        quotients=quotients.reshape(*shape, 4),
        exponent=exponent.reshape(shape),
    )


def _units(payoffs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Payoffs over a power of two, whether they are integers small enough for exact elimination, and the exponent.

    Multiplying by a power of two is exact short of underflow, which is why tiny and huge payoffs count as no integers.
    """
    size = np.abs(payoffs).max(axis=(1, 2))
    _, exponent = np.frexp(size)
    whole = np.zeros(len(payoffs), dtype=np.bool_)
    scaled = np.ldexp(payoffs, -exponent[:, None, None])  # |entries| < 1
    units, shift = scaled.copy(), exponent.copy()
    for bits in range(LARGEST_BITS + 1):  # the least power of two that makes every entry an integer
        candidate = np.ldexp(scaled, bits)
        fits = ~whole & (candidate == np.rint(candidate)).all(axis=(1, 2))
        units[fits], shift[fits] = candidate[fits], exponent[fits] - bits
        whole |= fits
    return units, whole & (np.abs(exponent) < 900), shift


@kernel
def _nash_values(leader, ours, theirs, whole, found, quotients):
    """Fill found[i] with best, radius, worst, radius of game i, and quotients[i] where the payoffs are integers."""
    games, m, n = leader.shape
    capacity = 1
    for k in range(1, min(m, n) + 1):
        capacity += _choose(m, k) * _choose(n, k)
    x, x_labels, x_error = np.empty((capacity, m)), np.empty(capacity, np.int64), np.empty(capacity)
    y, y_labels, y_error = np.empty((capacity, n)), np.empty(capacity, np.int64), np.empty(capacity)
    x_whole, y_whole = np.empty((capacity, m + 1), np.int64), np.empty((capacity, n + 1), np.int64)
    everything = (1 << (m + n)) - 1
    for i in range(games):
        count_x = _vertices(ours[i], whole[i], x, x_labels, x_error, x_whole)
        count_y = _vertices(theirs[i], whole[i], y, y_labels, y_error, y_whole)
        if count_x < 0 or count_y < 0:
            found[i, 0], found[i, 1], found[i, 2], found[i, 3] = 0.0, np.inf, 0.0, np.inf
            continue
        largest = np.abs(leader[i]).max()
        best_low, best_high, worst_low, worst_high = -np.inf, -np.inf, np.inf, np.inf
        rational = whole[i]
        quotients[i, 1], quotients[i, 3] = 0, 0
        for q in range(count_y):
            # Labels of y name the follower's actions first; turned round they speak of the same actions as those of x.
            turned = (y_labels[q] >> n) | ((y_labels[q] & ((1 << n) - 1)) << m)
            for p in range(count_x):
                if x_labels[p] | turned != everything:
                    continue
                value, weight_x, weight_y = 0.0, 0.0, 0.0
                for a in range(m):
                    weight_x += abs(x[p, a])
                    for b in range(n):
                        value += x[p, a] * leader[i, a, b] * y[q, b]
                for b in range(n):
                    weight_y += abs(y[q, b])
                radius = 0.0
                if x_error[p] > 0.0 or y_error[q] > 0.0:
                    moved = m * x_error[p] * weight_y + n * y_error[q] * weight_x + m * n * x_error[p] * y_error[q]
                    rounded = (m * n + 4) * EPSILON * weight_x * weight_y
                    radius = 1.01 * largest * (moved + rounded) + SMALLEST
                best_low, best_high = max(best_low, value - radius), max(best_high, value + radius)
                worst_low, worst_high = min(worst_low, value - radius), min(worst_high, value + radius)
                rational = rational and _consider(theirs[i], x_whole[p], y_whole[q], quotients[i])
        if not rational:
            quotients[i, 1], quotients[i, 3] = 0, 0
        _bracket(best_low, best_high, found[i, :2])
        _bracket(worst_low, worst_high, found[i, 2:])


@kernel
def _consider(theirs, x, y, quotients):
    """Let the equilibrium of these integer weights (the last entry divides) count; False where 64 bits are too few."""
    m, n = len(x) - 1, len(y) - 1
    if x[m] == 0 or y[n] == 0:
        return False
    denominator = x[m] * y[n]
    if np.abs(theirs).max() * np.float64(x[m]) * np.float64(y[n]) >= LARGEST_INTEGER:
        return False
    numerator = np.int64(0)
    for a in range(m):
        for b in range(n):
            numerator += x[a] * np.int64(theirs[b, a]) * y[b]
    for extreme in range(2):  # best, then worst
        old_numerator, old_denominator = quotients[2 * extreme], quotients[2 * extreme + 1]
        if old_denominator == 0:
            quotients[2 * extreme], quotients[2 * extreme + 1] = numerator, denominator
            continue
        left, right = np.float64(numerator) * old_denominator, np.float64(old_numerator) * denominator
        if max(abs(left), abs(right)) >= LARGEST_INTEGER:
            return False
        difference = numerator * old_denominator - old_numerator * denominator
        if (difference > 0) if extreme == 0 else (difference < 0):
            quotients[2 * extreme], quotients[2 * extreme + 1] = numerator, denominator
    return True


@kernel
def _bracket(low, high, ball):
    """ball = the middle of [low, high] and half its width, rounded up."""
    if low > high or not np.isfinite(low) or not np.isfinite(high):
        ball[0], ball[1] = 0.0, np.inf
    elif low == high:
        ball[0], ball[1] = low, 0.0
    else:
        ball[0] = low + 0.5 * (high - low)
        ball[1] = max(high - ball[0], ball[0] - low) * (1.0 + 4.0 * EPSILON)


@kernel
def _choose(n, k):
    value = 1
    for i in range(k):
        value = value * (n - i) // (i + 1)
    return value


@kernel
def _vertices(payoff, whole, points, labels, errors, integers):
    """Write the vertices of {(x, u): x >= 0, sum x = 1, x'payoff_j <= u}; their number, or -1 where a sign stays open.

    Bit a of a label set: x_a = 0; bit m + j: reply j is best. A vertex of several bases is written once for each.
    Where the weights are known as integers, they are written too, followed by their sum; the sum is 0 elsewhere.
    """
    m, n = payoff.shape
    support, tight = np.empty(m, np.int64), np.empty(n, np.int64)
    count = 0
    for s in range(1, 1 << m):
        k = 0
        for a in range(m):
            if s >> a & 1:
                support[k] = a
                k += 1
        if k > n:
            continue
        for t in range(1, 1 << n):
            bits = 0
            for j in range(n):
                if t >> j & 1:
                    if bits < k:
                        tight[bits] = j
                    bits += 1
            if bits != k:
                continue
            point, label, error = points[count], labels[count : count + 1], errors[count : count + 1]
            weights = integers[count]
            weights[:] = 0
            if k == 1:
                state = _pure(payoff, support[0], tight[0], point, label)
                error[0] = 0.0
                weights[support[0]], weights[m] = 1, 1
            else:
                state = _integral(payoff, support[:k], tight[:k], point, label, weights) if whole else -1
                error[0] = 2.0 * EPSILON  # two conversions and a quotient
                if state < 0:
                    weights[:] = 0
                    state = _rounded(payoff, support[:k], tight[:k], point, label, error)
            if state < 0:
                return -1
            count += state
    return count


@kernel
def _pure(payoff, a, t, point, label):
    """1 and the vertex that plays row a if reply t is best there, else 0: payoffs are compared, nothing is rounded."""
    m, n = payoff.shape
    found = ((1 << m) - 1) ^ (1 << a)
    for j in range(n):
        if payoff[a, j] > payoff[a, t]:
            return 0
        if payoff[a, j] == payoff[a, t]:
            found |= 1 << (m + j)
    point[:] = 0.0
    point[a] = 1.0
    label[0] = found
    return 1


@kernel
def _integral(payoff, support, tight, point, label, weights):
    """1 and the vertex of this basis, 0 if there is none, -1 if the integers could overflow; all signs are exact."""
    m, n = payoff.shape
    k = len(support)
    table = np.zeros((k, k + 1), np.int64)
    for c in range(k):
        table[0, c] = 1
    table[0, k] = 1
    for r in range(1, k):
        for c in range(k):
            table[r, c] = np.int64(payoff[support[c], tight[0]] - payoff[support[c], tight[r]])
    previous = np.int64(1)
    for step in range(k):
        pivot = step
        while pivot < k and table[pivot, step] == 0:
            pivot += 1
        if pivot == k:
            return 0  # singular: another basis has this vertex, if it is one
        if pivot != step:
            for c in range(k + 1):
                table[step, c], table[pivot, c] = table[pivot, c], -table[step, c]
        for r in range(k):
            if r == step:
                continue
            factor = table[r, step]
            for c in range(k + 1):
                kept, lost = np.float64(table[r, c]) * table[step, step], np.float64(factor) * table[step, c]
                if abs(kept) + abs(lost) >= LARGEST_INTEGER:
                    return -1
                table[r, c] = (table[r, c] * table[step, step] - factor * table[step, c]) // previous
        previous = table[step, step]
    determinant = previous
    found = (1 << m) - 1
    point[:] = 0.0
    for c in range(k):
        numerator = table[c, k] if determinant > 0 else -table[c, k]
        if numerator < 0:
            return 0
        if numerator > 0:
            found ^= 1 << support[c]
        point[support[c]] = np.float64(numerator) / np.float64(abs(determinant))
        weights[support[c]] = numerator
    weights[m] = abs(determinant)
    for j in range(n):
        slack, size = np.int64(0), 0.0
        for c in range(k):
            step_payoff = np.int64(payoff[support[c], tight[0]] - payoff[support[c], j])
            slack += step_payoff * (table[c, k] if determinant > 0 else -table[c, k])
            size += abs(np.float64(step_payoff) * table[c, k])
        if size >= LARGEST_INTEGER:
            return -1
        if slack < 0:
            return 0
        if slack == 0:
            found |= 1 << (m + j)
    label[0] = found
    return 1


@kernel
def _rounded(payoff, support, tight, point, label, error):
    """1 and the vertex of this basis with its error, 0 if there is none, -1 if rounding leaves a sign open."""
    m, n = payoff.shape
    k = len(support)
    matrix, inverse = np.empty((k, k)), np.zeros((k, k))
    for c in range(k):
        matrix[0, c] = 1.0
        for r in range(1, k):
            matrix[r, c] = payoff[support[c], tight[0]] - payoff[support[c], tight[r]]
    work = matrix.copy()
    for r in range(k):
        inverse[r, r] = 1.0
    for step in range(k):
        pivot = step
        for r in range(step + 1, k):
            if abs(work[r, step]) > abs(work[pivot, step]):
                pivot = r
        if work[pivot, step] == 0.0:
            return -1
        for c in range(k):
            work[step, c], work[pivot, c] = work[pivot, c], work[step, c]
            inverse[step, c], inverse[pivot, c] = inverse[pivot, c], inverse[step, c]
        scale = 1.0 / work[step, step]
        for c in range(k):
            work[step, c] *= scale
            inverse[step, c] *= scale
        for r in range(k):
            factor = work[r, step]
            if r == step or factor == 0.0:
                continue
            for c in range(k):
                work[r, c] -= factor * work[step, c]
                inverse[r, c] -= factor * inverse[step, c]
    # Row sums of |R| and of |M|; every entry of M carries a relative rounding of half EPSILON from its subtraction.
    norm_inverse, norm_matrix, defect, residual, size = 0.0, 0.0, 0.0, 0.0, 0.0
    for r in range(k):
        row_inverse, row_matrix, row_defect = 0.0, 0.0, 0.0
        for c in range(k):
            row_inverse += abs(inverse[r, c])
            row_matrix += abs(matrix[r, c])
            entry = 1.0 if r == c else 0.0
            for mid in range(k):
                entry -= inverse[r, mid] * matrix[mid, c]
            row_defect += abs(entry)
        norm_inverse, norm_matrix = max(norm_inverse, row_inverse), max(norm_matrix, row_matrix)
        defect = max(defect, row_defect)
        size = max(size, abs(inverse[r, 0]))
    rounding = 2.0 * (k + 2) * EPSILON
    defect += rounding * k * norm_inverse * norm_matrix
    if not defect < 0.5:
        return -1
    for r in range(k):
        entry = 1.0 if r == 0 else 0.0
        for c in range(k):
            entry -= matrix[r, c] * inverse[c, 0]
        residual = max(residual, abs(entry))
    residual += rounding * (norm_matrix * size + 1.0)
    off = 1.01 * norm_inverse * residual / (1.0 - defect)
    open_sign = False
    for c in range(k):
        if inverse[c, 0] < -off:
            return 0
        if inverse[c, 0] <= off:
            open_sign = True
    found = (1 << m) - 1
    point[:] = 0.0
    for c in range(k):
        point[support[c]] = inverse[c, 0]
        found ^= 1 << support[c]
    for j in range(k):
        found |= 1 << (m + tight[j])
    for j in range(n):
        if found >> (m + j) & 1:
            continue
        slack, total = 0.0, 0.0
        for c in range(k):
            gap = payoff[support[c], tight[0]] - payoff[support[c], j]
            slack += gap * inverse[c, 0]
            total += abs(gap)
        doubt = 1.01 * total * (off + rounding * size)
        if slack < -doubt:
            return 0
        if slack <= doubt:
            open_sign = True
    if open_sign:
        return -1
    label[0] = found
    error[0] = off
    return 1
