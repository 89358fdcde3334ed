"""Two runs of Q-value iteration: every radius holds against a loop over Fractions, ties and cycles included."""

from fractions import Fraction

import numpy as np
import pytest

from games.markov import MarkovIteration
from solvers.errors import SolverError
from solvers.markov import trajectories
from solvers.markov.float_runs import start_run

SIGN = {0: -1, 1: 1, 2: 0}  # of Q_L where the follower's ties are broken for her, against her, or not by her


class Exact:
    """Every concept of one exact instance, by nested loops and by the definitions as they stand."""

    def __init__(self, game):
        self.game = game
        self.shape = S, A, B = game.states, game.leader_actions, game.follower_actions
        self.entries = [(s, a, b) for s in range(S) for a in range(A) for b in range(B)]
        self.t, self.alpha, self.ties = int(game.steps[()]), game.step_size[()], int(game.ties[()])
        self.gamma = [game.leader_discount[()], game.follower_discount[()]]
        self.r = game.rewards()
        self.runs = [
            self.run([game.leader_start, game.follower_start]),
            self.run([game.leader_reference, game.follower_reference]),
        ]

    def policy(self, q):
        S, A, B = self.shape
        policy = []
        for s in range(S):
            row = [min((-q[1][s, a, b], SIGN[self.ties] * q[0][s, a, b], b) for b in range(B))[2] for a in range(A)]
            a = min((-q[0][s, a, row[a]], a) for a in range(A))[1]
            policy.append((a, row[a]))
        return policy

    def backed(self, k, value):
        table = np.empty(self.shape, dtype=object)
        for e in self.entries:
            table[e] = sum((p * v for p, v in zip(self.game.transition[e], value, strict=True)), Fraction(0))
        return table

    def at(self, table, policy):
        return [table[(s, *policy[s])] for s in range(self.shape[0])]

    def run(self, q):
        path = [q]
        for _ in range(self.t):
            policy = self.policy(q)
            q = [
                (1 - self.alpha) * q[k]
                + self.alpha * (self.r[k] + self.gamma[k] * self.backed(k, self.at(q[k], policy)))
                for k in (0, 1)
            ]
            path.append(q)
        return path

    def norm(self, table):
        return max(abs(x) for x in table.ravel())

    def slacks(self, k):
        fixed = self.runs[1][0]
        ideal = self.policy(fixed)
        found = []
        for q in self.runs[0][:-1]:
            policy = self.policy(q)
            gain = [x - y for x, y in zip(self.at(fixed[k], policy), self.at(fixed[k], ideal), strict=True)]
            loss = [x - y for x, y in zip(self.at(q[k], ideal), self.at(q[k], policy), strict=True)]
            found.append(max(Fraction(0), *gain, *loss))
        return found

    def excess(self):
        fixed, alpha, gamma = self.runs[1][0], self.alpha, self.gamma[0]
        ideal = self.policy(fixed)
        low = high = self.runs[0][0][0] - fixed[0]
        worst = Fraction(0)
        for q, following, eps in zip(self.runs[0], self.runs[0][1:], self.slacks(0), strict=False):
            low = (1 - alpha) * low + alpha * gamma * (self.backed(0, self.at(low, ideal)) - eps)
            high = (1 - alpha) * high + alpha * gamma * (self.backed(0, self.at(high, self.policy(q))) + eps)
            e = following[0] - fixed[0]
            worst = max(worst, max((low - e).ravel()), max((e - high).ravel()))
        return worst

    def numbers(self):
        (L0, F0), (L, F) = self.runs[0][0], self.runs[0][-1]
        (M0, G0), (M, G) = self.runs[1][0], self.runs[1][-1]
        rL, rF = self.r
        norm, rate = self.norm, [1 - self.alpha * (1 - gamma) for gamma in self.gamma]
        ideal = self.policy([M0, G0])
        moved = [
            norm(self.r[k] + self.gamma[k] * self.backed(k, self.at(q, ideal)) - q) for k, q in enumerate((M0, G0))
        ]

        def total(k):
            terms = (rate[k] ** (self.t - 1 - j) * eps for j, eps in enumerate(self.slacks(k)))
            return self.alpha * self.gamma[k] * sum(terms, Fraction(0))

        return {
            "leader_distance": norm(L - M),
            "follower_distance": norm(F - G),
            "distance": max(norm(L - M), norm(F - G)),
            "leader_start_distance": norm(L0 - M0),
            "follower_start_distance": norm(F0 - G0),
            "start_distance": max(norm(L0 - M0), norm(F0 - G0)),
            "leader_decay": rate[0] ** self.t,
            "follower_decay": rate[1] ** self.t,
            "steps": self.t,
            "step_size": self.alpha,
            "leader_discount": self.gamma[0],
            "follower_discount": self.gamma[1],
            "discount_difference": abs(self.gamma[0] - self.gamma[1]),
            "zero_sum_reward_defect": norm(rL + rF),
            "common_reward_defect": norm(rL - rF),
            "zero_sum_start_defect": norm(L0 + F0),
            "common_start_defect": norm(L0 - F0),
            "zero_sum_reference_defect": norm(M0 + G0),
            "common_reference_defect": norm(M0 - G0),
            "follower_start_reward_defect": norm(F0 - rF),
            "follower_reference_reward_defect": norm(G0 - rF),
            "reference_residual": max(moved),
            "leader_slack": max([Fraction(0), *self.slacks(0)]),
            "leader_slack_sum": total(0),
            "follower_slack_sum": total(1),
            "leader_comparison_excess": self.excess(),
        }


