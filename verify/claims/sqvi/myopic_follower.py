"""With a myopic follower who starts at his rewards, two runs approach each other at the leader's rate, however ties go.

His table stays r_F: his best replies never change, and the best or the worst of them for the leader, or a fixed one of
them, moves her value no more than her table moves. Attained where one run is the other one shifted.
"""

from __future__ import annotations

from games.markov import MarkovIteration, Ties
from verify.claims.sqvi.runs import (
    MYOPIC_FOLLOWER,
    PAPER,
    REWARD_REFERENCE,
    REWARD_START,
    contraction_mutants,
    longer,
    shifted,
    single_state,
)
from verify.comparison import at_most
from verify.statement import claim
from verify.verdict import Verdict
from verify.vocabulary.markov_iteration import leader_decay, leader_discount, leader_distance, leader_start_distance

FOLLOWER_REWARD = ((1, 1), (0, 2))  # the replies to the first action tie
LEADER_REWARD = ((3, 0), (0, 2))
FIXED = ((5, 2), (2, 4))
"""r_L + 2: the second action brings 4, the tie broken against her less; 4 is worth 2 after discounting by 1/2."""


def runs_from(start: list) -> MarkovIteration:
    """Two runs of a game with one state and ties against the leader, the second at its fixed point."""
    return single_state(
        leader_reward=LEADER_REWARD,
        follower_reward=FOLLOWER_REWARD,
        leader_start=start,
        follower_start=FOLLOWER_REWARD,
        leader_reference=FIXED,
        follower_reference=FOLLOWER_REWARD,
        discounts=("1/2", "0"),
        ties=Ties.WEAK,
    )


def witness() -> MarkovIteration:
    """From a start whose policy is another one."""
    return runs_from([[9, 8], [0, 1]])


def tightness() -> MarkovIteration:
    return runs_from(shifted(FIXED, 1))


@claim(
    "sqvi/myopic-follower",
    title="Q-value iteration with a myopic follower contracts",
    paper=PAPER,
    place="convergence with a myopic follower",
    families=("iteration_near", "iteration_myopic"),
    expected=Verdict.PROVED,
    derivation="markov/myopic",
    conclusion="leader",
    hypotheses=(MYOPIC_FOLLOWER, REWARD_START, REWARD_REFERENCE),
    witness=witness,
    tightness=tightness,
    series=lambda: longer(witness(), range(11)),
    quick=4_096,
    default=245_760,
    mutants=contraction_mutants(leader_distance, leader_start_distance, leader_decay, leader_discount),
)
def myopic_follower(game):
    return at_most(leader_distance(game), leader_decay(game) * leader_start_distance(game))
