"""Vanishing temperatures: raw costs are linear in them, and of what is paid tau log(1/tau) is the leading part.

Every covariance is linear in its player's temperature, and means and Hessians contain none: the excess of the raw cost
is exactly tau_L a + tau_F b. What is paid contains the entropies as well, and

  premium_k = (tau_k dim_k / 2) log(1 / tau_k) + (tau_k / 2) log det(H / (2 pi)) + cross term,

H the Hessian of the law of player k. No further term is left out: beside the first all are linear in the temperatures,
so that the premium is of order tau log(1/tau). Over a horizon a rate that is constant is multiplied by
(1 - e^{-beta T}) / beta (riccati/exploration-horizon), which gives the leading term of r^tau - r^0.
"""

from __future__ import annotations

from fractions import Fraction

from proofs.engine.free_algebra import Expression
from proofs.engine.free_algebra_derivation import MatrixDerivation
from proofs.engine.step import Step
from proofs.riccati.consequence_lemmas import Consequence
from proofs.riccati.consequence_words import PARTS, QUIET, cross_trace, laws_of, other, own_dimension
from proofs.riccati.vocabulary import (
    BOTH,
    COVARIANCE_U,
    COVARIANCE_V,
    FOLLOWER,
    SEES,
    Player,
    Sees,
)

TOPIC = "riccati/vanishing"
TITLE = "Vanishing temperatures"

HALF = Fraction(1, 2)
CHANGED = {
    "own": "the other player's temperature is taken for 0",
    "cross": "the player's own temperature is taken for 0",
    "halved": "both temperatures are halved",
}


def derivation() -> MatrixDerivation:
    """The excess is linear in the temperatures; the premium has one term that is not."""
    argument = Consequence(topic=TOPIC, title=TITLE)
    argument.section(
        "Raw costs",
        """Covariances are linear in the temperatures, and nothing else contains them: so are the raw costs,
        exactly.""",
    )
    for k in BOTH:
        for sees in SEES:
            _raw(argument, k, sees)
            _linear(argument, k, sees)
    argument.section(
        "The entropies",
        """What is paid contains the entropies too, with a logarithm of the temperature.""",
    )
    for k in BOTH:
        for sees in SEES:
            _premium(argument, k, sees)
    return argument.derivation()


def _raw(argument: Consequence, k: Player, sees: Sees) -> None:
    cross = argument.word(cross_trace(k, sees))
    step = argument.combine(
        argument.word(f"{k.name}_raw_{sees}"),
        QUIET[k.name] + k.temperature * own_dimension(k) / 2 + other(k).temperature * cross / 2,
        argument.raw(k, sees),
        argument.trace(k, sees),
        coefficients=(1, HALF),
        reason="The raw cost is that of the game without entropies and one term for each temperature, to its first "
        "power; neither the number of actions nor the trace contains a temperature.",
    )
    argument.conclude(f"{k.name} raw, {sees}", step)


def _linear(argument: Consequence, k: Player, sees: Sees) -> None:
    full = argument.word(f"{k.name}_exploration_{sees}")
    parts = {part: argument.word(f"{k.name}_exploration_{sees}_{part}") for part in PARTS}
    terms = _terms(argument, k, sees)
    whole = argument.instant(k, sees)
    steps = {part: _part(argument, k, sees, part, terms[part]) for part in parts}
    additive = argument.combine(
        full,
        parts["own"] + parts["cross"],
        whole,
        steps["own"],
        steps["cross"],
        coefficients=(1, -1, -1),
        reason="Each temperature adds its own excess, whatever the other is.",
    )
    argument.conclude(f"{k.name} additive, {sees}", additive)
    halved = argument.combine(
        full,
        2 * parts["halved"],
        whole,
        steps["halved"],
        coefficients=(1, -2),
        reason="At half of both temperatures exploration costs half as much, not a quarter.",
    )
    argument.conclude(f"{k.name} linear, {sees}", halved)


def _terms(argument: Consequence, k: Player, sees: Sees) -> dict[str, Expression]:
    own = k.temperature * own_dimension(k) / 2
    foreign = other(k).temperature * argument.word(cross_trace(k, sees)) / 2
    return {"own": own, "cross": foreign, "halved": (own + foreign) / 2}


def _part(argument: Consequence, k: Player, sees: Sees, part: str, term: Expression) -> Step:
    """The exploration cost with some temperatures changed = its term."""
    of_u, of_v = laws_of(k, sees, part)
    met, reduced = argument.met(k, sees)
    word = argument.word(f"{k.name}_exploration_{sees}_{part}")
    spread = argument.identity(
        word,
        ((met @ of_u).trace() + (k.H["vv"] @ of_v).trace()) / 2,
        word,
        *reduced,
        reason=f"Each law spends half a trace of its covariance; {CHANGED[part]}.",
    )
    return argument.combine(
        word,
        term,
        spread,
        argument.word(cross_trace(k, sees)),
        COVARIANCE_U[sees],
        COVARIANCE_V,
        reason=f"The excess raw cost; {CHANGED[part]}.",
    )


def _premium(argument: Consequence, k: Player, sees: Sees) -> None:
    tau, dim = k.temperature, own_dimension(k)
    log_det = argument.word("follower_log_det" if k is FOLLOWER else f"leader_log_det_{sees}")
    cross = argument.word(cross_trace(k, sees))
    step = argument.combine(
        argument.word(f"{k.name}_premium_{sees}"),
        -(tau * dim * tau.log_det() / 2) + tau * log_det / 2 + other(k).temperature * cross / 2,
        argument.premium(k, sees),
        argument.trace(k, sees),
        k.entropy[sees],
        k.log_scale,
        log_det,
        coefficients=(1, HALF),
        reason="The entropy of a Gaussian law contains the logarithm of its temperature, once for each action: this is "
        "the one term that is not linear. The own term of exploration cancels against the e in log(2 pi e tau).",
    )
    argument.conclude(f"{k.name}, {sees}", step)
