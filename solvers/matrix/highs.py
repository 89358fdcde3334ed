"""HiGHS called directly: a tenth of the cost of a modelling layer on programs of this size."""

from __future__ import annotations

import dataclasses

import highspy
import numpy as np

from solvers.errors import SolverError
from solvers.solution import Status

# What HiGHS accepts for its absolute tolerances.
LOOSEST, TIGHTEST = 1e-3, 1e-10


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vertex:
    """An optimal vertex; `feasible` is False, and the arrays empty, where HiGHS proved that there is none."""

    status: Status
    feasible: bool
    value: float
    point: np.ndarray  # (N,)
    multipliers: np.ndarray  # (R,) >= 0


def maximise(
    objective: np.ndarray,  # (N,)
    starts: np.ndarray,  # (R + 2,) where each row begins; row 0 is the mass
    columns: np.ndarray,
    entries: np.ndarray,
    *,
    tolerance: float,
) -> Vertex:
    """maximise objective·z subject to row_0 z = 1, row_i z >= 0 otherwise, z >= 0; rows in compressed form.

    Raises `SolverError` for a tolerance that HiGHS does not accept.
    """
    check_tolerance(tolerance)
    size, height = len(objective), len(starts) - 1
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = size, height
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = objective
    model.col_lower_ = np.zeros(size)
    model.col_upper_ = np.full(size, highspy.kHighsInf)
    model.row_lower_ = np.concatenate([[1.0], np.zeros(height - 1)])
    model.row_upper_ = np.concatenate([[1.0], np.full(height - 1, highspy.kHighsInf)])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = starts
    model.a_matrix_.index_ = columns
    model.a_matrix_.value_ = entries
    highs = highspy.Highs()
    for option, setting in (
        ("output_flag", False),
        ("threads", 1),
        ("primal_feasibility_tolerance", tolerance),
        ("dual_feasibility_tolerance", tolerance),
    ):
        highs.setOptionValue(option, setting)
    highs.passModel(model)
    highs.run()
    outcome = highs.getModelStatus()
    empty = np.empty(0)
    if outcome == highspy.HighsModelStatus.kInfeasible:
        return Vertex(status=Status.CONVERGED, feasible=False, value=-np.inf, point=empty, multipliers=empty)
    if outcome != highspy.HighsModelStatus.kOptimal:
        return Vertex(status=Status.UNDECIDED, feasible=False, value=np.nan, point=empty, multipliers=empty)
    solution = highs.getSolution()
    return Vertex(
        status=Status.CONVERGED,
        feasible=True,
        value=highs.getObjectiveValue(),
        point=np.maximum(solution.col_value, 0.0),
        multipliers=np.maximum(-np.asarray(solution.row_dual)[1:], 0.0),
    )


def check_tolerance(tolerance: float) -> None:
    """Raise `SolverError` unless HiGHS accepts the tolerance."""
    if not TIGHTEST <= tolerance <= LOOSEST:
        raise SolverError(f"tolerance: expected a number in [{TIGHTEST}, {LOOSEST}], found {tolerance!r}")
