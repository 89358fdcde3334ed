"""To be refuted: a myopic follower who starts elsewhere than at his rewards only delays convergence.

His table reaches r_F in the limit, and what remains of its start breaks his ties for ever: with damped steps the leader
can stay where other replies than those of the game's ties would keep her. No bound that vanishes holds then, such as
the one that sqvi/any-start has for zero-sum games, with ||Q_F - r_F|| as what the follower misjudges.
"""

from __future__ import annotations

from games.markov import MarkovIteration
from verify.claims.sqvi.any_start import LEADER
from verify.claims.sqvi.runs import (
    MYOPIC_FOLLOWER,
    PAPER,
    REWARD_REFERENCE,
    drift,
    longer,
    positive_rate,
    single_state,
)
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.markov_iteration import (
    follower_start_reward_defect,
    leader_decay,
    leader_discount,
    leader_distance,
    leader_start_distance,
)

PARTS = {**LEADER, "defect": follower_start_reward_defect}


def stuck() -> MarkovIteration:
    """His replies are worth the same to him, but for 1/8 at the start; she gets 0, not 1, from the one he starts with.

    With ties for her the fixed point is (1, 2). She starts at (0, 1), and stays there.
    """
    return single_state(
        leader_reward=[[0, 1]],
        follower_reward=[[0, 0]],
        leader_start=[[0, 1]],
        follower_start=[["1/8", 0]],
        leader_reference=[[1, 2]],
        follower_reference=[[0, 0]],
        discounts=("1/2", "0"),
        steps=6,
    )


@claim(
    "sqvi/myopic-ties",
    title="A myopic follower's start does not matter in the end",
    paper=PAPER,
    place="convergence with a myopic follower, without its condition on the start",
    families=("iteration_tied", "iteration_myopic_start"),
    expected=Verdict.REFUTED,
    hypotheses=(
        MYOPIC_FOLLOWER,
        REWARD_REFERENCE,
        positive_rate(leader_discount),
    ),
    witness=stuck,
    series=lambda: longer(stuck(), range(13)),
    quick=4_096,
    default=8_192,
    note="Without ties the follower's replies are those of the fixed point as soon as his table is near enough to r_F.",
    mutants=(
        Mutant(
            name="at once",
            text="as if his start did not matter from the beginning",
            body=lambda game: at_most(leader_distance(game), leader_decay(game) * leader_start_distance(game)),
        ),
        Mutant(
            name="constant",
            text="1 in place of 2",
            body=lambda game: at_most(leader_distance(game), drift(game, factor=1, **PARTS)),
        ),
    ),
)
def myopic_ties(game):
    return at_most(leader_distance(game), drift(game, **PARTS))
