"""Guarantees, held against exact binomial sums and against simulation with declared seeds; mutants must fail."""

import math
from fractions import Fraction

import numpy as np
import pytest

from verify.errors import ClaimError
from verify.statistics import clopper_pearson, holm, log_wealth, rejects


def tail(k: int, n: int, p: Fraction) -> Fraction:
    """P(Bin(n, p) <= k), exactly."""
    return sum((math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1)), Fraction(0))


@pytest.mark.parametrize(("k", "n"), [(0, 1), (0, 50), (1, 50), (7, 31), (30, 31), (25, 50)])
@pytest.mark.parametrize("alpha", [0.05, 0.001])
def test_binomial_bounds_are_true_and_tight(k, n, alpha):
    found = clopper_pearson(k, n, alpha=alpha)
    upper, lower, level = Fraction(found.upper), Fraction(found.lower), Fraction(alpha)
    assert tail(k, n, upper) <= level
    assert tail(k, n, upper * (1 - Fraction(1, 10**6))) > level
    if k:
        assert 1 - tail(k - 1, n, lower) <= level
        assert 1 - tail(k - 1, n, lower * (1 + Fraction(1, 10**6))) > level
    else:
        assert found.lower == 0


def test_binomial_bounds_at_the_ends():
    assert clopper_pearson(0, 100, alpha=0.05).upper == pytest.approx(1 - 0.05 ** (1 / 100), rel=1e-7)
    assert clopper_pearson(100, 100, alpha=0.05).upper == 1
    assert clopper_pearson(0, 1 << 20, alpha=0.05).upper == pytest.approx(3 / (1 << 20), rel=2e-3)  # the rule of three


@pytest.mark.parametrize(("k", "n", "alpha"), [(-1, 3, 0.05), (4, 3, 0.05), (0, 0, 0.05), (1, 3, 0.5), (1, 3, 0.0)])
def test_binomial_bounds_refuse_nonsense(k, n, alpha):
    with pytest.raises(ClaimError, match="0 <= successes <= trials"):
        clopper_pearson(k, n, alpha=alpha)


def bernoulli(p: float, runs: int, length: int) -> np.ndarray:
    return (np.random.default_rng(7).random((runs, length)) < p).astype(float)


def test_betting_keeps_its_level_at_every_time():
    # Under the hypothesis (mean 0.3 tested as "at most 0.3") fewer than alpha = 5% of 4000 gamblers ever get 20-fold
    # rich; three standard deviations of the simulation are 1%.
    assert rejects(bernoulli(0.3, 4000, 600), 0.3, alpha=0.05).mean() <= 0.05 + 0.01
    assert rejects(bernoulli(0.2, 4000, 600), 0.3, alpha=0.05).mean() <= 0.01


def test_betting_sees_a_larger_mean():
    assert rejects(bernoulli(0.4, 500, 600), 0.3, alpha=0.05).mean() >= 0.95


def test_a_bet_that_looks_ahead_does_not_keep_the_level():
    # The mutant bets on the sample it is about to see: wealth is then no supermartingale.
    samples = bernoulli(0.3, 2000, 100)
    bets = np.where(samples > 0.3, 0.5 / 0.3, 0.0)
    wealth = np.cumsum(np.log1p(bets * (samples - 0.3)), axis=-1)
    assert (wealth.max(axis=-1) >= math.log(20)).mean() > 0.5


def test_wealth_is_a_martingale_when_the_mean_is_the_hypothesis():
    # E[K_t] = 1 exactly for samples of mean 1/2: the average over all 2^10 sequences.
    sequences = ((np.arange(2**10)[:, None] >> np.arange(10)) & 1).astype(float)
    assert np.exp(log_wealth(sequences, 0.5)[:, -1]).mean() == pytest.approx(1, rel=1e-12)


def test_betting_refuses_what_it_does_not_cover():
    with pytest.raises(ClaimError, match="samples in"):
        log_wealth(np.array([1.5]), 0.5)
    with pytest.raises(ClaimError, match="mean inside"):
        log_wealth(np.array([0.5]), 1.0)


def test_holm_is_between_bonferroni_and_none():
    assert holm([0.01, 0.04, 0.03], alpha=0.05) == (True, False, False)
    assert holm([0.01, 0.02, 0.03], alpha=0.05) == (True, True, True)
    assert holm([0.02, 0.02, 0.02], alpha=0.05) == (False, False, False)
    assert holm([], alpha=0.05) == ()


def test_holm_keeps_the_family_wise_level():
    p = np.random.default_rng(3).random((2000, 20))
    any_false = np.mean([any(holm(row, alpha=0.05)) for row in p])
    assert any_false <= 0.05 + 0.015  # three standard deviations of 2000 draws
    uncorrected = np.mean((p < 0.05).any(axis=1))
    assert uncorrected > 0.5
