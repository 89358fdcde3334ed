"""Under fast switching all regimes share one Riccati solution, and approach it like 1 / s.

The distance is measured away from the horizon, where the regimes have their own terminal costs and come together in a
layer. Irreducibility is more than is needed: one closed class is enough, and regimes outside it follow. With two
closed classes there is no common limit.
"""

from __future__ import annotations

from fractions import Fraction

from verify.claims.errl.switched import SPEEDS, switching_power, two_classes, with_transient
from verify.comparison import at_most
from verify.experiment.plan import Contrast, Experiment, Quantity
from verify.statement import Mutant, claim
from verify.verdict import Verdict

EXPONENT = Quantity(
    name="switching_exponent",
    latex=r"\hat\beta_{\mathrm{switching}}",
    text="the exponent of the speed s in the largest distance of the players' P in all regimes from their common limit",
)


def near(exponent: Fraction | int):
    """Within a tenth: what three speeds over two decades cannot blur, and a quarter beside it is well outside."""
    return lambda game: at_most(abs(EXPONENT(game) - exponent), Fraction(1, 10))


def _in_the_layer(s: float) -> tuple[float, ...]:
    return (1 - 0.1 / s,)


@claim(
    "errl/fast-switching",
    title="Fast switching: one Riccati solution for all regimes, at rate 1/s",
    paper="errl",
    place="fast switching",
    expected=Verdict.SUPPORTED,
    experiment=Experiment(
        plan="Random games of two states, three regimes and one action each with control-dependent noise, positive "
        "definite costs and the horizon 1; rates of 1 to 3 between all regimes. A replicate draws a game, solves it "
        f"under s times its generator for {len(SPEEDS)} speeds s from {SPEEDS[0]:g} to {SPEEDS[-1]:g}, takes the "
        "largest distance, over both players, all regimes and t = 0, 1/4, 1/2, of P from the solution of the Riccati "
        "equations averaged over the stationary law, and fits its exponent in s by least squares on logarithms",
        quantities=(EXPONENT,),
        measure=switching_power(quantity=EXPONENT.name, label="distance"),
        contrasts=(
            Contrast(
                hypothesis="one closed class",
                text="the regimes have one closed class (irreducible: no regime outside it)",
                without="between two closed classes nothing is averaged: their P stay apart",
                expected="counterexample",
                measure=switching_power(quantity=EXPONENT.name, label="distance", generator=two_classes),
            ),
            Contrast(
                hypothesis="no transient regime",
                text="every regime is reached from every other one",
                without="a regime that is left and never entered has weight 0 and the same limit at the same rate",
                expected="redundant",
                measure=switching_power(quantity=EXPONENT.name, label="distance", generator=with_transient),
            ),
            Contrast(
                hypothesis="away from the horizon",
                text="t is outside the layer before the horizon",
                without="at 1 - 1/(10 s) the regimes still have their own terminal costs, whatever the speed",
                expected="counterexample",
                measure=switching_power(quantity=EXPONENT.name, label="distance", times=_in_the_layer),
            ),
        ),
        quick=7,
        default=24,
    ),
    mutants=(
        Mutant(name="slower", text="a quarter less", body=near(Fraction(-3, 4))),
        Mutant(name="faster", text="a quarter more", body=near(Fraction(-5, 4))),
    ),
)
def fast_switching(game):
    return near(-1)(game)
