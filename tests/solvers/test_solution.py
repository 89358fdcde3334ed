"""Statuses say what to do; solutions know their batch and their worst status."""

import numpy as np
import pytest

from games.errors import FirstmoverError
from solvers.errors import SolverError, refuse_batch
from solvers.solution import Solution, Status


def _solution(status):
    zero = np.zeros(np.shape(status))
    return Solution(
        concept="sse", values={"leader": zero}, policies={}, residual=zero, error_bound=zero, status=np.array(status)
    )


def test_status_names_are_those_of_answers():
    assert [status.label for status in Status] == ["converged", "undecided", "cycle", "ill-posed", "budget"]
    assert all(status.message.startswith(status.label + ": ") for status in Status)


def test_a_single_answer():
    assert _solution(0).converged is True and _solution(0).batch_shape == ()
    assert _solution(1).converged is False and _solution(1).message == Status.UNDECIDED.message
    assert _solution(0).follower_value is None


def test_a_batch_reports_what_went_wrong_and_how_often():
    found = _solution([[0, 1], [3, 1]])
    assert found.batch_shape == (2, 2)
    assert found.converged.tolist() == [[True, False], [False, False]]
    assert found.message == f"2 of 4 {Status.UNDECIDED.message}; 1 of 4 {Status.ILL_POSED.message}"
    assert _solution([0, 0]).message == _solution(np.zeros(0, dtype=int)).message == Status.CONVERGED.message


def test_refusing_a_batch_is_one_line():
    refuse_batch("solver", ())
    with pytest.raises(SolverError, match=r"^solver: expected a single game, found a batch of shape \(2,\); .*$"):
        refuse_batch("solver", (2,))
    assert issubclass(SolverError, FirstmoverError)
