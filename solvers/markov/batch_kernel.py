"""Kernels: Q-value iteration of one small game after another, until its policies are proved to stay or to cycle.

Everything below is proved of the iterates in real numbers, for the floats of the game as they are. Notation: u = 2^-53,
S states, c_t = (1 - alpha)^t, sigma = 16 S u by how much a row of probabilities may miss one, N = 1 + sigma,
gap = 1 - gamma N (each player has his own), R = max |r|. Payoffs are taken in units (powers of two) of which R is at
most one.

What is iterated. W_0 = 0, W_{t+1} = (1 - alpha) W_t + alpha V_t gives Q_t = c_t Q_0 + (1 - c_t) r + gamma P W_t: a
state of S numbers a player. All |Q_t|, |W_t| are at most M = max(|Q_0|, R / gap).

Rounding. An entry of Q costs at most 2 (S + 8) u M, and c_t, wrong by at most 2u t c_t < u / alpha, at most 2 u M /
alpha more; a step of W at most 4 u M more. Errors of W enter the next with the factor rho = 1 - alpha gap. Hence W and
Q are always within
  epsilon = (2 (S + 8) + 8 / alpha) u M / gap
of the true ones, as long as all policies so far were the true ones: every choice must lead by more than 2 epsilon, else
the game is UNDECIDED. Choices from Q_0, and from Q_1 where Q_0 = 0 (they are those from r), compare the game's own
floats; there ties are true and follow the rule.

Freezing. Let X_0, ..., X_{p-1} be a periodic orbit of W in the limit c = 0 (p = 1: a fixed point), e_t = Q_t - Q*_i
with Q*_i = r + gamma P X_i. As long as the policies Pi at t are those at Q*_i, e_{t+1} = (1 - alpha) e_t +
alpha gamma P e_t(., Pi), so that the span over all (s, a, b) never grows but for what rows miss:
  span e_{t+j} <= span e_t + 2 sigma sup |e_t| / gap <= span e_t + kappa,   kappa = 64 S u M / gap.
A choice compares entries of one state: it stays while its lead at Q*_i is above the span. So the policies are those of
the orbit for ever if, at one time t in phase 0,
  c_t span(Q_0 - r) + gamma span(W_t - X_0) + kappa < every lead on the orbit.

The orbit. The policies of p steps compose to W -> M W + v, and (I - M) X_0 = v is solved in floats; nothing rests on
it. Then p steps from X_0 under the stage rule come back to within delta. The true orbit with the policies met on these
steps is within
  epsilon* = delta / (1 - rho) + 2 epsilon
in all phases: rounding of p steps adds epsilon (1 - rho^p) to delta, and epsilon to later phases. All leads on the
orbit must exceed the left-hand side above by 3 epsilon + 4 epsilon* (W_t and X_0 within their errors, two entries of Q*
each, and the roundings of these tests). The period is the least one since hashes of policies tell its shifts apart.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from games.kernel import kernel
from games.markov import Ties
from solvers.solution import Status

UNIT = 2.0**-53
UP = 1 + 2.0**-20  # covers the roundings of every bound
SMALLEST = 2.0**-1074  # covers what answers in the game's units lose where they underflow
TINY = 2.0**-1000  # covers every underflow, in units of the largest payoff
LONGEST = 1024  # the longest period looked for
RING = 4 * LONGEST  # a power of two
ODD = np.uint64(0x9E3779B97F4A7C15)
WEAK = int(Ties.WEAK)
STRONG = int(Ties.STRONG)
CONVERGED, UNDECIDED, CYCLE, BUDGET = (
    int(status) for status in (Status.CONVERGED, Status.UNDECIDED, Status.CYCLE, Status.BUDGET)
)


class Player(NamedTuple):
    """One player's side of the game that is being solved, in his unit."""

    reward: np.ndarray  # (S, A, B) r
    lag: np.ndarray  # (S, A, B) Q_0 - r
    rest: np.ndarray  # (S, A, B) r + c_t (Q_0 - r)
    state: np.ndarray  # (S,) W_t
    ahead: np.ndarray  # (S,) gamma W, or gamma X
    value: np.ndarray  # (S,) V
    orbit: np.ndarray  # (S,) X_0
    point: np.ndarray  # (S,) X_i
    matrix: np.ndarray  # (S, S) M of the phases composed so far
    vector: np.ndarray  # (S,) v
    product: np.ndarray  # (S, S)


class Workspace(NamedTuple):
    """Arrays that one game after another is solved in."""

    leader: Player
    follower: Player
    moves: np.ndarray  # (S,)
    replies: np.ndarray  # (S, A)
    codes: np.ndarray  # (RING,) hashes of the policies met, by time
    word: np.ndarray  # (LONGEST,) hashes of the policies of an orbit


