"""Certainty equivalence: what the temperatures change of a Hamiltonian does not depend on the state.

Then P, p and both means solve the equations without temperatures; only r and the covariances know of them. In the
policy-seen structure the equations without temperatures ask for less: a leader without temperature needs Hhat_uu > 0
alone, one with a temperature H_L,uu > 0 as well. The kind of game asks for both.
"""

from __future__ import annotations

from verify.claims.errl.shared import DEFAULT, FRAMES, GENERIC, PAPER, QUICK, Frame, two_regimes
from verify.comparison import equal
from verify.statement import Claim, Mutant, claim
from verify.verdict import Verdict


def _claim(frame: Frame) -> Claim:
    premium, origin = frame.word("{k}_premium_{s}"), frame.word("{k}_premium_{s}_origin")
    hamiltonian = frame.word("{k}_hamiltonian_{s}")

    @claim(
        f"errl/certainty-equivalence/{frame.name}",
        title=f"What temperatures change of the Hamiltonian does not depend on the state: {frame.text}",
        paper=PAPER,
        place="certainty equivalence of the exploratory problem",
        families=GENERIC,
        expected=Verdict.PROVED,
        derivation="riccati/certainty-equivalence",
        conclusion=f"{frame.player}, {frame.sees}",
        witness=two_regimes,
        quick=QUICK,
        default=DEFAULT,
        mutants=(
            Mutant(
                name="nothing changes",
                text="as if the temperatures changed nothing at all",
                body=lambda game: equal(premium(game), 0),
            ),
            Mutant(
                name="state at zero",
                text="as if the Hamiltonian itself were what does not depend on the state",
                body=lambda game: equal(hamiltonian(game), origin(game)),
            ),
            Mutant(
                name="doubled",
                text="twice the change",
                body=lambda game: equal(premium(game), 2 * origin(game)),
            ),
        ),
        note="Where the follower sees the policy, a leader with a temperature needs H_L,uu > 0, without one Hhat_uu > 0"
        " is enough: the domain of existence may depend on her temperature.",
    )
    def constant(game):
        return equal(premium(game), origin(game))

    return constant


def claims() -> list[Claim]:
    return [_claim(frame) for frame in FRAMES]
