"""Batches: the error bounds hold, the filter never proves what is false, ties go to exact arithmetic."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from games.matrix import BimatrixGame
from solvers.errors import SolverError
from solvers.matrix import batch, exact
from solvers.matrix.commit import normal_units, workspace
from solvers.matrix.dual_simplex import OPTIMAL, bound_reply
from solvers.matrix.filter import NONDEGENERATE, PROVED, UNSETTLED, invert, prove_basis, upper_bound
from solvers.matrix.integer_simplex import commit_integers
from solvers.matrix.integers import small_integers
from solvers.solution import Status


def _games(rng, payoffs, kind, count, m, n):
    drawn = np.stack([payoffs(rng, kind, m, n) for _ in range(count)], axis=1)
    return BimatrixGame(leader=drawn[0], follower=drawn[1])


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (4, 1), (2, 2), (3, 5), (5, 3), (7, 7)])
@pytest.mark.parametrize("kind", ["uniform", "integers", "binary"])
def test_error_bounds_and_proofs_hold(rng, payoffs, kind, shape):
    games = _games(rng, payoffs, kind, 12, *shape)
    raw = batch.commitments(games)
    found = batch.solve(games)
    assert found.converged.all()
    for i in range(len(games)):
        truth = exact.solve(games[i])
        assert abs(Fraction(found.leader_value[i]) - truth.leader_value) <= Fraction(found.error_bound[i])
        strategy = found.policies["leader"][i]
        assert strategy.min() >= 0 and abs(strategy.sum() - 1) < 1e-12
        # The reply is best, and the strategy reaches the value, up to the rounding of the strategy.
        paid = strategy @ games.follower[i]
        assert paid.max() - paid[found.policies["follower"][i]] <= found.residual[i] + 1e-15 <= 1e-12
        assert strategy @ games.leader[i][:, found.policies["follower"][i]] == pytest.approx(found.leader_value[i])
        if raw.known[i] == NONDEGENERATE:
            assert exact.solve(games[i], "wse").leader_value == truth.leader_value
        if raw.known[i] != UNSETTLED:
            assert raw.error[i] < 1e-9 and found.leader_value[i] == raw.value[i]


def test_nothing_false_is_proved_of_games_close_to_ties(rng):
    # Ties of small integers, moved by 1e-17 to 1e-7 of themselves, shifted or scaled to extremes.
    states = np.zeros(3, dtype=int)
    for k in range(12):
        leader, follower = rng.integers(-2, 3, (2, 20, 4, 3)).astype(float)
        near = 10.0 ** rng.uniform(-17, -7)
        leader = leader * (1 + near * rng.integers(-2, 3, leader.shape)) + (1e6 if k % 3 == 0 else 0)
        follower = follower + near * rng.integers(-2, 3, follower.shape)
        if k % 4 == 0:
            leader, follower = leader * 1e-200, follower * 1e150
        games = BimatrixGame(leader=leader, follower=follower)
        raw = batch.commitments(games)
        states += np.bincount(raw.known, minlength=3)
        for i in np.flatnonzero(raw.known):
            truth = exact.solve(games[i]).leader_value
            assert abs(Fraction(raw.value[i]) - truth) <= Fraction(raw.error[i])
            if raw.known[i] == NONDEGENERATE:
                assert exact.solve(games[i], "wse").leader_value == truth
    assert states.min() > 10


def test_continuous_games_are_nearly_always_proved(rng):
    leader, follower = rng.normal(size=(2, 2000, 6, 6))
    known = batch.commitments(BimatrixGame(leader=leader, follower=follower)).known
    assert (known == NONDEGENERATE).mean() > 0.99


def test_zero_sum_games_tie_by_nature_and_are_proved_all_the_same(rng):
    # Every reply in the opponent's optimal mixture gives the value: bounds of the others cannot be below it.
    leader = rng.normal(size=(300, 4, 5))
    games = BimatrixGame(leader=leader, follower=-leader)
    raw = batch.commitments(games)
    assert (raw.known != UNSETTLED).mean() > 0.99
    for i in range(40):
        truth = exact.solve(games[i], "minimax").leader_value
        assert abs(Fraction(raw.value[i]) - truth) <= Fraction(raw.error[i])
    # A game that is zero-sum but for one payoff gets no such proof: here the second reply is worth more.
    leader = np.array([[1 / 3, 0.0], [0.0, 1 / 3]])
    follower = -leader
    follower[0, 1] = 1 / 7
    assert batch.solve(BimatrixGame(leader=leader, follower=follower)).leader_value == pytest.approx(
        float(exact.solve(BimatrixGame(leader=leader, follower=follower)).leader_value), abs=1e-15
    )


def test_threads_and_blocks_change_nothing(rng, monkeypatch):
    leader, follower = rng.random((2, 40, 4, 3))
    games = BimatrixGame(leader=leader.reshape(5, 8, 4, 3), follower=follower.reshape(5, 8, 4, 3))
    alone = batch.solve(games)
    monkeypatch.setattr(batch, "BLOCK", 7)
    shared = batch.solve(games, threads=2)
    assert np.array_equal(alone.leader_value, shared.leader_value)
    assert np.array_equal(alone.policies["leader"], shared.policies["leader"])
    assert alone.batch_shape == (5, 8)


def test_an_empty_batch():
    empty = BimatrixGame(leader=np.ones((0, 2, 2)), follower=np.ones((0, 2, 2)))
    assert batch.solve(empty).leader_value.shape == (0,)


def test_knife_edges_are_undecided_in_floats_and_settled_exactly():
    # The second column is a best reply at (1/2, 1/2) only, so that the strong value hangs on an exact tie.
    third = 1 / 3  # 53 significant bits: beyond the integers
    edge = BimatrixGame(
        leader=[[0.0, 10.0, 0.0], [0.0, 10.0, 1.0]], follower=[[third, third / 2, 0], [0, third / 2, third]]
    )
    left = batch.solve(edge, settle=False)
    assert left.status == Status.UNDECIDED and np.isinf(left.error_bound) and "exact" in left.message
    assert batch.solve(edge).leader_value == 10.0
    # One unit in the last place off, the column is a best reply nowhere.
    off = BimatrixGame(
        leader=edge.leader, follower=edge.follower - np.array([[0, np.spacing(third / 2), 0], [0, 0, 0]])
    )
    assert batch.solve(off).leader_value == 1.0


def test_ties_of_small_integers_need_no_rationals(rng):
    leader, follower = rng.integers(-2, 3, (2, 300, 5, 5)) / 8
    found = batch.solve(BimatrixGame(leader=leader, follower=follower), settle=False)
    assert found.converged.all()


def test_integers_that_grow_too_large_are_given_up_and_never_wrong(rng):
    settled = 0
    for bits in (4, 12, 24):
        A, B = rng.integers(-(2**bits), 2**bits, (2, 40, 4, 4))
        known, reply = np.empty(40, dtype=np.int8), np.empty(40, dtype=np.int64)
        value, strategy = np.empty(40), np.empty((40, 4))
        commit_integers(A, B, known, reply, value, strategy)
        for i in np.flatnonzero(known):
            truth = exact.solve(BimatrixGame(leader=A[i], follower=B[i])).leader_value
            assert abs(Fraction(value[i]) - truth) <= abs(truth) * Fraction(1, 2**53)
        settled += (known != UNSETTLED).sum()
    assert 60 < settled < 120


def test_small_integers_are_the_payoffs_over_a_power_of_two():
    payoffs = np.array([[[0.5, -3.0]], [[1 / 3, 1.0]], [[0.0, 0.0]], [[2.0**600, 3 * 2.0**600]], [[1.0, 2.0**40]]])
    integers, power, small = small_integers(payoffs, 24)
    assert small.tolist() == [True, False, True, True, False]
    assert np.array_equal(np.ldexp(integers[small].astype(float), power[small][:, None, None]), payoffs[small])


def test_a_tolerance_settles_ill_conditioned_games(rng):
    leader, follower = rng.random((2, 50, 5, 5))
    games = BimatrixGame(leader=leader, follower=follower)
    assert batch.solve(games).error_bound.max() > 1e-17
    assert batch.solve(games, tolerance=0.0).error_bound.max() < 2e-16  # the rounding of the value alone


def test_certificates_are_facts(rng, checked):
    leader, follower = rng.random((2, 6, 3, 4))
    games = BimatrixGame(leader=leader.reshape(2, 3, 3, 4), follower=follower.reshape(2, 3, 3, 4))
    certificate = batch.solve(games).certificate
    checked(games[1, 2].exact(), certificate[1, 2])
    checked(games[0, 1].exact(), batch.solve(games[0, 1]).certificate[()])
    with pytest.raises(SolverError, match=r"expected a single game, found a batch of shape \(3,\)"):
        certificate[1]


def test_refusals(rng):
    game = BimatrixGame(leader=np.eye(2), follower=np.eye(2))
    with pytest.raises(SolverError, match="expected payoffs as floats, found an exact twin"):
        batch.solve(game.exact())
    with pytest.raises(SolverError, match="threads: expected at least 1, found 0"):
        batch.solve(game, threads=0)


def test_bounds_of_any_multipliers_are_upper_bounds(rng):
    for _ in range(20):
        leader, follower = rng.normal(size=(2, 4, 5))
        w = workspace(4, 5)
        lowest, unit, follower_unit = normal_units(leader, follower, w.C, w.F)
        assert np.allclose(lowest + unit * w.C.T, leader) and np.array_equal(follower_unit * w.F.T, follower)
        assert w.C.min() == 0 and w.C.max() <= 1 and np.ptp(w.F, axis=0).max() <= 1
        multipliers = np.abs(rng.normal(size=(5, 5))) * 10.0 ** rng.integers(-3, 9)
        np.fill_diagonal(multipliers, 0.0)
        C, F = (np.vectorize(Fraction, otypes=[object])(entries) for entries in (w.C, w.F))
        for b in range(5):
            bound = max(
                C[b, a] + sum(Fraction(multipliers[b, k]) * (F[b, a] - F[k, a]) for k in range(5)) for a in range(4)
            )
            assert bound <= Fraction(upper_bound(w.C, w.F, b, multipliers, w.values))


def test_the_filter_proves_exactly_the_optimal_bases(rng):
    """All bases of one reply's program are put to the filter; only the truly optimal one passes."""
    passed = 0
    for _ in range(12):
        A, B = rng.random((2, 4, 4))
        w = workspace(4, 4)
        normal_units(A, B, w.C, w.F)
        for b in range(4):
            outcome, bound, _ = bound_reply(w.C, w.F, b, -1.0, w.dictionary, w.basic, w.nonbasic, w.multipliers)
            others = [k for k in range(4) if k != b]
            for size in (2, 3, 4):
                for support in combinations(range(4), size):
                    for tight in combinations(others, size - 1):
                        room = [np.array((*chosen, 0), dtype=np.int64) for chosen in (support, tight)]
                        known, _, _ = prove_basis(
                            A, w.C, w.F, b, *room, size, w.system, w.inverse, w.misses, w.x, w.z, w.values
                        )
                        if known != UNSETTLED:
                            passed += 1
                            assert outcome == OPTIMAL and abs(w.z[0] - bound) < 1e-9
                            assert {v for v in w.basic.tolist() if v < 4} == set(support)
                            assert {v - 4 for v in w.nonbasic.tolist() if v >= 4} == set(tight)
    assert passed > 10


