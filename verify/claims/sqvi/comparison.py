"""The errors of a run stay between two linear systems, one driven by the reference's policy, one by the run's own.

e_j = Q_j - Q* with eps_j >= 0, (Pi_j - Pi_*) Q* <= eps_j and (Pi_j - Pi_*) Q_j >= -eps_j. Since Pi_j Q_j - Pi_* Q* is
Pi_j e_j + (Pi_j - Pi_*) Q* and Pi_* e_j + (Pi_j - Pi_*) Q_j, it lies between Pi_* e_j - eps_j and Pi_j e_j + eps_j: so
l_j <= e_j <= u_j for all j, with l_0 = u_0 = e_0 and the systems written out at the concept. Whole runs are checked
entry by entry. Nothing is asked of rewards, starts, discounts and ties: the slack makes up for it.
"""

from __future__ import annotations

from verify.claims.sqvi.runs import FIXED_POINT, PAPER
from verify.claims.sqvi.zero_sum import witness
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.markov_iteration import (
    leader_comparison_excess,
    leader_comparison_excess_own_policy,
    leader_comparison_excess_without_slack,
)

FAMILIES = ("iteration_misjudged", "iteration_fixed", "iteration_tied", "iteration_near")


@claim(
    "sqvi/comparison",
    title="A run's errors stay inside the comparison systems",
    paper=PAPER,
    place="comparison of the error with a lower and an upper linear system, with slack",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/comparison",
    conclusion="inside",
    hypotheses=(FIXED_POINT,),
    witness=witness,
    tightness=witness,
    quick=4_096,
    default=131_072,
    mutants=(
        Mutant(
            name="no slack",
            text="as if the condition were met by every run",
            body=lambda game: at_most(leader_comparison_excess_without_slack(game), 0),
        ),
        Mutant(
            name="own policy",
            text="the run's policy in place of the reference's in the lower system",
            body=lambda game: at_most(leader_comparison_excess_own_policy(game), 0),
        ),
    ),
)
def comparison(game):
    return at_most(leader_comparison_excess(game), 0)
