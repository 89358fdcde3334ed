"""The door to the solvers of Markov games: which one answers, and what does not go together."""

from fractions import Fraction

import numpy as np
import pytest

import solvers.markov
from games.core import stack
from games.errors import FirstmoverError
from games.markov import EpisodicMarkovGame
from solvers.markov import batch, batch_mixed, batch_soft, evaluate, exact, iteration, learn, mixed, soft, solve
from solvers.solution import Status


@pytest.fixture
def game(drawn):
    return drawn(np.random.default_rng(12))


def test_each_question_goes_to_its_solver(game):
    same = [
        (solve(game, ties="weak"), iteration.solve(game, ties="weak")),
        (solve(game, commitment="mixed", budget=50), mixed.solve(game, budget=50)),
        (solve(game, temperatures=2.0), soft.solve(game, temperatures=(2.0, 2.0))),
        (solve(game, temperatures=(2.0, 1.0), entropy=False), soft.solve(game, temperatures=(2.0, 1.0), entropy=False)),
        (solve(stack([game, game])), batch.solve(stack([game, game]))),
        (solve(stack([game]), commitment="mixed"), batch_mixed.solve(stack([game]), tolerance=1e-10)),
        (solve(stack([game]), temperatures=1.0), batch_soft.solve(stack([game]), temperatures=(1, 1), tolerance=1e-10)),
    ]
    for one, other in same:
        assert np.array_equal(one.q["leader"], other.q["leader"]) and one.concept == other.concept
    twin = solve(game, exact=True, step_size=Fraction(1, 2))
    assert isinstance(twin.leader_value[0], Fraction)
    assert twin.certificate == exact.solve(game, step_size=Fraction(1, 2)).certificate


def test_exact_and_float_answers_agree(drawn):
    rng = np.random.default_rng(3)
    for _ in range(20):
        game = drawn(rng)
        one, twin = solve(game), solve(game.exact())
        assert one.status == twin.status and one.period == twin.period
        if one.period == 1:
            apart = max(
                abs(Fraction(q) - t)
                for q, t in zip(one.q["follower"].ravel().tolist(), twin.q["follower"].ravel().tolist(), strict=True)
            )
            assert apart <= Fraction(one.error_bound)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"concept": "qse"}, "expected a concept among stackelberg, soft, found 'qse'"),
        ({"commitment": "both"}, "commitment: expected one of pure, mixed"),
        ({"ties": "worst"}, "ties: expected one of strong, weak, first"),
        ({"commitment": "mixed", "ties": "weak"}, "ties: expected strong with mixed commitment, found weak"),
        ({"concept": "soft"}, "temperatures: expected them for the concept soft"),
        ({"concept": "stackelberg", "temperatures": 1.0}, "temperatures: expected them for the concept soft"),
        ({"temperatures": 1.0, "commitment": "mixed"}, "soft: expected neither mixed commitment"),
        ({"temperatures": 1.0, "exact": True}, "exact: expected pure commitment, found soft choices"),
        ({"commitment": "mixed", "exact": True}, "exact: expected pure commitment, found mixed"),
        ({"exact": True, "start": (0, 0)}, "exact: expected the start Q = 0"),
        ({"step_size": 2.0}, "step_size: expected 0 < step size <= 1"),
    ],
)
def test_what_does_not_go_together_is_one_line(game, options, message):
    with pytest.raises(FirstmoverError, match=message):
        solve(game, **options)


def test_episodic_games_take_no_step(game):
    steps = EpisodicMarkovGame(
        transition=game.transition[None],
        leader_reward=game.leader_reward[None],
        follower_reward=game.follower_reward[None],
    )
    assert solve(steps).status == Status.CONVERGED
    assert isinstance(solve(steps, exact=True).values["leader"][0, 0], Fraction)
    with pytest.raises(FirstmoverError, match="episodic: expected no temperature, step size or start"):
        solve(steps, step_size=0.5)


def test_names_are_handed_on():
    assert solvers.markov.solve is solve and solvers.markov.learn is learn and solvers.markov.evaluate is evaluate
    assert solvers.markov.CONCEPTS == ("stackelberg", "soft")
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = solvers.markov.nothing
