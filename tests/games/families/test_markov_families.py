"""Families of Markov games and of runs on them: what each promises, recomputed by plain loops in Fractions."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest

from games.errors import GameError
from games.families import all_families, family
from games.families.iteration import IterationFamily, Kind
from games.families.markov import MarkovFamily
from games.markov import MarkovGame, MarkovIteration, SoftMarkovIteration

MARKOV = {name: fam for name, fam in all_families().items() if issubclass(fam.game, MarkovGame)}
GAMES = {name: fam for name, fam in MARKOV.items() if fam.game is MarkovGame}
ITERATIONS = {name: fam for name, fam in MARKOV.items() if fam.game is MarkovIteration}
SOFT = {name: fam for name, fam in MARKOV.items() if fam.game is SoftMarkovIteration}


def every(families):
    return pytest.mark.parametrize("fam", families.values(), ids=list(families))


def philox(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def exact_games(fam, count: int):
    """Some sampled and some decoded games of the family, exact and single."""
    for seed in range(count):
        rng = philox(seed)
        yield fam.sample(rng, 5)[seed % 5].exact()
        spread = (4, 9, 40)[seed % 3]
        yield fam.decode(rng.integers(-spread, spread + 1, fam.code_length).tolist())


def stage(leader, follower, ties: int) -> list[tuple[int, int]]:
    """The joint action in every state, by the words of games/markov.py: one candidate after the other."""
    chosen = []
    for s in range(len(leader)):
        moves = []
        for a in range(len(leader[s])):
            best = max(follower[s][a])
            tied = [b for b in range(len(follower[s][a])) if follower[s][a][b] == best]
            if ties == 0:
                tied.sort(key=lambda b: (-leader[s][a][b], b))
            elif ties == 1:
                tied.sort(key=lambda b: (leader[s][a][b], b))
            moves.append((-leader[s][a][tied[0]], a, tied[0]))
        chosen.append(min(moves)[1:])
    return chosen


def residual(game, run: str = "reference") -> Fraction:
    """The largest change of an entry of the run's first tables under one full step."""
    leader, follower = getattr(game, f"leader_{run}").tolist(), getattr(game, f"follower_{run}").tolist()
    joint = stage(leader, follower, int(game.ties.item()))
    largest = Fraction(0)
    for table, reward, discount in (
        (leader, game.leader_reward, game.leader_discount),
        (follower, game.follower_reward, game.follower_discount),
    ):
        for s, a, b in np.ndindex(game.leader_reward.shape):
            after = sum(game.transition[s, a, b, t] * table[t][joint[t][0]][joint[t][1]] for t in range(game.states))
            largest = max(largest, abs(reward[s, a, b] + discount.item() * after - table[s][a][b]))
    return largest


def same(a, b) -> bool:
    return bool(np.all(a == b))


def test_the_families_asked_for_are_there():
    assert set(GAMES) == {
        *("markov_dense", "markov_garnet", "markov_integers", "markov_zero_sum", "markov_common_payoff"),
        *("markov_myopic", "markov_correlated", "markov_tie_rich", "markov_single_state", "markov_absorbing"),
    }
    assert set(SOFT) >= {"soft_iteration", "soft_iteration_free"}
    assert all(isinstance(fam, MarkovFamily) for fam in MARKOV.values())
    assert all(isinstance(fam, IterationFamily) for fam in (ITERATIONS | SOFT).values())


