"""With two states a mode is a number modulo constants, and both certified bounds are the largest of them."""

from __future__ import annotations

from verify.claims.sqvi.shared import PAPER, saddle
from verify.comparison import equal
from verify.statement import Ablation, Hypothesis, Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.markov import dobrushin, span_rate_lower, span_rate_upper, states


@claim(
    "sqvi/switching-two-states",
    title="With two states the rate is known exactly",
    paper=PAPER,
    place="the switching-system view of Q-value iteration",
    families=("markov_dense", "markov_absorbing", "markov_integers"),
    expected=Verdict.SUPPORTED,
    witness=saddle,
    tightness=saddle,
    hypotheses=(
        Hypothesis(
            name="two states",
            text="there are two states",
            body=lambda game: equal(states(game), 2),
            ablation=Ablation(
                expected="counterexample",
                text="with three states forms and products leave a gap",
                families=("markov_absorbing",),
            ),
        ),
    ),
    quick=12_288,
    default=122_880,
    mutants=(
        Mutant(
            name="Dobrushin",
            text="the rate is Dobrushin's coefficient, which counts rows of one state, too",
            body=lambda game: equal(span_rate_upper(game), dobrushin(game)),
        ),
        Mutant(
            name="half",
            text="the product bound is half of it",
            body=lambda game: equal(span_rate_upper(game), 2 * span_rate_lower(game)),
        ),
    ),
)
def two_states_rate(game):
    return equal(span_rate_upper(game), span_rate_lower(game))
