"""Numbers of two runs of Stackelberg Q-value iteration, with radii: the concepts of the kind "markov iteration".

Every function takes a batch of float `MarkovIteration`s and returns (values, radii) of the batch shape: the true number
for these very floats lies within the radius, which is infinite where rounding leaves a greedy choice open (see
`solvers.markov.float_runs`).

Where numbers are differences that vanish in exact arithmetic (slacks, the excess over the comparison system) they are
taken in forms that vanish in floats too; see `_comparison`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from games.markov import MarkovIteration
from solvers.markov.float_runs import (
    CORE,
    SMALLEST,
    UNIT,
    UP,
    Ball,
    _is_exact,
    add,
    backed,
    bits_of,
    farthest,
    floats,
    largest,
    missed_by,
    multiply,
    once,
    reference_run,
    settled,
    start_run,
    wide,
)
from solvers.markov.stage import Stage, decided, stage, values

# Distances of the two runs.


def leader_distance(game: MarkovIteration) -> Ball:
    """||Q_{L,t} - Q'_{L,t}||."""
    first, second = start_run(game).last, reference_run(game).last
    return farthest(first.leader, second.leader, first.leader_error + second.leader_error)


def follower_distance(game: MarkovIteration) -> Ball:
    """||Q_{F,t} - Q'_{F,t}||."""
    first, second = start_run(game).last, reference_run(game).last
    return farthest(first.follower, second.follower, first.follower_error + second.follower_error)


def distance(game: MarkovIteration) -> Ball:
    """The larger of both players' distances."""
    return larger(leader_distance(game), follower_distance(game))


def leader_start_distance(game: MarkovIteration) -> Ball:
    """||Q_{L,0} - Q'_{L,0}||."""
    return farthest(floats(game).leader_start, game.leader_reference)


def follower_start_distance(game: MarkovIteration) -> Ball:
    """||Q_{F,0} - Q'_{F,0}||."""
    return farthest(floats(game).follower_start, game.follower_reference)


def start_distance(game: MarkovIteration) -> Ball:
    """The larger of both players' distances at the start."""
    return larger(leader_start_distance(game), follower_start_distance(game))


def larger(x: Ball, y: Ball) -> Ball:
    """The larger of two numbers."""
    return np.maximum(x[0], y[0]), np.maximum(x[1], y[1])


# Numbers of the iteration.


def leader_decay(game: MarkovIteration) -> Ball:
    """rho_L^t with rho_L = 1 - alpha (1 - gamma_L)."""
    return _decay(game, floats(game).leader_discount)


def follower_decay(game: MarkovIteration) -> Ball:
    """rho_F^t with rho_F = 1 - alpha (1 - gamma_F)."""
    return _decay(game, floats(game).follower_discount)


def _rate(game: MarkovIteration, discount: np.ndarray) -> Ball:
    nothing, one = np.zeros(game.batch_shape), np.ones(game.batch_shape)
    lost = multiply((game.step_size, nothing), add((one, nothing), (-discount, nothing)))
    return add((one, nothing), (-lost[0], lost[1]))


def _decay(game: MarkovIteration, discount: np.ndarray) -> Ball:
    rate = _rate(game, discount)
    value, radius = np.ones(game.batch_shape), np.zeros(game.batch_shape)
    with np.errstate(under="ignore"):
        for step in range(int(game.steps.max(initial=0))):
            grown = multiply((value, radius), rate)
            active = game.steps > step
            value, radius = np.where(active, grown[0], value), np.where(active, grown[1], radius)
    return value, radius


def steps(game: MarkovIteration) -> Ball:
    """t, the number of steps."""
    return given(floats(game).steps)


def step_size(game: MarkovIteration) -> Ball:
    """alpha."""
    return given(floats(game).step_size)


def leader_discount(game: MarkovIteration) -> Ball:
    """gamma_L."""
    return given(floats(game).leader_discount)