NAMES = [
    "leader_distance", "follower_distance", "distance", "leader_start_distance", "follower_start_distance",
    "start_distance", "leader_decay", "follower_decay", "steps", "step_size", "leader_discount", "follower_discount",
    "discount_difference", "zero_sum_reward_defect", "common_reward_defect", "zero_sum_start_defect",
    "common_start_defect", "zero_sum_reference_defect", "common_reference_defect", "follower_start_reward_defect",
    "follower_reference_reward_defect", "reference_residual", "leader_slack", "leader_slack_sum", "follower_slack_sum",
    "leader_comparison_excess",
]  # fmt: skip # one case a line


def draw(rng, count, S, A, B, *, scale, kind, decimal=False):
    """Instances with tables in multiples of 1/scale; sums of `decimal` ones round."""
    weights = rng.multinomial(8, np.full(S, 1 / S), size=(count, S, A, B)) / 8
    tables = rng.integers(-2 * scale, 2 * scale + 1, (6, count, S, A, B)) / scale
    tables = tables * 0.1 if decimal else tables
    rL, rF, L, F, M, G = tables
    if kind == "zero sum":
        rF, F, G = -rL, -L, -M
    discounts = rng.choice([0.0, 0.5, 0.75], (2, count)) if not decimal else rng.uniform(0, 0.95, (2, count))
    return MarkovIteration(
        transition=weights if not decimal else rng.dirichlet(np.ones(S), size=(count, S, A, B)),
        leader_reward=rL,
        follower_reward=rF,
        leader_discount=discounts[0],
        follower_discount=discounts[0] if kind == "zero sum" else discounts[1],
        leader_start=L,
        follower_start=F,
        leader_reference=M,
        follower_reference=G,
        step_size=rng.choice([1.0, 0.5, 0.25], count) if not decimal else rng.uniform(0.1, 1, count),
        steps=rng.integers(0, 7, count),
        ties=rng.integers(0, 3, count),
    )


def settle(game):
    """The same runs, with rewards that make the reference a fixed point; exact for short dyadic tables."""
    tables = game.leader_reference, game.follower_reference
    found = trajectories.stage(*tables, game.ties)
    rewards = []
    for q, discount in zip(tables, game.discounts(), strict=True):
        value = trajectories.values(q, found.moves, found.replies)
        rewards.append(trajectories.backed(game, q, -discount, value))
    arrays = {name: getattr(game, name) for name in game.core}
    return MarkovIteration(**arrays | {"leader_reward": rewards[0], "follower_reward": rewards[1]})


KINDS = {
    "tied": {"scale": 1, "kind": "general"},
    "dyadic": {"scale": 64, "kind": "general"},
    "zero sum": {"scale": 2, "kind": "zero sum"},
    "decimal": {"scale": 64, "kind": "general", "decimal": True},
    "decimal and tied": {"scale": 1, "kind": "general", "decimal": True},
}


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize("shape", [(1, 2, 2), (2, 2, 2), (2, 1, 3), (3, 3, 1)])
@pytest.mark.parametrize("kind", KINDS)
def test_radii_hold_against_fractions(kind, shape, fixed):
    rng = np.random.default_rng(len(kind) + 10 * shape[1])
    game = draw(rng, 12, *shape, **KINDS[kind])
    if fixed:
        game = settle(game)
    balls = {name: getattr(trajectories, name)(game) for name in NAMES}
    known = 0
    for i in range(12):
        # Float kernels sum to one up to rounding only: the definitions are taken at the floats as they are.
        exact = Exact(_twin(game, i)).numbers()
        assert exact.keys() == balls.keys()
        for name, true in exact.items():
            value, radius = float(balls[name][0][i]), float(balls[name][1][i])
            assert radius >= 0 and np.isfinite(value)
            if np.isfinite(radius):
                assert abs(Fraction(value) - true) <= Fraction(radius), name
                assert radius <= 1e-12, name
                known += name == "leader_distance"
    assert known >= (4 if "tied" in kind else 9)


class _Plain:
    """An exact instance that nobody validates: float kernels, lifted, miss one by a rounding."""

    def __init__(self, arrays, sizes):
        self.__dict__.update(arrays)
        self.states, self.leader_actions, self.follower_actions = sizes

    def rewards(self):
        return self.leader_reward, self.follower_reward


