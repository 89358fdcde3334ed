"""Reductions to known theory: Riccati equations without a leader, and the saddle of opposite costs.

Where the leader's action moves nothing of the follower's, neither the state nor his cost, his equation is the coupled
Riccati equation of Markov jump linear systems (Fragoso and Costa), with multiplicative noise; with one regime it is the
Riccati equation of stochastic control, and without noise in state and control the classical one (Kalman).

Where costs are opposite, P_F = -P_L and p_F = -p_L stay so: their rates sum to zero. Then H_F = -H_L, and the
Stackelberg pair satisfies both first-order conditions of the zero-sum game. With H_L,uu > 0 > H_L,vv it is a saddle,
and the order of play does not matter; with Hhat_uu > 0 alone her value is the upper one.
The values do not sum to zero: each player is rewarded for his own entropy, so that r_L + r_F accumulates
-tau_L Ent_L - tau_F Ent_F. Hhat_uu = H_L,uu + T'H_F,vv T is not below H_L,uu, so that the leader whose action is seen
pays (tau_L / 2) log(det Hhat_uu / det H_L,uu) >= 0 more (riccati/information); the follower's cost is the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from proofs.engine.free_algebra import Expression, zero
from proofs.engine.free_algebra_derivation import MatrixDerivation
from proofs.engine.step import Step
from proofs.riccati.consequence_lemmas import Consequence
from proofs.riccati.vocabulary import (
    BETA,
    CLOSED,
    FOLLOWER,
    A,
    B,
    C,
    D,
    E,
    F,
    K,
    T,
    X,
)
from proofs.riccati.zero_sum import zero_sum

TOPIC = "riccati/reductions"
TITLE = "Reductions: Riccati equations of one player, and zero-sum games"

IDLE = {
    "the leader moves no drift": B,
    "the leader moves no noise": D,
    "no cost of the follower in u": FOLLOWER.M["uu"],
    "no cost of the follower in u and x": FOLLOWER.M["ux"],
    "no cost of the follower in v and u": FOLLOWER.M["vu"],
}
"""What the leader's action must not move, by the names of the hypotheses: all of it zero."""

ONE_REGIME = "one regime"
QUIET_CHANNELS = {"no noise on the state": C, "no noise on the follower's action": F}
NO_CROSS_COST = "no cost of the follower in v and x"


def derivation() -> MatrixDerivation:
    """No leader: Riccati equations. Opposite costs: a saddle."""
    argument = Consequence(topic=TOPIC, title=TITLE)
    argument.section(
        "No leader",
        """Let the leader's action move neither the state nor the follower's cost. His equation must then be the one
        that is known, in the form in which textbooks write it.""",
    )
    _no_leader(argument)
    zero_sum(argument)
    return argument.derivation()


def _nothing(argument: Consequence, hypotheses: Mapping[str, Expression]) -> list[Step]:
    return [argument.suppose(name, matrix, zero(*matrix.shape)) for name, matrix in hypotheses.items()]


def _no_leader(argument: Consequence) -> None:
    """The follower's equation in the form of the textbooks."""
    f, H = FOLLOWER, FOLLOWER.H
    idle = _nothing(argument, IDLE)
    blocks = [
        argument.identity(
            H[name],
            zero(*H[name].shape),
            H[name],
            *idle,
            reason="Without influence the leader's action leaves no block in the follower's Hessian.",
        )
        for name in ("uu", "ux", "vu")
    ]
    still = argument.identity(T, zero(*T.shape), T, *blocks, reason="He does not answer her.")
    schur = H["xx"] - H["vx"].T @ H["vv"].inverse() @ H["vx"]
    closed = argument.identity(
        f.closed_P,
        schur,
        f.closed_P,
        CLOSED,
        K,
        still,
        *blocks,
        reason="The leader's gain drops out of the follower's equation, whatever she plays; his own leaves a Schur "
        "complement.",
    )
    rate, textbook, coupling = (
        argument.word(f"follower_{name}") for name in ("quadratic_rate", "are_rate", "coupling")
    )
    reduced = argument.identity(
        rate,
        X.T @ (BETA * f.P - schur - f.switched_P) @ X / 2,
        rate,
        f.Pdot,
        closed,
        reason="His equation, with that closed loop;",
    )
    written = argument.identity(
        X.T @ (BETA * f.P - schur - f.switched_P) @ X / 2,
        textbook - coupling,
        textbook,
        coupling,
        H["xx"],
        H["vx"],
        H["vv"],
        reason="with the Hessian written out it is that of the textbooks.",
    )
    coupled = argument.combine(
        rate,
        textbook - coupling,
        reduced,
        written,
        reason="The coupled Riccati equations of Markov jump linear systems.",
    )
    argument.conclude("coupled Riccati equations", coupled)
    alone = argument.suppose(ONE_REGIME, f.switched_P, zero("n", "n"), reason="With one regime nothing switches.")
    single = argument.combine(
        rate,
        textbook,
        coupled,
        argument.identity(coupling, zero("1", "1"), coupling, alone, reason="The coupling vanishes,"),
        coefficients=(1, -1),
        reason="and it is the Riccati equation of control with noise on state and action.",
    )
    argument.conclude("Riccati equation", single)
    quiet = _nothing(argument, {**QUIET_CHANNELS, NO_CROSS_COST: f.M["vx"]})
    P, M = f.P, f.M
    classical = BETA * P - A.T @ P - P @ A - M["xx"] + P @ E @ M["vv"].inverse() @ E.T @ P
    kalman = argument.identity(
        textbook,
        X.T @ classical @ X / 2,
        textbook,
        *quiet,
        reason="Without multiplicative noise and cross costs: the classical equation.",
    )
    argument.conclude("classical Riccati equation", kalman)
