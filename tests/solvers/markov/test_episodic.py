"""Backward induction: by loops in Fractions, ties, batches and mixed commitment."""

from fractions import Fraction

import numpy as np
import pytest

from games.core import stack
from games.markov import EpisodicMarkovGame
from games.matrix import BimatrixGame
from solvers.errors import SolverError
from solvers.markov.episodic import solve
from solvers.matrix import value
from solvers.solution import Status


def _game(rng, horizon=3, states=2, rows=2, columns=2, levels=4096):
    shape = (horizon, states, rows, columns)
    weight = rng.integers(0, 9, shape) / 8
    return EpisodicMarkovGame(
        transition=np.stack([weight, 1 - weight], axis=-1),
        leader_reward=rng.integers(-levels, levels + 1, shape) / 1024,
        follower_reward=rng.integers(-levels, levels + 1, shape) / 1024,
    )


def _induced(game, ties):
    """(values of both players at step 0, all policies) by loops."""
    twin = game.exact()
    values = [[Fraction(0)] * 2, [Fraction(0)] * 2]
    policies = []
    for h in reversed(range(game.horizon)):
        fresh, step = [[], []], []
        for s in range(2):
            tables = [
                [
                    [
                        reward[h, s, a, b] + sum(twin.transition[h, s, a, b, t] * value[t] for t in range(2))
                        for b in range(2)
                    ]
                    for a in range(2)
                ]
                for reward, value in zip((twin.leader_reward, twin.follower_reward), values, strict=True)
            ]
            replies = []
            for a in range(2):
                tied = [b for b in range(2) if tables[1][a][b] == max(tables[1][a])]
                sign = {"strong": 1, "weak": -1, "first": 0}[ties]
                replies.append(max(tied, key=lambda b, a=a: (sign * tables[0][a][b], -b)))
            move = max(range(2), key=lambda a: (tables[0][a][replies[a]], -a))
            step.append((move, tuple(replies)))
            for k in range(2):
                fresh[k].append(tables[k][move][replies[move]])
        values = fresh
        policies.insert(0, step)
    return values, policies


@pytest.mark.parametrize("ties", ["strong", "weak", "first"])
@pytest.mark.parametrize("levels", [4096, 1])
def test_backward_induction_by_loops(ties, levels):
    rng = np.random.default_rng(levels)
    for _ in range(10):
        game = _game(rng, levels=levels)
        truth, policies = _induced(game, ties)
        exact = solve(game.exact(), ties=ties)
        assert exact.converged and exact.error_bound == 0
        assert exact.values["leader"][0].tolist() == truth[0] and exact.values["follower"][0].tolist() == truth[1]
        for h, step in enumerate(policies):
            for s, (move, replies) in enumerate(step):
                assert exact.policies["leader"][h, s] == move
                assert tuple(exact.policies["follower"][h, s]) == replies
        found = solve(game, ties=ties)
        if levels == 4096:
            assert found.converged and np.array_equal(found.policies["leader"], exact.policies["leader"])
        if found.converged:
            apart = max(abs(Fraction(v) - t) for v, t in zip(found.values["leader"][0].tolist(), truth[0], strict=True))
            assert apart <= Fraction(found.error_bound) < Fraction(1e-12)


def test_a_tie_behind_rounding_is_open_in_floats_and_settled_exactly():
    """At the first step the follower gets 2/5 now, or 1/10 now and 3/10 later: equal only as rationals."""
    transition = np.zeros((2, 2, 1, 2, 2))
    transition[0, :, :, 0, 0] = transition[0, :, :, 1, 1] = 1.0
    transition[1, ..., 0] = 1.0
    follower = np.array([[[["2/5", "1/10"]], [["0", "0"]]], [[["0", "0"]], [["3/10", "3/10"]]]])
    leader = np.array([[[["0", "1"]], [["0", "0"]]], [[["0", "0"]], [["0", "0"]]]])
    twin = EpisodicMarkovGame(
        transition=transition.astype(int), leader_reward=leader.tolist(), follower_reward=follower.tolist()
    )
    exact = solve(twin)
    assert exact.converged and exact.values["leader"][0][0] == 1  # strong ties
    assert solve(twin.float()).status == Status.UNDECIDED


def test_batches_are_their_games():
    rng = np.random.default_rng(1)
    games = [_game(rng) for _ in range(6)]
    batch = stack([stack(games[:3]), stack(games[3:])])
    for commitment in ("pure", "mixed"):
        found = solve(batch, commitment=commitment)
        assert found.batch_shape == (2, 3) and found.values["leader"].shape == (2, 3, 3, 2)
        for i, game in enumerate(games):
            one = solve(game, commitment=commitment)
            for player in ("leader", "follower"):
                assert np.array_equal(found.q[player][i // 3, i % 3], one.q[player])
                assert np.array_equal(found.policies[player][i // 3, i % 3], one.policies[player])


def test_mixed_stages_are_strong_stackelberg_equilibria():
    found = solve(_game(np.random.default_rng(3)), commitment="mixed")
    for h in range(3):
        for s in range(2):
            stage = BimatrixGame(leader=found.q["leader"][h, s], follower=found.q["follower"][h, s])
            assert value(stage) == pytest.approx(found.values["leader"][h, s], abs=1e-12)
    assert np.isnan(found.error_bound) and "not bounded" in found.message
    one = solve(_game(np.random.default_rng(3), horizon=1), commitment="mixed")
    assert one.error_bound < 1e-12 and one.message.startswith("converged: the answer is within")


def test_mixed_commitment_is_at_least_worth_pure_with_one_step():
    rng = np.random.default_rng(4)
    for _ in range(10):
        game = _game(rng, horizon=1)
        assert (solve(game, commitment="mixed").values["leader"] >= solve(game).values["leader"] - 1e-12).all()


def test_refusals():
    game = _game(np.random.default_rng(0))
    with pytest.raises(SolverError, match="commitment: expected one of pure, mixed"):
        solve(game, commitment="both")
    with pytest.raises(SolverError, match="found an exact twin"):
        solve(game.exact(), commitment="mixed")
