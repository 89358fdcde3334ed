"""The answers of published games: one claim a game of `games.literature`, proved on that one instance.

All its answers are stated in one relation, as a sum of distances that is 0. The values are proved by certificates, not
taken from the literature module; its own tests recompute them once more.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from games.literature import literature, named
from games.matrix import BimatrixGame
from verify.claims.matrix.shared import PAPER
from verify.comparison import equal
from verify.statement import Claim, Mutant
from verify.verdict import Verdict
from verify.vocabulary import concept


def claims() -> list[Claim]:
    """One claim for each published bimatrix game."""
    return [_claim(name) for name in literature() if isinstance(named(name).GAME, BimatrixGame)]


def _claim(name: str) -> Claim:
    published = named(name)
    answers = {key.replace(" ", "_"): Fraction(answer) for key, answer in published.ANSWERS.items()}
    first = next(iter(answers))
    wrong = {**answers, first: answers[first] + Fraction(1, 100)}
    return Claim(
        id=f"matrix/published/{name}",
        title=f"Published answers: {name.replace('-', ' ')}",
        paper=PAPER,
        place=str(published.SOURCE),
        body=functools.partial(_distance_is_zero, answers=answers),
        families=(),
        expected=Verdict.PROVED,
        witness=lambda: published.GAME,
        mutants=(
            Mutant(
                name="off by a hundredth",
                text=f"the first answer, {first}, is off by 1/100",
                body=functools.partial(_distance_is_zero, answers=wrong),
            ),
        ),
        note=published.NOTE,
        file=Path(__file__),
    )


def _distance_is_zero(game: Any, *, answers: Mapping[str, Fraction]) -> Any:
    distances = [abs(concept(name)(game) - answer) for name, answer in answers.items()]
    return equal(functools.reduce(lambda total, distance: total + distance, distances), 0)
