"""Free variables and substitution that captures nothing."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import sympy
from sympy.tensor.indexed import Indexed, IndexedBase

from proofs.engine.errors import DerivationError
from proofs.engine.terms import Binder, Index, Moment, Size, Variable, check_language, place_domain


@dataclasses.dataclass(frozen=True, slots=True)
class Entries:
    """What replaces a vector: v[i, j] becomes body with the formal indices replaced by i and j."""

    indices: tuple[Index, ...]
    body: sympy.Expr


# A term for a scalar, an index or a natural number t + n for an index, a vector or Entries for a vector.
Value: TypeAlias = "sympy.Expr | Index | IndexedBase | Entries"
Replacement: TypeAlias = "Mapping[Any, Any]"


@functools.cache
def free_variables(term: sympy.Basic) -> frozenset[Variable]:
    """The scalars, indices and vectors free in a term."""
    if isinstance(term, IndexedBase):
        return frozenset([term])
    if isinstance(term, Indexed):
        return frozenset([term.base, *(index for place in term.indices for index in place.free_symbols)])
    if isinstance(term, sympy.Symbol):
        return frozenset([term])
    inner: frozenset[Variable] = frozenset().union(*(free_variables(part) for part in term.args))
    return inner - {term.index} if isinstance(term, Binder) else inner


def fresh_index(index: Index, avoid: Iterable[Variable]) -> Index:
    """An index over the same set whose name is not among those to avoid."""
    taken = {str(variable) for variable in avoid}
    name = index.name
    while name in taken:
        name += "'"
    return Index(name, index.domain)


_opened = itertools.count()


def generic_index(index: Index) -> Index:
    """A new index over the same set, of a name nothing else has: about a generic element nothing else is known."""
    return Index(f"#{next(_opened):09d}", index.domain)


def generic_indices(variables: Iterable[Variable]) -> dict[Variable, Index]:
    """A generic index for each index among the variables."""
    return {variable: generic_index(variable) for variable in variables if isinstance(variable, Index)}


@functools.cache
def height(term: sympy.Basic) -> int:
    """How deep binders are nested in a term."""
    inner = max((height(part) for part in term.args), default=0)
    return inner + 1 if isinstance(term, Binder) else inner


@functools.lru_cache(maxsize=4096)
def open_binder(term: Binder) -> tuple[Index, tuple[sympy.Expr, ...]]:
    """The binder's parts at an index of which nothing is known.

    The name is made of the binder's height, so that nested binders get different names and equal ones equal names; no
    relation of an author speaks of such an index (`check_language` refuses the name).
    """
    index = fresh_index(Index(f"_{height(term)}", term.index.domain), free_variables(term))
    return index, tuple(rename(part, term.index, index) for part in (term.args[0], *term.args[2:]))


def close_binder(term: Binder) -> Binder:
    """The binder with its index named as `open_binder` names it."""
    index, (body, *rest) = open_binder(term)
    return term.func(body, index, *rest)


def rename(term: Any, old: Index, new: Index) -> Any:
    return term if old == new else _substitute(term, {old: new})


def substitute(term: Any, replacement: Replacement) -> Any:
    """The term with free variables replaced simultaneously; bound indices are renamed where they would capture.

    Raises `DerivationError` for replacements of the wrong sort: an index by anything but an index of the same set or a
    natural number t + n, a size, a moment, a vector by anything but a vector or `Entries`, a scalar by a term outside
    the language.
    """
    check_replacement(replacement)
    return _substitute(term, replacement)


def check_replacement(replacement: Replacement) -> None:
    """Raise `DerivationError` unless every replacement has the sort of its variable."""
    for variable, value in replacement.items():
        if isinstance(variable, Size | Moment):
            raise DerivationError(f"expected no replacement of a size or a moment, found {variable} -> {value}")
        if isinstance(variable, Index):
            if place_domain(value) != variable.domain:
                raise DerivationError(f"expected an index of the same set for {variable}, found {value}")
        elif isinstance(variable, IndexedBase):
            if isinstance(value, Entries):
                check_language(value.body)
            elif not isinstance(value, IndexedBase):
                raise DerivationError(f"expected Entries or a vector for the vector {variable}, found {value!r}")
        elif isinstance(variable, sympy.Symbol) and isinstance(value, sympy.Expr):
            check_language(value)
        else:
            raise DerivationError(f"expected a scalar, an index or a vector to replace, found {variable} -> {value}")


def value_variables(value: Value) -> frozenset[Variable]:
    """The variables free in a replacement's value."""
    return free_variables(value.body) - set(value.indices) if isinstance(value, Entries) else free_variables(value)


def _moved(place: Any, replacement: Replacement) -> Any:
    """The place of an entry, an index or t + n, with its index replaced."""
    if isinstance(place, sympy.Add):
        return sympy.Add(*(replacement.get(part, part) for part in place.args))
    return replacement.get(place, place)


def _substitute(term: Any, replacement: Replacement) -> Any:
    if isinstance(term, Indexed):
        indices: tuple[Any, ...] = tuple(_moved(place, replacement) for place in term.indices)
        value = replacement.get(term.base)
        if value is None:
            return term if indices == term.indices else term.func(term.base, *indices)
        if isinstance(value, IndexedBase):
            return value[indices]
        if not isinstance(value, Entries) or len(value.indices) != len(indices):
            raise DerivationError(f"expected Entries over {len(indices)} indices for {term.base}, found {value}")
        for formal, actual in zip(value.indices, indices, strict=True):
            if place_domain(actual) != formal.domain:
                raise DerivationError(f"expected an index of {formal.domain.name} in {term}, found {actual}")
        return _substitute(value.body, dict(zip(value.indices, indices, strict=True)))
    if isinstance(term, sympy.Symbol):
        return replacement.get(term, term)
    if not term.args:
        return term
    if isinstance(term, Binder):
        free = free_variables(term)
        inner = {variable: value for variable, value in replacement.items() if variable in free}
        if not inner:
            return term
        incoming = frozenset().union(*(value_variables(value) for value in inner.values()))
        index = fresh_index(term.index, incoming | free)
        if index != term.index:
            inner[term.index] = index
        body, *rest = (_substitute(part, inner) for part in (term.args[0], *term.args[2:]))
        return term.func(body, index, *rest)
    parts = tuple(_substitute(part, replacement) for part in term.args)
    return term if parts == term.args else term.func(*parts)