@every(MARKOV)
class TestAll:
    def test_float_games_are_exactly_stochastic_and_short(self, fam):
        for seed in range(10):
            batch = fam.sample(philox(seed), 20)
            assert (batch.transition.sum(axis=-1) == 1.0).all() and (batch.transition >= 0).all()
            for name in fam.game.core:
                array = getattr(batch, name)
                assert not np.signbit(array[array == 0]).any(), f"{name}: a negative zero"
                assert (array * 2.0**40 % 1 == 0).all(), f"{name}: more than 40 binary digits"

    def test_codes_reach_one_state_and_one_action_and_floats_hold_them(self, fam):
        for game in exact_games(fam, 6):
            assert game.float().exact() == game
        assert fam.decode([]).transition.shape == (1, 1, 1, 1)
        assert not fam.decode([]).leader_reward.any()

    def test_both_discount_structures_are_there_unless_told_otherwise(self, fam):
        batch = fam.sample(philox(0), 400)
        equal = (batch.leader_discount == batch.follower_discount).mean()
        kinds = getattr(fam, "kinds", ())
        fixed = kinds in ((Kind.ZERO_SUM,), (Kind.COMMON,)) and "discounts" not in fam.name
        assert (equal == 1.0) if fixed else equal > 0.05
        shared = dataclasses.replace(fam, shared_discount=True, discounts=(0.5, Fraction(3, 4)))
        batch = shared.sample(philox(0), 50)
        assert set(batch.leader_discount) <= {0.5, 0.75}
        assert (same(batch.leader_discount, batch.follower_discount)) or (batch.follower_discount == 0).any()

    def test_refusals(self, fam):
        for wrong in ((1,), (), (0.5, -0.1), 0.5):
            with pytest.raises(GameError, match=r"discounts: expected numbers from \[0, 1\)"):
                dataclasses.replace(fam, discounts=wrong)


@every({name: fam for name, fam in ITERATIONS.items() if fam.fixed})
def test_the_reference_is_a_fixed_point(fam):
    seen = set()
    run = "start" if fam.name == "iteration_from_fixed" else "reference"
    for game in exact_games(fam, 15):
        assert residual(game, run) == 0
        seen.add(int(game.ties.item()))
    assert seen == {0, 1, 2}


@every({name: fam for name, fam in ITERATIONS.items() if not fam.fixed})
def test_other_references_are_not_fixed_points(fam):
    assert sum(residual(game) != 0 for game in exact_games(fam, 25)) > 25


def relation(batch, leader: str, follower: str) -> np.ndarray:
    """0, 1 or 2 where the tables are unrelated, opposite, or equal (or both 0)."""
    leader, follower = getattr(batch, leader), getattr(batch, follower)
    opposite = (leader == -follower).all(axis=(1, 2, 3))
    return np.where((leader == follower).all(axis=(1, 2, 3)), 2, opposite * 1)


@pytest.mark.parametrize("start", ["", "_rewards", "_discounts"])
@pytest.mark.parametrize("kind, which", [("zero_sum", 1), ("common", 2)])
def test_zero_sum_and_common_runs(kind, which, start):
    batch = family(f"iteration_{kind}{start}").sample(philox(3), 300)
    for name in ("reward", "reference"):
        found = relation(batch, f"leader_{name}", f"follower_{name}")
        assert ((found == which) | (batch.leader_reward == 0).all(axis=(1, 2, 3))).all()
    somewhere = batch.leader_start.any(axis=(1, 2, 3))  # in a quarter of the games both start at 0
    aligned = (relation(batch[somewhere], "leader_start", "follower_start") == which).mean()
    assert aligned < 0.1 if start == "_rewards" else aligned == 1
    equal = (batch.leader_discount == batch.follower_discount).mean()
    assert 0.3 < equal < 0.8 if start == "_discounts" else equal == 1


def test_myopic_followers():
    batch = family("iteration_myopic").sample(philox(1), 200)
    assert not batch.follower_discount.any() and batch.leader_discount.any()
    assert same(batch.follower_start, batch.follower_reward) and same(batch.follower_reference, batch.follower_reward)
    assert not same(batch.leader_start, batch.leader_reference)
    batch = family("iteration_myopic_start").sample(philox(1), 200)
    assert not batch.follower_discount.any() and same(batch.follower_reference, batch.follower_reward)
    assert not same(batch.follower_start, batch.follower_reward)


