"""The quadratic values solve the exploratory, weakly coupled HJBI system wherever the game is well posed.

beta V = V_t + (expected generator on V and running cost, minus temperature times entropy, under the equilibrium laws)
+ switching, where the rates of the coefficients are those of the Riccati, linear and scalar equations: an identity at
every symmetric P, every p, r, x and regime, for both players and both structures of information. Expectations are
taken from first and second moments of (x, u, v); the equations do not enter them.
"""

from __future__ import annotations

from typing import Any

from verify.claims.errl.shared import DEFAULT, FRAMES, PAPER, QUICK, SWITCHING, Frame, two_regimes
from verify.comparison import equal
from verify.statement import Claim, Mutant, claim
from verify.terms import Term
from verify.verdict import Verdict
from verify.vocabulary.lq_point import lq_discount


def _claim(frame: Frame) -> Claim:
    value, rate, hamiltonian, switching = (
        frame.word(pattern) for pattern in ("{k}_value", "{k}_rate_{s}", "{k}_hamiltonian_{s}", "{k}_switching")
    )
    second_order, entropy = frame.word("{k}_second_order_{s}"), frame.entropy

    def level(game: Any) -> Term:
        return lq_discount(game) * value(game)

    def right(game: Any) -> Term:
        return rate(game) + hamiltonian(game) + switching(game)

    @claim(
        f"errl/hjbi-residual/{frame.name}",
        title=f"The quadratic value solves the exploratory HJBI system: {frame.text}",
        paper=PAPER,
        place="the exploratory weakly coupled HJBI system and its quadratic solution",
        families=SWITCHING,
        expected=Verdict.PROVED,
        derivation="riccati/hjbi",
        conclusion=f"{frame.player}, HJBI equation, {frame.sees} seen",
        witness=two_regimes,
        quick=QUICK,
        default=DEFAULT,
        mutants=(
            Mutant(
                name="no switching",
                text="as if the regime never changed",
                body=lambda game: equal(level(game), rate(game) + hamiltonian(game)),
            ),
            Mutant(
                name="half of the second order",
                text="half of the second-order part of the generator",
                body=lambda game: equal(level(game), right(game) - second_order(game) / 2),
            ),
            Mutant(
                name="entropy as a cost",
                text="the sign of the entropy changed",
                body=lambda game: equal(level(game), right(game) + 2 * entropy(game)),
            ),
            Mutant(
                name="time reversed",
                text="the rates with their sign changed",
                body=lambda game: equal(level(game), hamiltonian(game) + switching(game) - rate(game)),
            ),
        ),
    )
    def residual(game):
        return equal(level(game), right(game))

    return residual


def claims() -> list[Claim]:
    return [_claim(frame) for frame in FRAMES]
