"""Woodbury's identity and its relatives: inverses of a matrix changed by a product."""

from __future__ import annotations

from proofs.engine.free_algebra import identity, matrix, symmetric, vector
from proofs.engine.free_algebra_derivation import MatrixDerivation, derived
from proofs.engine.free_algebra_identity import MatrixIdentity

TOPIC = "matrices/woodbury"
TITLE = "The inverse of a changed matrix"

A, C = matrix("A", "n", "n"), matrix("C", "k", "k")
U, V = matrix("U", "n", "k"), matrix("V", "k", "n")


def derivation() -> MatrixDerivation:
    return derived(TOPIC, TITLE, identities())


def identities() -> tuple[MatrixIdentity, ...]:
    return (_woodbury(), _sherman_morrison(), _push_through(), _gain(), _resolvent(), _parallel_sum())


def _woodbury() -> MatrixIdentity:
    inner = (C.inverse() + V @ A.inverse() @ U).inverse()
    return MatrixIdentity(
        name="Woodbury",
        lhs=(A + U @ C @ V).inverse(),
        rhs=A.inverse() - A.inverse() @ U @ inner @ V @ A.inverse(),
        reason="both sides are inverses of A + UCV",
    )


def _sherman_morrison() -> MatrixIdentity:
    u, v = vector("u", "n"), vector("v", "n")
    return MatrixIdentity(
        name="Sherman-Morrison",
        lhs=(A + u @ v.T).inverse(),
        rhs=A.inverse() - (A.inverse() @ u @ v.T @ A.inverse()) / (1 + v.T @ A.inverse() @ u),
        reason="Woodbury's identity for a matrix of rank one",
    )


def _push_through() -> MatrixIdentity:
    return MatrixIdentity(
        name="push-through",
        lhs=(identity("n") + U @ V).inverse() @ U,
        rhs=U @ (identity("k") + V @ U).inverse(),
        reason="U (I + VU) = (I + UV) U",
    )


def _gain() -> MatrixIdentity:
    """The gain of linear-quadratic regulation in its two forms."""
    R, P, B = symmetric("R", "k"), symmetric("P", "n"), matrix("B", "n", "k")
    return MatrixIdentity(
        name="two forms of a gain",
        lhs=(R + B.T @ P @ B).inverse() @ B.T @ P,
        rhs=R.inverse() @ B.T @ (P.inverse() + B @ R.inverse() @ B.T).inverse(),
        reason="push-through with R and P between",
    )


def _resolvent() -> MatrixIdentity:
    other = matrix("B", "n", "n")
    return MatrixIdentity(
        name="resolvent",
        lhs=A.inverse() - other.inverse(),
        rhs=A.inverse() @ (other - A) @ other.inverse(),
        reason="A^{-1} (B - A) B^{-1} multiplied out",
    )


def _parallel_sum() -> MatrixIdentity:
    other = matrix("B", "n", "n")
    return MatrixIdentity(
        name="parallel sum",
        lhs=(A.inverse() + other.inverse()).inverse(),
        rhs=A @ (A + other).inverse() @ other,
        reason="A^{-1} + B^{-1} = A^{-1} (A + B) B^{-1}",
    )