def test_free_followers_begin_at_their_rewards_now_and_then():
    batch = family("iteration_free").sample(philox(2), 400)
    start = (batch.follower_start == batch.follower_reward).all(axis=(1, 2, 3))
    reference = (batch.follower_reference == batch.follower_reward).all(axis=(1, 2, 3))
    assert 50 < (start & reference).sum() < 150 and (start == reference).mean() > 0.95


def test_starts_near_the_reference():
    fam = dataclasses.replace(family("iteration_near"), states=2, leader_actions=3, follower_actions=3)
    batch = fam.sample(philox(5), 2000)
    distance = np.abs(batch.leader_start - batch.leader_reference).max(axis=(1, 2, 3))
    assert distance.max() == 1 and 0 < distance[distance > 0].min() <= 2.0**-16
    shifted = (batch.leader_start - batch.leader_reference == distance[:, None, None, None]).all(axis=(1, 2, 3))
    assert (shifted & (distance > 0)).sum() > 300
    for kind, which in (("zero-sum", 1), ("common", 2)):
        aligned = relation(batch, "leader_reference", "follower_reference") == which
        assert aligned.sum() > 300, kind
        assert (relation(batch[aligned], "leader_start", "follower_start") == which).all()
        assert (batch[aligned].leader_discount == batch[aligned].follower_discount).all()
    gaps = np.diff(np.sort(batch.follower_reference, axis=-1), axis=-1)[..., -1]
    assert ((gaps > 0) & (gaps <= 2.0**-10)).mean() > 0.05 and (gaps == 0).mean() > 0.05


def test_ties_abound():
    batch = dataclasses.replace(family("iteration_tied"), follower_actions=3).sample(philox(0), 500)
    best = batch.follower_reference == batch.follower_reference.max(axis=-1, keepdims=True)
    assert (best.sum(axis=-1) > 1).mean() > 0.3
    assert set(np.unique(batch.leader_reference)) == {-1.0, 0.0, 1.0}


@every(SOFT)
def test_spans_of_soft_starts(fam):
    inside, attained = [], 0
    for game in exact_games(fam, 60):
        for player in ("leader", "follower"):
            reward, discount = getattr(game, f"{player}_reward"), getattr(game, f"{player}_discount").item()
            bound = (reward.max() - reward.min()) / (1 - discount)
            for run in ("start", "reference"):
                table = getattr(game, f"{player}_{run}")
                inside.append(table.max() - table.min() <= bound)
                attained += bool(bound > 0 and table.max() - table.min() == bound)
    if fam.name == "soft_iteration":
        assert all(inside) and attained > 20
    else:
        assert 0.3 < np.mean(inside) < 0.9 or not all(inside)


def test_soft_temperatures_are_dyadic_and_reach_the_threshold():
    batch = dataclasses.replace(family("soft_iteration"), states=2, leader_actions=2, follower_actions=2).sample(
        philox(0), 2000
    )
    for temperature in (batch.leader_temperature, batch.follower_temperature):
        assert (np.frexp(temperature)[0] == 0.5).all()
    spans = [np.ptp(getattr(batch, f"{who}_reward"), axis=(1, 2, 3)) for who in ("leader", "follower")]
    threshold = batch.follower_discount * spans[0] * spans[1]
    threshold /= 4 * ((1 - batch.leader_discount) * (1 - batch.follower_discount)) ** 2
    product = batch.leader_temperature * batch.follower_temperature
    ratio = product[threshold > 0] / threshold[threshold > 0]
    assert ((ratio > 0.5) & (ratio < 2)).mean() > 0.1 and (ratio > 1).mean() > 0.3 and (ratio < 1).mean() > 0.3


