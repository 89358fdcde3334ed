"""Two runs of soft Q-value iteration: every radius holds against a loop in ball arithmetic at 300 bits."""

from fractions import Fraction

import flint
import numpy as np
import pytest

from games.markov import SoftMarkovIteration
from solvers.errors import SolverError
from solvers.markov import soft_trajectories, trajectories

BITS = 300

DISTANCES = ("soft_leader_distance", "soft_follower_distance", "plain_leader_distance", "plain_follower_distance")


@pytest.fixture(autouse=True)
def _precision():
    before = flint.ctx.prec
    flint.ctx.prec = BITS
    yield
    flint.ctx.prec = before


def draw(rng, count, S, A, B, *, hot, magnitude=1.0):
    tables = rng.normal(size=(6, count, S, A, B)) * magnitude
    temperatures = 10 ** rng.uniform(-0.5, 1.5 if hot else -0.5, (2, count)) * (1.0 if hot else 0.05)
    return SoftMarkovIteration(
        transition=rng.dirichlet(np.ones(S), size=(count, S, A, B)),
        leader_reward=tables[0],
        follower_reward=tables[1],
        leader_discount=rng.uniform(0, 0.95, count),
        follower_discount=rng.uniform(0, 0.95, count),
        leader_start=tables[2],
        follower_start=tables[3],
        leader_reference=tables[4],
        follower_reference=tables[5],
        step_size=rng.choice([1.0, 0.5, 0.3], count),
        steps=rng.integers(0, 5, count),
        leader_temperature=temperatures[0] * magnitude,
        follower_temperature=temperatures[1] * magnitude,
    )


def softmax(values, tau):
    """Law, mean and soft maximum of balls."""
    weights = [(value / tau).exp() for value in values]
    total = sum(weights, flint.arb(0))
    law = [weight / total for weight in weights]
    return law, tau * total.log()


def dot(law, values):
    return sum((p * v for p, v in zip(law, values, strict=True)), flint.arb(0))


def run(game, i, name, entropies):
    """Q functions of game i after its steps, as nested lists of balls."""
    lift = np.vectorize(flint.arb, otypes=[object])
    data = {key: lift(getattr(game, key)[i]) for key in game.core}
    L, F = data[f"leader_{name}"], data[f"follower_{name}"]
    tau_L, tau_F = data["leader_temperature"][()], data["follower_temperature"][()]
    alpha = data["step_size"][()]
    S, A, B = game.states, game.leader_actions, game.follower_actions
    for _ in range(int(game.steps[i])):
        V, W = [], []
        for s in range(S):
            q, paid = [], []
            for a in range(A):
                law, soft = softmax(list(F[s, a]), tau_F)
                q.append(dot(law, list(L[s, a])))
                paid.append(soft if entropies else dot(law, list(F[s, a])))
            law, soft = softmax(q, tau_L)
            V.append(soft if entropies else dot(law, q))
            W.append(dot(law, paid))
        after = []
        for q, value, player in ((L, V, "leader"), (F, W, "follower")):
            new = np.empty(q.shape, dtype=object)
            for e in np.ndindex(S, A, B):
                target = data[f"{player}_reward"][e] + data[f"{player}_discount"][()] * dot(
                    data["transition"][e], value
                )
                new[e] = (1 - alpha) * q[e] + alpha * target
            after.append(new)
        L, F = after
    return L, F


def exact_distances(game, i):
    found = {}
    for kind, entropies in (("soft", True), ("plain", False)):
        first, second = (run(game, i, name, entropies) for name in ("start", "reference"))
        for k, player in enumerate(("leader", "follower")):
            gaps = [abs(x - y) for x, y in zip(first[k].ravel(), second[k].ravel(), strict=True)]
            found[f"{kind}_{player}_distance"] = max(gaps, key=lambda gap: float(gap.mid()))
    return found


@pytest.mark.parametrize("shape", [(1, 1, 2), (1, 2, 1), (2, 2, 2), (2, 3, 2)])
@pytest.mark.parametrize("hot", [True, False])
@pytest.mark.parametrize("magnitude", [1.0, 1e200, 1e-200])
def test_radii_hold_against_balls(shape, hot, magnitude):
    rng = np.random.default_rng(shape[1] + 10 * hot)
    game = draw(rng, 6, *shape, hot=hot, magnitude=magnitude)
    found = {name: getattr(soft_trajectories, name)(game) for name in DISTANCES}
    for i in range(6):
        exact = exact_distances(game, i)
        scale = float(max(np.abs(getattr(game, name)[i]).max() for name in ("leader_start", "follower_start")))
        for name, true in exact.items():
            value, radius = float(found[name][0][i]), float(found[name][1][i])
            # A radius of zero is right where 300 bits see no difference.
            assert abs(flint.arb(value) - true) <= flint.arb(radius) or abs(flint.arb(value) - true) < 1e-80 * scale
            assert radius < (1e-11 if hot else 1e-6) * scale