@kernel
def workspace(S, A, B):
    return Workspace(
        _player(S, A, B),
        _player(S, A, B),
        np.zeros(S, np.int64),
        np.zeros((S, A), np.int64),
        np.zeros(RING, np.uint64),
        np.zeros(LONGEST, np.uint64),
    )


@kernel
def _player(S, A, B):
    return Player(
        np.zeros((S, A, B)),
        np.zeros((S, A, B)),
        np.zeros((S, A, B)),
        np.zeros(S),
        np.zeros(S),
        np.zeros(S),
        np.zeros(S),
        np.zeros(S),
        np.zeros((S, S)),
        np.zeros(S),
        np.zeros((S, S)),
    )


@kernel(forceinline=True)
def _load(S, A, B, reward, start, starts, player):
    """Fill `reward` and `lag` in the player's unit 2^e; (e, max |r|, max |Q_0|, span(Q_0 - r)) in that unit."""
    largest = 0.0
    for s in range(S):
        for a in range(A):
            for b in range(B):
                largest = max(largest, abs(reward[s, a, b]))
                if starts:
                    largest = max(largest, abs(start[s, a, b]))
    exponent = math.frexp(largest)[1] if largest > 0.0 else 0
    near = abs(exponent) < 1000
    shrink = math.ldexp(1.0, -exponent) if near else 0.0
    highest, start_highest, low, high = 0.0, 0.0, np.inf, -np.inf
    for s in range(S):
        for a in range(A):
            for b in range(B):
                r = reward[s, a, b] * shrink if near else math.ldexp(reward[s, a, b], -exponent)
                q = 0.0
                if starts:
                    q = start[s, a, b] * shrink if near else math.ldexp(start[s, a, b], -exponent)
                highest = max(highest, abs(r))
                start_highest = max(start_highest, abs(q))
                low = min(low, q - r)
                high = max(high, q - r)
                player.reward[s, a, b] = r
                player.rest[s, a, b] = r
                player.lag[s, a, b] = q - r
    return exponent, highest, start_highest, high - low


@kernel(forceinline=True)
def _exact_choice(S, A, B, L, F, ties, w):
    """Moves and replies from Q functions without error, ties by the rule; their hash."""
    code = np.uint64(0)
    for s in range(S):
        best, move = -np.inf, 0
        for a in range(A):
            reply = 0
            for b in range(1, B):
                better = F[s, a, b] > F[s, a, reply]
                if F[s, a, b] == F[s, a, reply]:
                    better = (ties == STRONG and L[s, a, b] > L[s, a, reply]) or (
                        ties == WEAK and L[s, a, b] < L[s, a, reply]
                    )
                if better:
                    reply = b
            w.replies[s, a] = reply
            code = code * ODD + np.uint64(reply)
            if L[s, a, reply] > best:
                best, move = L[s, a, reply], a
        w.moves[s] = move
        code = code * ODD + np.uint64(move)
    return code


@kernel(forceinline=True, fastmath={"contract"})
def _choose(S, A, B, P, leader_rest, follower_rest, w):
    """The stage rule at Q = rest + P ahead: fills moves, replies and values; (hash, least lead of the leader's choices,
    least lead of the follower's)."""
    leader_ahead, follower_ahead = w.leader.ahead, w.follower.ahead
    code = np.uint64(0)
    leader_lead, follower_lead = np.inf, np.inf
    for s in range(S):
        best, second, served, move = -np.inf, -np.inf, 0.0, 0
        for a in range(A):
            top, rival, reply = -np.inf, -np.inf, 0
            for b in range(B):
                q = follower_rest[s, a, b]
                for k in range(S):
                    q += P[s, a, b, k] * follower_ahead[k]
                if q > top:
                    rival, top, reply = top, q, b
                else:
                    rival = max(rival, q)
            follower_lead = min(follower_lead, top - rival)
            q = leader_rest[s, a, reply]
            for k in range(S):
                q += P[s, a, reply, k] * leader_ahead[k]
            w.replies[s, a] = reply
            code = code * ODD + np.uint64(reply)
            if q > best:
                second, best, served, move = best, q, top, a
            else:
                second = max(second, q)
        leader_lead = min(leader_lead, best - second)
        w.moves[s] = move
        code = code * ODD + np.uint64(move)
        w.leader.value[s] = best
        w.follower.value[s] = served
    return code, leader_lead, follower_lead


