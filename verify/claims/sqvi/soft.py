"""What claims on soft Q-value iteration share: games, the comparison matrix, and hypotheses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from games.markov import SoftMarkovIteration
from verify.claims.sqvi.runs import ONE_STEP, without_in
from verify.comparison import at_most, less
from verify.statement import Ablation, Hypothesis
from verify.terms import Term
from verify.vocabulary.markov_iteration import (
    follower_discount,
    follower_start_distance,
    leader_discount,
    leader_start_distance,
    step_size,
)
from verify.vocabulary.soft_iteration import (
    follower_reward_span,
    follower_span,
    follower_temperature,
    leader_reward_span,
    leader_span,
    leader_temperature,
)

Rows = Sequence[Sequence[Any]]


def soft_state(
    *,
    leader_reward: Rows,
    follower_reward: Rows,
    leader_start: Rows,
    follower_start: Rows,
    leader_reference: Rows,
    follower_reference: Rows,
    temperatures: tuple[Any, Any] = (1, 1),
    discounts: tuple[Any, Any] = ("1/2", "1/2"),
    step_size: Any = 1,
    steps: int = 1,
) -> SoftMarkovIteration:
    """The exact pair of soft runs in a game with one state; strings are read as rationals."""

    def table(rows: Rows) -> list[list[list[str]]]:
        return [[[str(entry) for entry in row] for row in rows]]

    return SoftMarkovIteration(
        transition=[[[["1"] for _ in row] for row in leader_reward]],
        leader_reward=table(leader_reward),
        follower_reward=table(follower_reward),
        leader_discount=str(discounts[0]),
        follower_discount=str(discounts[1]),
        leader_start=table(leader_start),
        follower_start=table(follower_start),
        leader_reference=table(leader_reference),
        follower_reference=table(follower_reference),
        step_size=str(step_size),
        steps=str(steps),
        leader_temperature=str(temperatures[0]),
        follower_temperature=str(temperatures[1]),
    )


def leader_range(game: Any) -> Term:
    """R_L = span(r_L) / (1 - gamma_L): what the leader's tables come to span."""
    return leader_reward_span(game) / (1 - leader_discount(game))


def follower_range(game: Any) -> Term:
    """R_F = span(r_F) / (1 - gamma_F)."""
    return follower_reward_span(game) / (1 - follower_discount(game))


def row(game: Any, discount: Any, own: Any, on_leader: Any, on_follower: Any) -> Term:
    """(1 - alpha) d + alpha gamma (c_L d_L + c_F d_F): a row of (1 - alpha) I + alpha C times the starts' distances."""
    alpha = step_size(game)
    pushed = on_leader * leader_start_distance(game) + on_follower * follower_start_distance(game)
    return (1 - alpha) * own(game) + alpha * discount(game) * pushed


SOFT_STEP = without_in(
    ONE_STEP, "soft_iteration_near", text="what one step pushes apart, the next one pushes further, or shrinks less"
)

LEADER_RANGE = Hypothesis(
    name="leader's range",
    text="both of the leader's tables start within the range of her values: they span no more",
    body=lambda game: at_most(leader_span(game), leader_range(game)),
    ablation=Ablation(
        expected="counterexample",
        text="the follower's reply moves her value in proportion to what her table spans",
        families=("soft_iteration_near",),
    ),
)

FOLLOWER_RANGE = Hypothesis(
    name="follower's range",
    text="both of the follower's tables start within the range of his values: they span at most R_F",
    body=lambda game: at_most(follower_span(game), follower_range(game)),
    ablation=Ablation(
        expected="counterexample",
        text="the leader's choice moves his value in proportion to what his table spans",
        families=("soft_iteration_near",),
    ),
)

ABOVE_THRESHOLD = Hypothesis(
    name="above the threshold",
    text="the product of the temperatures lies above the threshold",
    body=lambda game: less(
        follower_discount(game) * leader_range(game) * follower_range(game),
        4
        * (1 - leader_discount(game))
        * (1 - follower_discount(game))
        * leader_temperature(game)
        * follower_temperature(game),
    ),
    ablation=Ablation(
        expected="counterexample",
        text="players who react sharply push each other's tables apart",
        families=("soft_iteration_near",),
    ),
)