def test_entropies_and_temperatures_matter():
    game = draw(np.random.default_rng(3), 40, 2, 2, 2, hot=True)
    values = {name: getattr(soft_trajectories, name)(game)[0] for name in DISTANCES}
    moving = (game.steps > 1) & (game.leader_discount > 0.1) & (game.follower_discount > 0.1)
    for player in ("leader", "follower"):
        assert (np.abs(values[f"soft_{player}_distance"] - values[f"plain_{player}_distance"])[moving] > 1e-9).all()
    arrays = {name: getattr(game, name) for name in game.core}
    for name in ("leader_temperature", "follower_temperature"):
        warmer = SoftMarkovIteration(**arrays | {name: 2 * arrays[name]})
        for distance in DISTANCES:
            changed = np.abs(getattr(soft_trajectories, distance)(warmer)[0] - values[distance])
            # Without entropies counted, or over a single step, one player may not feel it; most games do.
            assert (changed[moving] > 1e-9).mean() > 0.9


def test_almost_greedy_players_iterate_as_greedy_ones():
    # At a thousandth of every lead the stage rule is met to e^-1000.
    game = draw(np.random.default_rng(4), 60, 2, 2, 2, hot=True)
    arrays = {name: getattr(game, name) for name in game.core}
    cold = SoftMarkovIteration(**arrays | {"leader_temperature": 1e-7, "follower_temperature": 1e-7})
    for kind in ("soft", "plain"):
        for player in ("leader", "follower"):
            soft, radius = getattr(soft_trajectories, f"{kind}_{player}_distance")(cold)
            hard, _ = getattr(trajectories, f"{player}_distance")(cold)
            assert np.abs(soft - hard).max() < 1e-5
            assert (radius > 0).any()


def test_numbers_that_are_given():
    game = draw(np.random.default_rng(5), 8, 2, 2, 2, hot=True)
    for i in range(8):
        for player in ("leader", "follower"):
            exact = {
                f"{player}_temperature": Fraction(float(getattr(game, f"{player}_temperature")[i])),
                f"{player}_reward_span": _span(getattr(game, f"{player}_reward")[i]),
                f"{player}_span": max(_span(getattr(game, f"{player}_{run}")[i]) for run in ("start", "reference")),
            }
            for name, true in exact.items():
                value, radius = getattr(soft_trajectories, name)(game)
                assert abs(Fraction(value[i]) - true) <= Fraction(radius[i]) < Fraction(1, 10**15)
    assert (trajectories.steps(game)[0] == game.steps).all()
    with pytest.raises(SolverError, match="exact twin"):
        soft_trajectories.leader_span(_exact())


def _span(table):
    entries = [Fraction(float(entry)) for entry in table.ravel()]
    return max(entries) - min(entries)


def _exact():
    table = np.zeros((1, 1, 1))
    tables = {name: table for name in SoftMarkovIteration.core if name.endswith(("reward", "start", "reference"))}
    numbers = dict.fromkeys(("leader_discount", "follower_discount", "step_size"), 0.5)
    game = SoftMarkovIteration(
        transition=np.ones((1, 1, 1, 1)), **tables, **numbers, steps=1, leader_temperature=1.0, follower_temperature=1.0
    )
    return game.exact()


def test_spans_and_no_steps_are_exact():
    game = draw(np.random.default_rng(6), 5, 2, 2, 2, hot=True)
    arrays = {name: getattr(game, name) for name in game.core}
    rounded = {
        name: np.round(arrays[name] * 8) / 8 for name in arrays if name.endswith(("reward", "start", "reference"))
    }
    still = SoftMarkovIteration(**arrays | rounded | {"steps": 0})
    for name in (*DISTANCES, "leader_span", "follower_span", "leader_reward_span", "follower_reward_span"):
        value, radius = getattr(soft_trajectories, name)(still)
        assert (radius == 0).all() and (value > 0).all()
