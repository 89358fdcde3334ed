"""Schur complements: block factorisation, determinant, inverse, and the Hessian reduced by a linear reply.

M = [A B; C D] with A invertible has the Schur complement S = D - C A^{-1} B.
"""

from __future__ import annotations

from proofs.engine.free_algebra import Expression, matrix, symmetric
from proofs.engine.free_algebra_blocks import BlockMatrix, BlockProduct, block
from proofs.engine.free_algebra_derivation import MatrixDerivation, derived
from proofs.engine.free_algebra_identity import Determinants, MatrixIdentity

TOPIC = "matrices/schur-complement"
TITLE = "Schur complements"

SIZES = ["n", "k"]
A, D = matrix("A", "n", "n"), matrix("D", "k", "k")
B, C = matrix("B", "n", "k"), matrix("C", "k", "n")
M = BlockMatrix(((A, B), (C, D)))
S: Expression = D - C @ A.inverse() @ B


def derivation() -> MatrixDerivation:
    return derived(TOPIC, TITLE, identities())


def identities() -> tuple[MatrixIdentity, ...]:
    return (_factorisation(), _symmetric_factorisation(), *_determinants(), *_inverses(), *_reduced_hessian())


def factors() -> tuple[BlockMatrix, BlockMatrix, BlockMatrix]:
    """M = L diag(A, S) U with unit block triangular L and U."""
    lower = block([[1, 0], [C @ A.inverse(), 1]], SIZES, SIZES)
    upper = block([[1, A.inverse() @ B], [0, 1]], SIZES, SIZES)
    return lower, block([[A, 0], [0, S]], SIZES, SIZES), upper


def _factorisation() -> MatrixIdentity:
    lower, diagonal, upper = factors()
    return MatrixIdentity(
        name="block factorisation",
        lhs=M,
        rhs=BlockProduct((lower, diagonal, upper)),
        reason="one step of block Gaussian elimination",
    )


def _symmetric_factorisation() -> MatrixIdentity:
    P, R = symmetric("P", "n"), symmetric("R", "k")
    across = R - B.T @ P.inverse() @ B
    lower = block([[1, 0], [B.T @ P.inverse(), 1]], SIZES, SIZES)
    return MatrixIdentity(
        name="block LDL'",
        lhs=BlockMatrix(((P, B), (B.T, R))),
        rhs=BlockProduct((lower, block([[P, 0], [0, across]], SIZES, SIZES), lower.T)),
        reason="the same for symmetric matrices: M > 0 if and only if P > 0 and R - B'P^{-1}B > 0",
    )


def _determinants() -> tuple[MatrixIdentity, ...]:
    schur = MatrixIdentity(
        name="determinant",
        lhs=Determinants((M,)),
        rhs=Determinants((A, S)),
        reason="determinants multiply; those of block triangular matrices are the products over the diagonal",
        factors=factors(),
    )
    # Sylvester: [I B; -C I] eliminated from above and from below.
    pair = block([[1, B], [-C, 1]], SIZES, SIZES)
    below = (
        block([[1, 0], [-C, 1]], SIZES, SIZES),
        block([[1, B], [0, pair.blocks[1][1] + C @ B]], SIZES, SIZES),
    )
    above = (
        block([[pair.blocks[0][0] + B @ C, B], [0, 1]], SIZES, SIZES),
        block([[1, 0], [-C, 1]], SIZES, SIZES),
    )
    sylvester = (
        ("Sylvester's determinant, from below", below, below[1].blocks[1][1]),
        ("Sylvester's determinant, from above", above, above[0].blocks[0][0]),
    )
    return schur, *(
        MatrixIdentity(
            name=name,
            lhs=Determinants((pair,)),
            rhs=Determinants((rest,)),
            reason="one elimination step; both together: det(I + BC) = det(I + CB)",
            factors=parts,
        )
        for name, parts, rest in sylvester
    )


def _inverses() -> tuple[MatrixIdentity, ...]:
    top = A.inverse() + A.inverse() @ B @ S.inverse() @ C @ A.inverse()
    inverse = BlockMatrix(((top, -(A.inverse() @ B @ S.inverse())), (-(S.inverse() @ C @ A.inverse()), S.inverse())))
    unit = block([[1, 0], [0, 1]], SIZES, SIZES)
    return (
        MatrixIdentity(name="right inverse", lhs=BlockProduct((M, inverse)), rhs=unit, reason="block multiplication"),
        MatrixIdentity(name="left inverse", lhs=BlockProduct((inverse, M)), rhs=unit, reason="block multiplication"),
    )


def _reduced_hessian() -> tuple[MatrixIdentity, ...]:
    """The reply v = -H_vv^{-1} H_vu u put into a quadratic, and into another player's."""
    huu, hvv = symmetric("Huu", "k", latex="H_{uu}"), symmetric("Hvv", "l", latex="H_{vv}")
    hvu = matrix("Hvu", "l", "k", latex="H_{vu}")
    hessian = BlockMatrix(((huu, hvu.T), (hvu, hvv)))
    G = block([[1], [-(hvv.inverse() @ hvu)]], ["k", "l"], ["k"])
    own = MatrixIdentity(
        name="reduced Hessian",
        lhs=BlockProduct((G.T, hessian, G)),
        rhs=BlockMatrix(((huu - hvu.T @ hvv.inverse() @ hvu,),)),
        reason="the Hessian of the minimum over v is the Schur complement of H_vv (errl: S_F)",
    )
    orthogonal = MatrixIdentity(
        name="stationary directions",
        lhs=BlockProduct((hessian, G)),
        rhs=block([[huu - hvu.T @ hvv.inverse() @ hvu], [0]], ["k", "l"], ["k"]),
        reason="along the reply the gradient in v stays zero",
    )
    return own, orthogonal
