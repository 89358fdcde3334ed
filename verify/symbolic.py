"""A claim's relation in the words of proofs/, and whether a derivation ends in it."""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import sympy

from games.errors import shown
from proofs.engine import relation as engine
from proofs.engine.evidence import Evidence
from verify.errors import ClaimError
from verify.statement import Claim
from verify.terms import Relation, Term
from verify.vocabulary import concept

if TYPE_CHECKING:
    from proofs.engine.derivation import Derivation
    from proofs.engine.free_algebra_expressions import Expression

_FUNCTIONS = {"exp": sympy.exp, "log": sympy.log, "sqrt": sympy.sqrt, "tanh": sympy.tanh, "lambertw": sympy.LambertW}
_FUNCTIONS |= {"max": sympy.Max, "min": sympy.Min, "abs": sympy.Abs}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ProofCheck:
    """Whether the derivation proves the claim, why (not), and on which evidence the conclusion stands."""

    is_proof: bool
    reason: str
    evidence: Evidence
    derivation: Derivation


@functools.cache
def _derived(topic: str) -> Derivation:
    from proofs.catalogue import derive

    return derive(topic)


def proof_of(claim: Claim) -> ProofCheck:
    """Hold the claim against the conclusion it names: the same relation, from the claim's hypotheses alone?

    Raises `ClaimError` where the claim names no derivation, or a concept has no symbol there; `DerivationError` where
    the derivation does not exist or does not check.
    """
    if not claim.derivation:
        raise ClaimError(f"{claim.id}: expected the topic of a derivation, found none")
    derivation = _derived(claim.derivation)
    translate = _translation(derivation)
    wanted = translate(claim.relation)
    readings = [_assumed(derivation, name) for name in claim.means]
    hypotheses = list(readings)
    for hypothesis in claim.hypotheses:
        if hypothesis.means:
            names = (hypothesis.means,) if isinstance(hypothesis.means, str) else hypothesis.means
            said = [_assumed(derivation, name) for name in names]
            readings += said
            hypotheses += said
        else:
            hypotheses.append(_as_hypothesis(hypothesis.relation, derivation, translate))
    name, is_proof, reason = claim.conclusion, *derivation.is_proof_of(wanted, hypotheses, conclusion=claim.conclusion)
    if is_proof and not name:
        name = next(
            n for n in derivation.proofs_of(wanted) if derivation.is_proof_of(wanted, hypotheses, conclusion=n)[0]
        )
    if is_proof and readings:
        reason += f"; read as part of the statement: {', '.join(f'`{relation}`' for relation in readings)}"
    evidence = derivation.evidence_of(name) if name in derivation.conclusions else derivation.evidence
    return ProofCheck(is_proof=is_proof, reason=reason, evidence=evidence, derivation=derivation)


def _assumed(derivation: Derivation, name: str) -> engine.Relation:
    """The hypothesis of that name among what the steps of the derivation assume."""
    for step in derivation.steps:
        for assumption in step.assumptions:
            if assumption.kind == "hypothesis" and assumption.name == name:
                return assumption.relation
    raise ClaimError(f"{derivation.topic}: expected an assumption named {name!r}, found none")


def _translation(derivation: Derivation) -> Callable[[Relation], engine.Relation]:
    """How a relation over concepts reads in the derivation: over its symbols, or over its matrices."""
    from proofs.engine.free_algebra_derivation import MatrixDerivation

    if isinstance(derivation, MatrixDerivation):
        words = derivation.words.words
        return lambda relation: to_matrices(relation, words)
    symbols = derivation.vocabulary.symbols
    return lambda relation: to_sympy(relation, symbols)


