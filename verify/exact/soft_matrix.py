"""The comparison matrix of soft Stackelberg Q-value iteration, its weights and its rate, in rationals.

With R_k = span(r_k) / (1 - gamma_k)
  C = [[gamma_L k_L, gamma_L k_L R_L / (2 tau_F)],
       [gamma_F R_F / (2 tau_L), gamma_F (k_F + R_L R_F / (4 tau_L tau_F))]],
  w = (1 - C_FF + C_FL, 1 - C_LL + C_LF),   theta = 1 - alpha det(I - C) / (w_L + w_F),
where k = 1 with both entropies counted (soft), k = 1 + R / (2 tau) without them (plain).

Every concept takes an exact `SoftMarkovIteration` and a fact that needs no proof, and returns a Fraction. Raises
`CertificateError` for more than `MOST_STEPS` steps, and where the weights sum to zero.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from games.markov import SoftMarkovIteration
from verify.exact.errors import CertificateError
from verify.exact.iteration import Fact
from verify.exact.soft_iteration import MOST_STEPS


class Comparison(NamedTuple):
    """The entries of C, by row and column."""

    LL: Fraction
    LF: Fraction
    FL: Fraction
    FF: Fraction

    @property
    def leader_weight(self) -> Fraction:
        return 1 - self.FF + self.FL

    @property
    def follower_weight(self) -> Fraction:
        return 1 - self.LL + self.LF


def comparison(game: SoftMarkovIteration, *, entropies: bool) -> Comparison:
    """C of a single exact game."""
    leader, follower = (discount[()] for discount in game.discounts())
    tau_L, tau_F = game.leader_temperature[()], game.follower_temperature[()]
    R_L, R_F = (
        (reward.max() - reward.min()) / (1 - discount)
        for reward, discount in zip(game.rewards(), (leader, follower), strict=True)
    )
    k_L, k_F = (1 + (0 if entropies else R / (2 * tau)) for R, tau in ((R_L, tau_L), (R_F, tau_F)))
    return Comparison(
        LL=leader * k_L,
        LF=leader * k_L * R_L / (2 * tau_F),
        FL=follower * R_F / (2 * tau_L),
        FF=follower * (k_F + R_L * R_F / (4 * tau_L * tau_F)),
    )


def soft_leader_weight(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction:
    """1 - C_FF + C_FL."""
    return comparison(game, entropies=True).leader_weight


def soft_follower_weight(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction:
    """1 - C_LL + C_LF."""
    return comparison(game, entropies=True).follower_weight


def plain_leader_weight(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction:
    """1 - C_FF + C_FL, without the entropies."""
    return comparison(game, entropies=False).leader_weight


def plain_follower_weight(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction:
    """1 - C_LL + C_LF, without the entropies."""
    return comparison(game, entropies=False).follower_weight


def soft_decay(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction:
    """theta^t."""
    return _decay(game, comparison(game, entropies=True))


def plain_decay(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction:
    """theta^t, without the entropies."""
    return _decay(game, comparison(game, entropies=False))


def _decay(game: SoftMarkovIteration, found: Comparison) -> Fraction:
    steps = int(game.steps[()])
    if steps > MOST_STEPS:
        raise CertificateError(f"decay: expected at most {MOST_STEPS} steps, found {steps}")
    total = found.leader_weight + found.follower_weight
    if total == 0:
        raise CertificateError("decay: expected weights with a sum other than 0")
    margin = (1 - found.LL) * (1 - found.FF) - found.LF * found.FL
    return (1 - game.step_size[()] * margin / total) ** steps
