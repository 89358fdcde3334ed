"""What exploring costs: the own part is classical, and each player also pays for what the other one explores.

Excess raw cost at a moment: f_L = tau_L ku / 2 + (tau_F / 2) tr(H_L,vv H_F,vv^-1), f_F = tau_F kv / 2 + (tau_L / 2) t,
t = tr(S_F Hhat_uu^-1) where the action is seen, tr(H_F,uu H_L,uu^-1) where the policy is. Forever, with the gains kept
and discounted: (beta I - Lambda)^-1 f over the regimes, whose own part is tau k / (2 beta) in every regime.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verify.claims.errl.shared import DEFAULT, FRAMES, PAPER, QUICK, SWITCHING, Frame, discounted, two_regimes
from verify.comparison import equal
from verify.statement import Claim, Mutant, claim
from verify.terms import Term
from verify.verdict import Verdict
from verify.vocabulary.lq_point import lq_discount

PLACE = "cost of exploration"


def _own(frame: Frame) -> Callable[[Any], Term]:
    """tau_k dim / 2."""
    return lambda game: frame.temperature(game) * frame.dimension(game) / 2


def _cross(frame: Frame) -> Callable[[Any], Term]:
    """tau_-k tr / 2."""
    return lambda game: frame.other_temperature(game) / 2 * frame.trace(game)


def _rate(frame: Frame) -> Claim:
    exploration, own, cross = frame.word("{k}_exploration_{s}"), _own(frame), _cross(frame)

    @claim(
        f"errl/exploration-cost/{frame.name}",
        title=f"Exploring costs half a temperature a dimension, and a trace for the other's: {frame.text}",
        paper=PAPER,
        place=PLACE,
        families=SWITCHING,
        expected=Verdict.PROVED,
        derivation="riccati/exploration-cost",
        conclusion=f"{frame.player}, {frame.sees}",
        witness=two_regimes,
        quick=QUICK,
        default=DEFAULT,
        mutants=(
            Mutant(
                name="own part alone",
                text="as if the other player's exploration cost nothing",
                body=lambda game: equal(exploration(game), own(game)),
            ),
            Mutant(
                name="no half",
                text="the whole of the other's temperature",
                body=lambda game: equal(exploration(game), own(game) + 2 * cross(game)),
            ),
            Mutant(
                name="cross term's sign",
                text="as if the other's exploration were a gain where it is a cost",
                body=lambda game: equal(exploration(game), own(game) - cross(game)),
            ),
        ),
    )
    def rate(game):
        return equal(exploration(game), own(game) + cross(game))

    return rate


def _forever(frame: Frame) -> Claim:
    cost, own = frame.word("{k}_exploration_cost_{s}"), _own(frame)

    def cross(game: Any) -> Term:
        return frame.other_temperature(game) / 2 * frame.cross_cost(game)

    @claim(
        f"errl/exploration-cost/{frame.name}/forever",
        title=f"Exploring forever costs tau k / (2 beta), and the discounted traces: {frame.text}",
        paper=PAPER,
        place=PLACE,
        families=SWITCHING,
        expected=Verdict.PROVED,
        derivation="riccati/exploration-cost",
        conclusion=f"{frame.player} for ever, {frame.sees}",
        hypotheses=(discounted(cost),),
        means=("rows of the generator sum to zero", "e_i picks one regime"),
        witness=two_regimes,
        quick=QUICK,
        default=DEFAULT,
        note="The derivation means by the cost the resolvent of tau k / 2 plus the other's trace in every regime; that "
        "these are tr(H S) / 2 there is the claim on rates, at each regime in turn.",
        mutants=(
            Mutant(
                name="no half",
                text="own part tau k / beta",
                body=lambda game: equal(
                    lq_discount(game) * cost(game), 2 * own(game) + lq_discount(game) * cross(game)
                ),
            ),
            Mutant(
                name="one regime",
                text="as if the regime never changed: the trace of this regime over beta",
                body=lambda game: equal(lq_discount(game) * cost(game), own(game) + _cross(frame)(game)),
            ),
        ),
    )
    def forever(game):
        return equal(lq_discount(game) * cost(game), own(game) + lq_discount(game) * cross(game))

    return forever


def claims() -> list[Claim]:
    return [make(frame) for frame in FRAMES for make in (_rate, _forever)]
