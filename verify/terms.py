"""Statements as objects: the relation that is printed is the relation that is checked.

A claim's body is a Python function of a game. Called with `GAME`, the placeholder for any game, its concepts return
`Term`s and arithmetic builds the tree; the finished `Relation` is printed as LaTeX, evaluated on batches of floats,
decided on exact twins, compared with the last line of a derivation, and written into certificates. Standard library
only, so that the solver-free checkers can read it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Literal

ARITY = {"+": 2, "-": 2, "*": 2, "/": 2, "max": 2, "min": 2}
ARITY |= {"neg": 1, "abs": 1, "exp": 1, "log": 1, "sqrt": 1, "tanh": 1, "lambertw": 1}

NAMES = ("concept", "measured")
"""Operations without arguments that stand for a number of the game, or of an experiment."""

Number = int | Fraction


@dataclasses.dataclass(frozen=True, slots=True)
class Placeholder:
    """Any game at all: concepts applied to it return terms instead of numbers."""

    name: str = "game"


GAME = Placeholder()


@dataclasses.dataclass(frozen=True, slots=True)
class Term:
    """A node: a concept of the game, a measured quantity, a rational number, or an operation on terms."""

    op: str  # "concept", "measured", "number" or a key of ARITY
    args: tuple[Term, ...] = ()
    name: str = ""
    number: Fraction | None = None

    @staticmethod
    def of(value: Any) -> Term:
        """A term as it is; an int or Fraction as a number. Floats are refused: 0.1 is not the rational 1/10."""
        if isinstance(value, Term):
            return value
        if isinstance(value, int | Fraction) and not isinstance(value, bool):
            return Term("number", number=Fraction(value))
        raise TypeError(f"expected a term, an int or a Fraction, found {value!r} ({type(value).__name__})")

    def _join(self, op: str, other: Any, *, swap: bool = False) -> Term:
        try:
            other = Term.of(other)
        except TypeError:
            return NotImplemented
        return Term(op, (other, self) if swap else (self, other))

    def __add__(self, other: Any) -> Term:
        return self._join("+", other)

    def __radd__(self, other: Any) -> Term:
        return self._join("+", other, swap=True)

    def __sub__(self, other: Any) -> Term:
        return self._join("-", other)

    def __rsub__(self, other: Any) -> Term:
        return self._join("-", other, swap=True)

    def __mul__(self, other: Any) -> Term:
        return self._join("*", other)

    def __rmul__(self, other: Any) -> Term:
        return self._join("*", other, swap=True)

    def __truediv__(self, other: Any) -> Term:
        return self._join("/", other)

    def __rtruediv__(self, other: Any) -> Term:
        return self._join("/", other, swap=True)

    def __neg__(self) -> Term:
        return Term("neg", (self,))

    def __abs__(self) -> Term:
        return Term("abs", (self,))

    def __bool__(self) -> bool:
        raise TypeError("a term has no truth value: a body that branches on a value is outside the vocabulary")

    def concepts(self) -> Iterator[str]:
        """The concepts named in the tree, each once, in order of appearance."""
        return self._names("concept")

    def measured(self) -> Iterator[str]:
        """The measured quantities named in the tree, each once, in order of appearance."""
        return self._names("measured")

    def _names(self, op: str) -> Iterator[str]:
        seen: dict[str, None] = {}
        stack: list[Term] = [self]
        while stack:
            node = stack.pop()
            if node.op == op:
                seen.setdefault(node.name)
            stack.extend(reversed(node.args))
        return iter(seen)

    def to_json(self) -> Any:
        """["+", x, y], {"concept": name}, {"measured": name} or a rational string."""
        if self.op == "number":
            return str(self.number)
        if self.op in NAMES:
            return {self.op: self.name}
        return [self.op, *(arg.to_json() for arg in self.args)]

    @staticmethod
    def from_json(data: Any) -> Term:
        """Inverse of `to_json`; raises ValueError for anything else."""
        if isinstance(data, str):
            return Term("number", number=Fraction(data))
        if isinstance(data, dict) and len(data) == 1:
            ((op, name),) = data.items()
            if op in NAMES and isinstance(name, str):
                return Term(op, name=name)
        if isinstance(data, list) and data and isinstance(data[0], str) and ARITY.get(data[0]) == len(data) - 1:
            return Term(data[0], tuple(Term.from_json(arg) for arg in data[1:]))
        raise ValueError(f"expected a term, found {str(data)[:60]!r}")


RelationOp = Literal["<=", "<", "="]


@dataclasses.dataclass(frozen=True, slots=True)
class Relation:
    """lhs <= rhs, lhs < rhs or lhs = rhs between terms."""

    op: RelationOp
    lhs: Term
    rhs: Term

    def concepts(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self.lhs.concepts(), *self.rhs.concepts()]))

    def measured(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self.lhs.measured(), *self.rhs.measured()]))

    def to_json(self) -> list[Any]:
        return [self.op, self.lhs.to_json(), self.rhs.to_json()]

    @staticmethod
    def from_json(data: Any) -> Relation:
        if isinstance(data, list) and len(data) == 3 and data[0] in ("<=", "<", "="):
            return Relation(data[0], Term.from_json(data[1]), Term.from_json(data[2]))
        raise ValueError(f"expected ['<=', '<' or '=', term, term], found {str(data)[:60]!r}")

    def latex(self, names: Mapping[str, str]) -> str:
        """LaTeX of the relation; `names` gives that of each concept."""
        sign = {"<=": r"\le", "<": "<", "=": "="}[self.op]
        return f"{latex(self.lhs, names)} {sign} {latex(self.rhs, names)}"


def _function(op: str):
    def apply(x: Any) -> Term:
        return Term(op, (Term.of(x),))

    apply.__name__ = op
    apply.__doc__ = f"{op}(x) of a term or rational."
    return apply


exp, log, sqrt, tanh, lambertw = (_function(op) for op in ("exp", "log", "sqrt", "tanh", "lambertw"))
E = exp(1)


def maximum(x: Any, y: Any) -> Term:
    """max(x, y)."""
    return Term("max", (Term.of(x), Term.of(y)))


def minimum(x: Any, y: Any) -> Term:
    """min(x, y)."""
    return Term("min", (Term.of(x), Term.of(y)))


_BINDING = {"+": 1, "-": 1, "neg": 1, "*": 2, "/": 3}
_MACROS = {"log": r"\log", "tanh": r"\tanh", "lambertw": "W_0", "max": r"\max", "min": r"\min"}


def latex(term: Term, names: Mapping[str, str]) -> str:
    """LaTeX of a term; parentheses only where the tree needs them."""

    def grouped(child: Term, binding: int, *, strict: bool = False) -> str:
        text = latex(child, names)
        own = _BINDING.get(child.op, 9)
        compound_name = child.op in NAMES and any(sign in text for sign in (" - ", " + "))
        negative = binding > 0 and (child.op == "neg" or (child.op == "number" and text.startswith("-")))
        if own < binding or (strict and own == binding) or compound_name or negative:
            return rf"\left({text}\right)"
        return text

    match term.op, term.args:
        case "number", _:
            assert term.number is not None
            if term.number.denominator == 1:
                return str(term.number.numerator)
            sign = "-" if term.number < 0 else ""
            return rf"{sign}\tfrac{{{abs(term.number.numerator)}}}{{{term.number.denominator}}}"
        case "concept" | "measured", _:
            return names[term.name]
        case "+", (x, y):
            return f"{grouped(x, 0)} + {grouped(y, 1)}"
        case "-", (x, y):
            return f"{grouped(x, 0)} - {grouped(y, 1, strict=True)}"
        case "*", (x, y) if x == y and x.op in (*NAMES, "/"):
            text = latex(x, names)
            simple = x.op in NAMES and not any(sign in text for sign in (" ", "^", "'"))
            return f"{text}^2" if simple else rf"\left({text}\right)^2"
        case "*", (x, y):
            dot = r" \cdot " if y.op == "number" else r"\, "
            return f"{grouped(x, 2)}{dot}{grouped(y, 2)}"
        case "/", (x, y):
            return rf"\frac{{{latex(x, names)}}}{{{latex(y, names)}}}"
        case "neg", (x,):
            return f"-{grouped(x, 2)}"
        case "abs", (x,):
            return rf"\left|{latex(x, names)}\right|"
        case "sqrt", (x,):
            return rf"\sqrt{{{latex(x, names)}}}"
        case "exp", (x,):
            return "e" if x == Term.of(1) else rf"e^{{{latex(x, names)}}}"
        case op, args:
            inner = ", ".join(latex(arg, names) for arg in args)
            return rf"{_MACROS[op]}\left({inner}\right)"
