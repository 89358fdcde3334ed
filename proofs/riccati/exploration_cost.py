"""What exploration costs: each player's own term tau_k dim_k / 2, and a cross term that the hierarchy adds.

The excess of the raw cost over the game without entropies is tr(H_k S) / 2 at every instant. The player's own law
spends tau_k / 2 for each action. The other's law is not made for his cost: it costs him half its temperature times the
trace of his Hessian in the other's action against the other's own; where H_L,vv is not positive that can be a gain.

Kept for ever, with the same gains in each regime, the excess in regime i is row i of (beta I - Lambda)^{-1} f, f its
rates in the regimes, needing beta > 0. Rows of a generator sum to zero, so that a rate that is the same in all regimes
is divided by beta: the own term is the classical tau k / (2 beta). Over a finite horizon it is multiplied by
1 - e^{-beta T} (riccati/exploration-horizon). The sums converge, as costs, where beta-discounted second moments vanish.
"""

from __future__ import annotations

from proofs.engine.free_algebra import identity, zero
from proofs.engine.free_algebra_derivation import MatrixDerivation
from proofs.engine.step import Step
from proofs.riccati.consequence_lemmas import Consequence
from proofs.riccati.consequence_words import (
    CROSS,
    DISCOUNTED,
    LAMBDA,
    ONES,
    PICKED,
    SOURCE,
    cross_trace,
    other,
    own_dimension,
)
from proofs.riccati.vocabulary import BETA, BOTH, LEADER, SEES, Player, Sees

TOPIC = "riccati/exploration-cost"
TITLE = "The cost of exploration in the hierarchy"

ROWS = "rows of the generator sum to zero"
ONE_REGIME = "e_i picks one regime"


def derivation() -> MatrixDerivation:
    """The excess raw cost at an instant, and summed over an infinite horizon with switching."""
    argument = Consequence(topic=TOPIC, title=TITLE)
    argument.section(
        "At an instant",
        """The excess of the averaged stage cost over the game without entropies, and the covariances that make it.""",
    )
    for k in BOTH:
        for sees in SEES:
            argument.conclude(f"{k.name}, {sees}", argument.instant(k, sees))
    argument.section(
        "For ever, with switching",
        """With the gains of each regime kept, the excess costs obey beta c = f + Lambda c: the vector of the regimes'
        rates f, discounted and switched. It is solved by the resolvent, which divides constant vectors by beta.""",
    )
    summed = _constant_rate(argument)
    for k in BOTH:
        for sees in SEES:
            _kept_for_ever(argument, k, sees, *summed)
            _source(argument, k, sees, summed[1])
    _leader_sees_no_difference(argument)
    return argument.derivation()


def _constant_rate(argument: Consequence) -> tuple[Step, Step]:
    """(beta I - Lambda)^{-1} 1 = 1 / beta, in the form that needs no division."""
    rows = argument.suppose(
        ROWS, LAMBDA @ ONES, zero("m", "1"), reason="A generator has nonnegative rates and rows that sum to zero."
    )
    solved = argument.identity(
        BETA * (DISCOUNTED.inverse() @ ONES),
        ONES,
        rows,
        argument.combine(
            BETA * ONES,
            DISCOUNTED @ ONES,
            DISCOUNTED,
            rows,
            coefficients=(1,),
            reason="Switching does not change a cost that is the same in all regimes.",
        ),
        reason="A constant rate is divided by beta.",
    )
    picked = argument.suppose(
        ONE_REGIME, PICKED.T @ ONES, identity("1"), reason="e_i has one entry 1 and the others 0."
    )
    return solved, picked


def _kept_for_ever(argument: Consequence, k: Player, sees: Sees, solved: Step, picked: Step) -> None:
    key = k.name, sees
    total = argument.word(f"{k.name}_exploration_cost_{sees}")
    cross = argument.word("leader_cross_cost" if k is LEADER else f"follower_cross_cost_{sees}")
    own, foreign = k.temperature * own_dimension(k) / 2, other(k).temperature / 2
    row = PICKED.T @ DISCOUNTED.inverse()
    split = argument.identity(
        total,
        own * (row @ ONES) + foreign * cross,
        total,
        cross,
        SOURCE[key],
        reason="The resolvent is linear: it sums the own rate, the same in all regimes, and the cross rates apart.",
    )
    ended = argument.combine(
        BETA * total,
        own + foreign * (BETA * cross),
        split,
        argument.combine(
            BETA * (row @ ONES),
            identity("1"),
            argument.identity(BETA * (row @ ONES), PICKED.T @ ONES, solved, reason="Row i of the constant rate."),
            picked,
            reason="The discounted sum of a rate 1 is 1 / beta.",
        ),
        coefficients=(BETA, own),
        reason="The cost of exploring for ever, times beta: the own term of one instant and the cross terms that the "
        "regimes to come will bring.",
    )
    argument.conclude(f"{k.name} for ever, {sees}", ended)
    divided = argument.combine(
        total,
        own / BETA + foreign * cross,
        ended,
        coefficients=(BETA.inverse(),),
        reason="Divided by beta > 0: the own term is the classical tau k / (2 beta).",
    )
    argument.conclude(f"{k.name} for ever, divided, {sees}", divided)


def _source(argument: Consequence, k: Player, sees: Sees, picked: Step) -> None:
    """Entry i of f is what exploration costs at an instant in regime i."""
    key = k.name, sees
    cross = argument.word(cross_trace(k, sees))
    entry = argument.suppose(
        f"entry i of the {k.name}'s cross traces, {sees}",
        PICKED.T @ CROSS[key],
        cross,
        reason="The vector of the cross traces has in place i the trace of regime i.",
    )
    step = argument.combine(
        PICKED.T @ SOURCE[key],
        argument.word(f"{k.name}_exploration_{sees}"),
        SOURCE[key],
        picked,
        entry,
        argument.instant(k, sees),
        coefficients=(k.temperature * own_dimension(k) / 2, other(k).temperature / 2, -1),
        reason="The rates that the resolvent sums are the excess raw costs of the instant.",
    )
    argument.conclude(f"{k.name} rate in regime i, {sees}", step)


def _leader_sees_no_difference(argument: Consequence) -> None:
    words = [argument.word(f"leader_exploration_cost_{sees}") for sees in SEES]
    assert CROSS["leader", "action"] is CROSS["leader", "policy"]
    step = argument.identity(
        *words,
        *words,
        *(SOURCE["leader", sees] for sees in SEES),
        reason="What exploration costs the leader is the same whether her action or her policy is seen.",
    )
    argument.conclude("leader in both structures", step)
