"""What claims on where Q-value iteration ends share: games, and hypotheses with what happens without them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from games.markov import MarkovGame
from verify.comparison import at_least, equal
from verify.statement import Ablation, Hypothesis
from verify.vocabulary.markov import (
    best_fixed_point,
    best_markov_nash,
    fixed_points,
    markov_common_defect,
    markov_discount_difference,
    markov_zero_sum_defect,
    orbit_period,
    pure_nash_count,
    reached_fixed_point,
)

PAPER = "sqvi"

GENERIC = ("markov_dense", "markov_correlated", "markov_garnet")
"""Families whose games seldom have ties."""

Table = list[list[list[Any]]]


def two_states(to_second: Table, leader: Table, follower: Table, discount: str = "1/2") -> MarkovGame:
    """The exact game with two states and one discount; `to_second[s][a][b]` is the probability of the second state."""
    kernel = [[[[1 - Fraction(p), Fraction(p)] for p in row] for row in rows] for rows in to_second]
    return MarkovGame(
        transition=kernel,
        leader_reward=leader,
        follower_reward=follower,
        leader_discount=discount,
        follower_discount=discount,
    ).exact()


def one_state(leader: list[list[Any]], follower: list[list[Any]], discount: str = "1/2") -> MarkovGame:
    """The exact repeated game with these stage payoffs."""
    return MarkovGame(
        transition=[[[[1] for _ in row] for row in leader]],
        leader_reward=[leader],
        follower_reward=[follower],
        leader_discount=discount,
        follower_discount=discount,
    ).exact()


def two_ones() -> MarkovGame:
    """Two payoffs of 1, all others 0: the smallest game on which Q-value iteration does not converge from Q = 0.

    The second actions of both players together lead to the second state, where they pay the leader; in the first they
    pay the follower. The policies have period four, there is no fixed point, and ties that last are broken by names.
    """
    return two_states(
        to_second=[[[0, 0], [0, 1]], [[0, 0], [0, 1]]],
        leader=[[[0, 0], [0, 0]], [[0, 0], [0, 1]]],
        follower=[[[0, 0], [0, 1]], [[0, 0], [0, 0]]],
    )


def strict_cycle() -> MarkovGame:
    """Four payoffs of size 1, two phases, and every choice of the orbit strict: small changes leave it an orbit."""
    return two_states(
        to_second=[[[0, 1], [0, 1]], [[1, 1], [0, 0]]],
        leader=[[[1, -1], [0, 0]], [[0, 0], [0, 0]]],
        follower=[[[0, 0], [0, 0]], [[1, 0], [-1, 0]]],
    )


def knife_edge() -> MarkovGame:
    """The follower has one action, and the leader, alone in fact, two that are tied in the limit.

    The differences of her iterates alternate in sign while they vanish, so that her policy never settles; her values
    converge, his do not.
    """
    return two_states(
        to_second=[[[1], ["1/2"]], [[0], [0]]],
        leader=[[[3], [2]], [[-3], [-3]]],
        follower=[[[1], [0]], [[0], [0]]],
    )


def two_fixed_points() -> MarkovGame:
    """Two payoffs of 1, all others 0, and two fixed points."""
    return two_states(
        to_second=[[[0, 0], [0, 0]], [[0, 0], [0, 1]]],
        leader=[[[0, 0], [0, 0]], [[0, 0], [1, 0]]],
        follower=[[[0, 0], [0, 0]], [[0, 1], [0, 0]]],
    )


def patience() -> MarkovGame:
    """Two payoffs of 1: by the best equilibrium the leader gets more than by the only fixed point."""
    return two_states(
        to_second=[[[0, 0], [0, 1]], [[0, 0], [0, 0]]],
        leader=[[[0, 0], [1, 0]], [[0, 0], [0, 0]]],
        follower=[[[0, 0], [0, 0]], [[0, 1], [0, 0]]],
    )


def saddle() -> MarkovGame:
    """Two states, opposite payoffs."""
    payoffs: Table = [[[2, 1], [0, 3]], [[1, 4], [0, -1]]]
    opposite: Table = [[[-x for x in row] for row in rows] for rows in payoffs]
    return two_states(to_second=[[[0, 1], [1, 0]], [["1/2", 1], [0, 0]]], leader=payoffs, follower=opposite)


def team() -> MarkovGame:
    """Two states, common payoffs."""
    payoffs: Table = [[[2, 1], [0, 3]], [[1, 4], [0, -1]]]
    return two_states(to_second=[[[0, 1], [1, 0]], [["1/2", 1], [0, 0]]], leader=payoffs, follower=payoffs)


def coordination() -> MarkovGame:
    """One state; the best equilibrium is what the leader would commit to."""
    return one_state([[2, 0], [0, 1]], [[2, 0], [0, 1]])


def inspection() -> MarkovGame:
    """One state; committing to the first action, which is not her best answer, brings more than the equilibrium."""
    return one_state([[2, 4], [1, 3]], [[1, 0], [0, 1]])


def pennies() -> MarkovGame:
    """One state, matching pennies: no pure equilibrium."""
    return one_state([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])


CONVERGES = Hypothesis(
    name="the iteration converges",
    text="Q-value iteration from Q = 0 converges",
    body=lambda game: equal(orbit_period(game), 1),
    ablation=Ablation(
        expected="undefined",
        text="a cycle has no limit",
        instance=lambda: reached_fixed_point(two_ones()),
    ),
)

FIXED_POINT = Hypothesis(
    name="a fixed point",
    text="there is a fixed point",
    body=lambda game: at_least(fixed_points(game), 1),
    ablation=Ablation(
        expected="undefined",
        text="some games have none",
        instance=lambda: best_fixed_point(two_ones()),
    ),
)

EQUILIBRIUM = Hypothesis(
    name="a pure equilibrium",
    text="there is a pure stationary Markov perfect equilibrium of simultaneous moves",
    body=lambda game: at_least(pure_nash_count(game), 1),
    ablation=Ablation(
        expected="undefined",
        text="some games have none, matching pennies for one",
        instance=lambda: best_markov_nash(pennies()),
    ),
)

ZERO_SUM = Hypothesis(
    name="zero-sum",
    text="the players' rewards are opposite",
    body=lambda game: equal(markov_zero_sum_defect(game), 0),
    ablation=Ablation(
        expected="counterexample",
        text="where interests are not opposed there may be no fixed point, or several",
        families=("markov_garnet", "markov_dense"),
    ),
)

COMMON_PAYOFF = Hypothesis(
    name="common payoff",
    text="both players are paid alike",
    body=lambda game: equal(markov_common_defect(game), 0),
    ablation=Ablation(
        expected="counterexample",
        text="where payoffs differ there may be no fixed point, or several",
        families=("markov_garnet", "markov_dense"),
    ),
)


def one_discount(family: str) -> Hypothesis:
    """That the discounts are equal; without it, counterexamples are looked for in `family`."""
    return Hypothesis(
        name="one discount",
        text="the players discount alike",
        body=lambda game: equal(markov_discount_difference(game), 0),
        ablation=Ablation(
            expected="counterexample",
            text="with two discounts the interests of the players differ, whatever the rewards",
            families=(family,),
        ),
    )
