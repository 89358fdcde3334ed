"""Numbers of two runs of soft Stackelberg Q-value iteration, with radii: the kind "soft markov iteration".

Every function takes a batch of float `SoftMarkovIteration`s and returns (values, radii) of the batch shape. Soft values
count both players' entropies, plain ones do not (`games.markov`).

Errors. Q functions within e_L, e_F of the true ones (sup norm, per game) give, u = 2^-53, rounding of softmax and
log-sum-exp bounded by `solvers.quantal.softmax` for the floats at hand,
  nu    : rounding by entry, and ||nu^ - nu||_1 <= e_F / tau_F (2 tanh(span / 4 tau_F) with span <= 2 e_F)
  q     : e_q = e_L + e_F span_b(Q_L) / (2 tau_F) + sum_b err nu |Q_L| + (B + 2) u sum_b nu |Q_L|, laws summing to one
  pi    : rounding by entry, and ||pi^ - pi||_1 <= e_q / tau_L
  V_L   : soft: e_q and the rounding of max q + tau_L log Z, since log-sum-exp expands nothing
          plain: the mean of q under pi, as below
  V_F   : the mean under pi of g = max_b Q_F + tau_F log Z (soft) or of g = sum_b nu Q_F (plain), e_g like e_q
  mean  : e_g + e_q span_a(g) / (2 tau_L) + sum_a err pi |g| + (A + 2) u sum_a pi |g|
  Q     : (1 - alpha) e + alpha gamma e_V + (S + 8) u (|Q| + alpha (|r| + |V|))
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from games.markov import SoftMarkovIteration
from solvers.markov.float_runs import CORE, SMALLEST, UNIT, Ball, backed, farthest, floats, once, span
from solvers.markov.trajectories import given, larger
from solvers.quantal.rounding import LIBRARY, UP
from solvers.quantal.softmax import weights


class SoftTables(NamedTuple):
    """Q functions of both players and bounds of their errors."""

    leader: np.ndarray  # (*batch, S, A, B)
    follower: np.ndarray
    leader_error: np.ndarray  # (*batch,)
    follower_error: np.ndarray


def soft_leader_distance(game: SoftMarkovIteration) -> Ball:
    """||Q_{L,t} - Q'_{L,t}||, entropies counted."""
    return _leader(game, entropies=True)


def soft_follower_distance(game: SoftMarkovIteration) -> Ball:
    """||Q_{F,t} - Q'_{F,t}||, entropies counted."""
    return _follower(game, entropies=True)


def plain_leader_distance(game: SoftMarkovIteration) -> Ball:
    """||Q_{L,t} - Q'_{L,t}|| without the entropies."""
    return _leader(game, entropies=False)


def plain_follower_distance(game: SoftMarkovIteration) -> Ball:
    """||Q_{F,t} - Q'_{F,t}|| without the entropies."""
    return _follower(game, entropies=False)


def leader_temperature(game: SoftMarkovIteration) -> Ball:
    """tau_L."""
    return given(floats(game).leader_temperature)


def follower_temperature(game: SoftMarkovIteration) -> Ball:
    """tau_F."""
    return given(floats(game).follower_temperature)


def leader_reward_span(game: SoftMarkovIteration) -> Ball:
    """span(r_L) over states and actions."""
    return span(floats(game).leader_reward)


def follower_reward_span(game: SoftMarkovIteration) -> Ball:
    """span(r_F) over states and actions."""
    return span(floats(game).follower_reward)


def leader_span(game: SoftMarkovIteration) -> Ball:
    """The larger of span(Q_{L,0}) and span(Q'_{L,0})."""
    return larger(span(floats(game).leader_start), span(game.leader_reference))


def follower_span(game: SoftMarkovIteration) -> Ball:
    """The larger of span(Q_{F,0}) and span(Q'_{F,0})."""
    return larger(span(floats(game).follower_start), span(game.follower_reference))


def _leader(game: SoftMarkovIteration, *, entropies: bool) -> Ball:
    first, second = _runs(game, entropies)
    return farthest(first.leader, second.leader, first.leader_error + second.leader_error)


def _follower(game: SoftMarkovIteration, *, entropies: bool) -> Ball:
    first, second = _runs(game, entropies)
    return farthest(first.follower, second.follower, first.follower_error + second.follower_error)


def _runs(game: SoftMarkovIteration, entropies: bool) -> tuple[SoftTables, SoftTables]:
    def compute(game: SoftMarkovIteration) -> tuple[SoftTables, SoftTables]:
        return (
            _run(game, game.leader_start, game.follower_start, entropies),
            _run(game, game.leader_reference, game.follower_reference, entropies),
        )

    return once(floats(game), "soft runs" if entropies else "plain runs", compute)


