"""One soft step, entropies counted, without linearising the softmax: sharp at every distance, no temperature too small.

The follower's law moves by at most 2 tanh(d_F / (2 tau_F)) in the l1 norm (softmax/lipschitz), so that q(s, a) moves by
at most d_L + S_L tanh(d_F / (2 tau_F)), S_L the span of the leader's tables; the leader's law follows alike. Attained
where the change reverses the odds of two replies. sqvi/soft-contraction is what tanh x <= x makes of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from games.markov import SoftMarkovIteration
from verify.claims.sqvi.runs import ONE_STEP, PAPER
from verify.claims.sqvi.soft import row, soft_state
from verify.claims.sqvi.soft_contraction import pushed_by_move
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.terms import Term, tanh
from verify.verdict import Verdict
from verify.vocabulary.markov_iteration import (
    follower_discount,
    follower_start_distance,
    leader_discount,
    leader_start_distance,
    step_size,
)
from verify.vocabulary.soft_iteration import (
    follower_span,
    follower_temperature,
    leader_span,
    leader_temperature,
    soft_follower_distance,
    soft_leader_distance,
)

FAMILIES = ("soft_iteration_near", "soft_iteration")


def reversed_odds(change: Fraction = Fraction(1)) -> SoftMarkovIteration:
    """The leader's one action is worth 0 or 2 to her; the follower's odds of the two replies are turned round."""
    half = change / 2
    return soft_state(
        leader_reward=[[0, 1]],
        follower_reward=[[0, 0]],
        leader_start=[[0, 2]],
        follower_start=[[half, -half]],
        leader_reference=[[0, 2]],
        follower_reference=[[-half, half]],
    )


def _series() -> Iterator[tuple[float, str, SoftMarkovIteration]]:
    for power in range(-6, 5):
        change = Fraction(2) ** power
        yield float(change), f"change of {float(change):g}", reversed_odds(change)


def reply_change(game: Any, part: Any = 2) -> Term:
    """d_L + S_L tanh(d_F / (2 tau_F)): how far q(s, a) moves at most."""
    moved = tanh(follower_start_distance(game) / (part * follower_temperature(game)))
    return leader_start_distance(game) + leader_span(game) * moved


def leader_bound(game: Any, part: Any = 2) -> Term:
    """(1 - alpha) d_L + alpha gamma_L (d_L + S_L tanh(d_F / (2 tau_F)))."""
    alpha = step_size(game)
    pushed = leader_discount(game) * reply_change(game, part)
    return (1 - alpha) * leader_start_distance(game) + alpha * pushed


def follower_bound(game: Any, part: Any = 2) -> Term:
    """(1 - alpha) d_F + alpha gamma_F (d_F + S_F tanh((d_L + S_L tanh(d_F / (2 tau_F))) / (2 tau_L)))."""
    alpha = step_size(game)
    moved = follower_span(game) * tanh(reply_change(game) / (part * leader_temperature(game)))
    pushed = follower_discount(game) * (follower_start_distance(game) + moved)
    return (1 - alpha) * follower_start_distance(game) + alpha * pushed


@claim(
    "sqvi/soft-sharp",
    title="How far one soft step moves the leader's tables apart, sharply",
    paper=PAPER,
    place="comparison system of the soft iteration, entropies counted; before linearising",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/soft-entropy",
    conclusion="leader, tanh, both",
    hypotheses=(ONE_STEP,),
    witness=reversed_odds,
    tightness=reversed_odds,
    series=_series,
    quick=4_096,
    default=131_072,
    mutants=(
        Mutant(
            name="constant",
            text="4 in place of 2",
            body=lambda game: at_most(soft_leader_distance(game), leader_bound(game, part=4)),
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
def soft_sharp(game):
    return at_most(soft_leader_distance(game), leader_bound(game))


@claim(
    "sqvi/soft-sharp/follower",
    title="How far one soft step moves the follower's tables apart, sharply",
    paper=PAPER,
    place="comparison system of the soft iteration, entropies counted; before linearising",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/soft-entropy",
    conclusion="follower, tanh, both",
    hypotheses=(ONE_STEP,),
    witness=pushed_by_move,
    tightness=pushed_by_move,
    quick=4_096,
    default=131_072,
    mutants=(
        Mutant(
            name="constant",
            text="4 in place of the outer 2",
            body=lambda game: at_most(soft_follower_distance(game), follower_bound(game, part=4)),
        ),
        Mutant(
            name="no push",
            text="as if the leader's law did not matter",
            body=lambda game: at_most(
                soft_follower_distance(game), row(game, follower_discount, follower_start_distance, 0, 1)
            ),
        ),
    ),
)
def soft_sharp_follower(game):
    return at_most(soft_follower_distance(game), follower_bound(game))
