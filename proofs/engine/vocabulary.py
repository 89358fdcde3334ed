"""The symbols that claims and derivations share, and what they mean."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import sympy
from sympy.core.relational import Relational
from sympy.tensor.indexed import IndexedBase

from proofs.engine.relation import Relation, as_relation, equal
from proofs.engine.substitution import free_variables, substitute
from proofs.engine.terms import Scalar


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Symbols by name, and the meaning of the derived ones.

    `definitions` give derived scalars as terms over the others and the `vectors`; `facts` say what the primitive ones
    are (a law has nonnegative entries and sums to one); `sizes` tell along which axis of which vector a size is read.
    """

    symbols: Mapping[str, Scalar]
    vectors: Mapping[str, IndexedBase]
    definitions: Mapping[str, sympy.Expr]
    facts: Mapping[str, Relation] = dataclasses.field(default_factory=dict)
    sizes: Mapping[str, tuple[str, int]] = dataclasses.field(default_factory=dict)

    def definition(self, name: str) -> Relation:
        """name = term."""
        return equal(self.symbols[name], self.definitions[name])

    def expand(self, term: sympy.Expr) -> sympy.Expr:
        """The term over primitive symbols and vectors alone."""
        while True:
            derived = {
                self.symbols[name]: meaning
                for name, meaning in self.definitions.items()
                if self.symbols[name] in free_variables(term)
            }
            if not derived:
                return term
            term = substitute(term, derived)

    def arguments(self, term: sympy.Expr) -> tuple[str, ...]:
        """What an expanded term depends on: vectors, then scalars but sizes, each in the vocabulary's order."""
        free = free_variables(term)
        vectors = [name for name, vector in self.vectors.items() if vector in free]
        return (*vectors, *(name for name, symbol in self.symbols.items() if symbol in free and name not in self.sizes))

    def adopt(self, statement: Relation | Relational) -> Relation:
        """The statement as a relation, with the vocabulary's own symbol for each scalar that has its name."""
        if isinstance(statement, Relation) and statement.bound:
            return statement
        foreign = (symbol for side in (statement.lhs, statement.rhs) for symbol in free_variables(side))
        mine = {symbol: self.symbols[str(symbol)] for symbol in foreign if str(symbol) in self.symbols}
        exchange = {old: new for old, new in mine.items() if old != new}
        if isinstance(statement, Relation):
            sides: list[Any] = [side.xreplace(exchange) for side in (statement.lhs, statement.rhs)]
            return Relation(op=statement.op, lhs=sides[0], rhs=sides[1])
        return as_relation(statement.xreplace(exchange))  # type: ignore[arg-type]  # the same kind of statement
