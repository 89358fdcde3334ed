"""The comparison matrix of soft Stackelberg Q-value iteration, its weights and its rate, in rationals.

With R_k = span(r_k) / (1 - gamma_k) and both entropies counted
  C = [[gamma_L, gamma_L R_L / (2 tau_F)], [gamma_F R_F / (2 tau_L), gamma_F (1 + R_L R_F / (4 tau_L tau_F))]],
  w = (1 - C_FF + C_FL, 1 - C_LL + C_LF),   theta = 1 - alpha det(I - C) / (w_L + w_F).

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


def comparison(game: SoftMarkovIteration) -> Comparison:
    """C of a single exact game."""
    leader, follower = (discount[()] for discount in game.discounts())
    tau_L, tau_F = game.leader_temperature[()], game.follower_temperature[()]
    R_L, R_F = (
        (reward.max() - reward.min()) / (1 - discount)
        for reward, discount in zip(game.rewards(), (leader, follower), strict=True)
    )
    return Comparison(
        LL=leader,
        LF=leader * R_L / (2 * tau_F),
        FL=follower * R_F / (2 * tau_L),
        FF=follower * (1 + R_L * R_F / (4 * tau_L * tau_F)),
    )


def soft_leader_weight(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction:
    """1 - C_FF + C_FL."""
    return comparison(game).leader_weight


def soft_follower_weight(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction:
    """1 - C_LL + C_LF."""
    return comparison(game).follower_weight


def soft_decay(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction:
    """theta^t."""
    found, steps = comparison(game), int(game.steps[()])
    if steps > MOST_STEPS:
        raise CertificateError(f"soft_decay: expected at most {MOST_STEPS} steps, found {steps}")
    total = found.leader_weight + found.follower_weight
    if total == 0:
        raise CertificateError("soft_decay: expected weights with a sum other than 0")
    margin = (1 - found.LL) * (1 - found.FF) - found.LF * found.FL
    return (1 - game.step_size[()] * margin / total) ** steps
