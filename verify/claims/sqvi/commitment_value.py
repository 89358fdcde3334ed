"""Commitment against simultaneous moves: in a Markov game the right to move first can harm the leader.

With one state Q_k = r_k + gamma V_k, so that the rule plays as in the stage game: the leader commits to the best of her
actions, the follower's ties broken for her, and a pure equilibrium is one of her options. With several states the stage
rule knows only of the next step's values, which the players' later commitments have spoilt.
"""

from __future__ import annotations

import dataclasses

from verify.claims.sqvi.shared import (
    EQUILIBRIUM,
    FIXED_POINT,
    GENERIC,
    PAPER,
    coordination,
    inspection,
    patience,
)
from verify.comparison import at_least, at_most, equal
from verify.statement import Ablation, Hypothesis, Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.markov import best_fixed_point, markov_commitment_gain, states, worst_markov_nash

REVERSED = Mutant(
    name="reversed",
    text="no fixed point is worth more than the best equilibrium",
    body=lambda game: at_most(markov_commitment_gain(game), 0),
)


@claim(
    "sqvi/commitment-value",
    title="The best fixed point is worth at least the best equilibrium",
    paper=PAPER,
    place="the Markov-game version of errl/commitment-value",
    families=GENERIC,
    expected=Verdict.REFUTED,
    witness=patience,
    hypotheses=(FIXED_POINT, EQUILIBRIUM),
    quick=12_288,
    default=40_960,
    mutants=(
        REVERSED,
        Mutant(
            name="worst equilibrium",
            text="it is worth at least the worst equilibrium",
            body=lambda game: at_least(best_fixed_point(game), worst_markov_nash(game)),
        ),
    ),
    note="Two payoffs of 1, all others 0, suffice (the witness); no deterministic game with discounts 1/2 and a "
    "smaller number of states, actions or such payoffs is a counterexample, by exhaustion. With one state the "
    "statement is true, see sqvi/commitment-value/one-state.",
)
def commitment_value(game):
    return at_least(markov_commitment_gain(game), 0)


@claim(
    "sqvi/commitment-value/one-state",
    title="With one state the fixed point is worth at least the best equilibrium",
    paper=PAPER,
    place="the one-shot case, von Stengel and Zamir 2010",
    families=("markov_single_state",),
    expected=Verdict.SUPPORTED,
    witness=inspection,
    tightness=coordination,
    hypotheses=(
        EQUILIBRIUM,
        Hypothesis(
            name="one state",
            text="there is one state",
            body=lambda game: equal(states(game), 1),
            ablation=Ablation(
                expected="counterexample",
                text="with more states the leader may lose by moving first",
                families=("markov_dense", "markov_garnet"),
            ),
        ),
        dataclasses.replace(
            FIXED_POINT,
            ablation=Ablation(expected="redundant", text="with one state there is exactly one"),
        ),
    ),
    quick=8_192,
    default=81_920,
    mutants=(REVERSED,),
)
def one_state_value(game):
    return at_least(markov_commitment_gain(game), 0)
