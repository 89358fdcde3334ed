"""Exact linear programs: right optima from right, wrong, singular and missing bases, and proofs of infeasibility."""

import itertools

import pytest
from flint import fmpq

from solvers.errors import SolverError
from solvers.matrix.rational_lp import Basis, Infeasible, Optimum, Program, solve


def _random(rng, m, n):
    return Program(objective=rng.integers(-9, 10, m).tolist(), rows=rng.integers(-6, 10, (n, m)).tolist(), mass=[1] * m)


def _check(program, found):
    """Primal and dual feasibility, and equal objectives or a ray: each is a proof."""
    rows, mass = program.rows, program.mass
    if isinstance(found, Infeasible):
        assert min(found.ray, default=0) >= 0 and found.margin > 0
        for j in range(len(mass)):
            assert sum(y * row[j] for y, row in zip(found.ray, rows, strict=True)) <= -found.margin * mass[j]
        return None
    assert isinstance(found, Optimum) and found.point is not None
    assert min(found.point) >= 0 and min(found.multipliers, default=0) >= 0
    assert sum(z * e for z, e in zip(found.point, mass, strict=True)) == 1
    assert all(sum(r * z for r, z in zip(row, found.point, strict=True)) >= 0 for row in rows)
    assert sum(c * z for c, z in zip(program.objective, found.point, strict=True)) == found.value
    for j in range(len(mass)):
        priced = sum(y * row[j] for y, row in zip(found.multipliers, rows, strict=True))
        assert program.objective[j] + priced <= found.value * mass[j]
    return found.value


def test_optima_and_infeasibility_are_proved(rng):
    kinds = [type(found) for _ in range(200) if _check(p := _random(rng, 4, 4), found := solve(p)) or True]
    assert kinds.count(Infeasible) > 10 and kinds.count(Optimum) > 100


def test_no_hint_changes_the_optimum(rng):
    for _ in range(6):
        program = _random(rng, 4, 3)
        value = _check(program, solve(program))
        for size in range(1, 5):
            for variables in itertools.combinations(range(4), size):
                for tight in itertools.combinations(range(3), size - 1):
                    found = solve(program, hints=[Basis(variables=variables, tight=tight)])
                    assert _check(program, found) == value
    assert _check(program, solve(program, hints=[Basis(variables=(0, 1), tight=(0, 1))])) == value  # not square


def test_a_bound_variable_needs_the_feasible_side_first(rng):
    # maximise t with x'A_b >= t: no basis of the mixture alone is dual feasible.
    for _ in range(30):
        payoffs = rng.integers(1, 20, (3, 4))
        rows = [[*column, -1] for column in payoffs.T.tolist()]
        rows.append([*rng.integers(-3, 4, 3).tolist(), 0])
        program = Program(objective=[0, 0, 0, 1], rows=rows, mass=[1, 1, 1, 0])
        _check(program, solve(program))


def test_stopping_needs_a_bound_strictly_below(rng):
    stopped = 0
    for _ in range(50):
        program = _random(rng, 4, 3)
        found = solve(program)
        if isinstance(found, Infeasible):
            continue
        same = solve(program, stop_at=found.value)
        assert isinstance(same, Optimum) and same.point is not None and same.value == found.value
        above = solve(program, stop_at=found.value + fmpq(1, 1000))
        assert isinstance(above, Optimum) and above.value < found.value + fmpq(1, 1000)
        for j in range(4):
            priced = sum(y * row[j] for y, row in zip(above.multipliers, program.rows, strict=True))
            assert program.objective[j] + priced <= above.value
        stopped += above.point is None
    assert stopped > 5


def test_degenerate_programs_end():
    # All rows meet in the only feasible point: every pivot is a tie, and only Bland's rule forbids a cycle.
    rows = [[1, -1, 0], [-1, 1, 0], [0, 1, -1], [0, -1, 1], [1, 0, -1], [-1, 0, 1]]
    program = Program(objective=[3, 1, 2], rows=rows, mass=[1, 1, 1])
    found = solve(program)
    assert _check(program, found) == 2 and found.point == (fmpq(1, 3),) * 3


def test_an_unbounded_program_is_refused():
    with pytest.raises(SolverError, match="expected a bounded program"):
        solve(Program(objective=[0, 1], rows=[[1, 1]], mass=[1, 0]))


def test_large_integers_lose_nothing():
    huge = 10**40
    program = Program(objective=[huge + 1, huge], rows=[[-1, huge], [1, 1]], mass=[1, 1])
    assert _check(program, solve(program)) == huge + fmpq(huge, huge + 1)


def test_a_program_without_rows():
    assert solve(Program(objective=[1, 2], rows=[], mass=[1, 1])).value == 2
