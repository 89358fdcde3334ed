"""The same for soft Q-value iteration without the entropies: the constants are larger, and no temperature is neutral.

A player who is not paid for his entropy loses by softmax, and how much depends on his table: the change of his law
counts beside the change of his values. With v = d_L + R_L / (2 tau_F) d_F, which bounds the change of q(s, a), her
values move by at most (1 + R_L / (2 tau_L)) v, the follower's by R_F / (2 tau_L) v + (1 + R_F / (2 tau_F)) d_F.
"""

from __future__ import annotations

from typing import Any

from verify.claims.sqvi.runs import PAPER
from verify.claims.sqvi.soft import FOLLOWER_RANGE, LEADER_RANGE, SOFT_STEP, follower_range, leader_range, row
from verify.claims.sqvi.soft_contraction import pushed_by_move, pushed_by_reply
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
    plain_follower_distance,
    plain_leader_distance,
)

FAMILIES = ("soft_iteration_near", "soft_iteration")


def leader_row(game: Any, *, part: Any = 2) -> Term:
    """(1 - alpha) d_L + alpha gamma_L (1 + R_L / (2 tau_L)) (d_L + R_L / (2 tau_F) d_F)."""
    loss = 1 + leader_range(game) / (2 * leader_temperature(game))
    push = loss * (leader_range(game) / (part * follower_temperature(game)))
    return row(game, leader_discount, leader_start_distance, loss, push)


def follower_row(game: Any, *, part: Any = 2) -> Term:
    """(1 - alpha) d_F + alpha gamma_F (R_F / (2 tau_L) v + (1 + R_F / (2 tau_F)) d_F), with the same v."""
    heat = leader_temperature(game) * follower_temperature(game)
    loss = 1 + follower_range(game) / (2 * follower_temperature(game))
    both = loss + leader_range(game) * follower_range(game) / (4 * heat)
    on_leader = follower_range(game) / (part * leader_temperature(game))
    return row(game, follower_discount, follower_start_distance, on_leader, both)


def _entropies_counted(game: Any) -> Term:
    """The leader's row where entropies count."""
    push = leader_range(game) / (2 * follower_temperature(game))
    return row(game, leader_discount, leader_start_distance, 1, push)


@claim(
    "sqvi/soft-contraction-plain",
    title="How far one soft step without entropies moves the leader's tables apart",
    paper=PAPER,
    place="comparison system of the soft iteration, entropies not counted",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/soft-plain",
    conclusion="leader, linear, rewards",
    hypotheses=(SOFT_STEP, LEADER_RANGE),
    witness=pushed_by_reply,
    tightness=pushed_by_reply,
    quick=4_096,
    default=131_072,
    mutants=(
        Mutant(
            name="constant",
            text="4 in place of the second 2",
            body=lambda game: at_most(plain_leader_distance(game), leader_row(game, part=4)),
        ),
        Mutant(
            name="entropies counted",
            text="the bound of the iteration that counts them",
            body=lambda game: at_most(plain_leader_distance(game), _entropies_counted(game)),
        ),
    ),
)
def soft_contraction_plain(game):
    return at_most(plain_leader_distance(game), leader_row(game))


@claim(
    "sqvi/soft-contraction-plain/follower",
    title="How far one soft step without entropies moves the follower's tables apart",
    paper=PAPER,
    place="comparison system of the soft iteration, entropies not counted",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/soft-plain",
    conclusion="follower, linear, rewards",
    hypotheses=(SOFT_STEP, LEADER_RANGE, FOLLOWER_RANGE),
    witness=pushed_by_move,
    tightness=pushed_by_move,
    quick=4_096,
    default=131_072,
    mutants=(
        Mutant(
            name="push",
            text="4 in place of the 2 beside the leader's temperature",
            body=lambda game: at_most(plain_follower_distance(game), follower_row(game, part=4)),
        ),
        Mutant(
            name="no product",
            text="as if the follower's law did not move the leader's",
            body=lambda game: at_most(
                plain_follower_distance(game),
                row(
                    game,
                    follower_discount,
                    follower_start_distance,
                    follower_range(game) / (2 * leader_temperature(game)),
                    1 + follower_range(game) / (2 * follower_temperature(game)),
                ),
            ),
        ),
    ),
)
def soft_contraction_plain_follower(game):
    return at_most(plain_follower_distance(game), follower_row(game))
