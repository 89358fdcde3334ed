"""Certainty equivalence: temperatures change no gain and no mean, only constants and covariances.

Where a law of any mean and covariance is put into the Hamiltonian, the mean and the covariance separate: the mean meets
the cost without entropies, the covariance a trace and the entropy. So the best mean is the one at temperature zero. In
equilibrium the difference to the game without entropies, the premium, does not contain the state: the temperatures
enter the scalar equation alone, and the Riccati and linear equations are those of the game without entropies.

They can still decide where the game is well posed: a leader who randomises before a follower who sees her policy alone
needs H_L,uu > 0, which no equation for P asks for.
"""

from __future__ import annotations

from proofs.engine.free_algebra import Expression, expectation, zero
from proofs.engine.free_algebra_derivation import MatrixDerivation
from proofs.riccati.consequence_lemmas import SEEN_AS, Consequence
from proofs.riccati.vocabulary import (
    BOTH,
    COVARIANCE_V,
    FACTOR,
    FOLLOWER,
    HHAT_UU,
    LEADER,
    MEAN,
    SEEN,
    SEES,
    Player,
    Sees,
    U,
    V,
    X,
    over_actions,
    reply,
)

TOPIC = "riccati/certainty-equivalence"
TITLE = "Certainty equivalence of the exploratory game"


def derivation() -> MatrixDerivation:
    """Separation of mean and covariance; premiums without state; rates of P and p without temperatures."""
    argument = Consequence(topic=TOPIC, title=TITLE)
    argument.section(
        "Mean and covariance separate",
        """A law of any mean and covariance, not only of the equilibrium, is put into a player's stage cost. The mean
        meets the cost of a fixed action, the covariance a trace; the entropy knows the covariance alone. So the best
        mean is the one of the game without entropies, and no mean or gain contains a temperature.""",
    )
    _follower_separates(argument)
    for sees in SEES:
        _leader_separates(argument, sees)
    argument.section(
        "The premium",
        """What the temperatures add to the averaged Hamiltonian in equilibrium is computed at the state x and at the
        origin, and found to be the same.""",
    )
    for k in BOTH:
        for sees in SEES:
            _premium(argument, k, sees)
    argument.section(
        "The equations of P and p",
        """The rate of the value, x'(dP/dt)x / 2 + (dp/dt)'x + dr/dt, is compared with the rate without entropies.""",
    )
    for k in BOTH:
        for sees in SEES:
            _rate(argument, k, sees)
    final = [f"{k.name}{rate}, {sees}" for rate in ("", " rate") for k in BOTH for sees in SEES]
    return argument.derivation(final)


def _follower_separates(argument: Consequence) -> None:
    mean, covariance = MEAN["follower"], FACTOR["follower"] @ FACTOR["follower"].T
    stage = argument.quadratic(FOLLOWER, X, SEEN, V)
    averaged = argument.average(stage, V, mean, covariance, reason="Averaged over any law of the follower.")
    spread = argument.identity(
        expectation(FOLLOWER.hamiltonian(X, SEEN, V), V, mean, covariance),
        FOLLOWER.hamiltonian(X, SEEN, mean) + (FOLLOWER.H["vv"] @ covariance).trace() / 2,
        reason="Mean and covariance of his law enter apart.",
    )
    conclusion = argument.combine(
        expectation(FOLLOWER.stage(X, SEEN, V), V, mean, covariance),
        FOLLOWER.stage(X, SEEN, mean) + (FOLLOWER.H["vv"] @ covariance).trace() / 2,
        averaged,
        argument.quadratic(FOLLOWER, X, SEEN, mean),
        spread,
        coefficients=(1, -1, 1),
        reason="The entropy of a law does not depend on its mean: whatever the temperature, the follower's best mean "
        "minimises the cost of a fixed action, as without entropies.",
    )
    argument.conclude("separation, follower", conclusion)


def _leader_separates(argument: Consequence, sees: Sees) -> None:
    mean, covariance = MEAN["leader"], FACTOR["leader"] @ FACTOR["leader"].T
    hessian = HHAT_UU if sees == "action" else LEADER.H["uu"]
    spread = ((hessian @ covariance).trace() + (LEADER.H["vv"] @ COVARIANCE_V).trace()) / 2

    def over(argument_: Expression) -> Expression:
        return over_actions(argument_, sees, X, mean, covariance)

    answer = reply(X, mean)
    apart = argument.identity(
        over(LEADER.hamiltonian(X, U, V)),
        LEADER.hamiltonian(X, mean, answer) + spread,
        *((HHAT_UU,) if sees == "action" else ()),
        reason="Her mean meets the reply to it, her covariance the Hessian that she faces: reduced by the reply where "
        f"he answers what she draws; {SEEN_AS[sees]}.",
    )
    conclusion = argument.combine(
        over(LEADER.stage(X, U, V)),
        LEADER.stage(X, mean, answer) + spread,
        argument.averaged(LEADER, sees, X, mean, covariance),
        argument.quadratic(LEADER, X, mean, answer),
        apart,
        coefficients=(1, -1, 1),
        reason="Her best mean minimises the cost of a fixed action that is answered without noise.",
    )
    argument.conclude(f"separation, leader, {sees}", conclusion)


def _premium(argument: Consequence, k: Player, sees: Sees) -> None:
    here = argument.premium(k, sees)
    rest = zero("n", "1")
    name = f"{k.name}_premium_{sees}_origin"
    there = argument.combine(
        argument.word(name),
        k.noise[sees] / 2 - k.temperature * k.entropy[sees],
        argument.word(name),
        argument.excess(k, sees, rest),
        reason="The premium at the origin is the same expression.",
    )
    conclusion = argument.combine(
        argument.word(f"{k.name}_premium_{sees}"),
        argument.word(name),
        here,
        there,
        coefficients=(1, -1),
        reason=f"The premium does not depend on the state; {SEEN_AS[sees]}.",
    )
    argument.conclude(f"{k.name}, {sees}", conclusion)


def _rate(argument: Consequence, k: Player, sees: Sees) -> None:
    rate, cold = argument.word(f"{k.name}_rate_{sees}"), argument.word(f"{k.name}_rate_cold")
    conclusion = argument.combine(
        rate + argument.word(f"{k.name}_premium_{sees}"),
        cold,
        argument.premium(k, sees),
        rate,
        cold,
        k.rdot[sees],
        reason="The rate of the value and the rate without entropies differ by the premium, which is the same at every "
        "state: the equations of P and p contain no temperature.",
    )
    argument.conclude(f"{k.name} rate, {sees}", conclusion)
