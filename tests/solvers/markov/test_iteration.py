"""Q-value iteration of single games: what it says is proved holds for the iterates in Fractions."""

import tracemalloc
from fractions import Fraction

import numpy as np
import pytest

from games.errors import FirstmoverError
from games.markov import MarkovGame
from solvers.markov.iteration import solve
from solvers.solution import Status

TIES = ("strong", "weak", "first")


def _policies(found):
    return tuple(found["leader"].tolist()), tuple(map(tuple, found["follower"].tolist()))


def _one_state(leader, follower, discounts=(0.5, 0.5)):
    leader, follower = np.array([leader], dtype=float), np.array([follower], dtype=float)
    return MarkovGame(
        transition=np.ones((*leader.shape, 1)),
        leader_reward=leader,
        follower_reward=follower,
        leader_discount=discounts[0],
        follower_discount=discounts[1],
    )


@pytest.mark.parametrize("alpha", [1.0, 0.5])
def test_fixed_points_and_cycles_are_those_of_exact_iteration(reference, drawn, distance, alpha):
    rng = np.random.default_rng(7)
    ends = []
    for case in range(60):
        game = drawn(rng, states=2 + case % 2)
        ties = TIES[case % 3]
        found = solve(game, ties=ties, step_size=alpha)
        exact = reference(game, ties)
        assert found.status in (Status.CONVERGED, Status.CYCLE), found.message
        ends.append(found.period)
        # From the step of the proof on, exact iterates have the policies reported, phase by phase.
        seen, _ = exact.run(found.iterations + 2 * found.period + 3, Fraction(alpha))
        if found.period == 1:
            assert set(seen[found.iterations :]) == {_policies(found.policies)}
            truth = exact.backup(exact.of_policy(*seen[-1]))
            for player, table in zip(("leader", "follower"), truth, strict=True):
                assert distance(found.q[player], table) <= Fraction(found.error_bound) <= Fraction(1e-10)
            for values, true in zip(found.values.values(), exact.of_policy(*seen[-1]), strict=True):
                assert np.allclose(values, [float(v) for v in true], rtol=0, atol=1e-10)
        else:
            cycle = [_policies(phase) for phase in found.cycle]
            assert len(cycle) == found.period and _policies(found.policies) == cycle[0]
            shift = cycle.index(seen[found.iterations]) if cycle.count(seen[found.iterations]) == 1 else None
            candidates = range(found.period) if shift is None else [shift]
            assert any(
                all(cycle[(k + i) % found.period] == policy for i, policy in enumerate(seen[found.iterations :]))
                for k in candidates
            )
            # `period` exact steps from q come back to q but for the error of q and of its image.
            tables = [
                np.vectorize(Fraction, otypes=[object])(found.q[player]).tolist() for player in ("leader", "follower")
            ]
            image = tables
            for _ in range(found.period):
                image = exact.step(image, Fraction(alpha))
            for k, player in enumerate(("leader", "follower")):
                assert distance(found.q[player], image[k]) <= 2 * Fraction(found.error_bound) <= Fraction(1e-10)
    assert ends.count(1) >= 40 and len(set(ends)) >= 2  # both kinds were met


def test_zero_sum_common_and_myopic_games_contract_whatever_the_ties(reference, drawn, distance):
    rng = np.random.default_rng(8)
    for ties in TIES:
        for kind in ("zero sum", "common", "myopic"):
            opponent = {"zero sum": lambda r: -r, "common": lambda r: r, "myopic": lambda r: np.round(r)}[kind]
            game = drawn(
                rng, states=3, discount=0.75, follower=opponent, follower_discount=0.0 if kind == "myopic" else None
            )
            found = solve(game, ties=ties, step_size=0.5)
            assert found.converged and found.error_bound <= 1e-9
            # 60 exact undamped steps leave .75^60 = 3.2e-8 of the distance from zero to a point of at most 16.
            _, tables = reference(game, ties).run(60)
            for k, player in enumerate(("leader", "follower")):
                assert distance(found.q[player], tables[k]) <= Fraction(16 * 3.2e-8 + found.error_bound)
            if kind == "myopic":
                assert np.array_equal(found.q["follower"], game.follower_reward)


@pytest.mark.parametrize(("ties", "value"), [("strong", 5.0), ("weak", 3.0), ("first", 3.0)])
def test_a_myopic_follower_breaks_ties_by_the_rule(ties, value):
    # Row 0: he is indifferent between 1 and 5; row 1: 3 whatever he does.
    game = _one_state([[1.0, 5.0], [3.0, 3.0]], [[2.0, 2.0], [1.0, 0.0]], (0.5, 0.0))
    found = solve(game, ties=ties)
    assert found.converged and found.leader_value[0] == pytest.approx(value / 0.5, abs=1e-9)