def follower_discount(game: MarkovIteration) -> Ball:
    """gamma_F."""
    return given(floats(game).follower_discount)


def given(numbers: np.ndarray) -> Ball:
    """Numbers of the game itself: radius zero."""
    return numbers, np.zeros(np.shape(numbers))


def discount_difference(game: MarkovIteration) -> Ball:
    """|gamma_L - gamma_F|."""
    value, radius = add(given(floats(game).leader_discount), given(-game.follower_discount))
    return np.abs(value), radius


# Defects of the hypotheses.


def zero_sum_reward_defect(game: MarkovIteration) -> Ball:
    """||r_L + r_F||."""
    return farthest(floats(game).leader_reward, -game.follower_reward)


def common_reward_defect(game: MarkovIteration) -> Ball:
    """||r_L - r_F||."""
    return farthest(floats(game).leader_reward, game.follower_reward)


def zero_sum_start_defect(game: MarkovIteration) -> Ball:
    """||Q_{L,0} + Q_{F,0}|| of the first run."""
    return farthest(floats(game).leader_start, -game.follower_start)


def common_start_defect(game: MarkovIteration) -> Ball:
    """||Q_{L,0} - Q_{F,0}|| of the first run."""
    return farthest(floats(game).leader_start, game.follower_start)


def zero_sum_reference_defect(game: MarkovIteration) -> Ball:
    """||Q'_{L,0} + Q'_{F,0}|| of the second run."""
    return farthest(floats(game).leader_reference, -game.follower_reference)


def common_reference_defect(game: MarkovIteration) -> Ball:
    """||Q'_{L,0} - Q'_{F,0}|| of the second run."""
    return farthest(floats(game).leader_reference, game.follower_reference)


def follower_start_reward_defect(game: MarkovIteration) -> Ball:
    """||Q_{F,0} - r_F|| of the first run."""
    return farthest(floats(game).follower_start, game.follower_reward)


def follower_reference_reward_defect(game: MarkovIteration) -> Ball:
    """||Q'_{F,0} - r_F|| of the second run."""
    return farthest(floats(game).follower_reference, game.follower_reward)


def reference_residual(game: MarkovIteration) -> Ball:
    """max over players of ||T Q'_0 - Q'_0||, T the undamped step."""
    leader, follower = once(floats(game), "residuals", _residuals)
    return larger(*(settled(largest(table), largest(error)) for table, error in (leader, follower)))


def _residuals(game: MarkovIteration) -> list[Ball]:
    """T Q'_0 - Q'_0 of both players and its error by entries; the policies at given floats are never in doubt."""
    tables = game.leader_reference, game.follower_reference
    found = stage(*tables, game.ties)
    bits = bits_of(game, 1.0)
    residuals: list[Ball] = []
    for q, reward, discount, player in zip(tables, game.rewards(), game.discounts(), bits, strict=True):
        target = backed(game, reward, discount, values(q, found.moves, found.replies))
        rounding = (game.states + 4) * UNIT * (largest(reward) + largest(q)) + 8 * SMALLEST
        rounding = np.where(_is_exact(q, player), 0.0, rounding)
        residuals.append((target - q, (missed_by(target, -q) + rounding[..., None, None, None]) * UP))
    return residuals


# The comparison system.


class Slacks(NamedTuple):
    """Per step j, enclosures of a player's slack and of what it is made of."""

    low: list[np.ndarray]  # (*batch,) eps_j
    high: list[np.ndarray]
    gain: list[Ball]  # (*batch, S) (Pi_j - Pi_*) Q*
    loss: list[Ball]  # (*batch, S) (Pi_* - Pi_j) Q_j


