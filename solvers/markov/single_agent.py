"""Games in which one player has one action: a Markov decision process of the other, by modified policy iteration.

The agent's optimal values come with MacQueen's bounds (`solvers.markov.contraction`); the other player only collects,
so that his values are those of the agent's policy.
"""

from __future__ import annotations

import numpy as np

from games.markov import MarkovGame, Ties
from solvers.errors import SolverError, refuse_batch
from solvers.markov.backup import SLACK, UNIT, Backup, amplified, centred_product, table_error
from solvers.markov.contraction import collected, settle
from solvers.markov.rules import as_ties, check_run, refuse_exact
from solvers.markov.solution import MarkovSolution
from solvers.markov.stage import stage, values
from solvers.solution import Status


def solve(
    game: MarkovGame, *, tolerance: float = 1e-10, budget: int = 10_000, ties: str | Ties = Ties.STRONG
) -> MarkovSolution:
    """The optimal values of the only player who decides, and the other player's values under the policy found.

    The agent's Q is within `error_bound` of his optimal one: at most `tolerance` times his largest reward, or as small
    as rounding lets it be. The other player's Q is that of the policy reported, within `error_bound` too; where the
    agent has several optimal policies `ties` chooses among those that tie in floats (`is_strict`: whether any could).

    Raises `SolverError` for a batch, an exact twin, and where both players have several actions.
    """
    refuse_batch("single agent", game.batch_shape)
    refuse_exact("single agent", game)
    check_run(tolerance, budget)
    ties = as_ties(ties)
    if game.leader_actions > 1 and game.follower_actions > 1:
        raise SolverError(
            f"single agent: expected a player with one action, found {game.leader_actions} and {game.follower_actions}"
        )
    agent = 0 if game.follower_actions == 1 else 1
    discounts = np.array([float(game.leader_discount), float(game.follower_discount)])
    backup = Backup(game)

    def best(table: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        flat = table.reshape(len(table), -1)
        moves, answers = np.divmod(flat.argmax(axis=-1), game.follower_actions)
        return flat.max(axis=-1), moves, answers

    found = settle(backup, agent, discounts[agent], best, tolerance=tolerance, budget=budget, greedy=True)
    tables = np.empty((2, *found.q.shape))
    tables[agent] = found.q
    policy = found.moves, found.answers
    passive, passive_bound = _passive(backup, 1 - agent, discounts, policy)
    tables[1 - agent] = passive
    if agent == 1 and ties != Ties.FIRST:
        chosen = stage(tables[0], tables[1], ties)
        answers = chosen.replies[:, 0]
        if not np.array_equal(answers, policy[1]):  # the rule prefers another of the replies that tie
            policy = policy[0], answers
            tables[0], passive_bound = _passive(backup, 0, discounts, policy)
    replies = policy[1][:, None] if agent == 1 else np.zeros((game.states, game.leader_actions), dtype=np.int64)
    goal = tolerance * float(np.abs(game.rewards()[agent]).max())
    bound = float(np.max([found.bound, passive_bound]))  # NaN where one is
    spent = found.iterations == budget and found.bound > goal
    status, reason = Status.CONVERGED, ""
    if not np.isfinite(bound):
        status = Status.UNDECIDED
        reason = "undecided: a discount is so near 1, or payoffs are so large, that rounding leaves no bound."
    elif spent:
        status = Status.BUDGET
        reason = f"budget: {budget} passes gave an error of {found.bound:.1e}; raise the budget."
    return MarkovSolution(
        concept="stackelberg",
        values={
            "leader": values(tables[0], policy[0], replies),
            "follower": values(tables[1], policy[0], replies),
        },
        policies={"leader": policy[0], "follower": replies},
        residual=found.residual,
        error_bound=bound if np.isfinite(bound) else float("nan"),
        status=np.int8(status),
        q={"leader": tables[0], "follower": tables[1]},
        period=int(status == Status.CONVERGED),
        iterations=found.iterations,
        reason=reason,
    )


def is_strict(game: MarkovGame, found: MarkovSolution) -> bool:
    """Whether every decision of the agent is proved better than any other one at his optimal Q.

    Then his policy is the only optimal one, Q-value iteration has it from some time on, and the other player's Q
    converges as well.
    """
    q = found.q["leader" if game.follower_actions == 1 else "follower"].reshape(game.states, -1)
    if q.shape[-1] == 1:
        return True
    second, first = np.partition(q, -2, axis=-1)[:, -2:].T
    return bool((first - second > 2 * SLACK * found.error_bound).all())


def _passive(
    backup: Backup, player: int, discounts: np.ndarray, policy: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, float]:
    """The table of a player who does not decide, (S, A, B), and a bound of its error."""
    discount = float(discounts[player])
    rewards = backup.game.rewards()[player]
    largest = np.array([np.abs(rewards).max()])
    if not largest[0]:
        return np.zeros(rewards.shape), 0.0
    matrix, reward = backup.rows(*policy), backup.rewards(*policy)[player]
    # Steps gain nothing below a few units of rounding of the values.
    precision = 8 * UNIT * float(largest[0]) / (1 - discount)
    values = collected(matrix, reward, discount, np.zeros(backup.states), precision=precision)
    rounding = float(table_error(backup, values[None], discounts[[player]], largest)[0])
    miss = float(np.abs(reward + discount * centred_product(matrix, values[None])[0] - values).max())
    worst = discount * (1 + backup.defect)
    table = backup.continuation(values[None])[0]
    table *= discount
    table += rewards
    apart = float(amplified(np.array(miss + rounding), np.array(discount), backup.defect))
    return table, SLACK * (worst * apart + rounding)
