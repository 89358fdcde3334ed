"""Lyapunov forms for switching modes: semidefinite programs in floats, their answers rounded and proved in rationals.

A form p(y) = v(y)' X v(y) of degree 2m, v all monomials of degree m, with X > 0 and r^(2m) X - A' X A >= 0 for every
mode A (acting on monomials) decreases by r^(2m) under every mode, so the joint spectral radius is at most r (Parrilo
and Jadbabaie 2008). For a given r one program decides:

    maximise delta subject to  r^(2m) X - A_i' X A_i >= delta I,  X >= delta I,  tr X = 1.

delta > 0 gives a form with room for rounding. delta < 0 gives multipliers Y_i >= 0 of the first constraints with
sum_i (A_i Y_i A_i' - r^(2m) Y_i) >= -delta I, which no form can live with: its trace against X would be positive and,
by the constraints, not positive.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from flint import fmpq

from solvers.markov.exact_tables import Policy, nearest
from solvers.markov.switching_modes import Matrix, congruence, is_definite

ROUNDING_BITS = (16, 24, 32, 44)
TAKEN_IN = 8
"""Modes that enter the program at once."""

NEGLIGIBLE = 1e-7
"""Multipliers below this share of the largest are dropped: they only lengthen the proof."""


class Forms:
    """The program for one list of modes (matrices on monomials), solved for one r^(2m) after another.

    Few modes bind: the program holds some of them and takes in those that its answer violates, until none is left.
    """

    def __init__(self, modes: list[Matrix], policies: list[Policy]) -> None:
        self.modes = modes
        self.policies = policies
        self.size = len(modes[0])
        self._floats = np.array([[[nearest(entry) for entry in row] for row in mode] for mode in modes])
        norms = np.abs(np.linalg.eigvals(self._floats)).max(axis=-1)
        self._active = np.argsort(-norms)[:TAKEN_IN].tolist()
        self._state()

    def _state(self) -> None:
        """The program of the active modes."""
        import cvxpy as cp  # over a second, so only where a program is solved

        identity = np.eye(self.size)
        self._form = cp.Variable((self.size, self.size), symmetric=True)
        self._room = cp.Variable()
        self._rate = cp.Parameter(nonneg=True)
        self._decrease: list[Any] = [
            self._rate * self._form - self._floats[k].T @ self._form @ self._floats[k] >> self._room * identity
            for k in self._active
        ]
        scale: list[Any] = [self._form >> self._room * identity, cp.trace(self._form) == 1]
        self._problem = cp.Problem(cp.Maximize(self._room), self._decrease + scale)

    def solve(self, rate: float) -> float:
        """delta for r^(2m) = `rate`, its half where it is positive; NaN where the solver failed."""
        while True:
            room = self._solve(rate)
            if not room > 0:
                return room  # more modes cannot make it positive
            form = np.asarray(self._form.value)
            moved = self._floats.transpose(0, 2, 1) @ form @ self._floats
            left = np.linalg.eigvalsh(rate * form - moved)[:, 0]
            left[self._active] = np.inf
            worst = np.argsort(left)[:TAKEN_IN]
            missing = worst[left[worst] < room / 2].tolist()
            if not missing:
                return room / 2
            self._active += missing
            self._state()

    def _solve(self, rate: float) -> float:
        import cvxpy as cp

        self._rate.value = rate
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # an inaccurate answer is rounded and tested like any other
            try:
                self._problem.solve(solver=cp.CLARABEL, tol_gap_abs=1e-10, tol_gap_rel=1e-10, tol_feas=1e-10)
            except cp.SolverError:
                return float("nan")
        room = self._room.value
        return float("nan") if room is None else float(room)

    def form(self, rate: Any) -> Matrix | None:
        """The last solution in rationals, in as few bits as prove r^(2m) = `rate`; None if none does."""
        solution = np.asarray(self._form.value)
        for bits in ROUNDING_BITS:
            form = _rounded(solution / np.abs(solution).max(), bits)
            if is_definite(form, strict=True) and all(
                is_definite(_difference(form, rate, congruence(mode, form)), strict=False) for mode in self.modes
            ):
                return form
        return None

    def duals(self, rate: Any) -> list[tuple[Policy, Matrix]] | None:
        """The last multipliers in rationals, refuting every form at r^(2m) = `rate`; None if rounding spoils them."""
        found = [(constraint.dual_value + constraint.dual_value.T) / 2 for constraint in self._decrease]
        largest = max(float(np.abs(matrix).max()) for matrix in found)
        for bits in ROUNDING_BITS:
            kept: list[tuple[Policy, Matrix]] = []
            total = [[fmpq(0)] * self.size for _ in range(self.size)]
            for matrix, k in zip(found, self._active, strict=True):
                policy, mode = self.policies[k], self.modes[k]
                if np.abs(matrix).max() < NEGLIGIBLE * largest:
                    continue
                # Semidefinite up to the solver's accuracy: a little of the identity makes it so exactly.
                dual = _rounded(matrix / largest + 2.0 ** (1 - bits) * self.size * np.eye(self.size), bits)
                if not is_definite(dual, strict=False):
                    break
                kept.append((policy, dual))
                moved = congruence([list(row) for row in zip(*mode, strict=True)], dual)
                total = [
                    [sofar + new - rate * old for sofar, new, old in zip(*rows, strict=True)]
                    for rows in zip(total, moved, dual, strict=True)
                ]
            else:
                if is_definite(total, strict=False) and any(entry != 0 for row in total for entry in row):
                    return kept
        return None


def _rounded(matrix: np.ndarray, bits: int) -> Matrix:
    """Entries to the nearest multiple of 2^-bits, symmetric."""
    scaled = np.round((matrix + matrix.T) * 2.0 ** (bits - 1))
    return [[fmpq(int(entry), 1 << bits) for entry in row] for row in scaled.tolist()]


def _difference(form: Matrix, rate: Any, moved: Matrix) -> Matrix:
    return [
        [rate * entry - other for entry, other in zip(row, others, strict=True)]
        for row, others in zip(form, moved, strict=True)
    ]
