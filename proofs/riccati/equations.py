"""The coupled Riccati, linear and scalar equations, and the residual of the Hamiltonian system under them.

Averaged under the equilibrium laws the Hamiltonian is z'Hz/2 + h'z + c at z = Phi x + phi, plus tr(HS)/2. The HJBI
equation of a player is quadratic in x: it holds at every x exactly if the coefficients of x'..x, x and 1 agree.
"""

from __future__ import annotations

from proofs.engine.free_algebra import Expression, scalar
from proofs.engine.free_algebra_argument import MatrixArgument
from proofs.engine.free_algebra_blocks import BlockMatrix, BlockProduct, block
from proofs.engine.step import Step
from proofs.riccati.generator import Hamiltonians
from proofs.riccati.vocabulary import (
    BETA,
    BOTH,
    CLOSED,
    CLOSED_OFFSET,
    COVARIANCE_U,
    COVARIANCE_V,
    GAIN,
    OFFSET,
    SEES,
    Player,
    Sees,
    U,
    V,
    X,
    commitment,
    over_actions,
    reply,
    vocabulary,
)


def write(argument: MatrixArgument, hamiltonians: Hamiltonians) -> None:
    """The equations as boxes, then the residual of each player's HJBI equation in both information structures."""
    argument.section(
        "The coupled Riccati, linear and scalar equations",
        """The closed loop is z = Phi x + phi. Averaged under both laws, the Hamiltonian of a player is quadratic in x;
        comparing the coefficients of x'..x, of x and of 1 in the HJBI equation gives one equation for each of P, p and
        r. P and p do not depend on what the follower sees, nor on the temperatures.""",
    )
    averaged = {(k.name, sees): _averaged(argument, k, sees) for k in BOTH for sees in SEES}
    for k in BOTH:
        _closed_loop(argument, k)
        _coefficients(argument, k)
    argument.section(
        "The residual of the Hamiltonian system",
        """The HJBI system: for each player, discount times value is the rate of the value, plus the Hamiltonian
        averaged under the equilibrium laws less the temperature times the entropy, plus what a switch of regime
        changes. With the coefficients' rates of the equations above it holds at every state, in every dimension.""",
    )
    for k in BOTH:
        for sees in SEES:
            _residual(argument, k, sees, hamiltonians[k.name], averaged[k.name, sees])


def write_dynamic_programming(argument: MatrixArgument) -> None:
    """What dynamic programming over a short time says to first order: the exploratory HJBI equation."""
    argument.section(
        "Dynamic programming",
        """That the value now is the least mean of the cost over a short time, entropy paid, and the discounted value
        then, is what defines the values: an axiom here, not a consequence. Divided by the length delta of that time, as
        delta tends to 0, it is the exploratory HJBI equation: 0 is the least of the bracket over the laws that a player
        may choose. The follower chooses given what he sees; the leader knowing his answer. Each regime has its own
        equation, coupled to the others by the switching term alone.""",
    )
    length = scalar("delta", latex=r"\delta")
    now, rate = scalar("V_now", latex="V"), scalar("V_t")
    flow, switching = scalar("flow", latex=r"\mathcal L V"), scalar("switch", latex=r"\Lambda V")
    running, tau, paid = (
        scalar("running", latex=r"\ell"),
        scalar("tau", latex=r"\tau"),
        scalar("Ent", latex=r"\mathrm{Ent}"),
    )
    change = rate + flow + switching
    argument.conclude(
        "dynamic programming over a short time",
        argument.identity(
            length * (running - tau * paid) + (1 - BETA * length) * (now + length * change) - now,
            length * (rate + flow + running - tau * paid + switching - BETA * now) - length * length * BETA * change,
            reason="the value after a short time is V + (V_t + L V + Lambda V) delta, to first order",
        ),
    )


def _at_the_means(k: Player, sees: Sees) -> Expression:
    """The Hamiltonian averaged: its value in the closed loop, and what the noise of the actions adds."""
    return X.T @ k.closed_P @ X / 2 + k.closed_p.T @ X + k.closed_r + k.noise[sees] / 2


