"""Where some state can follow every play, the span contracts under all policies at once.

The total variation distance of two rows is 1 less the sum over t of the smaller of their entries, and that is at least
the least probability of t anywhere. So Dobrushin's coefficient is at most Doeblin's, which is below 1 where some state
can follow every play, and equal to it where there are two rows.
"""

from __future__ import annotations

from verify.claims.sqvi.shared import PAPER, two_states
from verify.comparison import at_most, equal, less
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.markov import dobrushin, doeblin


def mixing():
    """Two states; every move goes to the other state with probability 1/4 or 3/4."""
    nothing: list = [[[0, 0]], [[0, 0]]]
    return two_states(to_second=[[["1/4", "1/4"]], [["3/4", "1/4"]]], leader=nothing, follower=nothing)


@claim(
    "sqvi/switching-positive-kernel",
    title="A kernel with a common successor contracts the span",
    paper=PAPER,
    place="the switching-system view of Q-value iteration; Doeblin 1937, Dobrushin 1956",
    families=("markov_dense", "markov_integers", "markov_garnet"),
    expected=Verdict.SUPPORTED,
    witness=mixing,
    tightness=mixing,
    quick=12_288,
    default=409_600,
    mutants=(
        Mutant(
            name="strict without a common successor",
            text="the span contracts whatever the kernel",
            body=lambda game: less(dobrushin(game), 1),
        ),
        Mutant(
            name="equality",
            text="the two coefficients are one",
            body=lambda game: equal(dobrushin(game), doeblin(game)),
        ),
    ),
)
def positive_kernel(game):
    return at_most(dobrushin(game), doeblin(game))
