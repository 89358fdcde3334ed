"""The classes of games in which Q-value iteration contracts to one fixed point, and that fixed point.

  zero sum       r_F = -r_L, Q_F0 = -Q_L0, equal discounts: then Q_F = -Q_L for ever, and V_L = max_a min_b Q_L
  common payoff  r_F = r_L, Q_F0 = Q_L0, equal discounts: then Q_F = Q_L for ever, and V = max Q
  myopic         gamma_F = 0, and the replies are those to r_F from the first step that counts: V_L = max_a Q_L(., b(a))
                 with b(a) among the replies best for r_F (with strong and weak ties, the best or worst for the leader)
  one agent      one player has one action: the other one decides alone, and where all his decisions are strict in the
                 end, the values of the first are those of that policy
  one shot       both discounts are zero: Q converges to the rewards

Each stage value is monotone and shifts with the table (`solvers.markov.contraction`). The step size changes no limit.
Source: sqvi/zero-sum, sqvi/common-payoff, sqvi/myopic-follower; without the conditions on Q_0 they fail.
"""

from __future__ import annotations

import numpy as np

from games.markov import MarkovGame, Ties
from solvers.markov import single_agent
from solvers.markov.backup import Backup
from solvers.markov.contraction import Settled, settle
from solvers.markov.solution import MarkovSolution
from solvers.markov.stage import choose, stage, values
from solvers.solution import Status


def contracting(
    game: MarkovGame,
    start: tuple[np.ndarray, np.ndarray],
    *,
    ties: Ties,
    step_size: float,
    tolerance: float,
    budget: int,
) -> MarkovSolution | None:
    """The fixed point of a single game of one of the classes; None outside them, where one agent's ties matter, and
    where discounts are within rounding of one.
    """
    discounts = float(game.leader_discount), float(game.follower_discount)
    if discounts == (0.0, 0.0):
        return _one_shot(game, ties)
    leader_start, follower_start = start
    reward = np.asarray(game.follower_reward)
    if discounts[0] == discounts[1]:
        if np.array_equal(game.leader_reward, reward) and np.array_equal(leader_start, follower_start):
            found = settle(Backup(game), 0, discounts[0], _max, tolerance=tolerance, budget=budget, greedy=True)
            return _answer(game, found, found.q, ties, tolerance, budget)
        if np.array_equal(game.leader_reward, -reward) and np.array_equal(leader_start, -follower_start):
            found = settle(Backup(game), 0, discounts[0], _max_min, tolerance=tolerance, budget=budget)
            return _answer(game, found, -found.q, ties, tolerance, budget)
    # From zero, Q_F is a positive multiple of r_F after the first step, which adds nothing to Q_L: V_L is zero there.
    zero = not leader_start.any() and not follower_start.any()
    if discounts[1] == 0 and (step_size == 1 or zero or np.array_equal(follower_start, reward)):

        def served(table: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            moves, replies = choose(table, reward, ties)
            answers = np.take_along_axis(replies, moves[:, None], axis=-1)[:, 0]
            return values(table, moves, replies), moves, answers

        found = settle(Backup(game), 0, discounts[0], served, tolerance=tolerance, budget=budget)
        return _answer(game, found, reward, ties, tolerance, budget)
    if 1 in (game.leader_actions, game.follower_actions):
        found = single_agent.solve(game, tolerance=tolerance, budget=budget, ties=ties)
        return found if found.converged and single_agent.is_strict(game, found) else None
    return None


def _max(table: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    flat = table.reshape(len(table), -1)
    moves, answers = np.divmod(flat.argmax(axis=-1), table.shape[-1])
    return flat.max(axis=-1), moves, answers


def _max_min(table: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    replies = table.argmin(axis=-1)
    served = table.min(axis=-1)  # (S, A)
    moves = served.argmax(axis=-1)
    return served.max(axis=-1), moves, np.take_along_axis(replies, moves[:, None], axis=-1)[:, 0]


def _answer(
    game: MarkovGame, found: Settled, follower_q: np.ndarray, ties: Ties, tolerance: float, budget: int
) -> MarkovSolution | None:
    """The answer; None where rounding leaves no bound."""
    if not np.isfinite(found.bound):
        return None
    chosen = stage(found.q, follower_q, ties)
    goal = tolerance * float(np.abs(game.leader_reward).max())
    spent = found.iterations == budget and found.bound > goal
    return MarkovSolution(
        concept="stackelberg",
        values={
            "leader": found.values,
            "follower": values(follower_q, chosen.moves, chosen.replies),
        },
        policies={"leader": chosen.moves, "follower": chosen.replies},
        residual=found.residual,
        error_bound=found.bound,
        status=np.int8(Status.BUDGET if spent else Status.CONVERGED),
        q={"leader": found.q, "follower": follower_q},
        period=0 if spent else 1,
        iterations=found.iterations,
        reason=f"budget: {budget} passes gave an error of {found.bound:.1e}; raise the budget." if spent else "",
    )


def _one_shot(game: MarkovGame, ties: Ties) -> MarkovSolution:
    leader, follower = (np.asarray(reward) for reward in game.rewards())
    moves, replies = choose(leader, follower, ties)
    return MarkovSolution(
        concept="stackelberg",
        values={"leader": values(leader, moves, replies), "follower": values(follower, moves, replies)},
        policies={"leader": moves, "follower": replies},
        residual=0.0,
        error_bound=0.0,
        status=np.int8(Status.CONVERGED),
        q={"leader": leader, "follower": follower},
        period=1,
        iterations=1,
    )
