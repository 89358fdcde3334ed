"""Published Markov games: every answer by going through all pure stationary policies in Fractions."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest

from games.literature import literature, named
from games.markov import EpisodicMarkovGame, MarkovGame

DISCOUNTED = [name for name in literature() if isinstance(named(name).GAME, MarkovGame)]
EPISODIC = [name for name in literature() if isinstance(named(name).GAME, EpisodicMarkovGame)]

Tables = list[list[list[Fraction]]]


def evaluated(game: MarkovGame, policy, brute) -> tuple[Tables, Tables, Fraction]:
    """Q of both players under a stationary joint policy, and the mean of the leader's values."""
    states, tables, means = range(game.states), [], []
    for reward, discount in zip(game.rewards(), game.discounts(), strict=True):
        discount = discount.item()
        rows = [[int(s == t) - discount * game.transition[(s, *policy[s], t)] for t in states] for s in states]
        values = brute.solve(rows, [reward[(s, *policy[s])] for s in states])
        tables.append(backup(game, reward, discount, values))
        means.append(sum(values) / game.states)
    return tables[0], tables[1], means[0]


def backup(game, reward, discount, values) -> list[list[list]]:
    after = range(game.states)
    return [
        [
            [
                reward[s, a, b] + discount * sum(game.transition[s, a, b, t] * values[t] for t in after)
                for b in range(game.follower_actions)
            ]
            for a in range(game.leader_actions)
        ]
        for s in range(game.states)
    ]


def stage(leader, follower) -> list[tuple[int, int]]:
    """Strong ties: the first best reply of those the leader likes best, then her first best move."""
    joint = []
    for mine, his in zip(leader, follower, strict=True):
        replies = [max(range(len(row)), key=lambda b: (row[b], mine[a][b], -b)) for a, row in enumerate(his)]
        move = max(range(len(mine)), key=lambda a: (mine[a][replies[a]], -a))
        joint.append((move, replies[move]))
    return joint


def is_nash(leader, follower, policy) -> bool:
    return all(
        mine[a][b] == max(row[b] for row in mine) and his[a][b] == max(his[a])
        for mine, his, (a, b) in zip(leader, follower, policy, strict=True)
    )


def iterated(game: MarkovGame, steps: int):
    """The joint policies of Q-value iteration from Q = 0 in floats, and the last tables."""
    game = game.float()
    leader = follower = [[[0.0] * game.follower_actions] * game.leader_actions] * game.states
    policies = []
    for _ in range(steps):
        joint = stage(leader, follower)
        policies.append(joint)
        values = [[table[s][a][b] for s, (a, b) in enumerate(joint)] for table in (leader, follower)]
        (r_l, r_f), (g_l, g_f) = game.rewards(), game.discounts()
        leader, follower = backup(game, r_l, float(g_l), values[0]), backup(game, r_f, float(g_f), values[1])
    return policies, leader


def period(policies) -> int:
    """The period of the last 200 policies."""
    last = policies[-200:]
    return next(p for p in range(1, 101) if last[p:] == last[:-p])


@pytest.fixture(scope="module")
def found(brute):
    """All that can be found out about a game, by concept."""

    def answers(name: str) -> dict[str, str]:
        game = named(name).GAME
        assert isinstance(game, MarkovGame)
        joint = list(itertools.product(range(game.leader_actions), range(game.follower_actions)))
        fixed, nash = {}, []
        for policy in itertools.product(joint, repeat=game.states):
            leader, follower, mean = evaluated(game, policy, brute)
            if stage(leader, follower) == list(policy):
                fixed[str((leader, follower))] = leader, mean
            if is_nash(leader, follower, policy):
                nash.append(mean)
        means = [mean for _, mean in fixed.values()]
        policies, last = iterated(game, 500)
        result = {"fixed_points": len(fixed), "pure_nash_count": len(nash), "orbit_period": period(policies)}
        if means:
            result |= {"best_fixed_point": max(means), "worst_fixed_point": min(means)}
        if nash:
            result |= {"best_markov_nash": max(nash), "worst_markov_nash": min(nash)}
        for leader, mean in fixed.values():
            flat = itertools.chain.from_iterable(itertools.chain.from_iterable(leader))
            reached = itertools.chain.from_iterable(itertools.chain.from_iterable(last))
            if all(abs(exact - near) < 1e-9 for exact, near in zip(flat, reached, strict=True)):
                result["reached_fixed_point"] = mean
        return {concept: str(value) for concept, value in result.items()}

    return answers


