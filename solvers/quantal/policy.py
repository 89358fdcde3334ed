"""A law p beside the softmax law s of a choice: free energies and divergence, with sound error radii.

With scaled gaps g = (max q - q) / tau and L = log sum e^{-g}, log s_a = -g_a - L, and for any law p
  tau LSE(q / tau) - <p, q> - tau Ent(p) = tau (L + <p, g> - Ent(p))       `free_energy_gap`, as it is defined
  KL(p || s) = sum_a p_a log(p_a / s_a) = sum_a p_a psi(-t_a),  t_a = log(p_a / s_a), psi(y) = e^y - 1 - y >= 0
                                                                           `policy_divergence`, without cancellation
where sum p = sum s = 1 was used; an action with p_a = 0 adds s_a. The two are equal by the variational principle, and
computed so differently that their agreement says something.

Errors (notation of solvers.quantal.rounding):
  Ent p = sum -p log p:   sum (LIBRARY + 1) u |p log p| + n u Ent
  <p, g>:                 (n + 3) u <p, g>
  t:                      LIBRARY u |log p| + 2u g + err L + u (|log p + g| + |t|)
  p psi(-t), |t| <= 1:    p (|expm1(-t)| err t + 2 (err t)^2 + (CURVE + 1) u psi)
  p (t - 1) + s, |t| > 1: p err t + err s + 2u p |t - 1| + u |sum|
Where floats miss sum p = 1 by eps, as a game of floats may, the first form loses eps max q and the second eps, which
`_missing` bounds; it is 0 for probabilities that are multiples of 2^-53 with sum 1, as those of the families.
"""

from __future__ import annotations

import numpy as np

from games.choice import ChoiceWithPolicy
from solvers.quantal.rounding import CURVE, LIBRARY, UNIT, Certified, certified, curve, floats
from solvers.quantal.softmax import weights


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def policy_value(game: ChoiceWithPolicy) -> Certified:
    """<p, q>."""
    n = floats(game, "policy_value")
    terms = game.policy * game.values
    return certified(terms.sum(axis=-1), (n + 1) * UNIT * np.abs(terms).sum(axis=-1))


def _logarithm(policy: np.ndarray) -> np.ndarray:
    """log p, and 0 where p = 0, where it is always multiplied by p."""
    return np.log(np.where(policy > 0, policy, 1.0))


def _missing(policy: np.ndarray) -> np.ndarray:
    """A bound on |sum p - 1|: Knuth's two-sum gives every rounding error of the sum, and these are summed in turn."""
    total, lost, roundings = (np.zeros(policy.shape[:-1]) for _ in range(3))
    for a in range(policy.shape[-1]):
        p = policy[..., a]
        after = total + p
        taken = after - total
        error = (total - (after - taken)) + (p - taken)
        total, lost, roundings = after, lost + error, roundings + np.abs(error)
    return np.abs((total - 1) + lost) + (policy.shape[-1] + 1) * UNIT * roundings


def _entropy(policy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    entropy = -(policy * _logarithm(policy)).sum(axis=-1)
    return entropy, (policy.shape[-1] + LIBRARY + 1) * UNIT * entropy


@np.errstate(under="ignore")
def policy_entropy(game: ChoiceWithPolicy) -> Certified:
    """Ent(p) = -sum p log p."""
    floats(game, "policy_entropy")
    return certified(*_entropy(game.policy), least=0.0)


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def free_energy_gap(game: ChoiceWithPolicy) -> Certified:
    """tau LSE(q / tau) - <p, q> - tau Ent(p)."""
    n = floats(game, "free_energy_gap")
    known = weights(game.values, game.temperature)
    log_total, log_total_error = known.log_total()
    entropy, entropy_error = _entropy(game.policy)
    behind = np.where(game.policy > 0, game.policy * known.scaled, 0.0).sum(axis=-1)
    value = log_total + behind - entropy
    error = log_total_error + entropy_error + UNIT * ((n + 4) * behind + 2 * (log_total + behind + entropy))
    value, error = game.temperature * value, game.temperature * error
    missing = _missing(game.policy) * np.abs(game.values.max(axis=-1))
    return certified(value, error + UNIT * np.abs(value) + missing)


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def policy_divergence(game: ChoiceWithPolicy) -> Certified:
    """KL(p || softmax(q / tau))."""
    n = floats(game, "policy_divergence")
    known = weights(game.values, game.temperature)
    soft, soft_error = known.law()
    log_total, log_total_error = known.log_total()
    policy, played = game.policy, game.policy > 0
    logarithm = _logarithm(policy)
    scaled = np.where(played, known.scaled, 0.0)
    part = logarithm + scaled
    t = np.where(played, part + log_total[..., None], 0.0)
    t_error = LIBRARY * UNIT * np.abs(logarithm) + 2 * UNIT * scaled + log_total_error[..., None]
    t_error = t_error + UNIT * (np.abs(part) + np.abs(t))
    near = np.abs(t) <= 1
    inside = np.where(near, -t, 0.0)
    psi = curve(inside)
    short = policy * psi
    short_error = policy * (np.abs(np.expm1(inside)) * t_error + 2 * t_error**2 + (CURVE + 1) * UNIT * psi)
    long = policy * (t - 1) + soft
    long_error = policy * (t_error + 2 * UNIT * np.abs(t - 1)) + soft_error + UNIT * np.abs(long)
    terms = np.where(played, np.where(near, short, long), soft)
    errors = np.where(played, np.where(near, short_error, long_error), soft_error)
    value = terms.sum(axis=-1)
    error = errors.sum(axis=-1) + n * UNIT * np.abs(terms).sum(axis=-1) + _missing(policy)
    return certified(value, error, least=0.0)
