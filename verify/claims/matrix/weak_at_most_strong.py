"""Ties broken against the leader give her no more than ties broken for her: the two values bracket every other rule."""

from __future__ import annotations

from verify.claims.matrix.shared import PAPER, TIES, conitzer_sandholm, two_faced_reply
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.matrix import pure, pure_weak, sse, wse


@claim(
    "matrix/weak-at-most-strong",
    title="The weak value is at most the strong value",
    paper=PAPER,
    place="von Stengel and Zamir 2010",
    families=TIES,
    expected=Verdict.PROVED,
    derivation="commitment/weak-and-strong",
    conclusion="weak",
    witness=two_faced_reply,
    tightness=conitzer_sandholm,
    published=True,
    quick=8_192,
    default=40_960,
    mutants=(
        Mutant(name="reversed", text="the two values exchanged", body=lambda game: at_most(sse(game), wse(game))),
        Mutant(name="pure", text="single actions on one side", body=lambda game: at_most(wse(game), pure(game))),
        Mutant(
            name="weak pure",
            text="single actions, ties against her",
            body=lambda game: at_most(wse(game), pure_weak(game)),
        ),
    ),
)
def weak_at_most_strong(game):
    return at_most(wse(game), sse(game))