def test_without_the_condition_on_the_start_nothing_is_taken_for_a_contraction():
    """Zero-sum rewards from a start that is not opposite: Q_F stays apart from -Q_L, and the proof goes by margins."""
    game = _one_state([[1.0, -1.0], [0.5, 0.25]], [[-1.0, 1.0], [-0.5, -0.25]])
    found = solve(game, start=(np.zeros((1, 2, 2)), np.ones((1, 2, 2))))
    assert found.converged
    # max min = 1/4 (row 1), value 1/2; the follower's Q converges to the opposite all the same.
    assert found.leader_value[0] == pytest.approx(0.5, abs=1e-12)
    assert found.follower_value[0] == pytest.approx(-0.5, abs=1e-12)
    assert found.iterations > 0


def test_one_shot_discounts_give_the_rewards():
    game = _one_state([[1.0, 5.0], [3.0, 3.0]], [[2.0, 2.0], [1.0, 0.0]], (0.0, 0.0))
    found = solve(game, step_size=0.25)
    assert found.error_bound == 0 and np.array_equal(found.q["leader"], game.leader_reward)


def test_absorbing_states_are_copies_and_no_ties(reference, distance):
    """In the absorbing state all actions are the same: no margin there, and yet nothing is open."""
    rng = np.random.default_rng(3)
    transition = np.zeros((2, 2, 2, 2))
    transition[0, ..., 0], transition[0, ..., 1] = 0.75, 0.25
    transition[1, ..., 1] = 1.0
    rewards = rng.integers(-8, 9, (2, 2, 2, 2)) / 8
    rewards[:, 1] = np.array([0.3, -0.7])[:, None, None]
    game = MarkovGame(
        transition=transition,
        leader_reward=rewards[0],
        follower_reward=rewards[1],
        leader_discount=0.9,
        follower_discount=0.9,
    )
    found = solve(game)
    assert found.converged, found.message
    exact = reference(game)
    truth = exact.backup(exact.of_policy(*_policies(found.policies)))
    assert distance(found.q["leader"], truth[0]) <= Fraction(found.error_bound) < Fraction(1e-12)


def test_a_tie_that_rounding_cannot_settle_is_said_to_be_one():
    """Two ways to equal values through different states: equal for the leader for ever, not for the follower."""
    transition = np.zeros((3, 2, 1, 3))
    transition[0, 0, 0, 1] = transition[0, 1, 0, 2] = 1.0
    transition[1, :, :, 1] = transition[2, :, :, 2] = 1.0
    leader = np.array([[[1.0], [1.0]], [[0.1], [0.0]], [[0.1], [0.0]]])
    follower = np.array([[[0.0], [0.0]], [[1.0], [1.0]], [[2.0], [2.0]]])
    game = MarkovGame(
        transition=transition,
        leader_reward=leader,
        follower_reward=follower,
        leader_discount=0.9,
        follower_discount=0.9,
    )
    found = solve(game)
    assert found.status == Status.UNDECIDED and np.isnan(found.error_bound) and found.period == 0
    assert "in state 0 lies within rounding" in found.message and "exact=True" in found.message
    assert found.leader_value == pytest.approx([1.9, 1.0, 1.0])


def test_out_of_budget_is_said(drawn):
    rng = np.random.default_rng(0)
    game = drawn(rng, discount=0.99, leader=lambda r: 1e-3 * r)
    found = solve(game, budget=1)
    assert found.status == Status.BUDGET and "budget: 1 step" in found.message and np.isnan(found.error_bound)
    zero_sum = drawn(rng, states=4, discount=0.99, follower=lambda r: -r)
    assert solve(zero_sum, budget=1).status == Status.BUDGET


def test_no_second_copy_of_the_kernel(drawn):
    """Peak memory beyond the game is a small part of its kernel."""
    rng = np.random.default_rng(1)
    game = MarkovGame(
        transition=rng.dirichlet(np.ones(100), (100, 8, 8)),
        leader_reward=rng.random((100, 8, 8)),
        follower_reward=rng.random((100, 8, 8)),
        leader_discount=0.9,
        follower_discount=0.9,
    )
    tracemalloc.start()
    try:
        found = solve(game)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.status in (Status.CONVERGED, Status.CYCLE)
    assert peak < game.transition.nbytes / 2


