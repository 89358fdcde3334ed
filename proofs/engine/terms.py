"""The language of the engine: real scalars, vectors over index sets, and the heads that bind an index.

Terms are sympy expressions over a closed list of heads; `check_language` refuses anything else, so that no rule meets a
head it does not understand. Index sets are finite and nonempty, or the natural numbers, over which no sum or extremum
runs; a vector is a real function on index sets. Symbols carry no assumption but being real: positivity is proved, and
tracked, by the engine, never assumed silently by sympy.
"""

from __future__ import annotations

import dataclasses
from typing import Any, TypeAlias

import sympy
from sympy.printing.precedence import PRECEDENCE
from sympy.tensor.indexed import Indexed, IndexedBase

from proofs.engine.errors import DerivationError


class Scalar(sympy.Symbol):
    """A real symbol with its own LaTeX; two scalars are equal when their names are."""

    __slots__ = ("letters",)

    def __new__(cls, name: str, letters: str | None = None) -> Any:
        symbol = sympy.Symbol.__xnew__(cls, name, real=True)
        symbol.letters = letters
        return symbol

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name, self.letters), {}

    def _latex(self, printer: Any) -> str:
        return self.letters or printer._print_Symbol(self)


class Size(Scalar):
    """The number of elements of a finite, nonempty index set: at least 1, and never substituted."""

    __slots__ = ()


@dataclasses.dataclass(frozen=True, slots=True)
class IndexSet:
    """A finite, nonempty set to sum over; `elements` is its number of elements, None of the natural numbers."""

    name: str
    elements: Size | None

    @property
    def size(self) -> Size:
        """The number of elements. Raises `DerivationError` where there are infinitely many."""
        if self.elements is None:
            raise DerivationError(f"expected a finite index set, found the {self.name}")
        return self.elements


NATURALS = IndexSet("natural numbers", None)


class Index(sympy.Symbol):
    """A variable that runs over an index set. Free in a line, it stands for any element."""

    __slots__ = ("domain",)

    def __new__(cls, name: str, domain: IndexSet) -> Any:
        symbol = sympy.Symbol.__xnew__(cls, name, integer=True)
        symbol.domain = domain
        return symbol

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name, self.domain), {}

    def _hashable_content(self) -> tuple[Any, ...]:
        elements = self.domain.elements
        return (*sympy.Symbol._hashable_content(self), self.domain.name, elements.name if elements else "")

    def _latex(self, printer: Any) -> str:
        return self.name if len(self.name.rstrip("'")) == 1 else rf"\mathrm{{{self.name}}}"


class Moment(Index):
    """A natural number that stays the same throughout: never bound, never substituted."""

    __slots__ = ()

    def __new__(cls, name: str) -> Any:
        return super().__new__(cls, name, NATURALS)

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name,), {}


def place_domain(place: Any) -> IndexSet | None:
    """The index set of what may stand in a vector's entry: an index, or a natural number n or t + n; else None."""
    if isinstance(place, Index):
        return place.domain
    if isinstance(place, sympy.Add) and len(place.args) == 2:
        number, index = place.args
        if isinstance(number, sympy.Integer) and number > 0 and place_domain(index) == NATURALS:
            return NATURALS
    return NATURALS if isinstance(place, sympy.Integer) and place >= 0 else None


def vector(name: str) -> Any:
    """A real vector, an `IndexedBase`; its entries are written name[a] with an `Index` a, or name[t + 1], name[0]."""
    return IndexedBase(sympy.Symbol(name, real=True), real=True)


# A scalar (Symbol), an Index or a vector (IndexedBase): what can be free, bound or substituted.
Variable: TypeAlias = sympy.Basic


class Head(sympy.Expr):
    """Base of the engine's own real-valued heads."""

    is_real = True
    is_commutative = True

    def _eval_subs(self, old: Any, new: Any) -> Any:
        raise DerivationError(f"expected proofs.engine.substitution.substitute for {self}, found sympy's subs")


class Binder(Head):
    """Base of the heads that bind one index: args[1]. The index means nothing outside."""

    precedence = PRECEDENCE["Add"]  # brackets in products: a sum reaches as far as its body

    @property
    def index(self) -> Index:
        return self.args[1]  # type: ignore[return-value]  # sympy types all arguments Basic

    @property
    def bound_symbols(self) -> list[sympy.Basic]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[sympy.Basic]:
        return set().union(*(part.free_symbols for part in self.args)) - {self.args[1]}


def _require_finite(index: Any) -> None:
    if isinstance(index, Index) and index.domain.elements is None:
        raise DerivationError(
            f"expected an index of a finite set to run over, found {index} of the {index.domain.name}"
        )


class Total(Binder):
    """The sum of body over all elements of the index's set: Total(body, a)."""

    def __new__(cls, body: Any, index: Index) -> Any:
        _require_finite(index)
        return sympy.Expr.__new__(cls, sympy.sympify(body), index)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = printer.parenthesize(self.args[0], PRECEDENCE["Mul"], strict=True)
        text = rf"\sum_{{{printer._print(self.index)}}} {body}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"


