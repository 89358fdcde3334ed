"""To be refuted: where Q-value iteration from Q = 0 converges, it finds the fixed point that is best for the leader."""

from __future__ import annotations

from fractions import Fraction

from verify.claims.sqvi.shared import CONVERGES, FIXED_POINT, GENERIC, PAPER, team
from verify.comparison import at_most, less
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.markov import reached_loss


@claim(
    "sqvi/reached-is-best",
    title="The limit from Q = 0 is the best fixed point",
    paper=PAPER,
    place="'the' fixed point of general-sum iteration",
    families=GENERIC,
    expected=Verdict.REFUTED,
    witness=team,
    hypotheses=(CONVERGES, FIXED_POINT),
    quick=8_192,
    default=81_920,
    mutants=(
        Mutant(
            name="nearly",
            text="it misses the best one by a tenth at most",
            body=lambda game: at_most(reached_loss(game), Fraction(1, 10)),
        ),
        Mutant(
            name="never",
            text="there is always a better one",
            body=lambda game: less(0, reached_loss(game)),
        ),
    ),
    note="Where choices tie in the limit, the limit need not be a fixed point at all: the rule plays another policy at "
    "it than at the iterates. That happens already where the leader has a single action.",
)
def reached_is_best(game):
    return at_most(reached_loss(game), 0)