def test_a_reply_equal_on_the_support_is_proved_but_not_nondegenerate():
    # The third column repeats the second for the follower: the strong value stands, the weak one is lower.
    leader = np.array([[2.0, 4.0, 0.0], [1.0, 3.0, 0.0]])
    follower = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]])
    game = BimatrixGame(leader=leader, follower=follower)
    assert batch.commitments(game).known.tolist() == [PROVED]
    assert batch.solve(game).leader_value == 3.5
    assert exact.solve(game, "wse").leader_value == 2


@pytest.mark.parametrize(
    ("leader", "follower"),
    [
        ([[1.65e308, -1.65e308], [5.5e307, 1.1e308]], [[1.0, 2.0], [3.0, -1.0]]),  # the leader's range overflows
        ([[1.0, -1.0], [0.5, 2.0]], [[1.7e308, -1.7e308], [-1.0, 1.0]]),  # the follower's
        ([[1.0, 0.5], [0.25, 0.7]], [[1e300, 1e300], [1e-260, 2e-260]]),  # the follower's payoffs in normal units
    ],
)
def test_payoffs_that_overflow_are_settled_exactly(leader, follower):
    game = BimatrixGame(leader=leader, follower=follower)
    assert batch.commitments(game).known.tolist() == [UNSETTLED]
    found, truth = batch.solve(game), exact.solve(game)
    assert abs(Fraction(float(found.leader_value)) - truth.leader_value) <= Fraction(float(found.error_bound))


