"""Derivations about matrices of every dimension: relations, rules and their assumptions in the free algebra."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, cast

from proofs.engine.derivation import Derivation
from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Evidence, Exact
from proofs.engine.free_algebra import identity, inverses, is_zero, substitute
from proofs.engine.free_algebra_binders import free_generators
from proofs.engine.free_algebra_blocks import BlockMatrix
from proofs.engine.free_algebra_expressions import (
    Expression,
    Generator,
    walk,
)
from proofs.engine.free_algebra_identity import MatrixIdentity, Side, expressions_of
from proofs.engine.free_algebra_numeric import as_function, generators_of
from proofs.engine.free_algebra_vocabulary import MatrixVocabulary
from proofs.engine.relation import Relation
from proofs.engine.step import Assumption, Assumptions, Rule, Step, union
from proofs.engine.substitution import Replacement
from proofs.engine.terms import Variable
from proofs.engine.vocabulary import Vocabulary


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRelation(Relation):
    """lhs = rhs, for expressions, block matrices or determinants over generators of any dimension.

    Raises `DerivationError` for another relation than equality, or a quantifier.
    """

    lhs: Any  # a Side: an Expression, BlockMatrix, BlockProduct or Determinants
    rhs: Any

    def __post_init__(self) -> None:
        if self.op != "=" or self.bound or self.given:
            raise DerivationError(f"expected a matrix equation without quantifier, found {self.op!r}")
        for side in (self.lhs, self.rhs):
            if not isinstance(side, Side):
                raise DerivationError(f"expected a matrix expression, found {side!r}")

    @property
    def free(self) -> frozenset[Variable]:
        """Generators are no variables of the scalar language."""
        return frozenset()

    def substitute(self, replacement: Replacement) -> Relation:
        return self

    def same_as(self, other: Relation) -> bool:
        """Both sides equal to the other's as written, or once multiplied out; or to the other's sides exchanged."""
        if type(other) is not type(self):
            return False
        straight = _same(self.lhs, other.lhs) and _same(self.rhs, other.rhs)
        return straight or (_same(self.lhs, other.rhs) and _same(self.rhs, other.lhs))

    def latex(self) -> str:
        return f"{self.lhs.to_latex()} = {self.rhs.to_latex()}"

    def __str__(self) -> str:
        return self.latex()


def _same(left: Side, right: Side) -> bool:
    if left == right:
        return True
    if not isinstance(left, Expression) or not isinstance(right, Expression) or left.shape != right.shape:
        return False
    for one, another in ((left, right), (right, left)):
        if isinstance(one, Generator) and one not in free_generators(another):
            return False  # a letter equals no polynomial in other letters
    return is_zero(left - right, critical_pairs=0) is not None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Invertible(MatrixRelation):
    """A^{-1} A = I: that A has an inverse. Two of them are the same if they are about the same matrix."""

    def same_as(self, other: Relation) -> bool:
        return self == other


def equation(lhs: Side, rhs: Side) -> MatrixRelation:
    """lhs = rhs."""
    return MatrixRelation(op="=", lhs=lhs, rhs=rhs)


def invertible(matrix: Expression) -> Invertible:
    """That a square matrix has an inverse."""
    inverse = matrix.inverse()
    return Invertible(op="=", lhs=inverse @ matrix, rhs=identity(matrix.rows))


@dataclasses.dataclass(frozen=True, slots=True)
class GeneratorDefinition(Rule):
    """generator = expression without it; symmetric generators stand for matrices shown to be symmetric."""

    name: ClassVar[str] = "definition"

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        generator, meaning = definition_of(relation)
        if any(part == generator for part in walk(meaning)):
            raise DerivationError(f"expected a definition of {generator} by other generators, found it on the right")
        substitute(generator, {generator: meaning})  # shapes and symmetry
        return Exact(certificate="definition")

    def assumptions(self, relation: Relation, uses: tuple[Step, ...]) -> Assumptions:
        generator, meaning = definition_of(relation)
        made = Assumption(name=generator.name, relation=relation, kind="definition")
        return union((*(step.assumptions for step in uses), (*invertible_assumptions(inverses(meaning)), made)))

    def keeps_defined(self, relation: Relation, uses: tuple[Step, ...]) -> bool:
        return True


def definition_of(relation: Relation) -> tuple[Generator, Expression]:
    """The generator and its meaning. Raises `DerivationError` for another relation."""
    lhs, rhs = relation.lhs, relation.rhs
    if not isinstance(relation, MatrixRelation) or not isinstance(lhs, Generator) or not isinstance(rhs, Expression):
        raise DerivationError(f"expected generator = expression, found `{relation}`")
    return lhs, rhs


@dataclasses.dataclass(frozen=True, slots=True)
class FreeAlgebra(Rule):
    """lhs and rhs have one normal form in the free algebra with transposes and inverses.

    Steps used that are definitions are put in, into one another too; others are relations to rewrite by. `factors`
    decide a determinant. The conclusion rests on the existence of every inverse written.
    """

    name: ClassVar[str] = "free algebra normal form"

    factors: tuple[BlockMatrix, ...] = ()

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        return self._identity(relation, uses).prove()

    def assumptions(self, relation: Relation, uses: tuple[Step, ...]) -> Assumptions:
        inverted = invertible_assumptions(self._identity(relation, uses).assumptions)
        return union((*(step.assumptions for step in uses), inverted))

    def keeps_defined(self, relation: Relation, uses: tuple[Step, ...]) -> bool:
        return True  # inverses are the only partial operation, and are assumed to exist

    def _identity(self, relation: Relation, uses: tuple[Step, ...]) -> MatrixIdentity:
        if not isinstance(relation, MatrixRelation):
            raise DerivationError(f"expected a matrix equation, found `{relation}`")
        definitions: dict[Expression, Expression] = {}
        relations = []
        for step in uses:
            if isinstance(step.rule, GeneratorDefinition):
                generator, meaning = definition_of(step.relation)
                if definitions.setdefault(generator, meaning) != meaning:
                    raise DerivationError(f"expected one definition of {generator}, found two")
            elif isinstance(step.relation, MatrixRelation) and isinstance(step.relation.lhs, Expression):
                relations.append((step.relation.lhs, step.relation.rhs))
            else:
                raise DerivationError(f"expected definitions and equations between expressions, found {step}")
        return MatrixIdentity(
            name="identity",
            lhs=relation.lhs,
            rhs=relation.rhs,
            reason="",
            definitions=resolved(definitions),
            relations=tuple(relations),
            factors=self.factors,
        )


def invertible_assumptions(matrices: Iterable[Expression]) -> Assumptions:
    """That each has an inverse, as hypotheses."""
    return tuple(
        Assumption(name=f"{_plain_name(matrix)} is invertible", relation=invertible(matrix)) for matrix in matrices
    )


def _plain_name(matrix: Expression) -> str:
    return matrix.name if isinstance(matrix, Generator) else matrix.to_latex()


def resolved(definitions: Mapping[Expression, Expression]) -> tuple[tuple[Expression, Expression], ...]:
    """The definitions put into one another until their meanings speak of none. Raises on a circle."""
    found: dict[Expression, Expression] = {}
    for generator in founded(definitions):
        found[generator] = substitute(definitions[generator], found)
    return tuple(found.items())


def founded(definitions: Mapping[Expression, Expression]) -> tuple[Expression, ...]:
    """The generators defined, each after those it is defined by. Raises `DerivationError` on a circle."""
    order: list[Expression] = []
    left = dict(definitions)
    while left:
        ready = [g for g, meaning in left.items() if left.keys().isdisjoint(free_generators(meaning))]
        if not ready:
            raise DerivationError(f"expected definitions without a circle, found one through {min(map(str, left))}")
        for generator in ready:
            del left[generator]
        order.extend(ready)
    return tuple(order)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading before the step of that number, and words for the reader."""

    first: int
    title: str
    text: str = ""


