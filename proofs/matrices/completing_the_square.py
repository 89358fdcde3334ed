"""Completing the square: the minimiser of a quadratic, the minimum, and what a deviation from it costs.

The follower of the LQ theory minimises q(z) = z'Hz/2 + h'z over v, z = (x, u, v), where x and u are given: his reply is
v* = K x + T u + kappa with [K T kappa] = -H_vv^{-1} [H_vx H_vu h_v]. Put into the leader's quadratic it leaves her one
in y = (x, u), with Hessian G'HG and gradient G'(H (0, 0, kappa) + h), G = [I 0; 0 I; K T] (errl, section 1).
"""

from __future__ import annotations

from proofs.engine.free_algebra import Expression, matrix, scalar, symmetric, vector, zero
from proofs.engine.free_algebra_blocks import BlockMatrix, block
from proofs.engine.free_algebra_derivation import MatrixDerivation, derived
from proofs.engine.free_algebra_identity import MatrixIdentity

TOPIC = "matrices/completing-the-square"
TITLE = "Completing the square"

X, U, V = vector("x", "n"), vector("u", "k"), vector("v", "l")
HXX = symmetric("Hxx", "n", latex="H_{xx}")
HUU = symmetric("Huu", "k", latex="H_{uu}")
HVV = symmetric("Hvv", "l", latex="H_{vv}")
HUX = matrix("Hux", "k", "n", latex="H_{ux}")
HVX = matrix("Hvx", "l", "n", latex="H_{vx}")
HVU = matrix("Hvu", "l", "k", latex="H_{vu}")
HX, HU, HV = vector("hx", "n", latex="h_x"), vector("hu", "k", latex="h_u"), vector("hv", "l", latex="h_v")

HESSIAN = BlockMatrix(((HXX, HUX.T, HVX.T), (HUX, HUU, HVU.T), (HVX, HVU, HVV)))
GRADIENT = BlockMatrix(((HX,), (HU,), (HV,)))


def derivation() -> MatrixDerivation:
    return derived(TOPIC, TITLE, identities())


def identities() -> tuple[MatrixIdentity, ...]:
    return (_quadratic(), _first_order_condition(), _deviation(), _minimum(), *_reply_put_in())


def _quadratic() -> MatrixIdentity:
    A, x, b, c = symmetric("A", "n"), vector("x", "n"), vector("b", "n"), scalar("c")
    shifted = x + A.inverse() @ b
    return MatrixIdentity(
        name="quadratic",
        lhs=x.T @ A @ x / 2 + b.T @ x + c,
        rhs=shifted.T @ A @ shifted / 2 + c - b.T @ A.inverse() @ b / 2,
        reason="expand the square: b'x = x'b is a scalar, A and its inverse are symmetric",
    )


def value(v: Expression) -> Expression:
    """q at (x, u, v)."""
    z = BlockMatrix(((X,), (U,), (v,)))
    return (z.T @ HESSIAN @ z).blocks[0][0] / 2 + (GRADIENT.T @ z).blocks[0][0]


REPLY = vector("v*", "l", latex="v_*")
DEFINITION = ((REPLY, -(HVV.inverse() @ (HVX @ X + HVU @ U + HV))),)


def _first_order_condition() -> MatrixIdentity:
    return MatrixIdentity(
        name="first-order condition",
        lhs=HVX @ X + HVU @ U + HVV @ REPLY + HV,
        rhs=zero("l", "1"),
        definitions=DEFINITION,
        reason="the derivative of q in v vanishes at v*",
    )


def _deviation() -> MatrixIdentity:
    away = V - REPLY
    return MatrixIdentity(
        name="cost of a deviation",
        lhs=value(V) - value(REPLY),
        rhs=away.T @ HVV @ away / 2,
        definitions=DEFINITION,
        reason="the square completed in v: with H_vv > 0 the reply v* is the unique minimiser",
    )


def _minimum() -> MatrixIdentity:
    """What is left is a quadratic in y = (x, u) whose Hessian is a Schur complement."""
    y = BlockMatrix(((X,), (U,)))
    across = BlockMatrix(((HVX, HVU),))
    inner = block([[HVV.inverse()]], ["l"], ["l"])
    corner = BlockMatrix(((HXX, HUX.T), (HUX, HUU)))
    hessian = corner - across.T @ inner @ across
    slope = BlockMatrix(((HX,), (HU,))) - across.T @ inner @ BlockMatrix(((HV,),))
    return MatrixIdentity(
        name="minimum",
        lhs=value(REPLY),
        definitions=DEFINITION,
        rhs=(y.T @ hessian @ y).blocks[0][0] / 2 + (slope.T @ y).blocks[0][0] - HV.T @ HVV.inverse() @ HV / 2,
        reason="the reply put in: Hessian, gradient and constant are Schur complements of H_vv",
    )


def _reply_put_in() -> tuple[MatrixIdentity, ...]:
    """Any affine reply K x + T u + kappa, put into a quadratic: errl's Hhat and hhat."""
    K, T, kappa = matrix("K", "l", "n"), matrix("T", "l", "k"), vector("kappa", "l", latex=r"\kappa")
    G = block([[1, 0], [0, 1], [K, T]], ["n", "k", "l"], ["n", "k"])
    y = BlockMatrix(((X,), (U,)))
    constant = block([[0], [0], [kappa]], ["n", "k", "l"], ["1"])
    hessian = G.T @ HESSIAN @ G
    slope = G.T @ (HESSIAN @ constant + GRADIENT)
    quadratic = MatrixIdentity(
        name="reply put in",
        lhs=value(K @ X + T @ U + kappa),
        rhs=(y.T @ hessian @ y).blocks[0][0] / 2
        + (slope.T @ y).blocks[0][0]
        + kappa.T @ HVV @ kappa / 2
        + HV.T @ kappa,
        reason="z = G y + (0, 0, kappa): Hessian G'HG, gradient G'(H (0, 0, kappa) + h)",
    )
    leader = MatrixIdentity(
        name="leader's Hessian",
        lhs=hessian.blocks[1][1],
        rhs=HUU + T.T @ HVU + HVU.T @ T + T.T @ HVV @ T,
        reason="the (u, u) block of G'HG",
    )
    return quadratic, leader
