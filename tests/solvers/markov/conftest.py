"""Independent answers for Markov games, by loops in Fractions straight from the definitions, and small random games."""

from fractions import Fraction

import numpy as np
import pytest

from games.markov import MarkovGame


class Reference:
    """One Markov game in Fractions; tables are nested lists [s][a][b]."""

    def __init__(self, game, ties="strong"):
        twin = game.exact()
        self.kernel = twin.transition.tolist()
        self.rewards = [twin.leader_reward.tolist(), twin.follower_reward.tolist()]
        self.discounts = [twin.leader_discount[()], twin.follower_discount[()]]
        self.sizes = twin.leader_reward.shape
        self.ties = ties

    def zero(self):
        states, rows, columns = self.sizes
        return [[[[Fraction(0)] * columns for _ in range(rows)] for _ in range(states)] for _ in range(2)]

    def policy(self, tables):
        """(moves, replies) as tuples."""
        states, rows, columns = self.sizes
        moves, replies = [], []
        for s in range(states):
            row = []
            for a in range(rows):
                best = max(tables[1][s][a])
                tied = [b for b in range(columns) if tables[1][s][a][b] == best]
                if self.ties == "strong":
                    row.append(max(tied, key=lambda b: (tables[0][s][a][b], -b)))
                elif self.ties == "weak":
                    row.append(min(tied, key=lambda b: (tables[0][s][a][b], b)))
                else:
                    row.append(tied[0])
            replies.append(tuple(row))
            moves.append(max(range(rows), key=lambda a: (tables[0][s][a][row[a]], -a)))
        return tuple(moves), tuple(replies)

    def backup(self, values):
        """r + gamma P V of both players, from V[k][s]."""
        states, rows, columns = self.sizes
        return [
            [
                [
                    [
                        self.rewards[k][s][a][b]
                        + self.discounts[k] * sum(p * v for p, v in zip(self.kernel[s][a][b], values[k], strict=True))
                        for b in range(columns)
                    ]
                    for a in range(rows)
                ]
                for s in range(states)
            ]
            for k in range(2)
        ]

    def step(self, tables, alpha=1):
        moves, replies = self.policy(tables)
        values = [[tables[k][s][a][replies[s][a]] for s, a in enumerate(moves)] for k in range(2)]
        target = self.backup(values)
        states, rows, columns = self.sizes
        return [
            [
                [
                    [(1 - alpha) * tables[k][s][a][b] + alpha * target[k][s][a][b] for b in range(columns)]
                    for a in range(rows)
                ]
                for s in range(states)
            ]
            for k in range(2)
        ]

    def run(self, steps, alpha=1):
        """The policies at times 0 to `steps` from zero, and the last tables."""
        tables, found = self.zero(), []
        for t in range(steps + 1):
            found.append(self.policy(tables))
            if t < steps:
                tables = self.step(tables, alpha)
        return found, tables

    def evaluate(self, weights):
        """V[k][s] of joint probabilities weights[s][a][b], by Gauss-Jordan in Fractions."""
        states, rows, columns = self.sizes
        pairs = [(a, b) for a in range(rows) for b in range(columns)]
        values = []
        for k in range(2):
            system = []
            for s in range(states):
                law = [sum(weights[s][a][b] * self.kernel[s][a][b][t] for a, b in pairs) for t in range(states)]
                earned = sum(weights[s][a][b] * self.rewards[k][s][a][b] for a, b in pairs)
                system.append([int(s == t) - self.discounts[k] * law[t] for t in range(states)] + [earned])
            for column in range(states):
                pivot = next(i for i in range(column, states) if system[i][column] != 0)
                system[column], system[pivot] = system[pivot], system[column]
                system[column] = [entry / system[column][column] for entry in system[column]]
                for i in range(states):
                    if i != column:
                        system[i] = [p - system[i][column] * q for p, q in zip(system[i], system[column], strict=True)]
            values.append([row[-1] for row in system])
        return values

    def of_policy(self, moves, replies):
        """V[k][s] of pure policies."""
        states, rows, columns = self.sizes
        weights = [
            [[Fraction(int(a == moves[s] and b == replies[s][a])) for b in range(columns)] for a in range(rows)]
            for s in range(states)
        ]
        return self.evaluate(weights)


def draw(rng, states=2, rows=2, columns=2, discount=0.875, follower_discount=None, leader=None, follower=None):
    """A game whose float kernel sums to one exactly (multiples of 1/64), with payoffs of three decimals of two."""
    shape = (states, rows, columns)
    cuts = np.sort(rng.integers(0, 65, (*shape, states - 1)), axis=-1)
    edges = np.concatenate([np.zeros((*shape, 1)), cuts, np.full((*shape, 1), 64)], axis=-1)
    payoffs = [rng.integers(-4096, 4097, shape) / 1024 for _ in range(2)]
    return MarkovGame(
        transition=np.diff(edges, axis=-1) / 64,
        leader_reward=payoffs[0] if leader is None else leader(payoffs[0]),
        follower_reward=payoffs[1] if follower is None else follower(payoffs[0]),
        leader_discount=discount,
        follower_discount=discount if follower_discount is None else follower_discount,
    )


def furthest(q, tables):
    """The largest |q - exact| over entries, exactly."""
    return max(
        abs(Fraction(entry) - truth)
        for entry, truth in zip(
            np.asarray(q).ravel().tolist(), np.array(tables, dtype=object).ravel().tolist(), strict=True
        )
    )


@pytest.fixture(scope="session")
def reference():
    return Reference


@pytest.fixture(scope="session")
def drawn():
    return draw


@pytest.fixture(scope="session")
def distance():
    return furthest
