"""As the temperatures vanish: raw costs are exactly linear in them, values change by tau log(1/tau).

Linear: the excess raw cost f is f(tau_L, 0) + f(0, tau_F), and twice what it is at half of both temperatures; the
slopes are those of `exploration_cost`. Leading term: with the entropy counted, what a temperature changes of the
Hamiltonian is exactly (k tau / 2) log(1 / tau) + (tau / 2) log det(H / 2 pi) + the cross term, H the Hessian of the
player's own law. That is what r accumulates: (k tau / 2) log(1 / tau) (1 - e^{-beta T}) / beta and a remainder O(tau).
"""

from __future__ import annotations

from typing import Any

from verify.claims.errl.shared import DEFAULT, FRAMES, GENERIC, PAPER, QUICK, Frame, two_regimes, warm
from verify.comparison import equal
from verify.statement import Claim, Mutant, claim
from verify.terms import GAME, Relation, Term, log
from verify.twin import Twin
from verify.verdict import Verdict

PLACE = "vanishing temperatures"


def _additive(frame: Frame) -> Claim:
    exploration, own, cross = (frame.word(f"{{k}}_exploration_{{s}}{part}") for part in ("", "_own", "_cross"))

    @claim(
        f"errl/vanishing/{frame.name}/additive",
        title=f"What two temperatures add to the raw cost is the sum of what each adds alone: {frame.text}",
        paper=PAPER,
        place=PLACE,
        families=GENERIC,
        expected=Verdict.PROVED,
        derivation="riccati/vanishing",
        conclusion=f"{frame.player} additive, {frame.sees}",
        witness=two_regimes,
        quick=QUICK,
        default=DEFAULT,
        mutants=(
            Mutant(
                name="own part alone",
                text="the own temperature alone",
                body=lambda game: equal(exploration(game), own(game)),
            ),
            Mutant(
                name="other's part alone",
                text="the other's temperature alone",
                body=lambda game: equal(exploration(game), cross(game)),
            ),
        ),
    )
    def additive(game):
        return equal(exploration(game), own(game) + cross(game))

    return additive


def _halved(frame: Frame) -> Claim:
    exploration, halved = frame.word("{k}_exploration_{s}"), frame.word("{k}_exploration_{s}_halved")

    @claim(
        f"errl/vanishing/{frame.name}/halved",
        title=f"Half of both temperatures adds half to the raw cost: {frame.text}",
        paper=PAPER,
        place=PLACE,
        families=GENERIC,
        expected=Verdict.PROVED,
        derivation="riccati/vanishing",
        conclusion=f"{frame.player} linear, {frame.sees}",
        witness=two_regimes,
        quick=QUICK,
        default=DEFAULT,
        mutants=(
            Mutant(
                name="quadratic",
                text="as if half of the temperatures added a quarter",
                body=lambda game: equal(exploration(game), 4 * halved(game)),
            ),
        ),
    )
    def linear(game):
        return equal(exploration(game), 2 * halved(game))

    return linear


def _leading(frame: Frame) -> Claim:
    premium = frame.word("{k}_premium_{s}")
    log_det = frame.word("leader_log_det_{s}" if frame.player == "leader" else "follower_log_det")

    def leading(game: Any) -> Term:
        return -frame.temperature(game) * frame.dimension(game) / 2 * log(frame.temperature(game))

    def rest(game: Any) -> Term:
        cross = frame.other_temperature(game) / 2 * frame.trace(game)
        return frame.temperature(game) / 2 * log_det(game) + cross

    @claim(
        f"errl/vanishing/{frame.name}/leading-term",
        title=f"Temperatures change values by (k tau / 2) log(1 / tau), but for what is linear: {frame.text}",
        paper=PAPER,
        place=PLACE,
        families=GENERIC,
        expected=Verdict.PROVED,
        derivation="riccati/vanishing",
        conclusion=f"{frame.player}, {frame.sees}",
        hypotheses=(warm(frame.player, lambda game: Twin(game).decide(Relation("=", leading(GAME), Term.of(0)))),),
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
    return [make(frame) for frame in FRAMES for make in (_additive, _halved, _leading)]
