"""A claim: statement, hypotheses, where to look, and the checks on the check itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

from games.errors import FirstmoverError
from verify.errors import ClaimError
from verify.experiment.plan import Experiment
from verify.terms import GAME, Relation
from verify.verdict import Verdict

Body = Callable[[Any], Any]  # game -> Relation | Comparison


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ablation:
    """What happens to a claim without one of its hypotheses.

    counterexample: the same machinery, on `families` (the claim's own where empty) with the hypothesis dropped, must
    confirm a violation. redundant: it must find none. undefined: the statement has no meaning without it, shown by
    `instance`, whose construction must raise GameError.
    """

    expected: Literal["counterexample", "redundant", "undefined"]
    text: str
    families: tuple[str, ...] = ()
    instance: Callable[[], Any] | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One condition of a claim: `body` states it as a relation over the vocabulary, like a claim's own body.

    means : the assumption of the claim's derivation that says the same in the words of proofs/, which have payoffs
            where the vocabulary measures, or the assumptions that say it together; "" where the relation itself can be
            translated
    """

    name: str
    text: str
    body: Body
    ablation: Ablation
    means: str | tuple[str, ...] = ""

    @property
    def relation(self) -> Relation:
        return trace(self.body, f"hypothesis {self.name!r}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A wrong version of the statement (constant, sign, rate, ties) that the same machinery must refute."""

    name: str
    text: str
    body: Body

    @property
    def relation(self) -> Relation:
        return trace(self.body, f"mutant {self.name!r}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A statement about every game of some kind, and all that is needed to put it to the test.

    A conjecture needs no more than an id, a body and families. A claim of this project has all that a reader asks for:
    where it is stated, the verdict expected, a witness, mutants, and an ablation of each hypothesis.

    families    names of families as games.families knows them; blocks of 4096 instances cycle through them. Without
                any, the claim speaks of one instance, its witness
    witness     builds a game that meets every hypothesis and for which the statement says something
    tightness   builds a game at which equality, or near-equality, is attained; None where nobody knows one
    series      points (x, label, game) along which the two sides are drawn, for the picture of the bound
    derivation  topic of a derivation in proofs/, whose conclusion of the name `conclusion` is the claim's relation
    means       assumptions of the derivation that belong to the meaning of the claim's concepts, not to its
                hypotheses: that a Nash payoff is one against a best reply
    dimensions  "" where the derivation holds for all parameters, else the restriction in words
    published   True where the claim is also evaluated on every published game of its kind
    smallest    True where a refutation is followed by an exhaustive search for the smallest counterexample
    quick, default  instances drawn in those tiers
    experiment  what is measured where the body speaks of measured quantities; such a claim has no games of its own,
                and the experiment's contrasts in the place of hypotheses
    """

    id: str
    title: str = ""
    paper: str = ""
    place: str = ""
    body: Body
    families: tuple[str, ...] = ()
    expected: Verdict | None = None
    witness: Callable[[], Any] | None = None
    mutants: tuple[Mutant, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    tightness: Callable[[], Any] | None = None
    series: Callable[[], Iterable[tuple[float, str, Any]]] | None = None
    derivation: str = ""
    conclusion: str = ""
    means: tuple[str, ...] = ()
    dimensions: str = ""
    published: bool = False
    smallest: bool = False
    quick: int = 16_384
    default: int = 1_048_576
    experiment: Experiment | None = None
    note: str = ""
    file: Path | None = None

    @property
    def relation(self) -> Relation:
        """The statement as an object, traced from the body."""
        return trace(self.body, f"claim {self.id!r}")


def trace(body: Body, whose: str) -> Relation:
    """The relation a body builds when it is shown the placeholder for any game."""
    try:
        relation = body(GAME)
    except FirstmoverError:
        raise
    except Exception as problem:  # the author's code: it compares terms, or reads the placeholder's payoffs
        found = f"{type(problem).__name__}: {' '.join(str(problem).split())}"
        raise ClaimError(f"{whose}: expected a body of concepts and arithmetic alone, found {found}") from problem
    if not isinstance(relation, Relation):
        raise ClaimError(f"{whose}: expected at_most(...) or equal(...) over the vocabulary, found {relation!r}")
    return relation


def claim(id: str, **fields: Any) -> Callable[[Body], Claim]:
    """Make a claim of the decorated body; the fields are those of `Claim`.

    Without a title it is the first line of the body's docstring. `expected` may be the verdict's name.
    """

    def decorate(body: Body) -> Claim:
        code = getattr(body, "__code__", None)
        fields.setdefault("title", next(iter((body.__doc__ or id).strip().splitlines())).rstrip("."))
        if isinstance(fields.get("families"), str):
            raise ClaimError(f"claim {id!r}: families: expected a tuple of names, found {fields['families']!r}")
        expected = fields.get("expected")
        if expected is not None and expected not in tuple(Verdict):
            raise ClaimError(f"claim {id!r}: expected: expected one of {', '.join(Verdict)}, found {expected!r}")
        try:
            fields["expected"] = None if expected is None else Verdict(expected)
            return Claim(id=id, body=body, file=Path(code.co_filename) if code else None, **fields)
        except TypeError as problem:
            raise ClaimError(f"claim {id!r}: {problem}") from None

    return decorate
