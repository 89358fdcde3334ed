"""As the temperatures vanish: raw costs are exactly linear in them, values change by tau log(1/tau).

Linear: f(tau_L, 0) + f(0, tau_F) = 2 f(tau_L / 2, tau_F / 2), the excess raw cost being continuous and 0 without
temperatures. Leading term: with the entropy counted, what a temperature changes of the Hamiltonian is exactly
(k tau / 2) log(1 / tau) + (tau / 2) log det(H / 2 pi) + the cross term, H the Hessian of the player's own law. That is
what r accumulates: (k tau / 2) log(1 / tau) (1 - e^{-beta T}) / beta and a remainder O(tau) as both vanish.
"""

from __future__ import annotations

from typing import Any

from verify.claims.errl.shared import DEFAULT, FRAMES, GENERIC, PAPER, QUICK, Frame, two_regimes, warm
from verify.comparison import equal
from verify.statement import Claim, Mutant, claim
from verify.terms import Term
from verify.verdict import Verdict

PLACE = "vanishing temperatures"


def _linear(frame: Frame) -> Claim:
    own, cross, halved = (frame.word(f"{{k}}_exploration_{{s}}_{which}") for which in ("own", "cross", "halved"))

    @claim(
        f"errl/vanishing/{frame.name}",
        title=f"Raw costs are exactly linear in the temperatures: {frame.text}",
        paper=PAPER,
        place=PLACE,
        families=GENERIC,
        expected=Verdict.SUPPORTED,
        witness=two_regimes,
        quick=QUICK,
        default=DEFAULT,
        mutants=(
            Mutant(
                name="quadratic",
                text="as if half of the temperatures cost a quarter",
                body=lambda game: equal(own(game) + cross(game), 4 * halved(game)),
            ),
            Mutant(
                name="own part alone",
                text="the own temperature alone",
                body=lambda game: equal(own(game), 2 * halved(game)),
            ),
        ),
    )
    def linear(game):
        return equal(own(game) + cross(game), 2 * halved(game))

    return linear


def _leading(frame: Frame) -> Claim:
    premium = frame.word("{k}_premium_{s}")
    log_temperature = frame.word("{k}_log_temperature")
    log_det = frame.word("leader_log_det_{s}" if frame.player == "leader" else "follower_log_det")

    def leading(game: Any) -> Term:
        return -frame.temperature(game) * frame.dimension(game) / 2 * log_temperature(game)

    def rest(game: Any) -> Term:
        cross = frame.other_temperature(game) / 2 * frame.trace(game)
        return frame.temperature(game) / 2 * log_det(game) + cross

    @claim(
        f"errl/vanishing/{frame.name}/leading-term",
        title=f"Temperatures change values by (k tau / 2) log(1 / tau), but for what is linear: {frame.text}",
        paper=PAPER,
        place=PLACE,
        families=GENERIC,
        expected=Verdict.SUPPORTED,
        hypotheses=(warm(frame.player, log_temperature.name),),
        witness=two_regimes,
        quick=QUICK,
        default=DEFAULT,
        mutants=(
            Mutant(
                name="no half",
                text="the leading term k tau log(1 / tau)",
                body=lambda game: equal(premium(game), 2 * leading(game) + rest(game)),
            ),
            Mutant(
                name="linear",
                text="as if the change were linear in the temperatures",
                body=lambda game: equal(premium(game), rest(game)),
            ),
        ),
    )
    def leading_term(game):
        return equal(premium(game), leading(game) + rest(game))

    return leading_term


def claims() -> list[Claim]:
    return [make(frame) for frame in FRAMES for make in (_linear, _leading)]