def _as_hypothesis(
    relation: Relation, derivation: Derivation, translate: Callable[[Relation], engine.Relation]
) -> engine.Relation:
    """A hypothesis as a derivation may use it. Of lhs < rhs, matrices use that rhs - lhs has an inverse."""
    from proofs.engine.free_algebra_derivation import MatrixDerivation, invertible

    if isinstance(derivation, MatrixDerivation) and relation.op == "<":
        words = derivation.words.words
        lhs, rhs = (_matrix_expression(term, words) for term in (relation.lhs, relation.rhs))
        return invertible(rhs if lhs == lhs - lhs else rhs - lhs)
    return translate(relation)


def to_matrices(relation: Relation, words: Mapping[str, Expression]) -> engine.Relation:
    """The equation over the words of a derivation about matrices. Raises `ClaimError` for an inequality."""
    from proofs.engine.free_algebra_derivation import equation

    if relation.op != "=":
        raise ClaimError(f"expected an equation between the words of a matrix derivation, found {relation.op!r}")
    return equation(*(_matrix_expression(term, words) for term in (relation.lhs, relation.rhs)))


def _matrix_expression(term: Term, words: Mapping[str, Expression]) -> Expression:
    from proofs.engine.free_algebra import identity, zero

    args = [_matrix_expression(arg, words) for arg in term.args]
    match term.op, args:
        case "number", _:
            assert term.number is not None
            return term.number * identity("1") if term.number else zero("1", "1")
        case "concept", _:
            return _word(term.name, words)
        case "+", [x, y]:
            return x + y
        case "-", [x, y]:
            return x - y
        case "*", [x, y]:
            return x * y
        case "/", [x, y]:
            number = term.args[1].number
            return x / y if number is None else x / number
        case "neg", [x]:
            return -x
        case "log", [x]:
            return x.log_det()  # log |x|, which is log x wherever a claim speaks of it
    raise ClaimError(
        f"expected sums, products, quotients and logarithms of words of a matrix derivation, found {term.op!r}"
    )


def _word(name: str, words: Mapping[str, Expression]) -> Expression:
    if name not in words:
        raise ClaimError(f"concept {name}: expected a word among {', '.join(sorted(words)) or 'none'}")
    return words[name]


def to_sympy(relation: Relation, symbols: Mapping[str, Any]) -> engine.Relation:
    """The relation over the symbols of a derivation's vocabulary."""
    lhs, rhs = (_expression(term, symbols) for term in (relation.lhs, relation.rhs))
    return engine.Relation(op=relation.op, lhs=lhs, rhs=rhs)


def _expression(term: Term, symbols: Mapping[str, Any]) -> sympy.Expr:
    args = [_expression(arg, symbols) for arg in term.args]
    match term.op, args:
        case "number", _:
            assert term.number is not None
            return sympy.Rational(term.number.numerator, term.number.denominator)
        case "concept", _:
            return _symbol(term.name, symbols)
        case "+", [x, y]:
            return x + y
        case "-", [x, y]:
            return x - y
        case "*", [x, y]:
            return x * y
        case "/", [x, y]:
            return x / y
        case "neg", [x]:
            return -x
    return _FUNCTIONS[term.op](*args)


def _symbol(name: str, symbols: Mapping[str, Any]) -> sympy.Expr:
    """What a concept is in the vocabulary: a symbol, or an expression over several."""
    text = concept(name).symbol or name
    return _read(ast.parse(text, mode="eval").body, symbols, name)


def _read(node: ast.expr, symbols: Mapping[str, Any], name: str) -> sympy.Expr:
    match node:
        case ast.Name(id=word) if word in symbols:
            return symbols[word]
        case ast.Constant(value=int(number)):
            return sympy.Integer(number)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_read(inner, symbols, name)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() as op, right=right):
            x, y = _read(left, symbols, name), _read(right, symbols, name)
            match op:
                case ast.Add():
                    return x + y
                case ast.Sub():
                    return x - y
                case ast.Mult():
                    return x * y
            return x / y
    found = shown(ast.unparse(node))
    raise ClaimError(f"concept {name}: expected a symbol over {', '.join(sorted(symbols))}; found {found}")
