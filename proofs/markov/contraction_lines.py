"""How the derivations of Q-value iteration write lines: every fact, hypothesis and lemma once, then used again."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from proofs.engine.argument import Argument
from proofs.engine.rules.quantifiers import Generalise, Instantiate
from proofs.engine.step import Step
from proofs.markov.vocabulary import HYPOTHESES, t

_Lemma = TypeVar("_Lemma", bound=Callable[..., Any])
_WRITTEN: WeakKeyDictionary[Argument, dict[Any, Any]] = WeakKeyDictionary()


def once(lemma: _Lemma) -> _Lemma:
    """A lemma that is written into an argument once for its other parameters, and found again afterwards."""

    @functools.wraps(lemma)
    def written(argument: Argument, *parameters: Any) -> Any:
        known = _WRITTEN.setdefault(argument, {})
        key = (lemma, *parameters)
        if key not in known:
            known[key] = lemma(argument, *parameters)
        return known[key]

    return cast(_Lemma, written)


@once
def fact(argument: Argument, name: str) -> Step:
    """What the vocabulary says."""
    return argument.fact(name)


@once
def meaning(argument: Argument, name: str) -> Step:
    """The vocabulary's definition of a name."""
    return argument.define(name)


@once
def assume(argument: Argument, name: str) -> Step:
    """One of the hypotheses of the claims."""
    return argument.assume(name, HYPOTHESES[name])


@once
def at(argument: Argument, name: str, time: Any = t) -> Step:
    """A fact of the vocabulary at a time; the indices of its quantifier keep their names."""
    return instance(argument, fact(argument, name), {t: time})


def instance(argument: Argument, general: Step, places: Mapping[Any, Any], *proofs: Step) -> Step:
    """A relation for all, at these places; what is not named keeps its name. The steps prove what is given."""
    values = {variable: places.get(variable, variable) for variable in general.relation.bound}
    relation, _ = general.relation.instance(values)
    return argument.step(relation, Instantiate(values), general, *proofs)


def everywhere(argument: Argument, step: Step, *variables: Any) -> Step:
    """The step for all of the variables."""
    return argument.step(step.relation.for_all(*variables), Generalise(variables), step)
