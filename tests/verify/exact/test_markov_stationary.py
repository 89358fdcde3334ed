"""Fixed points and equilibria against plain enumeration, and what hypotheses measure against numpy."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from games.families import family
from games.markov import MarkovGame
from games.matrix import BimatrixGame
from verify.exact.errors import CertificateError
from verify.exact.facts import check
from verify.hunt.tied_orbit import tied_orbit

F = Fraction
FAMILIES = ("markov_dense", "markov_integers", "markov_tie_rich", "markov_zero_sum", "markov_common_payoff")


def value(game, name):
    return check(game, {"concept": name}, 0)


def games(name, count):
    """Exact games of the family with at most 64 joint policies."""
    rng = np.random.default_rng([5, sum(map(ord, name))])
    found = []
    while len(found) < count:
        game = family(name).sample(rng, 2)
        if (game.leader_actions * game.follower_actions) ** game.states <= 64:
            found.append(game[0].exact())
    return found


def limit(game, policy, player):
    """V of a policy by elimination over Fractions."""
    kernel, reward = game.transition, game.rewards()[player]
    discount, size = game.discounts()[player][()], game.states
    rows = [
        [F(int(s == t)) - discount * kernel[s, a, b, t] for t in range(size)] + [reward[s, a, b]]
        for s, (a, b) in enumerate(policy)
    ]
    for i in range(size):
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for s in range(size):
            if s != i:
                rows[s] = [x - rows[s][i] * y for x, y in zip(rows[s], rows[i], strict=True)]
    return np.array([row[-1] for row in rows])


def by_enumeration(game):
    """The leader's mean values at the fixed points and at the equilibria."""
    S, A, B = game.states, game.leader_actions, game.follower_actions
    fixed, equilibria = [], []
    for policy in itertools.product(itertools.product(range(A), range(B)), repeat=S):
        values = [limit(game, policy, player) for player in range(2)]
        leader, follower = (
            game.rewards()[k] + game.discounts()[k][()] * (game.transition @ values[k]) for k in range(2)
        )
        played = []
        for s in range(S):
            answers = [
                max(range(B), key=lambda b, a=a, s=s: (follower[s, a, b], leader[s, a, b], -b)) for a in range(A)
            ]
            move = max(range(A), key=lambda a, s=s, answers=answers: (leader[s, a, answers[a]], -a))
            played.append((move, answers[move]))
        mean = values[0].sum() / S
        if tuple(played) == policy:
            fixed.append(mean)
        if all(
            leader[s, a, b] == max(leader[s, :, b]) and follower[s, a, b] == max(follower[s, a])
            for s, (a, b) in enumerate(policy)
        ):
            equilibria.append(mean)
    return fixed, equilibria


@pytest.mark.parametrize("name", FAMILIES)
def test_solutions_are_those_of_a_plain_enumeration(name):
    for game in games(name, 8):
        for count, best, worst, expected in zip(
            ("fixed_points", "pure_nash_count"),
            ("best_fixed_point", "best_markov_nash"),
            ("worst_fixed_point", "worst_markov_nash"),
            by_enumeration(game),
            strict=True,
        ):
            assert value(game, count) == len(expected)
            if expected:
                assert value(game, best) == max(expected) and value(game, worst) == min(expected)
            else:
                for extreme in (best, worst):
                    with pytest.raises(CertificateError, match="found none"):
                        value(game, extreme)


def test_gains_and_losses_are_differences():
    compared = 0
    for game in games("markov_integers", 12):
        fixed, equilibria = by_enumeration(game)
        if fixed and equilibria:
            assert value(game, "markov_commitment_gain") == max(fixed) - max(equilibria)
        orbit = tied_orbit(game)
        if orbit and orbit["value"] == "1" and fixed:
            whole = {"concept": "reached_loss", "orbit": orbit}
            reached = check(game, {**whole, "concept": "reached_fixed_point"}, 0)
            assert check(game, whole, 0) == max(fixed) - reached
            compared += 1
            with pytest.raises(CertificateError):
                check(game, {**whole, "orbit": {**orbit, "value": "2"}}, 0)
    assert compared >= 3


def test_one_state_is_the_stage_game():
    """Values are payoffs over 1 - gamma; the rule plays the best commitment to one action."""
    leader, follower = [[2, 4], [1, 3]], [[1, 0], [0, 1]]
    game = MarkovGame(
        transition=np.ones((1, 2, 2, 1)),
        leader_reward=[leader],
        follower_reward=[follower],
        leader_discount="2/3",
        follower_discount="1/3",
    ).exact()
    assert value(game, "fixed_points") == 1
    assert value(game, "best_fixed_point") == 9  # 3 / (1 - 2/3): she plays the second row, he answers by the second
    assert value(game, "best_markov_nash") == value(game, "worst_markov_nash") == 6


def test_stated_values_must_be_right_and_games_small():
    game = games("markov_integers", 1)[0]
    stated = value(game, "fixed_points")
    assert check(game, {"concept": "fixed_points", "value": str(stated)}, 0) == stated
    with pytest.raises(CertificateError, match="as proven"):
        check(game, {"concept": "fixed_points", "value": str(stated + 1)}, 0)
    big = MarkovGame(
        transition=np.full((7, 2, 2, 7), F(1, 7)),
        leader_reward=np.zeros((7, 2, 2)),
        follower_reward=np.zeros((7, 2, 2)),
        leader_discount="1/2",
        follower_discount="1/2",
    )
    with pytest.raises(CertificateError, match="at most 4096 joint policies, found 16384"):
        value(big, "fixed_points")
    with pytest.raises(CertificateError, match="expected a single exact Markov game"):
        value(BimatrixGame(leader=[[1]], follower=[[1]]).exact(), "fixed_points")
    with pytest.raises(CertificateError, match="expected a single exact Markov game"):
        value(big.float(), "states")


@pytest.mark.parametrize("name", FAMILIES)
def test_features_against_numpy(name):
    for game in games(name, 4):
        leader, follower = game.rewards()
        assert value(game, "states") == game.transition.shape[0]
        assert (value(game, "leader_actions_count"), value(game, "follower_actions_count")) == leader.shape[1:]
        assert value(game, "markov_zero_sum_defect") == np.abs(leader + follower).max()
        assert value(game, "markov_common_defect") == np.abs(leader - follower).max()
        assert value(game, "markov_discount_difference") == abs(game.leader_discount[()] - game.follower_discount[()])
        assert value(game, "markov_follower_discount") == game.follower_discount[()]
