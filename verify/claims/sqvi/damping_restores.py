"""To be refuted: smaller steps restore convergence. Damping helps some games and harms others."""

from __future__ import annotations

import dataclasses

from verify.claims.sqvi.shared import CONVERGES, GENERIC, PAPER, saddle
from verify.comparison import at_least, at_most, equal
from verify.statement import Ablation, Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.markov import orbit_period_half

MUTANTS = (
    Mutant(
        name="never",
        text="damped iteration converges nowhere",
        body=lambda game: at_least(orbit_period_half(game), 2),
    ),
    Mutant(
        name="two phases at most",
        text="damped iteration alternates between two policies at worst",
        body=lambda game: at_most(orbit_period_half(game), 2),
    ),
)


@claim(
    "sqvi/damping-restores",
    title="Steps of one half restore convergence",
    paper=PAPER,
    place="the choice of the step size alpha",
    families=GENERIC,
    expected=Verdict.REFUTED,
    witness=saddle,
    quick=12_288,
    default=409_600,
    mutants=MUTANTS,
    note="Of 8,866 games of markov_dense with a cycle for alpha = 1 (among 122,818), 1,848 converge for alpha = 1/2.",
)
def damping_restores(game):
    return equal(orbit_period_half(game), 1)


@claim(
    "sqvi/damping-restores/harmless",
    title="Steps of one half keep convergence where it is",
    paper=PAPER,
    place="the choice of the step size alpha",
    families=GENERIC,
    expected=Verdict.REFUTED,
    witness=saddle,
    hypotheses=(
        dataclasses.replace(
            CONVERGES,
            ablation=Ablation(expected="counterexample", text="most cycles stay cycles when steps are halved"),
        ),
    ),
    quick=8_192,
    default=409_600,
    mutants=MUTANTS,
    note="Of 113,952 games of markov_dense that converge for alpha = 1, 138 cycle for alpha = 1/2.",
)
def damping_is_harmless(game):
    return equal(orbit_period_half(game), 1)
