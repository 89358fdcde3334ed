"""The stage rule: as loops over Fractions have it, ties included, and margins that perturbations confirm."""

from fractions import Fraction

import numpy as np
import pytest

from games.markov import Ties
from solvers.markov.stage import choose, decided, stage, values


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def by_hand(L, F, ties):
    """The rule of one game, by sorting candidates."""
    moves, replies = [], []
    for s in range(L.shape[0]):
        row = []
        for a in range(L.shape[1]):
            sign = {Ties.STRONG: -1, Ties.WEAK: 1, Ties.FIRST: 0}[ties]
            row.append(min((-F[s, a, b], sign * L[s, a, b], b) for b in range(L.shape[2]))[2])
        replies.append(row)
        moves.append(min((-L[s, a, b], a) for a, b in enumerate(row))[1])
    return moves, replies


@pytest.mark.parametrize("ties", list(Ties))
@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 3, 1), (2, 1, 3), (3, 2, 3)])
def test_rule_with_ties_everywhere(rng, ties, shape):
    L, F = rng.integers(-1, 2, (2, 40, *shape)).astype(float)
    exact = [np.vectorize(Fraction, otypes=[object])(q) for q in (L, F)]
    for leader_q, follower_q in ((L, F), exact):
        found = stage(leader_q, follower_q, ties)
        assert all((a == b).all() for a, b in zip(choose(leader_q, follower_q, ties), found[:2], strict=True))
        for i in range(40):
            moves, replies = by_hand(leader_q[i], follower_q[i], ties)
            assert found.moves[i].tolist() == moves and found.replies[i].tolist() == replies
            picked = [L[i, s, moves[s], replies[s][moves[s]]] for s in range(shape[0])]
            assert values(L, found.moves, found.replies)[i].tolist() == picked


def test_a_rule_for_each_game_of_a_batch(rng):
    L, F = rng.integers(-1, 2, (2, 60, 2, 2, 3)).astype(float)
    ties = rng.integers(0, 3, 60)
    found = stage(L, F, ties)
    for rule in Ties:
        alone = stage(L[ties == rule], F[ties == rule], rule)
        assert all((mixed[ties == rule] == own).all() for mixed, own in zip(found, alone, strict=True))


def test_margins_of_one_game_by_hand():
    L = np.array([[[5.0, 7.0, 6.0], [4.0, 9.0, 9.0]]])
    F = np.array([[[2.0, 2.0, 1.0], [3.0, 0.0, 0.5]]])
    strong, weak, first = (stage(L, F, ties) for ties in Ties)
    assert strong.replies.tolist() == [[1, 0]] and weak.replies.tolist() == first.replies.tolist() == [[0, 0]]
    assert strong.reply_margins.tolist() == [[0.0, 2.5]]
    assert strong.tie_margins.tolist() == weak.tie_margins.tolist() == [[2.0, np.inf]]
    assert first.tie_margins.tolist() == [[np.inf, np.inf]]
    assert strong.move_margins.tolist() == [3.0] and weak.move_margins.tolist() == [1.0]
    assert not strong.is_strict
    # The follower's tie needs him exact; its breaking needs the leader's lead of 2 to exceed twice her error.
    assert decided(strong, 0.0, 0.0) and decided(strong, 0.99, 0.0) and not decided(strong, 1.0, 0.0)
    assert not decided(strong, 0.0, 1e-300) and not decided(weak, 0.5, 0.0) and decided(first, 0.49, 0.0)


@pytest.mark.parametrize("ties", list(Ties))
def test_where_decided_no_perturbation_changes_a_policy(rng, ties):
    L, F = rng.integers(-6, 7, (2, 300, 2, 2, 3)).astype(float)
    errors = rng.choice([0.0, 0.2, 0.6, 1.1], (2, 300))
    found = stage(L, F, ties)
    fixed = decided(found, errors[0], errors[1])
    assert 20 < fixed.sum() < 280
    changed = np.zeros(300, dtype=bool)
    for _ in range(200):
        signs = rng.choice([-1.0, 0.0, 1.0], (2, *L.shape)) * errors[:, :, None, None, None]
        moves, replies = choose(L + signs[0], F + signs[1], ties)
        changed |= (moves != found.moves).any(axis=1) | (replies != found.replies).any(axis=(1, 2))
    assert not (changed & fixed).any()
    assert (changed & ~fixed).sum() > 0.8 * (~fixed & (errors.max(axis=0) > 0)).sum()
