"""Exact pairs of runs: a plain recomputation in Fractions, closed forms, doctored systems, and accuracy of balls."""

from __future__ import annotations

import dataclasses
import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb

from games.families import family
from games.markov import MarkovIteration, Ties
from verify.claims.sqvi import one_step_ratio_common, soft_contraction, zero_sum
from verify.claims.sqvi.runs import longer, single_state
from verify.exact import iteration as exact
from verify.exact import soft_iteration as soft
from verify.exact.errors import CertificateError
from verify.exact.facts import check
from verify.streams import stream

HALF = Fraction(1, 2)
FAMILIES = ("iteration_free", "iteration_tied", "iteration_near", "iteration_misjudged")


def value(game, name):
    return check(game, {"concept": name}, 128)


def games(name: str, count: int = 12, block: int = 0) -> list[Any]:
    sample = family(name).sample(stream(5, "tests of exact runs", block), 64)
    return [sample[i].exact() for i in range(count)]


# The rule of games.markov once more, on dictionaries keyed by (s, a, b).


def tables(game, leader, follower):
    keys = list(itertools.product(*map(range, game.leader_reward.shape)))
    return [{k: leader[k] for k in keys}, {k: follower[k] for k in keys}]


def policy(game, q):
    leader, follower = q
    sign = {Ties.STRONG: 1, Ties.WEAK: -1, Ties.FIRST: 0}[Ties(int(game.ties[()]))]
    chosen = {}
    for s in range(game.states):
        replies = {}
        for a in range(game.leader_actions):
            order = [(-follower[s, a, b], -sign * leader[s, a, b], b) for b in range(game.follower_actions)]
            replies[a] = min(order)[2]
        _, a = min((-leader[s, a, replies[a]], a) for a in replies)
        chosen[s] = (a, replies[a])
    return chosen


def operator(game, q):
    chosen = policy(game, q)
    images = []
    for table, reward, discount in zip(q, game.rewards(), game.discounts(), strict=True):
        images.append(
            {
                k: reward[k] + discount[()] * sum(p * table[(t, *chosen[t])] for t, p in enumerate(game.transition[k]))
                for k in table
            }
        )
    return images


def step(game, q):
    alpha = game.step_size[()]
    return [
        {k: (1 - alpha) * old[k] + alpha * new[k] for k in old} for old, new in zip(q, operator(game, q), strict=True)
    ]


def runs(game):
    ours = [tables(game, game.leader_start, game.follower_start)]
    other = [tables(game, game.leader_reference, game.follower_reference)]
    for _ in range(int(game.steps[()])):
        ours.append(step(game, ours[-1]))
        other.append(step(game, other[-1]))
    return ours, other


def norm(x, y):
    return max(abs(x[k] - y[k]) for k in x)


@pytest.mark.parametrize("name", FAMILIES)
def test_distances_and_residuals_are_those_of_a_plain_recomputation(name):
    for game in games(name):
        ours, other = runs(game)
        for player, who in enumerate(("leader", "follower")):
            assert value(game, f"{who}_distance") == norm(ours[-1][player], other[-1][player])
            assert value(game, f"{who}_start_distance") == norm(ours[0][player], other[0][player])
            rate = 1 - game.step_size[()] * (1 - game.discounts()[player][()])
            assert value(game, f"{who}_decay") == math.prod([rate] * int(game.steps[()]))
        assert value(game, "distance") == max(value(game, f"{who}_distance") for who in ("leader", "follower"))
        for which, q in (("start", ours[0]), ("reference", other[0])):
            assert value(game, f"{which}_residual") == max(map(norm, operator(game, q), q))


@pytest.mark.parametrize("name", FAMILIES)
def test_slacks_are_those_of_a_plain_recomputation(name):
    for game in games(name, block=1):
        ours, other = runs(game)
        target = policy(game, other[0])
        for player, who in enumerate(("leader", "follower")):
            goal, total, worst = other[0][player], Fraction(0), Fraction(0)
            factor = game.step_size[()] * game.discounts()[player][()]
            rate = 1 - game.step_size[()] + factor
            for j, q in enumerate(ours[:-1]):
                chosen = policy(game, q)
                gaps = [goal[(s, *chosen[s])] - goal[(s, *target[s])] for s in chosen]
                gaps += [q[player][(s, *target[s])] - q[player][(s, *chosen[s])] for s in chosen]
                slack = max([Fraction(0), *gaps])
                worst = max(worst, slack)
                total += factor * rate ** (len(ours) - 2 - j) * slack
            assert value(game, f"{who}_slack_sum") == total
            if who == "leader":
                assert value(game, "leader_slack") == worst


