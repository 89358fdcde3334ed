"""To be refuted: the comparison condition with slack 0 is what makes a run approach a fixed point.

It is sufficient (sqvi/comparison-bound), not necessary: runs of zero-sum games from opposite tables contract, and some
of them meet on their way a policy that the fixed point's table rates higher than its own.
"""

from __future__ import annotations

from verify.claims.sqvi.runs import FIXED_POINT, PAPER
from verify.claims.sqvi.zero_sum import witness
from verify.comparison import at_most
from verify.statement import Ablation, Hypothesis, Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.markov_iteration import (
    leader_decay,
    leader_distance,
    leader_slack,
    leader_slack_sum,
    leader_start_distance,
)

CLOSER = Hypothesis(
    name="closer",
    text="the run has approached the fixed point at the rate rho",
    body=lambda game: at_most(leader_distance(game), leader_decay(game) * leader_start_distance(game)),
    ablation=Ablation(expected="counterexample", text="runs that move away have slack"),
)


@claim(
    "sqvi/comparison-necessary",
    title="A run that gets closer has no slack",
    paper=PAPER,
    place="necessity of the condition of the comparison",
    families=("iteration_misjudged", "iteration_zero_sum"),
    expected=Verdict.REFUTED,
    hypotheses=(FIXED_POINT, CLOSER),
    witness=witness,
    quick=4_096,
    default=8_192,
    mutants=(
        Mutant(
            name="sum",
            text="the slacks add up to nothing",
            body=lambda game: at_most(leader_slack_sum(game), 0),
        ),
        Mutant(
            name="distance",
            text="no slack exceeds the distance that is left",
            body=lambda game: at_most(leader_slack(game), leader_distance(game)),
        ),
    ),
)
def comparison_necessary(game):
    return at_most(leader_slack(game), 0)
