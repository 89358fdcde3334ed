"""The follower's reply and the leader's reduced Hamiltonian, by completing squares: Schur complements.

q_k(x, u, v) = z'H_k z/2 + h_k'z + c_k. Where H_F,vv > 0 the follower's mean reply is v* = K x + T u + kappa; put into
q_L it leaves the leader a quadratic in (x, u) with Hessian G'H_L G, G = [I 0; 0 I; K T]. Where Hhat_uu > 0 her mean
action is Gamma x + gamma.
"""

from __future__ import annotations

from proofs.engine.free_algebra import scalar, symmetric, vector, zero
from proofs.engine.free_algebra_argument import MatrixArgument
from proofs.engine.free_algebra_blocks import BlockMatrix, BlockProduct, block
from proofs.engine.step import Step
from proofs.riccati.vocabulary import (
    FOLLOWER,
    GAIN,
    HHAT_U,
    HHAT_UU,
    HHAT_UX,
    KAPPA,
    LEADER,
    OFFSET,
    SCHUR_F,
    K,
    T,
    U,
    V,
    X,
    commitment,
    reply,
)

# What of the leader's reduced quadratic does not depend on her action.
HHAT_XX = symmetric("Hhat_xx", "n", latex=r"\hat H_{xx}")
HHAT_X, HHAT_0 = vector("hhat_x", "n", latex=r"\hat h_x"), scalar("chat_L", latex=r"\hat c")


def write(argument: MatrixArgument) -> tuple[Step, Step]:
    """The steps; hands back what a deviation costs: the follower's from his reply, the leader's from her optimum."""
    argument.section(
        "The follower's reply",
        """He minimises his Hamiltonian over v, where x is given and u is what he has seen. The square completed in v
        shows reply and cost of any other action; what is left of his Hamiltonian in u is a Schur complement.""",
    )
    follower = _reply(argument)
    argument.section(
        "The leader's reduced Hamiltonian",
        """The follower's mean reply put into the leader's Hamiltonian leaves her a quadratic in (x, u). His noise adds
        a constant, and the noise of her own action is counted with the laws. The square completed in u gives her mean
        action.""",
    )
    return follower, _reduced(argument)


def _reply(argument: MatrixArgument) -> Step:
    H, h, q = FOLLOWER.H, FOLLOWER.h, FOLLOWER.hamiltonian
    best = reply(X, U)
    argument.conclude(
        "follower, first-order condition",
        argument.identity(
            H["vx"] @ X + H["vu"] @ U + H["vv"] @ best + h["v"],
            zero("k_v", "1"),
            K,
            T,
            KAPPA,
            reason="the derivative of his Hamiltonian in v vanishes at the reply",
        ),
    )
    away = V - best
    square = argument.conclude(
        "follower, square",
        argument.identity(
            q(X, U, V) - q(X, U, best),
            away.T @ H["vv"] @ away / 2,
            K,
            T,
            KAPPA,
            reason="the square completed in v: where H_F,vv > 0 the reply is his unique minimum",
        ),
    )
    hessian = BlockMatrix(((H["uu"], H["vu"].T), (H["vu"], H["vv"])))
    along = block([[1], [T]], ["k_u", "k_v"], ["k_u"])
    argument.conclude(
        "follower, Schur complement",
        argument.identity(
            BlockProduct((along.T, hessian, along)),
            BlockMatrix(((SCHUR_F,),)),
            T,
            SCHUR_F,
            reason="along his reply the Hessian of his Hamiltonian is the Schur complement of H_F,vv",
        ),
    )
    return square


def _reduced(argument: MatrixArgument) -> Step:
    H, h = LEADER.H, LEADER.h
    hessian = BlockMatrix(((H["xx"], H["ux"].T, H["vx"].T), (H["ux"], H["uu"], H["vu"].T), (H["vx"], H["vu"], H["vv"])))
    sizes = ["n", "k_u", "k_v"]
    G = block([[1, 0], [0, 1], [K, T]], sizes, ["n", "k_u"])
    xx = H["xx"] + K.T @ H["vx"] + H["vx"].T @ K + K.T @ H["vv"] @ K
    corner = argument.meaning(HHAT_XX, xx)
    argument.conclude(
        "leader, reduced Hessian",
        argument.identity(
            BlockProduct((G.T, hessian, G)),
            BlockMatrix(((HHAT_XX, HHAT_UX.T), (HHAT_UX, HHAT_UU))),
            corner,
            HHAT_UX,
            HHAT_UU,
            reason="G'H_L G in blocks: H-hat",
        ),
    )
    gradient = BlockMatrix(((h["x"],), (h["u"],), (h["v"],)))
    constant = block([[0], [0], [KAPPA]], sizes, ["1"])
    slope = argument.meaning(HHAT_X, h["x"] + H["vx"].T @ KAPPA + K.T @ (h["v"] + H["vv"] @ KAPPA))
    argument.conclude(
        "leader, reduced gradient",
        argument.identity(
            G.T @ (hessian @ constant + gradient),
            BlockMatrix(((HHAT_X,), (HHAT_U,))),
            slope,
            HHAT_U,
            reason="G'(H_L (0, 0, kappa) + h_L): h-hat",
        ),
    )
    level = argument.meaning(HHAT_0, KAPPA.T @ H["vv"] @ KAPPA / 2 + h["v"].T @ KAPPA + LEADER.c)
    reduced = (X.T @ HHAT_XX @ X + U.T @ HHAT_UU @ U) / 2 + U.T @ HHAT_UX @ X + HHAT_X.T @ X + HHAT_U.T @ U + HHAT_0
    put_in = argument.conclude(
        "leader, reduced Hamiltonian",
        argument.identity(
            LEADER.hamiltonian(X, U, reply(X, U)),
            reduced,
            corner,
            slope,
            level,
            HHAT_UU,
            HHAT_UX,
            HHAT_U,
            reason="the reply put into the leader's Hamiltonian",
        ),
    )
    best = commitment(X)
    argument.conclude(
        "leader, first-order condition",
        argument.identity(
            HHAT_UX @ X + HHAT_UU @ best + HHAT_U,
            zero("k_u", "1"),
            GAIN,
            OFFSET,
            reason="the derivative of the reduced Hamiltonian in u vanishes at her mean action",
        ),
    )
    at_best = argument.particular(put_in, {U: best}, reason="the same at her mean action")
    away = U - best
    return argument.conclude(
        "leader, square",
        argument.combine(
            LEADER.hamiltonian(X, U, reply(X, U)) - LEADER.hamiltonian(X, best, reply(X, best)),
            away.T @ HHAT_UU @ away / 2,
            put_in,
            at_best,
            GAIN,
            OFFSET,
            coefficients=(1, -1),
            reason="the square completed in u: where Hhat_uu > 0 her mean action is the unique minimum",
        ),
    )
