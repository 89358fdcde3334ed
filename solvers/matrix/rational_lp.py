"""Linear programs over mixtures in exact arithmetic: verify a basis, or repair it by exact pivots.

    maximise c·z   subject to   G z >= 0,   e·z = 1,   z >= 0        (c, G, e integers)

Every program of one-shot commitment has this form: z holds the mixture (e = 1) and perhaps a bound (e = 0), a row of G
is one comparison of payoffs. Payoffs are scaled to integers beforehand, so python-flint solves integer systems only.
A basis is (S, T): the structural variables in the basis and the rows that are tight, |S| = |T| + 1. With
K = [e_S; G_TS] the vertex is K z_S = (1, 0, ..., 0) and the multipliers are K' (v, -y_T) = c_S. Weak duality: any
y >= 0 and v with c_j + (y G)_j <= v e_j for all j bound the program by v.

Pivots follow Bland's rule, so they end whatever the ties. Source: Chvatal 1983, chapters 3 and 10.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from flint import fmpq, fmpz, fmpz_mat

from solvers.errors import SolverError


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The structural variables S in the basis and the tight rows T, both increasing."""

    variables: tuple[int, ...]
    tight: tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """maximise objective·z subject to rows z >= 0, mass·z = 1, z >= 0, all entries integers."""

    objective: Sequence[Any]  # (N,)
    rows: Sequence[Sequence[Any]]  # (R, N)
    mass: Sequence[Any]  # (N,)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """An optimal vertex with its multipliers, or multipliers that prove the value below the bound asked for."""

    value: Any  # fmpq: the optimum, or an upper bound where `point` is None
    point: tuple[Any, ...] | None  # (N,) fmpq; None where pivoting stopped below the bound
    multipliers: tuple[Any, ...]  # (R,) fmpq >= 0
    basis: Basis


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Infeasible:
    """No z satisfies the rows: ray >= 0 has (ray G)_j <= -margin e_j for all j, with margin > 0."""

    ray: tuple[Any, ...]  # (R,) fmpq
    margin: Any  # fmpq
    multipliers: tuple[Any, ...]  # (R,) the multipliers reached; adding t ray lowers their bound by t margin
    bound: Any  # fmpq: the bound of `multipliers`; None where they were reached with another objective


def _solved(system: Any, right: Sequence[Any]) -> tuple[list[Any], Any]:
    """The solution of a square integer system over one positive denominator."""
    solution: Any = system.solve(fmpz_mat(len(right), 1, right))
    numerators, denominator = solution.numer_denom()
    return numerators.entries(), denominator


class _State:
    """A basis with its vertex, multipliers and all signs, over common positive denominators."""

    __slots__ = ("basis", "dual", "program", "reduced", "scale", "slack", "system", "value", "vertex", "weight")

    def __init__(self, program: _Loaded, basis: Basis, objective: Sequence[Any]) -> None:
        variables, tight = basis.variables, basis.tight
        size = len(variables)
        entries = [program.mass[j] for j in variables]
        for i in tight:
            row = program.rows[i]
            entries.extend(row[j] for j in variables)
        self.program = program
        self.basis = basis
        self.system = fmpz_mat(size, size, entries)  # K
        solution, self.weight = _solved(self.system, [1] + [0] * (size - 1))
        self.vertex = [fmpz(0)] * program.size  # z = vertex / weight
        for k, j in enumerate(variables):
            self.vertex[j] = solution[k]
        slack = program.matrix * fmpz_mat(program.size, 1, self.vertex)
        self.slack = [slack[i, 0] for i in range(program.height)]  # G z = slack / weight
        dual, self.scale = _solved(self.system.transpose(), [objective[j] for j in variables])
        self.value = dual[0]  # v = value / scale
        self.dual = [fmpz(0)] * program.height  # y = dual / scale
        for k, i in enumerate(tight):
            self.dual[i] = -dual[k + 1]
        priced = fmpz_mat(1, program.height, self.dual) * program.matrix
        self.reduced = [
            objective[j] * self.scale - self.value * program.mass[j] + priced[0, j] for j in range(program.size)
        ]  # c_j - v e_j + (y G)_j = reduced / scale

    @property
    def primal_feasible(self) -> bool:
        return all(entry >= 0 for entry in self.vertex) and all(entry >= 0 for entry in self.slack)

    @property
    def dual_feasible(self) -> bool:
        return all(entry <= 0 for entry in self.reduced) and all(entry >= 0 for entry in self.dual)


class _Loaded:
    """A program with its matrix in python-flint."""

    __slots__ = ("height", "mass", "matrix", "objective", "rows", "size")

    def __init__(self, program: Program) -> None:
        self.rows = [[fmpz(entry) for entry in row] for row in program.rows]
        self.mass = [fmpz(entry) for entry in program.mass]
        self.objective = [fmpz(entry) for entry in program.objective]
        self.size = len(self.mass)
        self.height = len(self.rows)
        self.matrix = fmpz_mat(self.height, self.size, [entry for row in self.rows for entry in row])


def solve(program: Program, *, hints: Iterable[Basis] = (), stop_at: Any = None) -> Optimum | Infeasible:
    """The exact optimum of a bounded program.

    A hint that is optimal costs two integer solves; a wrong one is repaired by exact pivots where it is feasible on
    either side, else ignored. With `stop_at`, dual pivots end as soon as the upper bound is below that value, and the
    optimum's point is None. Raises `SolverError` where the program is unbounded.
    """
    loaded = _Loaded(program)
    states = [state for hint in hints if (state := _state(loaded, hint, loaded.objective)) is not None]
    states.append(_first(loaded))
    for state in states:
        if state.dual_feasible:
            return _dual(state, loaded.objective, stop_at)
    for state in states:
        if state.primal_feasible:
            return _primal(state)
    # No start: reach the feasible side with the zero objective, for which every basis is dual feasible.
    zero = [fmpz(0)] * loaded.size
    reached = _dual(_State(loaded, states[-1].basis, zero), zero, None)
    if isinstance(reached, Infeasible):
        return dataclasses.replace(reached, bound=None)
    return _primal(_State(loaded, reached.basis, loaded.objective))