class Extremum(Binder):
    """Base of Maximum and Minimum: args are body, index and the condition `where`, 0 or 1."""

    def __new__(cls, body: Any, index: Index, where: Any = 1) -> Any:
        _require_finite(index)
        return sympy.Expr.__new__(cls, sympy.sympify(body), index, sympy.sympify(where))

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body, index, where = self.args
        name = r"\max" if isinstance(self, Maximum) else r"\min"
        text = rf"{name}_{{{printer._print(index)}{_condition(printer, where)}}}"
        text += f" {printer.parenthesize(body, PRECEDENCE['Mul'], strict=True)}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"


def _condition(printer: Any, where: Any) -> str:
    if where == 1:
        return ""
    for indicator, relation in ((where, "="), (1 - where, r"\ne")):
        if isinstance(indicator, Iverson):
            left, right = map(printer._print, indicator.args)
            return rf" :\, {left} {relation} {right}"
    return rf" :\, {printer._print(where)} = 1"


class Maximum(Extremum):
    """The greatest value of body over the index's set, restricted to where = 1."""


class Minimum(Extremum):
    """The least value of body over the index's set, restricted to where = 1."""


class Iverson(Head):
    """[x = y]: one where the two reals are equal, else zero."""

    def __new__(cls, left: Any, right: Any) -> Any:
        pair = sorted((sympy.sympify(left), sympy.sympify(right)), key=sympy.default_sort_key)
        return sympy.Integer(1) if pair[0] == pair[1] else sympy.Expr.__new__(cls, *pair)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        text = rf"\left[{printer._print(self.args[0])} = {printer._print(self.args[1])}\right]"
        return text if exp is None else rf"{text}^{{{exp}}}"


class Delta(Iverson):
    """[a = b] for two indices of one index set."""


class Signum(Head):
    """The sign of a real, +1 at zero: Signum(x) x = |x| and Signum(x)^2 = 1 for every x."""

    def __new__(cls, argument: Any) -> Any:
        return sympy.Expr.__new__(cls, sympy.sympify(argument))

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        text = rf"\operatorname{{sgn}}\left({printer._print(self.args[0])}\right)"
        return text if exp is None else rf"{text}^{{{exp}}}"


class XLogX(Head):
    """x log x for x > 0, and 0 at x = 0."""

    def __new__(cls, argument: Any) -> Any:
        value = sympy.sympify(argument)
        return sympy.Integer(0) if value in (0, 1) else sympy.Expr.__new__(cls, value)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = printer.parenthesize(self.args[0], PRECEDENCE["Mul"])
        text = rf"{body} \log {body}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"


_REAL = Scalar("x").assumptions0  # what sympy may know of a symbol: positivity is for the engine to prove
PLAIN_HEADS = (sympy.Add, sympy.Mul, sympy.exp, sympy.log, sympy.tanh, sympy.Abs, Signum, XLogX)


def check_language(term: Any) -> None:
    """Raise `DerivationError` naming the first subterm that is not a term of the engine's language."""
    if isinstance(term, sympy.Rational) or term is sympy.E:
        return
    if isinstance(term, Index):
        raise DerivationError(f"expected an index only inside a vector entry, a sum or [a = b], found it bare: {term}")
    if isinstance(term, sympy.Symbol):
        if term.assumptions0 != _REAL:
            raise DerivationError(f"expected a symbol whose one assumption is real=True, found {term!r}")
        return
    if isinstance(term, Indexed):
        if term.assumptions0 != _REAL or not all(map(place_domain, term.indices)):
            raise DerivationError(f"expected an entry of a real vector at indices, found {term}")
        for place in term.indices:
            for index in place.free_symbols:
                _check_name(index)
        return
    if isinstance(term, Binder):
        if not isinstance(term.index, Index):
            raise DerivationError(f"expected an Index bound in {term}, found {term.index!r}")
        _check_name(term.index)
        parts = (term.args[0], *term.args[2:])
    elif isinstance(term, Delta):
        if not all(isinstance(part, Index) for part in term.args) or len({part.domain for part in term.args}) > 1:  # type: ignore[attr-defined]  # indices
            raise DerivationError(f"expected two indices of one index set in {term}")
        for part in term.args:
            _check_name(part)
        return
    elif isinstance(term, sympy.Pow):
        if not isinstance(term.exp, sympy.Rational):
            raise DerivationError(f"expected a rational exponent, found {term}")
        parts = (term.base,)
    elif isinstance(term, PLAIN_HEADS) or type(term) is Iverson or (_is_lambert(term) and len(term.args) == 1):
        parts = term.args
    else:
        raise DerivationError(f"expected a term of the engine's language, found {term} ({type(term).__name__})")
    for part in parts:
        check_language(part)


def _check_name(index: Any) -> None:
    if not index.name[0].isalpha():
        raise DerivationError(f"expected an index whose name starts with a letter, found {index.name!r}")


def _is_lambert(term: Any) -> bool:
    return isinstance(term, sympy.LambertW)