def test_kernels_that_are_not_contiguous_are_the_same(drawn):
    game = drawn(np.random.default_rng(5), states=3)
    shared = MarkovGame(
        transition=np.broadcast_to(game.transition[:1, :1, :1], game.transition.shape),
        leader_reward=game.leader_reward,
        follower_reward=game.follower_reward,
        leader_discount=0.5,
        follower_discount=0.25,
    )
    fresh = MarkovGame(
        transition=np.array(shared.transition),
        **{name: getattr(shared, name) for name in shared.core if name != "transition"},
    )
    one, other = solve(shared), solve(fresh)
    assert one.status == other.status and np.allclose(one.q["leader"], other.q["leader"], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"step_size": 0.0}, "step_size: expected 0 < step size <= 1"),
        ({"ties": "mixed"}, "ties: expected one of strong, weak, first"),
        ({"tolerance": 0.0}, "tolerance"),
        ({"budget": 0}, "budget"),
        ({"start": (np.zeros((1, 1, 1)), np.zeros((1, 1, 1)))}, "start, leader: expected a table of shape"),
        ({"start": (np.full((2, 2, 2), np.nan), np.zeros((2, 2, 2)))}, "start, leader: expected finite"),
    ],
)
def test_bad_arguments_are_one_line(drawn, change, message):
    with pytest.raises(FirstmoverError, match=message):
        solve(drawn(np.random.default_rng(0)), **change)


def test_rewards_that_a_step_size_rounds_together_are_told_apart(reference, distance):
    """0.55 takes two neighbouring floats to one: the true Q_1 has no tie, and a tie at step 1 leads elsewhere."""
    least = 1.8181829452514648
    most = float(np.nextafter(least, 2))
    assert 0.55 * least == 0.55 * most
    forth, back = [0.0, 1.0], [1.0, 0.0]
    game = MarkovGame(
        transition=[[[back, forth], [back, forth]], [[back, back], [back, forth]]],
        leader_reward=[[[3.0, -1.0], [3.0, 0.0]], [[-1.0, 0.0], [-3.0, 0.0]]],
        follower_reward=[[[least, most], [least, most]], [[1.0, 0.0], [1.0, 2.0]]],
        leader_discount=0.9,
        follower_discount=0.9,
    )
    found = solve(game, step_size=0.55)
    exact = reference(game)
    seen, _ = exact.run(20, Fraction(0.55))
    assert found.status == Status.CONVERGED
    assert set(seen[found.iterations :]) == {_policies(found.policies)}
    truth = exact.backup(exact.of_policy(*seen[-1]))
    for player, table in zip(("leader", "follower"), truth, strict=True):
        assert distance(found.q[player], table) <= Fraction(found.error_bound) <= Fraction(1e-11)


@pytest.mark.parametrize("alpha", [1e-17, 1e-300, 5e-324])
def test_steps_too_small_for_floats_prove_nothing(drawn, alpha):
    for seed in range(5):
        found = solve(drawn(np.random.default_rng(seed)), step_size=alpha, budget=20)
        assert found.status in (Status.UNDECIDED, Status.BUDGET)
        assert np.isnan(found.error_bound)


def test_bounds_hold_where_payoffs_underflow(reference, drawn, distance):
    rng = np.random.default_rng(5)
    proved = 0
    for case in range(40):
        game = drawn(rng, leader=lambda r: r * 2.0**-1064, follower=lambda r: rng.permutation(r) * 2.0**-1064)
        found = solve(game, step_size=(1.0, 0.625)[case % 2])
        if found.status == Status.CONVERGED:
            proved += 1
            exact = reference(game)
            seen, _ = exact.run(found.iterations + 3, Fraction((1.0, 0.625)[case % 2]))
            truth = exact.backup(exact.of_policy(*seen[-1]))
            for player, table in zip(("leader", "follower"), truth, strict=True):
                assert distance(found.q[player], table) <= Fraction(found.error_bound)
    assert proved


@pytest.mark.parametrize("discount", [1 - 2.0**-50, 1 - 2.0**-52, 1 - 2.0**-53])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("size", [(2, 2, 2), (3, 2, 1), (3, 1, 2)])
def test_no_bound_is_stated_where_discounts_are_within_rounding_of_one(discount, sign, size):
    """Rows of floats may miss one by more than 1 - gamma: then no step need contract, whatever the class of games."""
    rng = np.random.default_rng(3)
    states = size[0]
    miss = 0.9 * states * 2.0**-50
    transition = rng.dirichlet(np.ones(states), size=size) * (1 + miss * rng.choice([-1, 1], size=(*size, 1)))
    reward = rng.integers(-1, 2, size).astype(float)
    reward[0, 0, 0] = 1.0
    game = MarkovGame(
        transition=transition,
        leader_reward=reward,
        follower_reward=sign * reward,
        leader_discount=discount,
        follower_discount=discount,
    )
    found = solve(game, budget=200)
    assert found.status in (Status.UNDECIDED, Status.BUDGET)
    assert np.isnan(found.error_bound)
