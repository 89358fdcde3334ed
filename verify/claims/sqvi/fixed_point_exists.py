"""To be refuted: Q-value iteration with pure commitments has a fixed point. Some games have none to converge to."""

from __future__ import annotations

from verify.claims.sqvi.shared import GENERIC, PAPER, two_ones
from verify.comparison import at_least, at_most
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.markov import fixed_points


@claim(
    "sqvi/fixed-point-exists",
    title="Q-value iteration has a fixed point",
    paper=PAPER,
    place="'the' fixed point of general-sum iteration",
    families=GENERIC,
    expected=Verdict.REFUTED,
    witness=two_ones,
    quick=12_288,
    default=40_960,
    mutants=(
        Mutant(name="several", text="there are several", body=lambda game: at_least(fixed_points(game), 2)),
        Mutant(name="none", text="there is none", body=lambda game: at_most(fixed_points(game), 0)),
    ),
    note="The witness, two payoffs of 1 and all others 0, has none; no deterministic game with discounts 1/2 and a "
    "smaller number of states, actions or such payoffs is without, by exhaustion. It is the smallest game on which the "
    "iteration does not converge, too.",
)
def fixed_point_exists(game):
    return at_least(fixed_points(game), 1)
