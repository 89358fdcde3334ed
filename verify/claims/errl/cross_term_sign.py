"""A conjecture to refute: that the follower's exploration can only cost the leader.

Her cross term is (tau_F / 2) tr(H_L,vv H_F,vv^-1), and nothing makes H_L,vv positive: she may like it that he moves.
"""

from __future__ import annotations

from verify.claims.errl.shared import DEFAULT, GENERIC, PAPER, QUICK, scalar_point
from verify.comparison import at_least
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.lq_point import (
    follower_dimension,
    leader_exploration_action_cross,
    lq_follower_temperature,
)


@claim(
    "errl/cross-term-sign",
    title="The follower's exploration never pays the leader",
    paper=PAPER,
    place="sign of the hierarchical cross term",
    families=GENERIC,
    expected=Verdict.REFUTED,
    witness=lambda: scalar_point([[0, 0, 0], [0, 1, 0], [0, 0, -1]], [[0, 0, 0], [0, 0, 0], [0, 0, 1]]),
    quick=QUICK,
    default=DEFAULT,
    mutants=(
        Mutant(
            name="like his own",
            text="as if it cost her half of his temperature a dimension, as it does him",
            body=lambda game: at_least(
                leader_exploration_action_cross(game),
                lq_follower_temperature(game) * follower_dimension(game) / 2,
            ),
        ),
    ),
    note="The witness has one state, no dynamics and three costs of size 1: her action costs her, his action costs him "
    "and pays her.",
)
def never_pays(game):
    return at_least(leader_exploration_action_cross(game), 0)