def _averaged(argument: MatrixArgument, k: Player, sees: Sees) -> Step:
    seen = "in reply to her action" if sees == "action" else "in reply to her mean"
    return argument.identity(
        over_actions(k.hamiltonian(X, U, V), sees),
        _at_the_means(k, sees),
        k.closed_P,
        k.closed_p,
        k.closed_r,
        k.noise[sees],
        CLOSED,
        CLOSED_OFFSET,
        reason=f"the {k.name}'s Hamiltonian averaged: at the means, and tr(HS)/2, the follower's law {seen}",
    )


def _closed_loop(argument: MatrixArgument, k: Player) -> None:
    H = k.H
    hessian = BlockMatrix(((H["xx"], H["ux"].T, H["vx"].T), (H["ux"], H["uu"], H["vu"].T), (H["vx"], H["vu"], H["vv"])))
    phi = block([[1], [GAIN], [CLOSED]], ["n", "k_u", "k_v"], ["n"])
    argument.conclude(
        f"{k.name}, closed loop",
        argument.identity(
            BlockProduct((phi.T, hessian, phi)),
            BlockMatrix(((k.closed_P,),)),
            k.closed_P,
            reason="Phi = (I; Gamma; K + T Gamma)",
        ),
    )
    offset = block([[0], [OFFSET], [CLOSED_OFFSET]], ["n", "k_u", "k_v"], ["1"])
    gradient = BlockMatrix(((k.h["x"],), (k.h["u"],), (k.h["v"],)))
    argument.conclude(
        f"{k.name}, closed loop's gradient",
        argument.identity(
            phi.T @ (hessian @ offset + gradient),
            BlockMatrix(((k.closed_p,),)),
            k.closed_p,
            reason="phi = (0; gamma; kappa + T gamma)",
        ),
    )


def _coefficients(argument: MatrixArgument, k: Player) -> None:
    argument.conclude(
        f"{k.name}, Riccati equation",
        argument.identity(
            BETA * k.P - k.Pdot,
            k.closed_P + k.switched_P,
            k.Pdot,
            reason="the coefficients of x'..x in the HJBI equation",
        ),
    )
    argument.conclude(
        f"{k.name}, linear equation",
        argument.identity(
            BETA * k.p - k.pdot, k.closed_p + k.switched_p, k.pdot, reason="the coefficients of x in the HJBI equation"
        ),
    )
    for sees in SEES:
        exploration = k.noise[sees] / 2 - k.temperature * k.entropy[sees]
        argument.conclude(
            f"{k.name}, scalar equation, {sees} seen",
            argument.identity(
                BETA * k.r - k.rdot[sees],
                k.closed_r + exploration + k.switched_r,
                k.rdot[sees],
                reason="what does not depend on x: the closed loop's constant, exploration, and the other regimes",
            ),
        )


def _residual(argument: MatrixArgument, k: Player, sees: Sees, hamiltonian: Step, averaged: Step) -> None:
    words = vocabulary().words

    def word(name: str) -> Expression:
        return words[f"{k.name}_{name}"]

    answered = U if sees == "action" else commitment(X)
    inner = argument.average(
        hamiltonian, V, reply(X, answered), COVARIANCE_V, reason="over the follower's law, given what he sees"
    )
    outer = argument.average(inner, U, commitment(X), COVARIANCE_U[sees], reason="over the leader's law")
    raw = argument.combine(
        word(f"raw_{sees}"),
        _at_the_means(k, sees),
        outer,
        averaged,
        word(f"raw_{sees}"),
        reason=f"the {k.name}'s averaged generator and running cost, from its value at the means",
    )
    argument.conclude(
        f"{k.name}, HJBI equation, {sees} seen",
        argument.combine(
            BETA * word("value"),
            word(f"rate_{sees}") + word(f"hamiltonian_{sees}") + word("switching"),
            raw,
            word("value"),
            word(f"rate_{sees}"),
            word(f"hamiltonian_{sees}"),
            word("switching"),
            k.Pdot,
            k.pdot,
            k.rdot[sees],
            coefficients=(-1,),
            reason=f"the {k.name}'s HJBI equation where the follower sees the {sees}: its residual vanishes",
        ),
    )
