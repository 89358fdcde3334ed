"""When to stop: the distance to a fixed point is at most the residual over 1 - gamma, where one step contracts.

||Q - Q*|| <= ||Q - T Q|| + ||T Q - T Q*||, and the last term is at most gamma ||Q - Q*|| between opposite or equal
tables, and where the follower's table is that of the fixed point already, as with a myopic one at his rewards. Q may be
any iterate: from there a step of size alpha moves by alpha times the residual, so that ||Q_t - Q*|| is at most
||Q_{t+1} - Q_t|| / (alpha (1 - gamma)). Attained where Q is Q* shifted.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from verify.claims.sqvi import common_payoff, myopic_follower, zero_sum
from verify.claims.sqvi.runs import (
    COMMON_REFERENCE,
    COMMON_START,
    FIXED_POINT,
    PAPER,
    ZERO_SUM_REFERENCE,
    ZERO_SUM_START,
    without_in,
)
from verify.comparison import at_most, equal
from verify.statement import Ablation, Hypothesis, Mutant, claim
from verify.terms import Term
from verify.verdict import Verdict
from verify.vocabulary.markov_iteration import (
    follower_start_distance,
    leader_discount,
    leader_start_distance,
    start_residual,
)

PLACE = "stopping rules, where the iteration contracts"


def bound(game: Any, share: Any = 1) -> Term:
    """A share of the residual over 1 - gamma_L."""
    residual = start_residual(game) if share == 1 else share * start_residual(game)
    return residual / (1 - leader_discount(game))


MUTANTS = (
    Mutant(
        name="residual alone",
        text="as if one undamped step led to the fixed point",
        body=lambda game: at_most(leader_start_distance(game), start_residual(game)),
    ),
    Mutant(
        name="constant",
        text="19 twentieths of the bound",
        body=lambda game: at_most(leader_start_distance(game), bound(game, Fraction(19, 20))),
    ),
    Mutant(
        name="next iterate",
        text="gamma times the bound, which holds one undamped step later",
        body=lambda game: at_most(leader_start_distance(game), bound(game, leader_discount(game))),
    ),
)


@claim(
    "sqvi/stopping/zero-sum",
    title="When to stop in zero-sum games",
    paper=PAPER,
    place=PLACE,
    families=("iteration_near", "iteration_zero_sum"),
    expected=Verdict.PROVED,
    derivation="markov/stopping",
    conclusion="leader by the residual",
    hypotheses=(
        without_in(ZERO_SUM_START, "iteration_nearly_fixed"),
        without_in(ZERO_SUM_REFERENCE, "iteration_nearly_fixed"),
        without_in(FIXED_POINT, "iteration_zero_sum_discounts"),
    ),
    witness=zero_sum.witness,
    tightness=zero_sum.tightness,
    quick=4_096,
    default=131_072,
    mutants=MUTANTS,
)
def zero_sum_stopping(game):
    return at_most(leader_start_distance(game), bound(game))


@claim(
    "sqvi/stopping/common-payoff",
    title="When to stop in common-payoff games",
    paper=PAPER,
    place=PLACE,
    families=("iteration_near", "iteration_common"),
    expected=Verdict.PROVED,
    derivation="markov/stopping-common",
    conclusion="leader by the residual",
    hypotheses=(
        without_in(COMMON_START, "iteration_nearly_fixed"),
        without_in(COMMON_REFERENCE, "iteration_nearly_fixed"),
        without_in(FIXED_POINT, "iteration_common_discounts"),
    ),
    witness=common_payoff.witness,
    tightness=common_payoff.tightness,
    quick=8_192,
    default=131_072,
    mutants=MUTANTS,
)
def common_stopping(game):
    return at_most(leader_start_distance(game), bound(game))


SETTLED_FOLLOWER = Hypothesis(
    name="settled follower",
    text="the follower's table is that of the fixed point: his rewards, where he is myopic",
    body=lambda game: equal(follower_start_distance(game), 0),
    ablation=Ablation(
        expected="counterexample",
        text="replies that are still to change can leave the leader where she hardly moves",
        families=("iteration_nearly_fixed",),
    ),
)


@claim(
    "sqvi/stopping/settled-follower",
    title="When to stop once the follower's table has settled",
    paper=PAPER,
    place=PLACE,
    families=("iteration_near", "iteration_myopic"),
    expected=Verdict.SUPPORTED,
    hypotheses=(SETTLED_FOLLOWER, without_in(FIXED_POINT, "iteration_free")),
    witness=myopic_follower.witness,
    tightness=myopic_follower.tightness,
    quick=4_096,
    default=131_072,
    mutants=MUTANTS,
)
def settled_stopping(game):
    return at_most(leader_start_distance(game), bound(game))