def test_inversion(rng):
    K = rng.normal(size=(6, 6))
    R = np.empty((6, 6))
    assert invert(K.copy(), 5, R)
    assert np.allclose(R[:5, :5] @ K[:5, :5], np.eye(5))
    assert not invert(np.ones((3, 3)), 3, R)


@pytest.mark.parametrize(
    ("leader", "follower"),
    [
        # Near the smallest float, where a rounded quotient of integers loses more than a relative 2^-53.
        ([[1.04e-322, 6.9e-323], [6.9e-323, -1.04e-322], [-3.5e-323, 1.04e-322]], [[-3, 1], [3, -3], [-1, -3]]),
        ([[5e-324, 1e-323], [1e-323, 0.0]], [[1.0, 0.0], [0.0, 2.0]]),
        # The value misses 3 by a part of 10^-556: an error, though no float is as small.
        ([[-1.0, -1.0], [3.0, -2.0]], [[7e295, 1e294], [-8e-261, 4e-261]]),
    ],
)
def test_errors_below_the_smallest_float_are_not_zero(leader, follower):
    game = BimatrixGame(leader=leader, follower=follower)
    truth = exact.solve(game)
    for found in (batch.solve(game), exact.rounded(truth)):
        missed = abs(Fraction(float(found.leader_value)) - truth.leader_value)
        assert missed > 0 and missed <= Fraction(float(found.error_bound))
