"""The one door: concepts, exactness, batches and what it may import."""

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from games.matrix import BimatrixGame
from solvers.errors import SolverError
from solvers.matrix import CONCEPTS, solve, value

GAME = BimatrixGame(leader=[[2.0, 4.0], [1.0, 3.0]], follower=[[1.0, 0.0], [0.0, 1.0]])
VALUES = {
    "sse": Fraction(7, 2),
    "wse": Fraction(7, 2),
    "correlated": Fraction(7, 2),
    "pure": 3,
    "pure weak": 3,
    "minimax": 2,
    "best nash": 2,
    "worst nash": 2,
}


@pytest.mark.parametrize("concept", CONCEPTS)
def test_floats_exact_twins_and_exact_on_request(concept):
    assert value(GAME, concept) == pytest.approx(float(VALUES[concept]), abs=1e-9)
    for found in (solve(GAME.exact(), concept=concept), solve(GAME, concept=concept, exact=True)):
        assert isinstance(found.leader_value, Fraction) and found.leader_value == VALUES[concept]
        assert found.error_bound == 0 and found.certificate["value"] == str(VALUES[concept])


def test_values_of_batches_are_arrays():
    games = BimatrixGame(leader=np.stack([GAME.leader, 2 * GAME.leader]), follower=GAME.follower)
    assert value(games).tolist() == [3.5, 7.0]
    assert value(games, "pure weak", exact=True).tolist() == [3, 6]
    assert value(games.exact(), "pure").tolist() == [3, 6]
    assert solve(games, concept="wse", threads=2).leader_value.tolist() == [3.5, 7.0]


def test_unknown_concepts_are_named():
    with pytest.raises(SolverError, match=r"expected a concept among sse, .* found 'nash'"):
        solve(GAME, concept="nash")


def test_importing_loads_nothing_and_exact_answers_need_no_compiler():
    code = (
        "import sys, solvers.matrix; assert not {'numpy', 'numba', 'flint', 'highspy'} & set(sys.modules);"
        "from games.matrix import BimatrixGame;"
        "game = BimatrixGame(leader=[['1', '2']], follower=[['0', '0']]);"
        "print(solvers.matrix.value(game)); assert not {'numba', 'highspy', 'scipy'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout == "2\n", done.stderr


def test_there_is_nothing_else_to_import():
    import solvers.matrix

    with pytest.raises(AttributeError, match="no attribute 'sovle'"):
        solvers.matrix.sovle  # noqa: B018 - the lookup is the test
