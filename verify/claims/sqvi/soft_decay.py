"""Above the threshold the distance of two soft runs falls geometrically, at a rate that the temperatures give.

With C the comparison matrix of one step, w = (1 - C_FF + C_FL, 1 - C_LL + C_LF) and theta = 1 - alpha det(I - C) /
(w_L + w_F): one step takes the weighted sum w_L d_L + w_F d_F down by the factor theta at least.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from games.markov import SoftMarkovIteration
from verify.claims.sqvi.runs import PAPER
from verify.claims.sqvi.soft import ABOVE_THRESHOLD, FOLLOWER_RANGE, LEADER_RANGE
from verify.claims.sqvi.soft_threshold import beside_threshold
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.terms import Term
from verify.verdict import Verdict
from verify.vocabulary.markov_iteration import follower_start_distance, leader_start_distance, step_size
from verify.vocabulary.soft_iteration import (
    soft_decay,
    soft_follower_distance,
    soft_follower_weight,
    soft_leader_distance,
    soft_leader_weight,
)


def started(game: Any) -> Term:
    leader = soft_leader_weight(game) * leader_start_distance(game)
    return leader + soft_follower_weight(game) * follower_start_distance(game)


def ended(game: Any) -> Term:
    leader = soft_leader_weight(game) * soft_leader_distance(game)
    return leader + soft_follower_weight(game) * soft_follower_distance(game)


def _series() -> Iterator[tuple[float, str, SoftMarkovIteration]]:
    for eighths in range(9, 25):
        share = Fraction(eighths, 8)
        yield float(share), f"share of the threshold = {float(share):g}", beside_threshold(share)


@claim(
    "sqvi/soft-decay",
    title="Above the threshold soft runs come together geometrically",
    paper=PAPER,
    place="contraction of the soft iteration for large temperatures",
    families=("soft_iteration_near", "soft_iteration"),
    expected=Verdict.PROVED,
    derivation="markov/soft-entropy",
    conclusion="decay",
    hypotheses=(LEADER_RANGE, FOLLOWER_RANGE, ABOVE_THRESHOLD),
    witness=lambda: beside_threshold(Fraction(9, 8)),
    tightness=lambda: beside_threshold(Fraction(9, 8)),
    series=_series,
    quick=8_192,
    default=131_072,
    mutants=(
        Mutant(
            name="without weights",
            text="the plain sum of the distances",
            body=lambda game: at_most(
                soft_leader_distance(game) + soft_follower_distance(game),
                soft_decay(game) * (leader_start_distance(game) + follower_start_distance(game)),
            ),
        ),
        Mutant(
            name="leader alone",
            text="as if the follower did not matter to her",
            body=lambda game: at_most(soft_leader_distance(game), soft_decay(game) * leader_start_distance(game)),
        ),
        Mutant(
            name="as fast as the step",
            text="as if one step kept 1 - alpha of the weighted sum",
            body=lambda game: at_most(ended(game), (1 - step_size(game)) * started(game)),
        ),
    ),
)
def soft_decays(game):
    return at_most(ended(game), soft_decay(game) * started(game))