def _slacks(game: MarkovIteration, player: int) -> Slacks:
    """eps_j = max(0, max_s gain_j, max_s loss_j) for j < t; where the policies agree both are exactly zero."""
    fixed = (game.leader_reference, game.follower_reference)
    ideal = stage(*fixed, game.ties)
    target = values(fixed[player], ideal.moves, ideal.replies)
    slacks = Slacks([], [], [], [])
    for step, (tables, found) in enumerate(start_run(game).path):
        error = tables[2 + player][..., None]
        q = tables[player]
        same = found.moves == ideal.moves
        same &= _reply(found.replies, found.moves) == _reply(ideal.replies, ideal.moves)
        known = decided(found, tables.leader_error, tables.follower_error)[..., None]
        gain = _difference(values(fixed[player], found.moves, found.replies), target, 0.0)
        loss = _difference(values(q, ideal.moves, ideal.replies), values(q, found.moves, found.replies), 2 * error)
        gain, loss = (
            (np.where(same, 0.0, value), np.where(known, np.where(same, 0.0, radius), np.inf))
            for value, radius in (gain, loss)
        )
        active = game.steps > step
        for side, bounds in enumerate((slacks.low, slacks.high)):
            most = np.maximum(_ends(gain)[side].max(axis=-1), _ends(loss)[side].max(axis=-1))
            bounds.append(np.where(active, np.maximum(0.0, most), 0.0))
        slacks.gain.append(gain)
        slacks.loss.append(loss)
    return slacks


def _reply(replies: np.ndarray, moves: np.ndarray) -> np.ndarray:
    return np.take_along_axis(replies, moves[..., None], axis=-1)[..., 0]


def _difference(x: np.ndarray, y: np.ndarray, error: Any) -> Ball:
    return x - y, (missed_by(x, -y) + error) * UP


def _ends(ball: Ball) -> tuple[np.ndarray, np.ndarray]:
    """Bounds from below and above; the number itself where the radius is zero."""
    value, radius = ball
    return (
        np.where(radius == 0, value, np.nextafter(value - radius, -np.inf)),
        np.where(radius == 0, value, np.nextafter(value + radius, np.inf)),
    )


def _ball(low: np.ndarray, high: np.ndarray) -> Ball:
    """The ball around an interval, a point where the interval is one."""
    middle = np.where(low == high, low, low / 2 + high / 2)
    reach = np.maximum(high - middle, middle - low) * UP
    return settled(middle, np.where(low == high, 0.0, np.nextafter(reach, np.inf)))


def leader_slack(game: MarkovIteration) -> Ball:
    """max_j eps_{L,j}, j < t."""
    found = once(floats(game), "leader slacks", lambda game: _slacks(game, 0))
    nothing = np.zeros(game.batch_shape)
    with np.errstate(invalid="ignore"):
        return _ball(np.max([nothing, *found.low], axis=0), np.max([nothing, *found.high], axis=0))


def leader_slack_sum(game: MarkovIteration) -> Ball:
    """alpha gamma_L sum_{j<t} rho_L^{t-1-j} eps_{L,j}."""
    found = once(floats(game), "leader slacks", lambda game: _slacks(game, 0))
    return _slack_sum(game, found, game.leader_discount)


def follower_slack_sum(game: MarkovIteration) -> Ball:
    """alpha gamma_F sum_{j<t} rho_F^{t-1-j} eps_{F,j}."""
    found = once(floats(game), "follower slacks", lambda game: _slacks(game, 1))
    return _slack_sum(game, found, game.follower_discount)


def _slack_sum(game: MarkovIteration, slacks: Slacks, discount: np.ndarray) -> Ball:
    rate = _rate(game, discount)
    total: Ball = (np.zeros(game.batch_shape), np.zeros(game.batch_shape))
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        for step, (low, high) in enumerate(zip(slacks.low, slacks.high, strict=True)):
            grown = add(multiply(rate, total), _ball(low, high))
            active = game.steps > step
            total = np.where(active, grown[0], total[0]), np.where(active, grown[1], total[1])
        return settled(*multiply(multiply(given(game.step_size), given(discount)), total))


def leader_comparison_excess(game: MarkovIteration) -> Ball:
    """The largest amount by which e_j = Q_{L,j} - Q*_L leaves [l_j, u_j], over entries and j <= t."""
    return once(floats(game), "excess", _comparison)


