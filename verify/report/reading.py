"""JSON into records by the annotations of their fields, with errors that name the path."""

from __future__ import annotations

import dataclasses
import enum
import functools
import math
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from games.errors import shown
from verify.report.errors import ReportError

T = TypeVar("T")


def read(kind: type[T], data: Any, where: str) -> T:
    """A record of class `kind` from a JSON object.

    Raises `ReportError`, naming the path below `where`, for a field that is missing or of another type. Null counts as
    missing.
    """
    if not isinstance(data, Mapping):
        raise _unexpected(where, "an object", data)
    hints = _hints(kind)
    values = {}
    for field in dataclasses.fields(kind):  # pyright: ignore[reportArgumentType]  # every T here is a dataclass
        value = data.get(field.name)
        if value is not None:
            values[field.name] = _convert(hints[field.name], value, f"{where}.{field.name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ReportError(
                f"{where}: expected a field {field.name!r}, found {'null' if field.name in data else 'none'}"
            )
    return kind(**values)


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _unexpected(where: str, expected: str, found: Any) -> ReportError:
    return ReportError(f"{where}: expected {expected}, found {shown(found)}")


def _convert(kind: Any, value: Any, where: str) -> Any:
    if kind is Any:
        return value
    origin = typing.get_origin(kind)
    if origin is Literal:
        return _one_of(typing.get_args(kind), value, where)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise _unexpected(where, "a list", value)
        item = typing.get_args(kind)[0]
        return tuple(_convert(item, entry, f"{where}[{index}]") for index, entry in enumerate(value))
    if origin is Mapping:
        if not isinstance(value, Mapping):
            raise _unexpected(where, "an object", value)
        return value
    if origin in (types.UnionType, typing.Union):
        if value is None and type(None) in typing.get_args(kind):
            return None
        return _convert_union([option for option in typing.get_args(kind) if option is not type(None)], value, where)
    if dataclasses.is_dataclass(kind):
        return read(typing.cast(type, kind), value, where)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return kind(_one_of([member.value for member in kind], value, where))
    return _scalar(kind, value, where)


def _convert_union(options: list[Any], value: Any, where: str) -> Any:
    """The only option, or the string among the options where the value is one."""
    if isinstance(value, str) and str in options:
        return value
    return _convert(next(option for option in options if option is not str or len(options) == 1), value, where)


def _one_of(options: Any, value: Any, where: str) -> Any:
    if value not in tuple(options):
        raise _unexpected(where, "one of " + ", ".join(options), value)
    return value


def _scalar(kind: type, value: Any, where: str) -> Any:
    if kind is bool and isinstance(value, bool):
        return value
    if kind is str and isinstance(value, str):
        return value
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:  # an integer beyond the floats: drawn as an infinity, printed as one too
            return math.copysign(math.inf, value)
    raise _unexpected(where, {bool: "true or false", str: "text", int: "an integer", float: "a number"}[kind], value)
