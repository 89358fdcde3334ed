"""One step of soft Q-value iteration, entropies counted, moves two runs apart by at most a matrix applied to d_L, d_F.

The rows of (1 - alpha) I + alpha C, C = [[gamma_L, gamma_L R_L / (2 tau_F)], [gamma_F R_F / (2 tau_L), gamma_F (1 + R_L
R_F / (4 tau_L tau_F))]]: the follower's law moves by at most d_F / tau_F in the l1 norm, which moves q(s, a) by half of
that times R_L beside d_L; log-sum-exp passes both on undiminished, while the leader's law moves by the change of q over
tau_L, and his value by half of that times R_F beside d_F. Nearly attained by small changes where choices are open.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from games.markov import SoftMarkovIteration
from verify.claims.sqvi.runs import PAPER
from verify.claims.sqvi.soft import (
    FOLLOWER_RANGE,
    LEADER_RANGE,
    SOFT_STEP,
    follower_range,
    leader_range,
    row,
    soft_state,
)
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.terms import Term
from verify.verdict import Verdict
from verify.vocabulary.markov_iteration import (
    follower_discount,
    follower_start_distance,
    leader_discount,
    leader_start_distance,
)
from verify.vocabulary.soft_iteration import (
    follower_temperature,
    leader_temperature,
    soft_follower_distance,
    soft_leader_distance,
)

FAMILIES = ("soft_iteration_near", "soft_iteration")


CHANGE = Fraction(1, 2**20)


def pushed_by_reply(change: Fraction = CHANGE) -> SoftMarkovIteration:
    """The leader's one action is worth 0 or 2 to her with the two replies, which are equal to him up to the change."""
    return soft_state(
        leader_reward=[[0, 1]],
        follower_reward=[[0, 0]],
        leader_start=[[0, 2]],
        follower_start=[[0, 0]],
        leader_reference=[[0, 2]],
        follower_reference=[[change, -change]],
    )


def pushed_by_move(change: Fraction = CHANGE, temperature: Fraction = Fraction(1, 32)) -> SoftMarkovIteration:
    """What she gets depends on his reply alone, 0 or 2; what he gets on her move alone, 0 or 2, up to the change.

    The change makes him reply more often with what is worse for her after one move, and with what is better after the
    other: her values of the two moves go apart, and his value follows the move.
    """
    e = change
    return soft_state(
        leader_reward=[[0, 1], [0, 1]],
        follower_reward=[[0, 0], [1, 1]],
        leader_start=[[0, 2], [0, 2]],
        follower_start=[[e, e], [2 - e, 2 - e]],
        leader_reference=[[0, 2], [0, 2]],
        follower_reference=[[2 * e, 0], [2 - 2 * e, 2]],
        temperatures=(temperature, temperature),
    )


def _by_reply() -> Iterator[tuple[float, str, SoftMarkovIteration]]:
    for power in range(-8, 4):
        change = Fraction(2) ** power
        yield float(change), f"change of {float(change):g}", pushed_by_reply(change)


def _by_move() -> Iterator[tuple[float, str, SoftMarkovIteration]]:
    for power in range(-6, 5):
        temperature = Fraction(2) ** power
        yield float(temperature), f"temperatures {float(temperature):g}", pushed_by_move(CHANGE, temperature)


def leader_row(game: Any, *, swap: bool = False, part: Any = 2) -> Term:
    """(1 - alpha) d_L + alpha gamma_L (d_L + R_L / (2 tau_F) d_F)."""
    temperature = leader_temperature(game) if swap else follower_temperature(game)
    return row(game, leader_discount, leader_start_distance, 1, leader_range(game) / (part * temperature))


def follower_row(game: Any, *, part: Any = 2, product: Any = 4) -> Term:
    """(1 - alpha) d_F + alpha gamma_F (R_F / (2 tau_L) d_L + (1 + R_L R_F / (4 tau_L tau_F)) d_F)."""
    heat = leader_temperature(game) * follower_temperature(game)
    both = 1 + leader_range(game) * follower_range(game) / (product * heat)
    on_leader = follower_range(game) / (part * leader_temperature(game))
    return row(game, follower_discount, follower_start_distance, on_leader, both)


@claim(
    "sqvi/soft-contraction",
    title="How far one soft step moves the leader's tables apart",
    paper=PAPER,
    place="comparison system of the soft iteration, entropies counted",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/soft-entropy",
    conclusion="leader, linear, rewards",
    hypotheses=(SOFT_STEP, LEADER_RANGE),
    witness=pushed_by_reply,
    tightness=pushed_by_reply,
    series=_by_reply,
    quick=4_096,
    default=131_072,
    mutants=(
        Mutant(
            name="constant",
            text="4 in place of 2",
            body=lambda game: at_most(soft_leader_distance(game), leader_row(game, part=4)),
        ),
        Mutant(
            name="temperature",
            text="the leader's temperature in place of the follower's",
            body=lambda game: at_most(soft_leader_distance(game), leader_row(game, swap=True)),
        ),
        Mutant(
            name="no push",
            text="as if the follower's law did not matter",
            body=lambda game: at_most(
                soft_leader_distance(game), row(game, leader_discount, leader_start_distance, 1, 0)
            ),
        ),
    ),
)
def soft_contraction(game):
    return at_most(soft_leader_distance(game), leader_row(game))


@claim(
    "sqvi/soft-contraction/follower",
    title="How far one soft step moves the follower's tables apart",
    paper=PAPER,
    place="comparison system of the soft iteration, entropies counted",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/soft-entropy",
    conclusion="follower, linear, rewards",
    hypotheses=(SOFT_STEP, LEADER_RANGE, FOLLOWER_RANGE),
    witness=pushed_by_move,
    tightness=pushed_by_move,
    series=_by_move,
    quick=4_096,
    default=131_072,
    mutants=(
        Mutant(
            name="constant",
            text="16 in place of 4",
            body=lambda game: at_most(soft_follower_distance(game), follower_row(game, product=16)),
        ),
        Mutant(
            name="push",
            text="4 in place of 2",
            body=lambda game: at_most(soft_follower_distance(game), follower_row(game, part=4)),
        ),
        Mutant(
            name="no product",
            text="as if the follower's law did not move the leader's",
            body=lambda game: at_most(
                soft_follower_distance(game),
                row(
                    game,
                    follower_discount,
                    follower_start_distance,
                    follower_range(game) / (2 * leader_temperature(game)),
                    1,
                ),
            ),
        ),
    ),
)
def soft_contraction_follower(game):
    return at_most(soft_follower_distance(game), follower_row(game))