_ON_A_LINE = 8  # names of matrices


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MatrixDerivation(Derivation):
    """A derivation whose conclusions are matrix equations."""

    sections: tuple[Section, ...] = ()
    final: tuple[str, ...] = ()  # names of the conclusions that the derivation is for; none: all of them

    @property
    def words(self) -> MatrixVocabulary:
        """What the concepts of claims are here; no words at all where the derivation has no vocabulary of matrices."""
        return self.vocabulary if isinstance(self.vocabulary, MatrixVocabulary) else MatrixVocabulary()

    def proofs_of(self, claim: Any) -> list[str]:
        """The names of the conclusions that say what the claim says."""
        return [name for name, step in self.conclusions.items() if step.relation.same_as(claim)]

    def is_proof_of(
        self, claim: Any, hypotheses: Iterable[Any] | Mapping[str, Any] = (), *, conclusion: str = ""
    ) -> tuple[bool, str]:
        """Whether a conclusion is the claim, a `MatrixRelation`, and rests on its hypotheses and exact evidence.

        The inverses that the claim writes are to exist by its hypotheses or by the kind's validation, too. Definitions
        must be the vocabulary's, or of generators that neither the claim nor its hypotheses rest on, each defined once
        and without a circle. With `conclusion` the one of that name must be it.
        """
        names = self.proofs_of(claim)
        if not names or (conclusion and conclusion not in names):
            concluded = "; ".join(str(step.relation) for step in self.conclusions.values())
            return False, f"expected the conclusion `{claim}`, found {concluded}"
        given = (*(hypotheses.values() if isinstance(hypotheses, Mapping) else hypotheses),)
        answers = [self._proves(name, claim, given) for name in ([conclusion] if conclusion else names)]
        return next((answer for answer in answers if answer[0]), answers[0])

    def _proves(self, name: str, claim: MatrixRelation, given: tuple[MatrixRelation, ...]) -> tuple[bool, str]:
        facts = (*given, *map(invertible, self.words.given))
        claimed = MatrixIdentity(name="claim", lhs=claim.lhs, rhs=claim.rhs, reason="").assumptions
        assumptions = union((self.conclusions[name].assumptions, invertible_assumptions(claimed)))
        definitions: dict[Expression, Expression] = {}
        for assumption in assumptions:
            if any(assumption.relation.same_as(fact) for fact in facts):
                continue
            if assumption.kind != "definition":
                return False, f"expected only the claim's hypotheses and definitions, found `{assumption.relation}`"
            generator, meaning = definition_of(assumption.relation)
            if definitions.setdefault(generator, meaning) != meaning:
                return False, f"expected one definition of {generator}, found two"
        trouble = self._trouble_with_definitions(definitions, (claim, *given))
        if trouble:
            return False, trouble
        evidence = self.evidence_of(name)
        return evidence.proves, f"conclusion {name!r}, {evidence.kind}"

    def _trouble_with_definitions(
        self, definitions: Mapping[Expression, Expression], spoken: Iterable[MatrixRelation]
    ) -> str | None:
        meanings = self.words.meanings
        sides = [part for relation in spoken for side in (relation.lhs, relation.rhs) for part in expressions_of(side)]
        mentioned = {generator.name for generator in self.words.behind((*sides, *self.words.given))}
        for generator, meaning in definitions.items():
            if generator in meanings:
                if meanings[generator] != meaning:
                    return f"expected the vocabulary's meaning of {generator}, found `{generator} = {meaning}`"
            elif cast(Generator, generator).name in mentioned:
                return f"expected {generator} of the claim to be free, found it defined: `{generator} = {meaning}`"
        try:
            founded({**meanings, **definitions})
        except DerivationError as error:
            return str(error)
        return None

    def functions(self) -> dict[str, Callable[..., Any]]:
        """What was derived, as functions of named arrays.

        Each defined generator of the vocabulary that a conclusion rests on by its name, and the sides of each
        conclusion, definitions put in, as "name.lhs" and "name.rhs". Arguments are the primitive generators.
        """
        found: dict[str, Callable[..., Any]] = {}
        for assumption in self.definitions:
            generator, _ = definition_of(assumption.relation)
            if generator in self.words.meanings:
                found[generator.name] = as_function(generator, meanings=self.words.meanings)
        for name, step in self.conclusions.items():
            relation = cast(MatrixRelation, step.relation)
            defined = (definition_of(a.relation) for a in step.assumptions if a.kind == "definition")
            meanings: dict[Expression, Expression] = dict(defined)
            for side, term, other in (("lhs", relation.lhs, relation.rhs), ("rhs", relation.rhs, relation.lhs)):
                sizes = generators_of(other)
                found[f"{name}.{side}"] = as_function(term, dimensions_from=sizes, meanings=meanings)
        return found

    def to_json(self) -> dict[str, Any]:
        """As of any derivation, with the symmetry of primitive generators among the assumptions, and the sections.

        Where some conclusions are final, these alone: the others are steps on the way that claims may speak of.
        """
        found = Derivation.to_json(self)
        found["sections"] = [dataclasses.asdict(section) for section in self.sections]
        sides = [cast(Side, side) for step in self.steps for side in (step.relation.lhs, step.relation.rhs)]
        defined = {definition_of(assumption.relation)[0] for assumption in self.definitions}
        generators = dict.fromkeys(generator for side in sides for generator in generators_of(side))
        primitive = (g for g in generators if g.is_symmetric and not g.is_scalar and g not in defined)
        symmetric = list(dict.fromkeys(map(str, primitive)))
        for start in range(0, len(symmetric), _ON_A_LINE):
            line = r",\; ".join(symmetric[start : start + _ON_A_LINE])
            found["assumptions"].append({"name": "symmetric", "latex": line})
        if self.final:
            found["conclusions"] = [entry for entry in found["conclusions"] if entry["name"] in self.final]
        return found


def derived(topic: str, title: str, identities: Iterable[MatrixIdentity]) -> MatrixDerivation:
    """Each identity as a step and a conclusion, after the definitions it uses, each written once."""
    steps: list[Step] = []
    defined: dict[tuple[Expression, Expression], Step] = {}
    conclusions: dict[str, Step] = {}
    for entry in identities:
        for generator, meaning in entry.definitions:
            if (generator, meaning) not in defined:
                made = Step(relation=equation(generator, meaning), rule=GeneratorDefinition())
                defined[generator, meaning] = made
                steps.append(made)
        uses = tuple(defined[pair] for pair in entry.definitions)
        relation = equation(entry.lhs, entry.rhs)
        step = Step(relation=relation, rule=FreeAlgebra(entry.factors), uses=uses, reason=entry.reason)
        steps.append(step)
        conclusions[entry.name] = step
    vocabulary = Vocabulary(symbols={}, vectors={}, definitions={})
    return MatrixDerivation(
        topic=topic, title=title, vocabulary=vocabulary, steps=tuple(steps), conclusions=conclusions
    )
