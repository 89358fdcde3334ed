"""Coupled Lyapunov equations of jump linear systems with multiplicative noise, small ones directly, large by Krylov.

  L(X)_i = A_i'X_i + X_i A_i + sum_l C_il'X_i C_il + sum_j lam_ij X_j,      L(X) - beta X + load = 0.

L generates a positive semigroup on tuples of symmetric matrices: its spectral abscissa is an eigenvalue with a positive
semidefinite eigenvector, and is below beta if and only if some X > 0 has L(X) - beta X < 0 (Damm 2004). The own part
of each regime, A'X + XA + (lam_ii - beta) X, is inverted by a Schur form; GMRES on what is left does the coupling.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import scipy.linalg

DIRECT = 120
"""Unknowns m n (n + 1) / 2 up to which the equation is a dense linear system."""

RESTART = 60


class Lyapunov:
    """The operator X -> L(X) - beta X of closed-loop matrices A (m, n, n) and C (m, d, n, n)."""

    def __init__(
        self, A: np.ndarray, C: np.ndarray, generator: np.ndarray, discount: float, like: Lyapunov | None = None
    ) -> None:
        self.A, self.C, self.generator, self.discount = A, C, generator, discount
        self.m, self.n = A.shape[:2]
        self.noisy = bool(C.any())
        self.unknowns = self.m * self.n * (self.n + 1) // 2
        # Schur forms of similar matrices precondition as well: what is solved is always this operator's equation.
        self._schur = None if like is None else like._schur

    @property
    def size(self) -> float:
        """The size of the operator's terms, for what rounding may do."""
        return float(
            2 * np.abs(self.A).sum(axis=-1).max()
            + (np.abs(self.C).sum(axis=-1).max() ** 2 if self.noisy else 0.0)
            + 2 * np.abs(self.generator).max()
            + self.discount
        )

    def apply(self, X: np.ndarray) -> np.ndarray:
        """L(X) - beta X for (..., m, n, n)."""
        turned = X @ self.A
        moved = turned + turned.mT - self.discount * X
        if self.noisy:
            moved = moved + (self.C.mT @ (X[..., None, :, :] @ self.C)).sum(axis=-3)
        flat = X.reshape(*X.shape[:-2], -1)
        return moved + (self.generator @ flat).reshape(X.shape)

    def solve(self, load: np.ndarray, accuracy: float = 1e-13) -> np.ndarray:
        """X of L(X) - beta X + load = 0, by GMRES to that relative residual where it is large."""
        if self.unknowns <= DIRECT:
            return self.unpack(np.linalg.solve(self.matrix(), -self.pack(load)))
        sparse: Any = importlib.import_module("scipy.sparse.linalg")  # its stubs do not know its own arguments

        shape = (self.m, self.n, self.n)

        def preconditioned(flat: np.ndarray) -> np.ndarray:
            return self._own_inverse(self.apply(flat.reshape(shape))).ravel()

        operator = sparse.LinearOperator((load.size, load.size), matvec=preconditioned, dtype=float)
        right = -self._own_inverse(load).ravel()
        found, _ = sparse.gmres(operator, right, rtol=accuracy, atol=0.0, restart=RESTART, maxiter=20)
        X = found.reshape(shape)
        return (X + X.mT) / 2

    def matrix(self) -> np.ndarray:
        """The operator on entries on and above the diagonals, (unknowns, unknowns)."""
        size = self.n * (self.n + 1) // 2
        rows, columns = np.triu_indices(self.n)
        ones = np.zeros((self.m, size, self.m, self.n, self.n))
        for i in range(self.m):
            ones[i, range(size), i, rows, columns] = 1
            ones[i, range(size), i, columns, rows] = 1
        moved = self.apply(ones.reshape(self.unknowns, self.m, self.n, self.n))
        return self.pack(moved).mT

    def pack(self, X: np.ndarray) -> np.ndarray:
        rows, columns = np.triu_indices(self.n)
        return X[..., rows, columns].reshape(*X.shape[:-3], self.unknowns)

    def unpack(self, entries: np.ndarray) -> np.ndarray:
        rows, columns = np.triu_indices(self.n)
        X = np.zeros((self.m, self.n, self.n))
        X[:, rows, columns] = X[:, columns, rows] = entries.reshape(self.m, len(rows))
        return X

    def is_stable(self) -> bool:
        """Whether the abscissa of L is below beta, shown by an X > 0 with L(X) - beta X < 0."""
        return self.form() is not None

    def form(self, accuracy: float = 0.02) -> np.ndarray | None:
        """X > 0 with L(X) - beta X < 0, close to -I where it can be solved for; None where there is none."""
        if self.unknowns <= DIRECT and not np.linalg.eigvals(self.matrix()).real.max() < 0:
            return None
        for attempt in (accuracy, 1e-8):
            try:
                X = self.solve(np.broadcast_to(np.eye(self.n), self.A.shape), accuracy=attempt)
            except (np.linalg.LinAlgError, ValueError):
                return None
            if not np.isfinite(X).all() or not (np.linalg.eigvalsh(X)[:, 0] > 0).all():
                return None
            decrease = -self.apply(X)
            if (np.linalg.eigvalsh((decrease + decrease.mT) / 2)[:, 0] > 0).all():
                return X
        return None

    def abscissa(self) -> float:
        """The spectral abscissa of L - beta, by Arnoldi's method where the matrix is too large."""
        if self.unknowns <= DIRECT:
            return float(np.linalg.eigvals(self.matrix()).real.max())
        sparse: Any = importlib.import_module("scipy.sparse.linalg")

        # On symmetric matrices only: rounding would bring in eigenvalues of others.
        operator = sparse.LinearOperator(
            (self.unknowns, self.unknowns),
            matvec=lambda entries: self.pack(self.apply(self.unpack(entries))),
            dtype=float,
        )
        first = self.pack(np.broadcast_to(np.eye(self.n), self.A.shape))
        try:
            values = sparse.eigs(operator, k=1, which="LR", v0=first, tol=1e-6, return_eigenvectors=False)
        except sparse.ArpackNoConvergence as stopped:
            values = stopped.eigenvalues
        return float(np.max(values.real)) if len(values) else np.inf

    def _own_inverse(self, load: np.ndarray) -> np.ndarray:
        """X of A_i'X_i + X_i A_i + (lam_ii - beta) X_i = load_i, in every regime."""
        if self._schur is None:
            shifts = (np.diagonal(self.generator) - self.discount) / 2
            self._schur = [
                scipy.linalg.schur(A + shift * np.eye(self.n), output="real", check_finite=False)[:2]
                for A, shift in zip(self.A, shifts.tolist(), strict=True)
            ]
        lapack: Any = scipy.linalg.lapack  # its stubs do not know what it generates
        found = np.empty(self.A.shape)
        for i, (T, U) in enumerate(self._schur):
            X, scale, _ = lapack.dtrsyl(T, T, U.T @ load[i] @ U, trana="T")
            found[i] = U @ (X * scale) @ U.T
        return found
