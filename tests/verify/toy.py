"""Claims about choices that are true, false, vacuous or ill-behaved on purpose, as a file outside the package."""

from __future__ import annotations

import os
import signal
import time
from fractions import Fraction

from games.choice import Choice
from verify import Ablation, Hypothesis, Mutant, at_least, at_most, claim
from verify.comparison import equal
from verify.terms import exp
from verify.verdict import Verdict
from verify.vocabulary.choice import actions, maximisers, temperature


def choice(*values: int, tau: int = 1) -> Choice:
    return Choice(values=[Fraction(value) for value in values], temperature=Fraction(tau))


def killed() -> Choice:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def slept() -> Choice:
    time.sleep(60)
    return choice(0, 1)


@claim(
    "toy/true",
    title="There are as many best actions as actions at most",
    paper="toy",
    place="nowhere",
    families=("tied", "spread"),
    expected=Verdict.SUPPORTED,
    hypotheses=(
        Hypothesis(
            name="several",
            text="there are several best actions",
            body=lambda game: at_least(maximisers(game), 2),
            ablation=Ablation(expected="redundant", text="it holds for one as well"),
        ),
        Hypothesis(
            name="warm",
            text="the temperature is not negative",
            body=lambda game: at_least(temperature(game), 0),
            ablation=Ablation(expected="undefined", text="there is no such choice", instance=lambda: choice(0, tau=0)),
        ),
    ),
    witness=lambda: choice(1, 1, 0),
    tightness=lambda: choice(1, 1),
    series=lambda: ((float(n), f"n = {n}", choice(*[1] * n)) for n in (2, 3)),
    mutants=(
        Mutant(name="fewer", text="fewer", body=lambda game: at_most(maximisers(game), actions(game) - 1)),
        Mutant(name="reversed", text="reversed", body=lambda game: at_least(maximisers(game), actions(game))),
    ),
    quick=8192,
)
def true(game):
    return at_most(maximisers(game), actions(game))


@claim(
    "toy/false",
    title="No choice has more than four actions",
    paper="toy",
    place="nowhere",
    families=("spread",),
    expected=Verdict.REFUTED,
    witness=lambda: choice(1, 0),
    mutants=(Mutant(name="three", text="three", body=lambda game: at_most(actions(game), 3)),),
    quick=8 * 4096,
)
def false(game):
    return at_most(actions(game), 4)


@claim(
    "toy/vacuous",
    title="Choices of at least a thousand actions have a thousand",
    paper="toy",
    place="nowhere",
    families=("spread",),
    expected=Verdict.VACUOUS,
    hypotheses=(
        Hypothesis(
            name="thousand",
            text="a thousand actions",
            body=lambda game: at_least(actions(game), 1000),
            ablation=Ablation(expected="counterexample", text="others have fewer"),
        ),
    ),
    witness=lambda: choice(*range(1000)),
    mutants=(),
    quick=4096,
)
def vacuous(game):
    return equal(actions(game), 1000)


@claim(
    "toy/one",
    title="This choice has two best actions",
    paper="toy",
    place="nowhere",
    families=(),
    expected=Verdict.PROVED,
    witness=lambda: choice(1, 1, 0),
    mutants=(Mutant(name="three", text="three", body=lambda game: equal(maximisers(game), 3)),),
)
def one(game):
    return equal(maximisers(game), 2)


@claim(
    "toy/ball",
    title="e^n is less than 3^n for the witness, which only balls can say",
    paper="toy",
    place="nowhere",
    families=(),
    expected=Verdict.PROVED,
    witness=lambda: choice(1, 1),
    mutants=(Mutant(name="seven", text="less than 7", body=lambda game: at_most(exp(actions(game)), 7)),),
)
def in_balls(game):
    return at_most(exp(actions(game)), 9)


@claim(
    "toy/tame",
    title="A claim with a mutant that is true, an ablation that finds nothing, and a witness that misses a hypothesis",
    paper="trouble",
    place="nowhere",
    families=("spread",),
    expected=Verdict.SUPPORTED,
    hypotheses=(
        Hypothesis(
            name="several",
            text="there are at least two actions",
            body=lambda game: at_least(actions(game), 2),
            ablation=Ablation(expected="counterexample", text="there is none"),
        ),
    ),
    witness=lambda: choice(1),
    mutants=(Mutant(name="true", text="true", body=lambda game: at_least(actions(game), 1)),),
    quick=4096,
)
def tame(game):
    return at_least(actions(game), 2)


@claim(
    "toy/unlucky",
    title="A claim whose witness kills its process",
    paper="trouble",
    place="nowhere",
    families=("spread",),
    expected=Verdict.UNDECIDED,
    witness=killed,
    mutants=(),
    quick=4096,
)
def unlucky(game):
    return at_least(temperature(game), 0)


@claim(
    "toy/slow",
    title="A claim whose witness takes a minute",
    paper="trouble",
    place="nowhere",
    families=("spread",),
    expected=Verdict.UNDECIDED,
    witness=slept,
    mutants=(),
    quick=4096,
)
def slow(game):
    return at_least(temperature(game), 0)