def _comparison(game: MarkovIteration) -> Ball:
    """max(0, -d_j, -f_j) over entries and j <= t, with d = e - l and f = u - e taken by their own recursions.

    With delta = T Q* - Q* and the definitions of l, u and e,
      d_{j+1} = (1 - alpha) d_j + alpha gamma P [d_j(., Pi_*) + eps_j - (Pi_* - Pi_j) Q_j] + alpha delta
      f_{j+1} = (1 - alpha) f_j + alpha gamma P [f_j(., Pi_j) + eps_j - (Pi_j - Pi_*) Q*] - alpha delta
    from d_0 = f_0 = 0. The slack less what it is the largest of is not negative, whatever the rounding.
    """
    slacks = once(game, "leader slacks", lambda game: _slacks(game, 0))
    residual = once(game, "residuals", _residuals)[0]
    opposite = -residual[0], residual[1]
    ideal = stage(game.leader_reference, game.follower_reference, game.ties)
    zero = np.zeros(game.leader_reward.shape)
    d = f = (zero, zero)  # bounds from below and above
    low, high = np.zeros(game.batch_shape), np.zeros(game.batch_shape)
    lost = np.zeros(game.batch_shape, dtype=bool)
    for step, (tables, found) in enumerate(start_run(game).path):
        lost |= (game.steps > step) & ~decided(found, tables.leader_error, tables.follower_error)
        slack = slacks.low[step][..., None], slacks.high[step][..., None]
        active = wide(game.steps > step, zero)
        moved = (
            _evolve(game, d, ideal, _room(slack, slacks.loss[step]), residual),
            _evolve(game, f, found, _room(slack, slacks.gain[step]), opposite),
        )
        d, f = (
            (np.where(active, new[0], old[0]), np.where(active, new[1], old[1]))
            for new, old in zip(moved, (d, f), strict=True)
        )
        for below, above in (d, f):
            low = np.maximum(low, (-above).max(axis=CORE))
            high = np.maximum(high, (-below).max(axis=CORE))
    return _ball(low, np.where(lost, np.inf, high))


def _room(slack: Ball, part: Ball) -> Ball:
    """Bounds of eps - part, one of the numbers that eps is the largest of: at least zero."""
    exact = (part[0] == 0) & (part[1] == 0)
    below, above = _ends(part)
    least, most = np.nextafter(slack[0] - above, -np.inf), np.nextafter(slack[1] - below, np.inf)
    return np.maximum(0.0, np.where(exact, slack[0], least)), np.where(exact, slack[1], most)


def _evolve(game: MarkovIteration, bounds: Ball, policies: Stage, room: Ball, shift: Ball) -> Ball:
    """Bounds of (1 - alpha) x + alpha gamma P [x(., Pi) + room] + alpha shift."""
    alpha, gamma = game.step_size[..., None, None, None], game.leader_discount[..., None, None, None]

    def mean(table: np.ndarray, value: np.ndarray, constant: np.ndarray) -> np.ndarray:
        return (1 - alpha) * table + alpha * (
            gamma * np.einsum("...sabt,...t->...sab", game.transition, value) + constant
        )

    found: list[np.ndarray] = []
    for x, space, constant, side in zip(bounds, room, _ends(shift), (-1, 1), strict=True):
        at = values(x, policies.moves, policies.replies)
        middle = mean(x, at + space, constant)
        # A sum of numbers that are not negative is not; it is its own size.
        certain = ((x >= 0) & (constant >= 0)).all(axis=CORE) & (space >= 0).all(axis=-1)
        size = middle if certain.all() else mean(np.abs(x), np.abs(at) + np.abs(space), np.abs(constant))
        end = middle + side * ((game.states + 8) * UNIT * size + 8 * SMALLEST * (size > 0)) * UP
        found.append(np.where(wide(certain, x), np.maximum(end, 0.0), end))
    return found[0], found[1]