def _state(loaded: _Loaded, basis: Basis, objective: Sequence[Any]) -> _State | None:
    variables, tight = basis.variables, basis.tight
    if len(variables) != len(tight) + 1 or max(variables) >= loaded.size or max(tight, default=-1) >= loaded.height:
        return None
    try:
        return _State(loaded, basis, objective)
    except ZeroDivisionError:
        return None  # a singular system: not a basis


def _first(loaded: _Loaded) -> _State:
    """All mass on the best single action: dual feasible where only the mixture enters the objective."""
    start = max((j for j in range(loaded.size) if loaded.mass[j] > 0), key=lambda j: loaded.objective[j])
    return _State(loaded, Basis(variables=(start,), tight=()), loaded.objective)


def _optimum(state: _State) -> Optimum:
    return Optimum(
        value=fmpq(state.value, state.scale),
        point=tuple(fmpq(entry, state.weight) for entry in state.vertex),
        multipliers=tuple(fmpq(entry, state.scale) for entry in state.dual),
        basis=state.basis,
    )


def _exchange(basis: Basis, entering: int, leaving: int, size: int) -> Basis:
    """The basis after a pivot; index j < size is variable j, size + i the slack of row i."""
    variables, tight = set(basis.variables), set(basis.tight)
    if entering < size:
        variables.add(entering)
    else:
        tight.remove(entering - size)
    if leaving < size:
        variables.remove(leaving)
    else:
        tight.add(leaving - size)
    return Basis(variables=tuple(sorted(variables)), tight=tuple(sorted(tight)))


def _dual(state: _State, objective: Sequence[Any], stop_at: Any) -> Optimum | Infeasible:
    """Dual simplex from a dual feasible basis."""
    loaded = state.program
    size = loaded.size
    while True:
        if stop_at is not None and fmpq(state.value, state.scale) < stop_at:
            return dataclasses.replace(_optimum(state), point=None)
        leaving = next((j for j in state.basis.variables if state.vertex[j] < 0), None)
        if leaving is None:
            leaving = next((size + i for i in range(loaded.height) if state.slack[i] < 0), None)
        if leaving is None:
            return _optimum(state)
        # Row of the dictionary: leaving = constant + sum_j alpha_j z_j + sum_{i in T} rho_i s_i over the nonbasic ones.
        if leaving < size:
            right = [fmpz(int(j == leaving)) for j in state.basis.variables]
        else:
            right = [loaded.rows[leaving - size][j] for j in state.basis.variables]
        found, scale = _solved(state.system.transpose(), right)
        weights = [fmpz(0)] * loaded.height
        for k, i in enumerate(state.basis.tight):
            weights[i] = found[k + 1]
        priced = fmpz_mat(1, loaded.height, weights) * loaded.matrix
        basic = set(state.basis.variables)
        candidates: list[tuple[Any, int]] = []
        for j in range(size):
            if j not in basic:
                alpha = -found[0] * loaded.mass[j] - priced[0, j]
                if leaving >= size:
                    alpha += loaded.rows[leaving - size][j] * scale
                if alpha > 0:
                    candidates.append((fmpq(-state.reduced[j], alpha), j))
        for i in state.basis.tight:
            if weights[i] > 0:
                candidates.append((fmpq(state.dual[i], weights[i]), size + i))
        if not candidates:
            ray = [fmpq(-weight, scale) for weight in weights]
            if leaving >= size:
                ray[leaving - size] += 1
                constant = fmpq(state.slack[leaving - size], state.weight)
            else:
                constant = fmpq(state.vertex[leaving], state.weight)
            return Infeasible(
                ray=tuple(ray),
                margin=-constant,
                multipliers=tuple(fmpq(entry, state.scale) for entry in state.dual),
                bound=fmpq(state.value, state.scale),
            )
        entering = min(candidates)[1]
        state = _State(loaded, _exchange(state.basis, entering, leaving, size), objective)


def _primal(state: _State) -> Optimum:
    """Primal simplex from a feasible basis."""
    loaded = state.program
    size = loaded.size
    while True:
        entering = next((j for j in range(size) if state.reduced[j] > 0), None)
        if entering is None:
            entering = next((size + i for i in state.basis.tight if state.dual[i] < 0), None)
        if entering is None:
            return _optimum(state)
        # Direction of the basic variables: K d = -(column of the entering variable).
        if entering < size:
            right = [-loaded.mass[entering], *(-loaded.rows[i][entering] for i in state.basis.tight)]
        else:
            right = [fmpz(0), *(fmpz(int(i == entering - size)) for i in state.basis.tight)]
        found, scale = _solved(state.system, right)
        direction = [fmpz(0)] * size
        for k, j in enumerate(state.basis.variables):
            direction[j] = found[k]
        if entering < size:
            direction[entering] = scale
        moved = loaded.matrix * fmpz_mat(size, 1, direction)
        tight = set(state.basis.tight)
        candidates = [(fmpq(state.vertex[j], -direction[j]), j) for j in state.basis.variables if direction[j] < 0] + [
            (fmpq(state.slack[i], -moved[i, 0]), size + i)
            for i in range(loaded.height)
            if i not in tight and moved[i, 0] < 0
        ]
        if not candidates:
            raise SolverError("rational_lp: expected a bounded program, found a direction along which it grows forever")
        state = _State(loaded, _exchange(state.basis, entering, min(candidates)[1], size), loaded.objective)
