"""Lines that several consequences of the Riccati system share, each written once in an argument.

The stage cost of a player, generator plus running cost, is the quadratic of his Hamiltonian in z = (x, u, v). Averaged
over both laws it is its value at the means plus half of tr(H_k S), S the covariance of z: a quadratic has no more.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from fractions import Fraction

from proofs.engine.free_algebra import Expression
from proofs.engine.free_algebra_argument import MatrixArgument
from proofs.engine.step import Step
from proofs.riccati.consequence_words import QUIET, at_means, consequences, cross_trace, other, own_dimension
from proofs.riccati.vocabulary import (
    COVARIANCE_U,
    COVARIANCE_V,
    HHAT_UU,
    LEADER,
    SCHUR_F,
    Player,
    Sees,
    T,
    U,
    V,
    X,
    commitment,
    over_actions,
    reply,
)

SEEN_AS: dict[Sees, str] = {"action": "the follower sees the action", "policy": "the follower sees the policy"}


class Consequence(MatrixArgument):
    """An argument in the words of the consequences, with the lines that they share."""

    def __init__(self, *, topic: str, title: str) -> None:
        super().__init__(topic=topic, title=title, vocabulary=consequences())
        self._written: dict[Hashable, Step] = {}

    def word(self, name: str) -> Expression:
        return self._words.words[name]

    def once(self, key: Hashable, write: Callable[[], Step]) -> Step:
        """The step of that key, written when it is first asked for."""
        if key not in self._written:
            self._written[key] = write()
        return self._written[key]

    def quadratic(self, k: Player, x: Expression, u: Expression, v: Expression) -> Step:
        """stage = quadratic of the Hamiltonian, at any x, u and v."""
        return self.once(
            ("quadratic", k.name, x, u, v),
            lambda: self.identity(
                k.stage(x, u, v),
                k.hamiltonian(x, u, v),
                *k.H.values(),
                *k.h.values(),
                k.c,
                reason=f"The {k.name}'s stage cost, the generator applied to his value and the running cost, is the "
                "quadratic with the Hessian, gradient and constant of the Hamiltonian.",
            ),
        )

    def averaged(
        self,
        k: Player,
        sees: Sees,
        x: Expression = X,
        mean: Expression | None = None,
        covariance: Expression | None = None,
        noise: Expression = COVARIANCE_V,
    ) -> Step:
        """E stage = E quadratic, over a law of the leader and the follower's answer to it."""
        mean = commitment(x) if mean is None else mean
        covariance = COVARIANCE_U[sees] if covariance is None else covariance
        answered = reply(x, U if sees == "action" else mean)
        step = self.quadratic(k, x, U, V)

        def write() -> Step:
            inner = self.average(
                step, V, answered, noise, reason="Averaged over the follower's law, given what he sees;"
            )
            return self.average(inner, U, mean, covariance, reason="and over the leader's.")

        return self.once(("averaged", k.name, sees, x, mean, covariance, noise), write)

    def excess(self, k: Player, sees: Sees, x: Expression = X) -> Step:
        """E stage - stage at the means = tr(H_k S) / 2."""
        u = commitment(x)
        v = reply(x, u)

        def write() -> Step:
            spread = self.identity(
                over_actions(k.hamiltonian(x, U, V), sees, x),
                k.hamiltonian(x, u, v) + k.noise[sees] / 2,
                k.noise[sees],
                reason="The mean of a quadratic is its value at the means and half the trace of the Hessian times the "
                f"covariance; {SEEN_AS[sees]}.",
            )
            return self.combine(
                over_actions(k.stage(x, U, V), sees, x) - at_means(k, x),
                k.noise[sees] / 2,
                self.averaged(k, sees, x),
                self.quadratic(k, x, u, v),
                spread,
                coefficients=(1, -1, 1),
                reason="The excess over the cost at the means does not contain the state.",
            )

        return self.once(("excess", k.name, sees, x), write)

    def trace(self, k: Player, sees: Sees) -> Step:
        """tr(H_k S) = tau_k dim_k + tau_other cross trace."""
        return self.once(("trace", k.name, sees), lambda: self._trace(k, sees))

    def met(self, k: Player, sees: Sees) -> tuple[Expression, tuple[Expression, ...]]:
        """The Hessian of player k that the leader's law meets, and the generators that reduce it by the reply."""
        if sees == "policy":
            return k.H["uu"], ()
        return (HHAT_UU, (HHAT_UU,)) if k is LEADER else (SCHUR_F, (SCHUR_F, T))

    def _trace(self, k: Player, sees: Sees) -> Step:
        met, reduced = self.met(k, sees)
        covariance = COVARIANCE_U[sees]
        apart = self.identity(
            k.noise[sees],
            (met @ covariance).trace() + (k.H["vv"] @ COVARIANCE_V).trace(),
            k.noise[sees],
            *reduced,
            reason=f"The leader's law meets the {k.name}'s Hessian in u"
            + ("" if sees == "policy" else ", reduced by the follower's reply")
            + "; the follower's meets the one in v.",
        )
        cross = self.word(cross_trace(k, sees))
        return self.combine(
            k.noise[sees],
            k.temperature * own_dimension(k) + other(k).temperature * cross,
            apart,
            cross,
            covariance,
            COVARIANCE_V,
            reason="The covariances put in: the player's own is his temperature times the inverse of the Hessian "
            "that it meets, and gives the number of his actions; the other's leaves a trace of mixed Hessians.",
        )

    def raw(self, k: Player, sees: Sees) -> Step:
        """The raw cost = cost without entropies + tr(H_k S) / 2."""
        name = f"{k.name}_raw_{sees}"
        return self.once(
            name,
            lambda: self.combine(
                self.word(name),
                QUIET[k.name] + k.noise[sees] / 2,
                self.word(name),
                QUIET[k.name],
                self.excess(k, sees),
                reason="The raw cost: that of the game without entropies, and what exploration adds.",
            ),
        )

    def exploration(self, k: Player, sees: Sees) -> Step:
        """The word of the exploration cost = tr(H_k S) / 2."""
        name = f"{k.name}_exploration_{sees}"
        return self.once(
            name,
            lambda: self.combine(
                self.word(name),
                k.noise[sees] / 2,
                self.word(name),
                self.excess(k, sees),
                reason="What exploration costs, as the word defines it.",
            ),
        )

    def instant(self, k: Player, sees: Sees) -> Step:
        """The word of the exploration cost, with the traces written out."""
        cross = self.word(cross_trace(k, sees))
        return self.once(
            ("instant", k.name, sees),
            lambda: self.combine(
                self.word(f"{k.name}_exploration_{sees}"),
                k.temperature * own_dimension(k) / 2 + other(k).temperature * cross / 2,
                self.exploration(k, sees),
                self.trace(k, sees),
                coefficients=(1, Fraction(1, 2)),
                reason=f"The {k.name}'s excess raw cost: the own term, and the cross term of the other's law.",
            ),
        )

    def paid(self, k: Player, sees: Sees) -> Step:
        """The equilibrium Hamiltonian = cost without entropies + tr(H_k S) / 2 - tau_k Ent_k."""
        name = f"{k.name}_hamiltonian_{sees}"
        return self.once(
            name,
            lambda: self.combine(
                self.word(name),
                QUIET[k.name] + k.noise[sees] / 2 - k.temperature * k.entropy[sees],
                self.word(name),
                self.raw(k, sees),
                reason="The Hamiltonian under the laws: the cost without entropies, what exploration costs, less the "
                "rewarded entropy.",
            ),
        )

    def premium(self, k: Player, sees: Sees) -> Step:
        """The premium = tr(H_k S) / 2 - tau_k Ent_k."""
        name = f"{k.name}_premium_{sees}"
        return self.once(
            name,
            lambda: self.combine(
                self.word(name),
                k.noise[sees] / 2 - k.temperature * k.entropy[sees],
                self.word(name),
                QUIET[k.name],
                self.paid(k, sees),
                reason="The premium: what exploration costs less the rewarded entropy.",
            ),
        )