@pytest.mark.parametrize("name", DISCOUNTED)
def test_answers_of_discounted_games(name, found):
    stated = named(name).ANSWERS
    assert dict(stated) == {concept: value for concept, value in found(name).items() if concept in stated}


def test_the_mixed_equilibrium_of_nosde(brute):
    """Sending with 2/3 and 5/12 makes each player indifferent where he moves; values by the linear system."""
    game = named("nosde").GAME
    assert isinstance(game, MarkovGame)
    send = [Fraction(2, 3), Fraction(5, 12)]
    # In a state only one action counts, the leader's in the first, the follower's in the second.
    moves = [[(0, 0), (1, 0)], [(0, 0), (0, 1)]]
    for player, (reward, discount) in enumerate(zip(game.rewards(), game.discounts(), strict=True)):
        discount = discount.item()
        rows, right = [], []
        for s in (0, 1):
            law = list(zip(moves[s], [1 - send[s], send[s]], strict=True))
            chance = [sum(p * game.transition[(s, *move, t)] for move, p in law) for t in (0, 1)]
            rows.append([int(s == t) - discount * chance[t] for t in (0, 1)])
            right.append(sum(p * reward[(s, *move)] for move, p in law))
        values = brute.solve(rows, right)
        own = [
            reward[(player, *move)] + discount * sum(game.transition[(player, *move, t)] * values[t] for t in (0, 1))
            for move in moves[player]
        ]
        assert own[0] == own[1] == 4


def minimax(matrix) -> Fraction:
    """The value of a 2 x 2 zero-sum game: a saddle point, or both rows mixed so that columns tie."""
    (a, b), (c, d) = matrix
    lower, upper = max(min(a, b), min(c, d)), min(max(a, c), max(b, d))
    return lower if lower == upper else (a * d - b * c) / (a + d - b - c)


def maximin(matrix) -> Fraction:
    return max(map(min, matrix))


def test_inspections_by_backward_induction_and_by_the_closed_form():
    assert EPISODIC == ["recursive-inspection"]
    entry = named("recursive-inspection")
    game = entry.GAME
    assert isinstance(game, EpisodicMarkovGame) and (game.follower_reward == -game.leader_reward).all()
    for concept, value in (("minimax", minimax), ("pure", maximin)):
        after = [Fraction(0)] * game.states
        for h in reversed(range(game.horizon)):
            stages = [
                [
                    [
                        game.leader_reward[h, s, a, b]
                        + sum(game.transition[h, s, a, b, t] * after[t] for t in range(game.states))
                        for b in (0, 1)
                    ]
                    for a in (0, 1)
                ]
                for s in range(game.states)
            ]
            after = [value(matrix) for matrix in stages]
        assert str(after[1]) == entry.ANSWERS[concept] and after[0] == -1 and after[2] == 0
    # n = 3 days, m = 1 inspection: -C(n-1, m) / sum of C(n, i) up to m
    assert entry.ANSWERS["minimax"] == str(-Fraction(2, 1 + 3))


def test_the_toymaker_of_the_book():
    """Howard's values 22.2 and 12.3 at discount 9/10, rounded to one decimal."""
    entry = named("toymaker")
    assert round(2 * float(Fraction(entry.ANSWERS["best_fixed_point"])), 1) == 34.5  # 22.198 + 12.308
