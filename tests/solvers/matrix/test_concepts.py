"""Pure, weak, maxmin, Nash and correlated commitment, and the linear programs, each by what defines it."""

from fractions import Fraction

import numpy as np
import pytest

from games.matrix import BimatrixGame
from solvers.errors import SolverError
from solvers.matrix import correlated, exact, minimax, multiple_lps, nash, pure, single_lp, weak
from solvers.matrix.normalise import normalise


def _game(leader, follower):
    return BimatrixGame(leader=np.asarray(leader), follower=np.asarray(follower))


def test_pure_batches_agree_with_enumeration(rng, payoffs, references):
    drawn = np.stack([payoffs(rng, "integers", 3, 4) for _ in range(60)], axis=1)
    games = _game(drawn[0], drawn[1])
    for ties, concept in (("strong", "pure"), ("weak", "pure weak")):
        found = pure.solve(games, ties=ties)
        twin = pure.solve(games.exact(), ties=ties)
        for i in range(60):
            assert found.leader_value[i] == twin.leader_value[i] == references[concept](games[i])
            row, reply = found.policies["leader"][i], found.policies["follower"][i]
            assert games.leader[i, row, reply] == found.leader_value[i]
            assert games.follower[i, row, reply] == games.follower[i, row].max() == found.follower_value[i]
    with pytest.raises(SolverError, match="expected ties 'strong' or 'weak', found 'first'"):
        pure.solve(games, ties="first")


@pytest.mark.parametrize("solver", [multiple_lps, single_lp])
def test_linear_programs_agree_with_exact_arithmetic(rng, solver):
    for k in range(20):
        game = _game(*rng.random((2, 4, 5)) * 10.0 ** rng.integers(-9, 10))
        truth = exact.solve(game)
        found = solver.solve(game)
        assert found.converged and np.isnan(found.error_bound) and found.residual < 1e-8
        assert found.leader_value == pytest.approx(float(truth.leader_value), rel=1e-7)
        assert found.policies["follower"] == truth.policies["follower"]
        assert np.allclose(found.policies["leader"], truth.policies["leader"].astype(float), atol=1e-7), k


def test_the_reply_is_the_programs_and_not_an_argmax():
    # At the optimum the follower is indifferent; the leader's value needs him to choose the second column.
    game = _game([[2.0, 4.0], [1.0, 3.0]], [[1.0, 0.0], [0.0, 1.0]])
    for solver in (multiple_lps, single_lp):
        assert solver.solve(game).policies["follower"] == 1


@pytest.mark.parametrize("tolerance", [0.0, 1e-12, 1.0, float("nan")])
@pytest.mark.parametrize("solver", [multiple_lps, single_lp, correlated])
def test_tolerances_that_the_solver_cannot_keep_are_refused(solver, tolerance):
    with pytest.raises(SolverError, match="tolerance: expected a number in"):
        solver.solve(_game(np.eye(2), np.eye(2)), tolerance=tolerance)


def test_correlated_devices_are_obedient(rng):
    for _ in range(20):
        game = _game(*rng.integers(-3, 4, (2, 3, 4)).astype(float))
        found = correlated.solve(game)
        device = found.policies["device"]
        assert device.min() >= 0 and device.sum() == pytest.approx(1)
        told = device.T @ game.follower  # payoff of playing k when told b
        assert (told.max(axis=1) - np.diagonal(told)).max() < 1e-7
        assert found.leader_value == pytest.approx((device * game.leader).sum())
        assert found.leader_value == pytest.approx(float(exact.solve(game).leader_value), abs=1e-7)


def test_normal_units_lose_nothing_that_matters(rng):
    leader, follower = rng.random((2, 3, 4))
    plain = normalise(_game(leader, follower))
    for scale in (2.0**-1000, 1.0, 2.0**1000):
        same = normalise(_game(leader * scale, follower / scale))
        assert np.array_equal(same.leader, plain.leader) and np.array_equal(same.follower, plain.follower)
    assert plain.leader.min() == 0 and 0.5 <= plain.leader.max() < 1
    assert plain.follower.max(axis=1).tolist() == [0, 0, 0] and -1 < plain.follower.min() <= -0.5
    twin = normalise(_game(leader, follower).exact())
    assert np.array_equal(twin.leader, plain.leader) and np.array_equal(twin.follower, plain.follower)
    # An exact twin keeps differences that its rounded payoffs lose.
    close = BimatrixGame(leader=[[Fraction(10**30), Fraction(10**30 + 1)]], follower=[["0", "1/3"]])
    assert normalise(close).leader.tolist() == [[0.0, 0.5]]
    constant = normalise(_game(np.ones((2, 2)), np.zeros((2, 2))))
    assert not constant.leader.any() and not constant.follower.any()