@kernel(forceinline=True, fastmath={"contract"})
def _rest(S, A, B, c, player):
    for s in range(S):
        for a in range(A):
            for b in range(B):
                player.rest[s, a, b] = player.reward[s, a, b] + c * player.lag[s, a, b]


@kernel(forceinline=True)
def _restart_product(S, player):
    """M = I, v = 0."""
    for s in range(S):
        player.vector[s] = 0.0
        for k in range(S):
            player.matrix[s, k] = 1.0 if s == k else 0.0


@kernel(forceinline=True)
def _compose(S, P, gamma, alpha, w, player):
    """Let one more phase, with the policies in `w`, follow: M <- ((1 - alpha) I + alpha gamma P_Pi) M, and v."""
    for s in range(S):
        a = w.moves[s]
        b = w.replies[s, a]
        total = player.reward[s, a, b]
        for k in range(S):
            total += gamma * P[s, a, b, k] * player.vector[k]
        player.point[s] = (1.0 - alpha) * player.vector[s] + alpha * total
        for j in range(S):
            total = 0.0
            for k in range(S):
                total += P[s, a, b, k] * player.matrix[k, j]
            player.product[s, j] = (1.0 - alpha) * player.matrix[s, j] + alpha * gamma * total
    for s in range(S):
        player.vector[s] = player.point[s]
        for j in range(S):
            player.matrix[s, j] = player.product[s, j]


@kernel(forceinline=True)
def _solve(S, player):
    """X_0 of (I - M) X_0 = v by elimination: M >= 0 has row sums below one, so that no pivoting is needed."""
    for s in range(S):
        for j in range(S):
            player.product[s, j] = (1.0 if s == j else 0.0) - player.matrix[s, j]
        player.orbit[s] = player.vector[s]
    for k in range(S):
        for s in range(k + 1, S):
            factor = player.product[s, k] / player.product[k, k]
            for j in range(k + 1, S):
                player.product[s, j] -= factor * player.product[k, j]
            player.orbit[s] -= factor * player.orbit[k]
    for back in range(S):
        s = S - 1 - back
        total = player.orbit[s]
        for j in range(s + 1, S):
            total -= player.product[s, j] * player.orbit[j]
        player.orbit[s] = total / player.product[s, s]


@kernel(forceinline=True)
def _move_point(S, gamma, alpha, player):
    """X_{i+1} from X_i and its stage value; and gamma X_{i+1}."""
    for s in range(S):
        player.point[s] = (1.0 - alpha) * player.point[s] + alpha * player.value[s]
        player.ahead[s] = gamma * player.point[s]


@kernel(forceinline=True)
def _to_orbit(S, gamma, player):
    for s in range(S):
        player.point[s] = player.orbit[s]
        player.ahead[s] = gamma * player.orbit[s]


@kernel(forceinline=True)
def _return_gap(S, player):
    """delta = max |X_p - X_0|."""
    gap = 0.0
    for s in range(S):
        gap = max(gap, abs(player.point[s] - player.orbit[s]))
    return gap