@pytest.mark.parametrize("name", ["iteration_fixed", "iteration_near", "iteration_tied"])
def test_errors_stay_inside_the_comparison_systems_and_leave_doctored_ones(name):
    left = {"own": 0, "none": 0}
    for game in games(name, 40):
        assert value(game, "reference_residual") == 0
        assert value(game, "leader_comparison_excess") == 0
        left["own"] += value(game, "leader_comparison_excess_own_policy") > 0
        left["none"] += value(game, "leader_comparison_excess_without_slack") > 0
    assert all(left.values())


def test_a_reference_that_moves_leaves_the_systems():
    assert any(value(game, "leader_comparison_excess") > 0 for game in games("iteration_free"))


def test_the_shifted_fixed_point_decays_at_the_rate():
    for count, _, game in longer(zero_sum.tightness(), range(5)):
        assert value(game, "leader_distance") == value(game, "follower_distance") == Fraction(3, 4) ** int(count)
        assert value(game, "leader_slack_sum") == 0


def test_a_run_that_changes_its_policy_by_hand():
    """Replies (0, 1) are worth 0 and 2 to her; from (-1, -1) he ties for her once, then never again."""
    game = single_state(
        leader_reward=[[0, 2]],
        follower_reward=[[0, -2]],
        leader_start=[[0, 2]],
        follower_start=[[-1, -1]],
        leader_reference=[[0, 2]],
        follower_reference=[[0, -2]],
        steps=2,
    )
    # After one step (1/2, 5/2), after two (1/4 + 1/8, ...): half of what was, and half of gamma times the value 1/2.
    assert value(game, "leader_distance") == HALF / 2 + HALF * HALF * HALF
    assert value(game, "leader_slack") == 2
    assert value(game, "leader_slack_sum") == HALF * HALF * Fraction(3, 4) * 2


def test_five_times_the_distance_in_a_common_payoff_game():
    game = one_step_ratio_common.betrayed()
    assert value(game, "start_distance") == 1
    assert value(game, "follower_distance") == 5 * HALF and value(game, "leader_distance") == 3 * HALF


def test_ties_are_broken_as_the_game_says():
    found = {}
    for ties in Ties:
        game = dataclasses.replace(zero_sum.witness(), ties=str(int(ties)), steps="1", step_size="1")
        tied = dataclasses.replace(
            game, leader_start=[[["2", "3"], ["0", "0"]]], follower_start=[[["1", "1"], ["1", "1"]]]
        )
        found[ties] = exact.Runs(tied.exact()).chosen(exact.Runs(tied.exact()).start)
    assert found == {Ties.STRONG: [1], Ties.WEAK: [0], Ties.FIRST: [0]}


def test_defects_are_zero_where_the_kind_says_so():
    for name, prefix in (("iteration_zero_sum", "zero_sum"), ("iteration_common", "common")):
        for game in games(name):
            for what in ("reward", "start", "reference"):
                assert value(game, f"{prefix}_{what}_defect") == 0
            assert value(game, "discount_difference") == 0
    for game in games("iteration_myopic"):
        assert value(game, "follower_start_reward_defect") == value(game, "follower_reference_reward_defect") == 0
        assert value(game, "follower_discount") == 0


def test_too_many_steps_are_refused():
    game = dataclasses.replace(zero_sum.witness(), steps=str(exact.MOST_STEPS + 1))
    with pytest.raises(CertificateError, match="steps: expected at most"):
        value(game, "leader_distance")


def test_runs_are_kept_for_a_game_object_and_not_for_an_equal_one():
    game, twin = zero_sum.witness(), zero_sum.witness()
    assert game == twin
    assert exact.runs_of(game) is exact.runs_of(game)
    assert exact.runs_of(game) is not exact.runs_of(twin)


