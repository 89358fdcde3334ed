"""Reading the proofs that facts carry: rational numbers, vectors and matrices, or one line saying what is amiss.

Numbers are strings such as "7/2" or integers. JSON floats are refused: a proof that was rounded on its way is no proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from games.core import as_fraction
from games.errors import GameError, shown
from verify.exact.errors import CertificateError

Vector = tuple[Fraction, ...]
Matrix = tuple[Vector, ...]


def entry(fact: Mapping[str, Any], key: str) -> Any:
    """The entry of that name."""
    try:
        return fact[key]
    except (KeyError, TypeError):
        raise CertificateError(f"{_where(fact, key)}: expected an entry of this name, found none") from None


def rational(fact: Mapping[str, Any], key: str) -> Fraction:
    """The rational number of that name."""
    return _number(entry(fact, key), _where(fact, key))


def vector(fact: Mapping[str, Any], key: str, length: int) -> Vector:
    """A list of `length` rational numbers."""
    return _vector(entry(fact, key), _where(fact, key), length)


def matrix(fact: Mapping[str, Any], key: str, rows: int, columns: int) -> Matrix:
    """A list of `rows` lists of `columns` rational numbers."""
    where = _where(fact, key)
    data = _list(entry(fact, key), where, rows)
    return tuple(_vector(row, f"{where}[{i}]", columns) for i, row in enumerate(data))


def mappings(fact: Mapping[str, Any], key: str, length: int) -> tuple[Mapping[str, Any], ...]:
    """A list of `length` JSON objects."""
    where = _where(fact, key)
    data = _list(entry(fact, key), where, length)
    for i, item in enumerate(data):
        if not isinstance(item, Mapping):
            raise CertificateError(f"{where}[{i}]: expected an object, found {shown(item)}")
    return tuple(data)


def position(fact: Mapping[str, Any], key: str, length: int) -> int:
    """An index below `length`."""
    data = entry(fact, key)
    if type(data) is not int or not 0 <= data < length:
        raise CertificateError(f"{_where(fact, key)}: expected an index from 0 to {length - 1}, found {shown(data)}")
    return data


def flag(fact: Mapping[str, Any], key: str) -> bool:
    """True or false."""
    data = entry(fact, key)
    if type(data) is not bool:
        raise CertificateError(f"{_where(fact, key)}: expected true or false, found {shown(data)}")
    return data


def require(condition: bool, fact: Mapping[str, Any], expected: str) -> None:
    """Raise `CertificateError` unless the condition holds; `expected` says what should have held and what was found."""
    if not condition:
        raise CertificateError(f"{fact.get('concept', 'fact')}: expected {expected}")


def require_probabilities(weights: Vector, fact: Mapping[str, Any], key: str) -> None:
    """Nonnegative and summing to one, exactly."""
    require(all(weight >= 0 for weight in weights), fact, f"{key} >= 0, found {shown(min(weights, default=0))}")
    require(sum(weights) == 1, fact, f"{key} that sums to 1, found {shown(sum(weights))}")


def _where(fact: Any, key: str) -> str:
    return f"{fact.get('concept', 'fact') if isinstance(fact, Mapping) else 'fact'}.{key}"


def _list(data: Any, where: str, length: int) -> list[Any]:
    if not isinstance(data, list):
        raise CertificateError(f"{where}: expected a list of {length}, found {shown(data)}")
    if len(data) != length:
        raise CertificateError(f"{where}: expected a list of {length}, found {len(data)} entries")
    return data


def _vector(data: Any, where: str, length: int) -> Vector:
    return tuple(_number(item, f"{where}[{i}]") for i, item in enumerate(_list(data, where, length)))


def _number(data: Any, where: str) -> Fraction:
    if type(data) is not str and type(data) is not int:
        raise CertificateError(f"{where}: expected a rational such as '7/2', found {shown(data)}")
    try:
        return as_fraction(data, where)
    except GameError as problem:
        raise CertificateError(str(problem)) from None