def _run(game: SoftMarkovIteration, leader: np.ndarray, follower: np.ndarray, entropies: bool) -> SoftTables:
    """The tables after the last step of each game."""
    nothing = np.zeros(game.batch_shape)
    now = SoftTables(leader, follower, nothing, nothing)
    for step in range(int(game.steps.max(initial=0))):
        after = _step(game, now, entropies)
        active = game.steps > step
        table = active[..., None, None, None]
        now = SoftTables(
            np.where(table, after.leader, now.leader),
            np.where(table, after.follower, now.follower),
            np.where(active, after.leader_error, now.leader_error),
            np.where(active, after.follower_error, now.follower_error),
        )
    return now


def _step(game: SoftMarkovIteration, tables: SoftTables, entropies: bool) -> SoftTables:
    alpha = game.step_size
    found = soft_values(tables, game.leader_temperature, game.follower_temperature, entropies=entropies)
    after: list[np.ndarray] = []
    errors: list[np.ndarray] = []
    for q, error, (value, value_error), reward, discount in zip(
        tables[:2], tables[2:], found, game.rewards(), game.discounts(), strict=True
    ):
        target = backed(game, reward, discount, value)
        size = np.abs(q).max(axis=CORE) + alpha * (np.abs(reward).max(axis=CORE) + np.abs(value).max(axis=-1))
        rounding = (game.states + 8) * UNIT * size + 8 * SMALLEST
        spread = (1 - alpha) * error + alpha * discount * value_error.max(axis=-1)
        after.append((1 - alpha)[..., None, None, None] * q + alpha[..., None, None, None] * target)
        errors.append((spread + rounding) * UP)  # UP also covers rows that miss one
    return SoftTables(after[0], after[1], *(np.where(np.isnan(error), np.inf, error) for error in errors))


def soft_values(
    tables: SoftTables, leader_temperature: np.ndarray, follower_temperature: np.ndarray, *, entropies: bool
) -> tuple[Ball, Ball]:
    """V_L and V_F of the soft stage with errors, each (*batch, S)."""
    actions, replies = tables.leader.shape[-2:]
    tau_leader, tau_follower = leader_temperature[..., None], follower_temperature[..., None, None]
    leader_error, follower_error = tables.leader_error[..., None, None], tables.follower_error[..., None, None]
    shape = tables.leader.shape[:-1]
    answering = weights(tables.follower, np.broadcast_to(tau_follower, shape))
    law = answering.law()
    moved = follower_error / tau_follower
    served = _mean(law, moved, tables.leader, leader_error, replies)  # q
    if entropies:
        paid = _soft_maximum(tables.follower, answering.log_total(), tau_follower, follower_error)
    else:
        paid = _mean(law, moved, tables.follower, follower_error, replies)
    worst = served[1].max(axis=-1)  # (*batch, S)
    choosing = weights(served[0], np.broadcast_to(tau_leader, shape[:-1]))
    law = choosing.law()
    moved = worst / tau_leader
    if entropies:
        leader_value = _soft_maximum(served[0], choosing.log_total(), tau_leader, worst)
    else:
        leader_value = _mean(law, moved, served[0], worst, actions)
    return leader_value, _mean(law, moved, paid[0], paid[1].max(axis=-1), actions)


def _mean(law: Ball, moved: np.ndarray, table: np.ndarray, error: np.ndarray, count: int) -> Ball:
    """The mean of the last axis under a law that is rounded by its errors and `moved` in the l1 norm."""
    terms = law[0] * table
    value = terms.sum(axis=-1)
    size = np.abs(table)
    rounding = (law[1] * size).sum(axis=-1) + (count + 2) * UNIT * np.abs(terms).sum(axis=-1) + count * SMALLEST
    reach = (table.max(axis=-1) - table.min(axis=-1)) / 2
    return value, (error + moved * reach + rounding) * UP


def _soft_maximum(table: np.ndarray, log_total: Ball, tau: np.ndarray, error: np.ndarray) -> Ball:
    """max + tau log Z over the last axis."""
    bonus = tau * log_total[0]
    value = table.max(axis=-1) + bonus
    rounding = tau * log_total[1] + 2 * UNIT * (np.abs(bonus) + np.abs(value)) + LIBRARY * SMALLEST * (1 + tau)
    return value, (error + rounding) * UP