def test_integers_and_ties_of_games():
    batch = family("markov_integers").sample(philox(7), 100)
    assert set(np.unique(batch.leader_reward)) == set(range(-4, 5)) and (batch.transition * 8 % 1 == 0).all()
    with pytest.raises(GameError, match="expected 0 <= largest"):
        dataclasses.replace(family("markov_integers"), largest=-1)
    with pytest.raises(GameError, match="reward levels, found 0"):
        dataclasses.replace(family("markov_tie_rich"), levels=0)
    fam = dataclasses.replace(family("markov_tie_rich"), states=2, leader_actions=2, follower_actions=2)
    batch = fam.sample(philox(8), 500)
    copied = (batch.follower_reward[..., 0] == batch.follower_reward[..., 1]).all(axis=(1, 2))
    copied &= (batch.transition[..., 0, :] == batch.transition[..., 1, :]).all(axis=(1, 2, 3))
    leader = (batch.leader_reward[..., 0] == batch.leader_reward[..., 1]).all(axis=(1, 2))
    assert (copied & leader).sum() > 20 and (copied & ~leader).sum() > 20


def test_zero_sum_and_common_games():
    zero_sum = family("markov_zero_sum").sample(philox(1), 50)
    assert same(zero_sum.follower_reward, -zero_sum.leader_reward)
    common = family("markov_common_payoff").sample(philox(1), 50)
    assert same(common.follower_reward, common.leader_reward) and common.leader_reward.any()


def test_garnet_rows_reach_few_states():
    fam = dataclasses.replace(family("markov_garnet"), states=6, branching=3)
    batch = fam.sample(philox(2), 200)
    reached = (batch.transition > 0).sum(axis=-1)
    assert reached.max() == 3 and (reached == 3).mean() > 0.99
    assert abs((batch.transition > 0).mean(axis=(0, 1, 2, 3)) - 0.5).max() < 0.05  # every state as often as any other
    for game in exact_games(fam, 10):
        assert ((game.transition > 0).sum(axis=-1) <= 3).all()
    with pytest.raises(GameError, match="branching factor >= 1, found 0"):
        dataclasses.replace(fam, branching=0)


def test_correlations():
    fam = dataclasses.replace(family("markov_correlated"), states=3, leader_actions=3, follower_actions=3)
    for correlation in (-1.0, -0.6, 0.0, 0.3, 1.0):
        batch = dataclasses.replace(fam, correlation=correlation).sample(philox(4), 2000)
        found = np.corrcoef(batch.leader_reward.ravel(), batch.follower_reward.ravel())[0, 1]
        assert abs(found - correlation) < 0.02  # 54,000 pairs: four standard errors, 1/232 each
        if abs(correlation) == 1:
            assert same(batch.follower_reward, correlation * batch.leader_reward)
        assert abs(batch.follower_reward.std() - 1) < 0.02
    batch = fam.sample(philox(4), 500)
    own = np.array([np.corrcoef(game.leader_reward.ravel(), game.follower_reward.ravel())[0, 1] for game in batch])
    assert own.min() < -0.9 and own.max() > 0.9 and (np.abs(own) < 0.5).mean() > 0.3
    with pytest.raises(GameError, match=r"correlation in \[-1, 1\], found 1.5"):
        dataclasses.replace(fam, correlation=1.5)


def test_single_states_and_absorbing_states():
    assert family("markov_single_state").sample(philox(0), 3).states == 1
    with pytest.raises(GameError, match="expected one state"):
        dataclasses.replace(family("markov_single_state"), states=(1, 2))
    batch = dataclasses.replace(family("markov_absorbing"), states=3).sample(philox(0), 400)
    stays = np.stack([(batch.transition[:, s, ..., s] == 1).all(axis=(1, 2)) for s in range(3)])
    assert stays[2].all() and 0.4 < stays[1].mean() < 0.6 and stays[0].mean() < 0.05
    pays = (batch.leader_reward[:, 2] != 0).any(axis=(1, 2))
    assert 0.65 < pays.mean() < 0.85 and (batch.leader_reward[:, 0] != 0).any(axis=(1, 2)).all()


def test_a_myopic_follower_beside_a_patient_leader():
    batch = family("markov_myopic").sample(philox(0), 50)
    assert not batch.follower_discount.any() and batch.leader_discount.any()