def test_a_greedy_game_has_no_soft_concepts():
    with pytest.raises(CertificateError, match="expected a game that has it"):
        value(zero_sum.witness(), "leader_temperature")


# Soft runs.


def plain_floats(game, entropies):
    """Both players' distances in floats, from the definitions."""
    tau = float(game.leader_temperature[()]), float(game.follower_temperature[()])
    arrays = {name: np.array(getattr(game, name), dtype=float) for name in game.core}

    def moved(leader, follower):
        def law(values, temperature):
            weights = np.exp((values - values.max(axis=-1, keepdims=True)) / temperature)
            return weights / weights.sum(axis=-1, keepdims=True)

        def entropy(p):
            return -(p * np.log(p, where=p > 0, out=np.zeros_like(p))).sum(axis=-1)

        nu = law(follower, tau[1])
        q = (nu * leader).sum(axis=-1)
        answers = (nu * follower).sum(axis=-1) + (tau[1] * entropy(nu) if entropies else 0)
        pi = law(q, tau[0])
        ours = (pi * q).sum(axis=-1) + (tau[0] * entropy(pi) if entropies else 0)
        values = ours, (pi * answers).sum(axis=-1)
        alpha = arrays["step_size"]
        return [
            (1 - alpha) * table
            + alpha * (arrays[f"{who}_reward"] + arrays[f"{who}_discount"] * arrays["transition"] @ v)
            for who, table, v in zip(("leader", "follower"), (leader, follower), values, strict=True)
        ]

    run = [arrays["leader_start"], arrays["follower_start"]]
    other = [arrays["leader_reference"], arrays["follower_reference"]]
    for _ in range(int(game.steps[()])):
        run, other = moved(*run), moved(*other)
    return [float(np.abs(x - y).max()) for x, y in zip(run, other, strict=True)]


@pytest.mark.parametrize("name", ["soft_iteration", "soft_iteration_free"])
@pytest.mark.parametrize("kind", ["soft", "plain"])
def test_soft_distances_are_those_of_a_plain_recomputation(name, kind):
    for game in games(name):
        expected = plain_floats(game, kind == "soft")
        for player, who in enumerate(("leader", "follower")):
            found = value(game, f"{kind}_{who}_distance")
            size = 1 + float(
                max(abs(x) for x in game.leader_start.flat) + max(abs(x) for x in game.follower_start.flat)
            )
            assert float(found) == pytest.approx(expected[player], rel=1e-9, abs=1e-11 * size)


def test_entropies_make_a_step_of_equal_actions_neutral():
    """All values equal: with entropies V = Q + tau log n, without them V = Q; distances of shifts are rational."""
    game = soft_contraction.pushed_by_reply(Fraction(0))
    assert value(game, "soft_leader_distance") == 0
    assert isinstance(value(game, "soft_leader_distance"), Fraction)


def test_one_reversed_reply_in_closed_form():
    """The reply moves the leader's value by 2 (sigma(2c) - 1/2) = tanh(c), halved by the discount."""
    change = Fraction(1, 4)
    ball = value(soft_contraction.pushed_by_reply(change), "plain_leader_distance")
    assert isinstance(ball, arb)
    assert (ball - (arb(1) / 4).tanh() / 2).contains(0) and ball.rel_accuracy_bits() > 120


def test_small_distances_keep_their_relative_accuracy():
    for digits in (10, 40, 90):
        ball = value(soft_contraction.pushed_by_reply(Fraction(1, 10**digits)), "soft_leader_distance")
        assert isinstance(ball, arb) and ball > 0 and ball.rel_accuracy_bits() >= 128


def test_a_player_without_a_future_forgets_exactly():
    for game in games("soft_iteration", 60):
        if game.follower_discount[()] == 0:
            left = (1 - game.step_size[()]) ** int(game.steps[()])
            assert value(game, "soft_follower_distance") == left * value(game, "follower_start_distance")


def test_spans_are_over_all_entries_and_both_runs():
    game = soft_contraction.pushed_by_move()
    assert value(game, "leader_span") == value(game, "follower_span") == 2
    assert value(game, "leader_reward_span") == value(game, "follower_reward_span") == 1
    assert isinstance(game, MarkovIteration) and soft.MOST_STEPS == exact.MOST_STEPS
