"""The order of Markov games is complete and sorted, and what comes before the smallest counterexample converges."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from verify.comparison import at_least, at_most, equal
from verify.exact.certificate import replay
from verify.hunt.markov_order import PAYOFFS, MarkovOrder, batches
from verify.hunt.smallest import search
from verify.hunt.tied_orbit import tied_orbit
from verify.statement import Ablation, Claim, Hypothesis
from verify.vocabulary.markov import (
    fixed_points,
    follower_actions_count,
    markov_zero_sum_defect,
    orbit_period,
    pure_nash_count,
    states,
)

HALF = Fraction(1, 2)


def conjecture(body, hypotheses=()):
    return Claim(id="test/conjecture", body=body, families=(), hypotheses=hypotheses)


def cells(game):
    """[s][a][b] -> (successor, r_L, r_F)."""
    successors = game.transition.argmax(axis=-1)
    table = np.stack([successors, game.leader_reward, game.follower_reward], axis=-1).astype(int)
    return [[[tuple(cell) for cell in row] for row in moves] for moves in table.tolist()]


def key(table):
    return [(t, PAYOFFS.index(own), PAYOFFS.index(other)) for moves in table for row in moves for t, own, other in row]


@pytest.mark.parametrize(
    ("S", "A", "B", "total"), [(1, 1, 1, 2), (1, 2, 2, 2), (2, 1, 1, 3), (2, 1, 2, 1), (2, 2, 1, 2), (3, 1, 1, 1)]
)
def test_the_enumeration_is_complete_and_in_order(S, A, B, total):
    listed = [cells(game) for batch in batches(S, A, B, total, HALF) for game in batch]

    def renamed(table):
        for names in itertools.permutations(range(S)):
            moved = [None] * S
            for s, moves in enumerate(table):
                moved[names[s]] = [
                    sorted(((names[t], own, other) for t, own, other in row), key=lambda cell: key([[[cell]]]))
                    for row in moves
                ]
            yield moved

    every = itertools.product(range(S), PAYOFFS, PAYOFFS)
    expected = []
    for flat in itertools.product(list(every), repeat=S * A * B):
        if sum(abs(own) + abs(other) for _, own, other in flat) == total:
            table = [[list(flat[(s * A + a) * B : (s * A + a + 1) * B]) for a in range(A)] for s in range(S)]
            expected.append(min(renamed(table), key=key))
    unique = {str(table): table for table in expected}
    assert listed == sorted(unique.values(), key=key)
    assert all(game.leader_discount == 0.5 for batch in batches(S, A, B, total, HALF) for game in batch)


def test_two_payoffs_of_one_suffice_for_a_cycle():
    found = search(conjecture(lambda game: equal(orbit_period(game), 1)))
    assert found.game is not None and found.undecided == 0
    assert cells(found.game) == [[[(0, 0, 0)] * 2, [(0, 0, 0), (1, 0, 1)]], [[(0, 0, 0)] * 2, [(0, 0, 0), (1, 1, 0)]]]
    assert found.certificate["lhs"] == "4" and replay(found.certificate).complete
    assert f"none of the {found.examined - 1} smaller Markov games" in found.bound
    assert "1 state, up to 3 by 1 actions" in found.bound and "undecided" not in found.bound


def test_smaller_games_converge_by_exact_arithmetic_alone():
    """Without floats: games with two states and fewer payoffs, or fewer actions, have fixed points that are reached."""
    settled = 0
    for A, B, total in ((2, 2, 1), (1, 2, 2), (2, 1, 2)):
        for batch in batches(2, A, B, total, HALF):
            for place in range(0, len(batch), 12):
                orbit = tied_orbit(batch[place].exact())
                assert orbit is not None and orbit["value"] == "1"
                settled += 1
    assert settled > 150


def test_hypotheses_are_heeded_and_undefined_sides_are_no_counterexamples():
    wide = Hypothesis(
        name="wide",
        text="",
        body=lambda game: at_least(follower_actions_count(game), 2),
        ablation=Ablation(expected="redundant", text=""),
    )
    found = search(conjecture(lambda game: at_most(states(game), 1), (wide,)), order=MarkovOrder(total=1))
    assert found.game is not None and found.game.leader_reward.shape == (2, 1, 2)
    zero_sum = Hypothesis(
        name="zero-sum",
        text="",
        body=lambda game: equal(markov_zero_sum_defect(game), 0),
        ablation=Ablation(expected="redundant", text=""),
    )
    order = MarkovOrder(actions=3, total=2)
    nothing = search(conjecture(lambda game: equal(fixed_points(game), 1), (zero_sum,)), order=order)
    assert nothing.game is None and nothing.undecided == 0
    assert nothing.bound.startswith(f"none of {nothing.examined} Markov games")


@pytest.mark.parametrize(("S", "A", "B", "total"), [(1, 2, 2, 2), (1, 2, 3, 1), (2, 2, 1, 1), (2, 1, 2, 1)])
def test_for_simultaneous_moves_replies_are_renamed_in_a_whole_state(S, A, B, total):
    listed = [cells(game) for batch in batches(S, A, B, total, HALF, simultaneous=True) for game in batch]

    def renamed(table):
        for names in itertools.permutations(range(S)):
            for orders in itertools.product(itertools.permutations(range(B)), repeat=S):
                moved = [None] * S
                for s, moves in enumerate(table):
                    cut = [[(names[t], own, other) for t, own, other in row] for row in moves]
                    moved[names[s]] = [[row[b] for b in orders[s]] for row in cut]
                yield moved

    expected = []
    for flat in itertools.product(itertools.product(range(S), PAYOFFS, PAYOFFS), repeat=S * A * B):
        if sum(abs(own) + abs(other) for _, own, other in flat) == total:
            table = [[[flat[(s * A + a) * B + b] for b in range(B)] for a in range(A)] for s in range(S)]
            if key(table) == min(map(key, renamed(table))):
                expected.append(table)
    assert listed == sorted(expected, key=key)


def test_equilibria_are_searched_without_renaming_replies_to_one_action():
    """Exchanging the replies to one action makes other equilibria: sorted replies alone do not show all games."""
    bounds = []
    for body in (lambda game: at_least(pure_nash_count(game), 1), lambda game: at_least(fixed_points(game), 1)):
        found = search(conjecture(body), order=MarkovOrder(states=1, total=2))
        bounds.append((found.examined, found.bound))
    (nash, nash_bound), (fixed, fixed_bound) = bounds
    assert nash > fixed
    assert "the follower's actions in a state count once" in nash_bound
    assert "names of states or replies count once" in fixed_bound
