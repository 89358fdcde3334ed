"""Where one player has no choice, the other one's table contracts from any start: value iteration of a single agent.

With one reply V_L(s) = max_a Q_L(s, a, .), and with one move V_F(s) = max_b Q_F(s, ., b): neither table enters the
other's, so that nothing is asked of rewards, starts, discounts or ties. Of the player without a choice nothing follows
(sqvi/general-sum-converges/one-sided): his values go with the policy of the other one.
"""

from __future__ import annotations

from games.markov import MarkovIteration
from verify.claims.sqvi.runs import PAPER, contraction_mutants, longer, single_state
from verify.comparison import at_most, equal
from verify.concept import Concept
from verify.statement import Ablation, Hypothesis, Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.markov import follower_actions_count, leader_actions_count
from verify.vocabulary.markov_iteration import (
    follower_decay,
    follower_discount,
    follower_distance,
    follower_start_distance,
    leader_decay,
    leader_discount,
    leader_distance,
    leader_start_distance,
)


def _alone(name: str, text: str, count: Concept) -> Hypothesis:
    return Hypothesis(
        name=name,
        text=text,
        body=lambda game: equal(count(game), 1),
        ablation=Ablation(
            expected="counterexample",
            text="two players with a choice each push each other's tables apart",
            families=("iteration_misjudged",),
        ),
    )


def _other_player(distance: Concept, start: Concept, decay: Concept) -> Mutant:
    return Mutant(
        name="other player",
        text="the table of the player without a choice contracts as well",
        body=lambda game: at_most(distance(game), decay(game) * start(game)),
    )


def maximising() -> MarkovIteration:
    """The leader alone: her runs start 1 apart everywhere, and stay apart in proportion; the follower's cross."""
    return single_state(
        leader_reward=[[3], [1]],
        follower_reward=[[0], [5]],
        leader_start=[[1], [3]],
        follower_start=[[0], [7]],
        leader_reference=[[2], [4]],
        follower_reference=[[2], [1]],
    )


def replying() -> MarkovIteration:
    """The follower alone: his runs start 1 apart everywhere."""
    return single_state(
        leader_reward=[[0, 5]],
        follower_reward=[[3, 1]],
        leader_start=[[0, 7]],
        follower_start=[[1, 3]],
        leader_reference=[[2, 1]],
        follower_reference=[[2, 4]],
    )


@claim(
    "sqvi/single-agent",
    title="Where the follower has one reply, the leader's table contracts from any start",
    paper=PAPER,
    place="the single-agent case: value iteration",
    families=("iteration_one_reply",),
    expected=Verdict.PROVED,
    derivation="markov/single-agent",
    conclusion="leader",
    hypotheses=(_alone("one reply", "the follower has a single action", follower_actions_count),),
    witness=maximising,
    tightness=maximising,
    series=lambda: longer(maximising(), range(11)),
    quick=4_096,
    default=163_840,
    mutants=(
        *contraction_mutants(leader_distance, leader_start_distance, leader_decay, leader_discount),
        _other_player(follower_distance, follower_start_distance, follower_decay),
    ),
)
def single_leader(game):
    return at_most(leader_distance(game), leader_decay(game) * leader_start_distance(game))


@claim(
    "sqvi/single-agent/follower",
    title="Where the leader has one move, the follower's table contracts from any start",
    paper=PAPER,
    place="the single-agent case: value iteration",
    families=("iteration_one_move",),
    expected=Verdict.PROVED,
    derivation="markov/single-agent",
    conclusion="follower",
    hypotheses=(_alone("one move", "the leader has a single action", leader_actions_count),),
    witness=replying,
    tightness=replying,
    quick=4_096,
    default=163_840,
    mutants=(
        *contraction_mutants(follower_distance, follower_start_distance, follower_decay, follower_discount),
        _other_player(leader_distance, leader_start_distance, leader_decay),
    ),
)
def single_follower(game):
    return at_most(follower_distance(game), follower_decay(game) * follower_start_distance(game))
