"""What the follower sees: the two information structures share everything but the leader's covariance.

Where the follower answers the action that she draws, her law has covariance tau_L Hhat_uu^{-1}; where he answers her
policy alone, tau_L H_L,uu^{-1}. Means, P and p are the same. Her raw cost is the same too: each law spends half of
tau_L k_u on its own Hessian. She pays the difference of the two entropies, he the difference of two traces, of either
sign.

The differences are of costs, action seen less policy seen; rates of the value, forward in time, differ by the opposite.
"""

from __future__ import annotations

from fractions import Fraction

from proofs.engine.free_algebra import Expression
from proofs.engine.free_algebra_derivation import MatrixDerivation
from proofs.engine.step import Step
from proofs.riccati.consequence_lemmas import Consequence
from proofs.riccati.vocabulary import FOLLOWER, LEADER, SEES, Player

TOPIC = "riccati/information"
TITLE = "What it matters whether the follower sees the action or the policy"

HALF = Fraction(1, 2)


def derivation() -> MatrixDerivation:
    """Differences of Hamiltonians, rates and raw costs between the two information structures."""
    argument = Consequence(topic=TOPIC, title=TITLE)
    argument.section(
        "The leader",
        """Her law has the inverse of the Hessian that it meets for covariance, in both structures: her raw cost is the
        same. Her entropies differ.""",
    )
    _leader(argument)
    argument.section(
        "The follower",
        """His law, given what he sees, is the same. The leader's, of another covariance, meets another Hessian of
        his.""",
    )
    _follower(argument)
    return argument.derivation()


def _leader(argument: Consequence) -> None:
    tau, ratio = LEADER.temperature, argument.word("leader_log_ratio")
    noise = argument.combine(
        LEADER.noise["action"],
        LEADER.noise["policy"],
        *(argument.trace(LEADER, sees) for sees in SEES),
        coefficients=(1, -1),
        reason="Each of her laws has the inverse of the Hessian that it meets for covariance, times tau_L: the traces "
        "agree.",
    )
    raw = argument.combine(
        argument.word("leader_raw_action"),
        argument.word("leader_raw_policy"),
        *(argument.raw(LEADER, sees) for sees in SEES),
        noise,
        coefficients=(1, -1, HALF),
        reason="The leader's raw cost is the same in both structures.",
    )
    argument.conclude("leader raw", raw)
    entropies = argument.identity(
        LEADER.entropy["policy"] - LEADER.entropy["action"],
        ratio / 2,
        LEADER.entropy["action"],
        LEADER.entropy["policy"],
        ratio,
        reason="The two laws' entropies differ by half the logarithm of the ratio of their Hessians' determinants.",
    )
    paid = argument.combine(
        _difference(argument, LEADER, "hamiltonian"),
        tau * ratio / 2,
        *(argument.paid(LEADER, sees) for sees in SEES),
        noise,
        entropies,
        coefficients=(1, -1, HALF, tau),
        reason="The leader whose action is seen pays tau_L / 2 times that logarithm more, a positive amount where the "
        "reply makes her cost steeper, Hhat_uu > H_L,uu.",
    )
    argument.conclude("leader", paid)
    _rates(argument, LEADER, tau * ratio / 2, (noise, entropies), (-HALF, -tau))


def _follower(argument: Consequence) -> None:
    traces = argument.word("follower_trace_action") - argument.word("follower_trace_policy")
    excess = LEADER.temperature * traces / 2
    noise = argument.combine(
        FOLLOWER.noise["action"] - FOLLOWER.noise["policy"],
        LEADER.temperature * traces,
        *(argument.trace(FOLLOWER, sees) for sees in SEES),
        coefficients=(1, -1),
        reason="His own law is the same in both; hers meets his reduced Hessian S_F where he answers what she draws, "
        "H_F,uu where he does not.",
    )
    raw = argument.combine(
        _difference(argument, FOLLOWER, "raw"),
        excess,
        *(argument.raw(FOLLOWER, sees) for sees in SEES),
        noise,
        coefficients=(1, -1, HALF),
        reason="The follower's raw cost differs by tau_L / 2 times the difference of the two traces.",
    )
    argument.conclude("follower raw", raw)
    paid = argument.combine(
        _difference(argument, FOLLOWER, "hamiltonian"),
        excess,
        *(argument.paid(FOLLOWER, sees) for sees in SEES),
        noise,
        coefficients=(1, -1, HALF),
        reason="His entropy is the same in both structures, so that he pays that difference.",
    )
    argument.conclude("follower", paid)
    _rates(argument, FOLLOWER, excess, (noise,), (-HALF,))


def _difference(argument: Consequence, k: Player, of: str) -> Expression:
    """The word where the action is seen, less the word where the policy is."""
    return argument.word(f"{k.name}_{of}_action") - argument.word(f"{k.name}_{of}_policy")


def _rates(
    argument: Consequence,
    k: Player,
    excess: Expression,
    uses: tuple[Step, ...],
    coefficients: tuple[Fraction | Expression, ...],
) -> None:
    words = [argument.word(f"{k.name}_rate_{sees}") for sees in SEES]
    step = argument.combine(
        _difference(argument, k, "rate"),
        -excess,
        *words,
        *(k.rdot[sees] for sees in SEES),
        *uses,
        coefficients=coefficients,
        reason="The rates differ by the opposite, in the scalar equation alone: P and p have the same equations.",
    )
    argument.conclude(f"{k.name} rate", step)
