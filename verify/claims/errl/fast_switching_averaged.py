"""The fast-switching limit is not the game with averaged coefficients, unless the actions meet the same in all regimes.

The players see the regime, however short it lasts, and answer each with a gain of its own. One gain for the averaged
coefficients is another game: the distance from its solution tends to a positive number.
"""

from __future__ import annotations

from fractions import Fraction

from verify.claims.errl.switched import SPEEDS, averaged_game, switching_power
from verify.comparison import at_most
from verify.experiment.plan import Contrast, Experiment, Quantity
from verify.statement import Mutant, claim
from verify.verdict import Verdict

EXPONENT = Quantity(
    name="averaged_exponent",
    latex=r"\hat\beta_{\mathrm{averaged}}",
    text="the exponent of the speed s in the largest distance of the players' P from those of the averaged game",
)


def near(exponent: Fraction | int):
    return lambda game: at_most(abs(EXPONENT(game) - exponent), Fraction(1, 10))


@claim(
    "errl/fast-switching-averaged",
    title="Fast switching leads to the game with averaged coefficients",
    paper="errl",
    place="fast switching",
    expected=Verdict.REFUTED,
    experiment=Experiment(
        plan="Games, speeds and times as in errl/fast-switching. A replicate takes the largest distance, over both "
        "players, all regimes and t = 0, 1/4, 1/2, of P from that of the game of one regime whose every coefficient "
        f"is averaged over the stationary law, for {len(SPEEDS)} speeds s from {SPEEDS[0]:g} to {SPEEDS[-1]:g}, and "
        "fits its exponent in s: -1 would be convergence, 0 is none",
        quantities=(EXPONENT,),
        measure=switching_power(quantity=EXPONENT.name, label="distance", limit=averaged_game),
        contrasts=(
            Contrast(
                hypothesis="regimes differ in what the actions meet",
                text="B, E, the noise or the costs of actions depend on the regime",
                without="where only A, the costs of x and G differ one gain is right for all regimes: it converges",
                expected="redundant",
                measure=switching_power(quantity=EXPONENT.name, label="distance", limit=averaged_game, alike=True),
            ),
        ),
        quick=5,
        default=24,
    ),
    mutants=(
        Mutant(name="slower", text="at the rate s^-3/4", body=near(Fraction(-3, 4))),
        Mutant(name="faster", text="at the rate s^-5/4", body=near(Fraction(-5, 4))),
    ),
)
def fast_switching_averaged(game):
    return near(-1)(game)
