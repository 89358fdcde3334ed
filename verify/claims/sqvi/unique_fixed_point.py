"""Fixed points of Q-value iteration: several are possible in general, and exactly one where interests are simple.

With opposite rewards and one discount every fixed point has Q_F = -Q_L, since both solve the same linear equations, so
that Q_L = r + gamma P max_a min_b Q_L: a contraction, with one fixed point. With common rewards and one discount
Q_F = Q_L, and Q_L = r + gamma P max_ab Q_L likewise. The rule at this point plays a policy with these values.
"""

from __future__ import annotations

from verify.claims.sqvi.shared import (
    COMMON_PAYOFF,
    GENERIC,
    PAPER,
    ZERO_SUM,
    one_discount,
    saddle,
    team,
    two_fixed_points,
)
from verify.comparison import at_least, at_most, equal
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.markov import fixed_points

TWO = Mutant(name="two", text="there are two at least", body=lambda game: at_least(fixed_points(game), 2))
NONE = Mutant(name="none", text="there is none", body=lambda game: equal(fixed_points(game), 0))


@claim(
    "sqvi/unique-fixed-point",
    title="Q-value iteration has one fixed point at most",
    paper=PAPER,
    place="'the' fixed point of general-sum iteration",
    families=GENERIC,
    expected=Verdict.REFUTED,
    witness=two_fixed_points,
    quick=12_288,
    default=81_920,
    mutants=(
        Mutant(name="two at most", text="there are two at most", body=lambda game: at_most(fixed_points(game), 2)),
        TWO,
    ),
    note="Two payoffs of 1, all others 0, make two fixed points (the witness): no deterministic game with discounts "
    "1/2 and a smaller number of states, actions or such payoffs has more than one, by exhaustion.",
)
def unique_fixed_point(game):
    return at_most(fixed_points(game), 1)


@claim(
    "sqvi/unique-fixed-point/zero-sum",
    title="Zero-sum Q-value iteration has exactly one fixed point",
    paper=PAPER,
    place="convergence in the zero-sum case",
    families=("markov_zero_sum",),
    expected=Verdict.SUPPORTED,
    witness=saddle,
    hypotheses=(ZERO_SUM, one_discount("markov_zero_sum")),
    quick=24_576,
    default=81_920,
    mutants=(TWO, NONE),
)
def unique_zero_sum(game):
    return equal(fixed_points(game), 1)


@claim(
    "sqvi/unique-fixed-point/common-payoff",
    title="Q-value iteration with common payoffs has exactly one fixed point",
    paper=PAPER,
    place="convergence in the common-payoff case",
    families=("markov_common_payoff",),
    expected=Verdict.SUPPORTED,
    witness=team,
    hypotheses=(COMMON_PAYOFF, one_discount("markov_common_payoff")),
    quick=24_576,
    default=81_920,
    mutants=(TWO, NONE),
)
def unique_common_payoff(game):
    return equal(fixed_points(game), 1)
