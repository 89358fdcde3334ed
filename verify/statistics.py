"""Statistics whose guarantees are proved, not approximate: binomial bounds, a sequential test, and multiplicity.

Sources: Clopper and Pearson 1934, Biometrika 26 (binomial bounds); Waudby-Smith and Ramdas 2024, JRSS B 86 (testing by
betting); Ville 1939 (the maximal inequality behind it); Holm 1979, Scand. J. Statist. 6 (multiplicity).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence

import numpy as np
from flint import arb, ctx
from scipy.special import betaincinv

from verify.errors import ClaimError


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    lower: float
    upper: float


def clopper_pearson(successes: int, trials: int, *, alpha: float) -> Interval:
    """One-sided bounds on a probability after a fixed number of independent trials, each missed with chance <= alpha.

    upper: P(X <= successes) <= alpha at p = upper, so that no larger p is compatible; lower: P(X >= successes) <= alpha
    at p = lower. Both are floats for which ball arithmetic proves the inequality: true bounds, within 2^-24 of the
    best ones. Together they are a two-sided interval at level 1 - 2 alpha.
    Raises `ClaimError` unless 0 <= successes <= trials and 0 < alpha < 1/2.
    """
    if not (0 <= successes <= trials and trials > 0 and 0 < alpha < 0.5):
        raise ClaimError(
            f"clopper_pearson: expected 0 <= successes <= trials and 0 < alpha < 1/2, found {successes} of {trials}, "
            f"alpha {alpha}"
        )
    share, failures = successes / trials, trials - successes
    upper, lower = 1.0, 0.0
    if failures:
        guess = float(betaincinv(successes + 1, failures, 1 - alpha))
        upper = _nearest(guess, share, 1.0, lambda p: _at_most(successes, trials, p, alpha))
    if successes:
        guess = float(betaincinv(successes, failures + 1, alpha))
        lower = _nearest(guess, share, 0.0, lambda p: _at_least(successes, trials, p, alpha))
    return Interval(lower=lower, upper=upper)


def _nearest(guess: float, outside: float, inside: float, compatible: Callable[[float], bool]) -> float:
    """The point nearest to `outside`, up to 2^-24 of it, that is known to be compatible; `inside` is.

    Two looks suffice where the guess, in floats, is good: a little further in it is compatible, a little out it is not.
    """
    away = 1.0 if inside > outside else -1.0
    further, nearer = guess * (1 + away * 2.0**-26), guess * (1 - away * 2.0**-26)
    if 0 < further < 1 and compatible(further) and not compatible(nearer):
        return further
    return _bisect(outside, inside, compatible)


def _bisect(outside: float, inside: float, compatible: Callable[[float], bool]) -> float:
    """The point nearest to `outside`, up to 2^-24 of it, that is known to be compatible; `inside` is."""
    while abs(inside - outside) > 2.0**-24 * max(inside, outside):
        middle = (outside + inside) / 2
        if compatible(middle):
            inside = middle
        else:
            outside = middle
    return inside


def _at_most(k: int, trials: int, p: float, alpha: float) -> bool:
    """Whether balls prove P(X <= k) = I_{1-p}(n - k, k + 1) <= alpha."""
    with ctx.workprec(128):
        return bool((1 - arb(p)).beta_lower(trials - k, k + 1, regularized=True) <= arb(alpha))


def _at_least(k: int, trials: int, p: float, alpha: float) -> bool:
    """Whether balls prove P(X >= k) = I_p(k, n - k + 1) <= alpha."""
    with ctx.workprec(128):
        return bool(arb(p).beta_lower(k, trials - k + 1, regularized=True) <= arb(alpha))


def log_wealth(samples: np.ndarray, mean: float, *, cautious: float = 0.5) -> np.ndarray:
    """The running logarithm of a bettor's wealth against "the mean is at most `mean`", samples in [0, 1].

    K_t = prod_{s<=t} (1 + lambda_s (x_s - mean)) with a bet lambda_s in [0, cautious / mean] that depends on earlier
    samples only: under the hypothesis E[K_t | past] <= K_{t-1} whatever the dependence between samples, so that
    P(K_t >= 1/alpha for any t) <= alpha (Ville). Look as often as you like, and stop when you like.

    The bet is the growth-rate approximation (m - mean) / (v + (m - mean)^2) of past samples' mean m and variance v,
    started at 1/2 and 1/4 with the weight of one sample. samples is (..., t), batched over what leads; the shape is
    kept. Raises `ClaimError` for samples outside [0, 1] and means outside (0, 1).
    """
    samples = np.asarray(samples, dtype=np.float64)
    if not 0 < mean < 1 or (samples.size and not (samples.min() >= 0 and samples.max() <= 1)):
        raise ClaimError(f"log_wealth: expected samples in [0, 1] and a mean inside, found mean {mean}")
    earlier = np.arange(samples.shape[-1])
    sums, squares = np.cumsum(samples, axis=-1) - samples, np.cumsum(samples**2, axis=-1) - samples**2
    guess = (0.5 + sums) / (1 + earlier)
    variance = np.maximum((0.5 + squares) / (1 + earlier) - guess**2, 1 / (4 * (1 + earlier)))
    edge = guess - mean
    bets = np.clip(edge / (variance + edge**2), 0.0, cautious / mean)
    return np.cumsum(np.log1p(bets * (samples - mean)), axis=-1)


def rejects(samples: np.ndarray, mean: float, *, alpha: float) -> np.ndarray:
    """Whether "the mean is at most `mean`" is rejected at level alpha at some time; one answer a batch entry."""
    return log_wealth(samples, mean).max(axis=-1, initial=0.0) >= -math.log(alpha)


def holm(p_values: Sequence[float], *, alpha: float) -> tuple[bool, ...]:
    """Which hypotheses to reject so that any false rejection among them has probability at most alpha.

    The p-values may depend on each other in any way.
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    rejected = [False] * len(p_values)
    for rank, i in enumerate(order):
        if p_values[i] > alpha / (len(p_values) - rank):
            break
        rejected[i] = True
    return tuple(rejected)