@kernel(forceinline=True)
def _is_least_period(p, word):
    """Whether hashes tell the p phases from every proper shift of them."""
    for q in range(1, p // 2 + 1):
        if p % q == 0:
            same = True
            for i in range(p):
                same = same and word[i] == word[(i + q) % p]
            if same:
                return False
    return True


@kernel(forceinline=True)
def _off_orbit(S, gamma, c, lag_span, player):
    """c_t span(Q_0 - r) + gamma span(W_t - X_0)."""
    low, high = np.inf, -np.inf
    for s in range(S):
        miss = player.state[s] - player.orbit[s]
        low = min(low, miss)
        high = max(high, miss)
    return (c * lag_span + gamma * (high - low)) * UP


@kernel(forceinline=True)
def _advance(S, alpha, gamma, player):
    """W_{t+1} and gamma W_{t+1}."""
    for s in range(S):
        player.state[s] = (1.0 - alpha) * player.state[s] + alpha * player.value[s]
        player.ahead[s] = gamma * player.state[s]


@kernel(forceinline=True)
def _repeated(t, first, codes):
    """The least p > 1 with which the last hashes, not all of them the same, repeat: for p steps, and for a quarter of
    the time so far, since words of long cycles repeat parts of themselves. 0 without one."""
    mask = RING - 1
    last = codes[t & mask]
    changed = t - 1  # the latest time with another hash
    while changed >= max(first, t - LONGEST) and codes[changed & mask] == last:
        changed -= 1
    for p in range(t - changed + 1, min(LONGEST, (t - first + 1) // 2) + 1):
        length = max(p, min((t - first) // 4, RING - LONGEST - 1))
        same = True
        for i in range(length):
            if codes[(t - i) & mask] != codes[(t - p - i) & mask]:
                same = False
                break
        if same:
            return p
    return 0


@kernel(forceinline=True)
def _write_q(S, A, B, P, exponent, rest, player, q, value, w):
    """q = rest + P ahead and its stage values under the policies in `w`, back in the game's units."""
    near = abs(exponent) < 1000
    grow = math.ldexp(1.0, exponent) if near else 0.0
    for s in range(S):
        for a in range(A):
            for b in range(B):
                total = rest[s, a, b]
                for k in range(S):
                    total += P[s, a, b, k] * player.ahead[k]
                q[s, a, b] = total * grow if near else math.ldexp(total, exponent)
        a = w.moves[s]
        value[s] = q[s, a, w.replies[s, a]]


@kernel(forceinline=True)
def _game(
    S, A, B, P, rL, rF, gL, gF, alpha, starts, QL, QF, ties, tolerance, budget, w, moves, replies, vL, vF, qL, qF
):
    """(status, period, iterations, error bound, residual) of one game; fills the arrays after the workspace."""
    leader, follower = w.leader, w.follower
    eL, topL, startL, lagL = _load(S, A, B, rL, QL, starts, leader)
    eF, topF, startF, lagF = _load(S, A, B, rF, QF, starts, follower)
    gapL = ((1.0 - gL) - S * 16 * UNIT) / UP
    gapF = ((1.0 - gF) - S * 16 * UNIT) / UP
    ML = max(startL, topL / gapL) * UP
    MF = max(startF, topF / gapF) * UP
    roundings = (2.0 * (S + 8) + 8.0 / alpha) * UNIT * UP
    epsL = roundings * ML / gapL + TINY
    epsF = roundings * MF / gapF + TINY
    kappaL = 64.0 * S * UNIT * UP * ML / gapL
    kappaF = 64.0 * S * UNIT * UP * MF / gapF
    needL = 2.0 * UP * epsL
    needF = 2.0 * UP * epsF
    c = 1.0 if starts else 1.0 - alpha
    for s in range(S):
        leader.state[s] = 0.0
        follower.state[s] = 0.0
        leader.ahead[s] = 0.0
        follower.ahead[s] = 0.0
    first = 0 if starts else 1  # from Q_0 = 0 every choice is the first, V_0 = 0 and W_1 = 0
    t = first
    status = BUDGET if gapL > 0.0 and gapF > 0.0 else UNDECIDED
    period, composed, composing = 0, 0, 0
    anchor = 0
    roomL, roomF = 0.0, 0.0
    previous, rejected = np.uint64(0), np.uint64(0)
    has_previous, has_rejected = False, False
    next_search = 12
    error, residual, accurate = np.nan, np.nan, False
    while status == BUDGET:
        if c > 0.0:
            _rest(S, A, B, c, leader)
            _rest(S, A, B, c, follower)
        if t == first:
            if starts:
                code = _exact_choice(S, A, B, QL, QF, ties, w)
            else:
                code = _exact_choice(S, A, B, rL, rF, ties, w)
            for s in range(S):
                a = w.moves[s]
                leader.value[s] = leader.rest[s, a, w.replies[s, a]]
                follower.value[s] = follower.rest[s, a, w.replies[s, a]]
        else:
            code, leadL, leadF = _choose(S, A, B, P, leader.rest, follower.rest, w)
            if not (leadL > needL and leadF > needF):
                status = UNDECIDED
                break
        w.codes[t & (RING - 1)] = code
        stays = has_previous and code == previous
        attempt = 0
        if stays and composing == 0 and period == 0 and not (has_rejected and code == rejected):
            _restart_product(S, leader)
            _restart_product(S, follower)
            _compose(S, P, gL, alpha, w, leader)
            _compose(S, P, gF, alpha, w, follower)
            attempt = 1
        elif not stays and period == 1:
            period = 0
        if composing > 0 and composed == composing:
            attempt = composing
            composing = 0
        if attempt > 0:
            _solve(S, leader)
            _solve(S, follower)
            _to_orbit(S, gL, leader)
            _to_orbit(S, gF, follower)
            leastL, leastF = np.inf, np.inf
            for i in range(attempt):
                w.word[i], leadL, leadF = _choose(S, A, B, P, leader.reward, follower.reward, w)
                leastL = min(leastL, leadL)
                leastF = min(leastF, leadF)
                _move_point(S, gL, alpha, leader)
                _move_point(S, gF, alpha, follower)
            missL, missF = _return_gap(S, leader), _return_gap(S, follower)
            orbitL = missL * UP / (alpha * gapL) + 2.0 * epsL
            orbitF = missF * UP / (alpha * gapF) + 2.0 * epsF
            roomL = leastL - UP * (kappaL + 3.0 * epsL + 4.0 * orbitL)
            roomF = leastF - UP * (kappaF + 3.0 * epsF + 4.0 * orbitF)
            if roomL > 0.0 and roomF > 0.0 and _is_least_period(attempt, w.word):
                period = attempt
                anchor = t
                error = max(math.ldexp(orbitL * UP, eL), math.ldexp(orbitF * UP, eF)) + SMALLEST
                residual = max(math.ldexp(missL, eL), math.ldexp(missF, eF))
                accurate = orbitL <= tolerance * ML and orbitF <= tolerance * MF
                accurate = accurate and math.isfinite(math.ldexp(ML, eL)) and math.isfinite(math.ldexp(MF, eF))
            else:
                period = 0
                if attempt == 1:
                    rejected, has_rejected = code, True
            # The trial has overwritten what belongs to time t.
            for s in range(S):
                leader.ahead[s] = gL * leader.state[s]
                follower.ahead[s] = gF * follower.state[s]
            if t > first:
                _choose(S, A, B, P, leader.rest, follower.rest, w)
        if (
            period > 0
            and (t - anchor) % period == 0
            and _off_orbit(S, gL, c, lagL, leader) < roomL
            and _off_orbit(S, gF, c, lagF, follower) < roomF
        ):
            status = UNDECIDED
            if accurate:
                status = CONVERGED if period == 1 else CYCLE
            break
        if composing == 0 and t >= next_search and period != 1:
            found = _repeated(t, first, w.codes)
            next_search = t + max(4, t // 8)
            if found != period:
                period = 0
            if found > 0 and period == 0:
                composing, composed = found, 0
                _restart_product(S, leader)
                _restart_product(S, follower)
        if composing > 0:
            _compose(S, P, gL, alpha, w, leader)
            _compose(S, P, gF, alpha, w, follower)
            composed += 1
        if t == budget:
            break
        _advance(S, alpha, gL, leader)
        _advance(S, alpha, gF, follower)
        remains = c * (1.0 - alpha)
        if c > 0.0 and remains < 2.0**-80:  # 2^-80 of Q_0 - r is far below what an entry of Q is rounded by
            remains = 0.0
            _rest(S, A, B, 0.0, leader)
            _rest(S, A, B, 0.0, follower)
        c = remains
        previous, has_previous = code, True
        t += 1
    if status == CONVERGED or status == CYCLE:
        _to_orbit(S, gL, leader)
        _to_orbit(S, gF, follower)
        _choose(S, A, B, P, leader.reward, follower.reward, w)
        _write_q(S, A, B, P, eL, leader.reward, leader, qL, vL, w)
        _write_q(S, A, B, P, eF, follower.reward, follower, qF, vF, w)
    else:
        _write_q(S, A, B, P, eL, leader.rest, leader, qL, vL, w)
        _write_q(S, A, B, P, eF, follower.rest, follower, qF, vF, w)
        period, error, residual = 0, np.nan, np.nan
    for s in range(S):
        moves[s] = w.moves[s]
        for a in range(A):
            replies[s, a] = w.replies[s, a]
    return status, period, t, error, residual


@kernel
def iterate_block(
    P, rL, rF, gL, gF, alpha, starts, QL, QF, ties, tolerance, budget,
    status, period, iterations, error, residual, moves, replies, vL, vF, qL, qF,
):  # fmt: skip # arguments in the groups they belong to
    """Solve the games, one after another; every array leads with the games. Without `starts` Q_0 = 0, QL, QF unread."""
    G, S, A, B = rL.shape
    w = workspace(S, A, B)
    for g in range(G):
        h = g if starts else 0
        if S == 2 and A == 2 and B == 2:  # sizes known to the compiler: loops unroll
            found = _game(
                2, 2, 2, P[g], rL[g], rF[g], gL[g], gF[g], alpha[g], starts, QL[h], QF[h], ties, tolerance, budget,
                w, moves[g], replies[g], vL[g], vF[g], qL[g], qF[g],
            )  # fmt: skip # arguments in the groups they belong to
        else:
            found = _game(
                S, A, B, P[g], rL[g], rF[g], gL[g], gF[g], alpha[g], starts, QL[h], QF[h], ties, tolerance, budget,
                w, moves[g], replies[g], vL[g], vF[g], qL[g], qF[g],
            )  # fmt: skip # arguments in the groups they belong to
        status[g], period[g], iterations[g], error[g], residual[g] = found