def _twin(game, i):
    lift = np.vectorize(Fraction, otypes=[object])
    arrays = {name: lift(getattr(game, name)[i]) for name in game.core}
    return _Plain(arrays, (game.states, game.leader_actions, game.follower_actions))


def test_short_dyadic_data_are_exact_and_their_ties_are_known():
    rng = np.random.default_rng(5)
    game = settle(draw(rng, 400, 2, 2, 2, scale=1, kind="general"))
    tied = [found.reply_margins.min(axis=(1, 2)) == 0 for _, found in start_run(game).path]
    assert np.mean(tied) > 0.2
    for name in NAMES:
        value, radius = getattr(trajectories, name)(game)
        few = game.steps <= 3
        assert (radius[few] == 0).all(), name
        assert np.isfinite(value).all()
    # Where it starts at the fixed point nothing moves, and nothing is lost.
    arrays = {name: getattr(game, name) for name in game.core}
    home = MarkovIteration(
        **arrays | {"leader_start": game.leader_reference, "follower_start": game.follower_reference}
    )
    for name in ("distance", "leader_slack", "leader_slack_sum", "leader_comparison_excess", "reference_residual"):
        value, radius = getattr(trajectories, name)(home)
        assert (value == 0).all() and (radius == 0).all()


def test_excess_of_a_fixed_point_is_known_to_be_zero_also_where_floats_round():
    rng = np.random.default_rng(6)
    drawn = draw(rng, 600, 2, 2, 2, scale=512, kind="general")
    game = settle(MarkovIteration(**{name: getattr(drawn, name) for name in drawn.core} | {"steps": 8}))
    slack, _ = trajectories.leader_slack(game)
    value, radius = trajectories.leader_comparison_excess(game)
    assert (trajectories.leader_distance(game)[1] > 0).any()  # some runs round
    assert ((value == 0) & (radius == 0)).mean() > 0.9 and (slack > 0).mean() > 0.3
    # With rewards that the reference does not fit, the comparison fails by a clear amount.
    arrays = {name: getattr(game, name) for name in game.core}
    astray = MarkovIteration(**arrays | {"leader_reward": game.leader_reward + 1.0, "leader_discount": 0.5})
    value, radius = trajectories.leader_comparison_excess(astray)
    assert (value > 0.1).mean() > 0.9 and (radius[np.isfinite(radius)] < 1e-10).all()


def test_a_choice_within_the_error_is_left_open():
    # 0.1 + 0.2 and 0.3 differ by a rounding; as rewards after one step of 0.3 they tie or not by what floats lost.
    def game(follower, steps):
        zero = np.zeros((1, 1, 2))
        return MarkovIteration(
            transition=np.ones((1, 1, 2, 1)),
            leader_reward=[[[0.0, 1.0]]],
            follower_reward=[[follower]],
            leader_discount=0.9,
            follower_discount=0.9,
            leader_start=zero,
            follower_start=zero,
            leader_reference=zero,
            follower_reference=zero,
            step_size=0.3,
            steps=steps,
            ties=0,
        )

    for follower, open_choice in (([0.1, 0.1 + 2.0**-55], True), ([0.1, 0.2], False)):
        start = game(follower, 4)
        start = MarkovIteration(
            **{name: getattr(start, name) for name in start.core} | {"leader_start": [[[0.0, 1.0]]]}
        )
        radius = trajectories.leader_distance(start)[1]
        assert np.isinf(radius) if open_choice else 0 < radius < 1e-13


def test_huge_and_tiny_data_lose_accuracy_never_truth():
    rng = np.random.default_rng(8)
    for scale in (1e300, 1e-300, 1e-310):
        drawn = draw(rng, 30, 2, 2, 2, scale=64, kind="general")
        arrays = {name: getattr(drawn, name) for name in drawn.core}
        for name in ("leader_reward", "follower_reward", "leader_start", "follower_start"):
            arrays[name] = arrays[name] * scale
        game = MarkovIteration(**arrays)
        for name in ("leader_distance", "leader_slack_sum", "leader_comparison_excess", "reference_residual"):
            value, radius = getattr(trajectories, name)(game)
            for i in np.flatnonzero(np.isfinite(radius)):
                assert abs(Fraction(value[i]) - Exact(_twin(game, i)).numbers()[name]) <= Fraction(radius[i])


def test_any_batch_shape_and_refusals():
    rng = np.random.default_rng(9)
    game = draw(rng, 6, 2, 2, 2, scale=4, kind="general")
    square = game[np.arange(6).reshape(2, 3)]
    for name in NAMES:
        value, radius = getattr(trajectories, name)(game)
        again = getattr(trajectories, name)(square)
        one = getattr(trajectories, name)(game[4])
        assert (again[0] == value.reshape(2, 3)).all() and (again[1] == radius.reshape(2, 3)).all()
        assert one[0] == value[4] and one[1] == radius[4]
    with pytest.raises(SolverError, match="exact twin"):
        trajectories.distance(game.exact())
    with pytest.raises(SolverError, match="exact twin"):
        trajectories.start_distance(game.exact())