def test_weak_suprema_are_attained_or_not():
    # Commit to the second row: the only best reply pays 1, nothing hangs on a tie.
    assert exact.fact(_game([[0, 0], [0, 1]], [[1, 0], [0, 1]]), "wse")["attained"] is True
    # Conitzer-Sandholm: 7/2 is approached as the second row's weight falls to 1/2, where the tie turns against her.
    fact = exact.fact(_game([[2, 4], [1, 3]], [[1, 0], [0, 1]]), "wse")
    assert fact["value"] == "7/2" and fact["attained"] is False and fact["attained_proved"] is False
    # The same with a tie that does not hurt: attained at the tie itself.
    fact = exact.fact(_game([[4, 4], [1, 3]], [[1, 0], [0, 1]]), "wse")
    assert fact["value"] == "4" and fact["attained"] is True


def test_weak_values_of_sampled_commitments_stay_below(rng, payoffs):
    beaten = 0
    for kind in ("integers", "binary"):
        for _ in range(40):
            game = _game(*payoffs(rng, kind, 3, 3)).exact()
            fact = exact.fact(game, "wse")
            for weights in rng.integers(0, 4, (20, 3)):
                if not weights.sum():
                    continue
                x = [Fraction(int(w), int(weights.sum())) for w in weights]
                served, paid = x @ game.follower, x @ game.leader
                got = min(paid[k] for k in range(3) if served[k] == served.max())
                assert got <= Fraction(fact["value"])
                assert fact["attained"] or got < Fraction(fact["value"])
            beaten += not fact["attained"]
    assert beaten > 3


def test_weak_batches_mix_proofs_and_exact_answers(rng, payoffs):
    drawn = np.stack([payoffs(rng, kind, 3, 3) for kind in ("uniform", "integers", "binary") * 12], axis=1)
    games = _game(drawn[0], drawn[1])
    found = weak.solve(games, threads=2)
    assert found.converged.all()
    for i in range(len(games)):
        truth = exact.solve(games[i], "wse").leader_value
        assert abs(Fraction(found.leader_value[i]) - truth) <= Fraction(found.error_bound[i])
    assert found.certificate[3]["concept"] == "wse"


def test_maxmin_ignores_the_follower(rng, checked):
    leader, follower = rng.integers(-5, 6, (2, 10, 3, 4)).astype(float)
    found = minimax.solve(_game(leader, follower))
    other = minimax.solve(_game(leader, -follower))
    assert np.array_equal(found.leader_value, other.leader_value) and found.follower_value is None
    guaranteed = np.einsum("ga,gab->gb", found.policies["leader"], leader).min(axis=1)
    assert np.allclose(guaranteed, found.leader_value, atol=1e-12)
    checked(_game(leader[2], follower[2]).exact(), found.certificate[2])


def test_nash_equilibria_of_known_games():
    chicken = nash.equilibria(_game([[0, 7], [2, 6]], [[0, 2], [7, 6]]))
    assert [one.leader_value for one in chicken] == [7, Fraction(14, 3), 2]
    # Degenerate: against the first column the rows are equal, so equilibria form a segment; both ends appear.
    segment = nash.equilibria(_game([[1, 1], [1, 0]], [[1, 0], [1, 1]]))
    assert {(one.leader_value, one.follower_value) for one in segment} == {(1, 1)}
    assert len(segment) >= 2
    assert len(nash.equilibria(_game(np.eye(3), np.eye(3)))) == 7  # every support of the coordination game


def test_generic_games_have_an_odd_number_of_equilibria(rng, checked):
    for _ in range(15):
        game = _game(*rng.random((2, 3, 4)))
        found = nash.equilibria(game)
        assert len(found) % 2 == 1
        assert [one.leader_value for one in found] == sorted((one.leader_value for one in found), reverse=True)
        checked(game.exact(), exact.fact(game, "best nash"))
        checked(game.exact(), exact.fact(game, "worst nash"))


def test_games_too_large_to_enumerate_are_refused():
    with pytest.raises(SolverError, match="expected a game with at most 50000 vertex candidates"):
        nash.equilibria(_game(np.eye(10), np.eye(10)))
