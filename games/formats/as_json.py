"""Games as JSON: {"kind": "bimatrix", "leader": [[1, "1/3"]], "follower": [[0.1, 2]]}, every number exact.

Numbers are what they say, 0.1 is 1/10; strings hold rationals. Keys are the arrays of the game class (Markov and
linear-quadratic games have fields of their own, see `markov_json` and `lq_json`), deeper nesting is a batch. What is
written carries "schema", which a reader may leave out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from games.choice import Choice, ChoiceAtTwoTemperatures, ChoiceWithPolicy, PerturbedChoice
from games.core import Game
from games.errors import GameError, shown
from games.formats import lq_json, markov_json
from games.linear_quadratic import LinearQuadraticGame
from games.markov import EpisodicMarkovGame, MarkovGame, MarkovIteration, SoftMarkovIteration
from games.matrix import BimatrixGame

SCHEMA = "firstmover/game/1"

KINDS: Mapping[str, type[Game]] = {
    game.kind: game
    for game in (
        BimatrixGame,
        Choice,
        PerturbedChoice,
        ChoiceWithPolicy,
        ChoiceAtTwoTemperatures,
        MarkovGame,
        EpisodicMarkovGame,
        MarkovIteration,
        SoftMarkovIteration,
        *lq_json.KINDS.values(),
    )
}


def to_json(game: Game) -> dict[str, Any]:
    """The game as JSON data, exactly: integers as numbers, other rationals as strings such as "7/2".

    Floats are lifted bit for bit, whence `from_json(to_json(game)) == game.exact()`. Raises `GameError` for entries
    too long to write, and for a float game without an exact twin.
    """
    twin = game.exact()
    kind = game.kind
    try:
        if isinstance(twin, EpisodicMarkovGame) or type(twin) is MarkovGame:
            kind, arrays = markov_json.KIND, markov_json.fields(twin, _nested)
        elif isinstance(twin, LinearQuadraticGame):
            arrays = lq_json.fields(twin, _nested)
        else:
            arrays = {name: _nested(getattr(twin, name)) for name in game.core}
    except ValueError:
        raise GameError("expected entries of at most 4300 digits, found a longer one") from None
    return {"schema": SCHEMA, "kind": kind, **arrays}


def _nested(array: np.ndarray) -> Any:
    if array.ndim:
        return [_nested(array[i, ...]) for i in range(len(array))]
    text = str(array[()])  # raises ValueError beyond 4300 digits
    return text if "/" in text else int(text)


def from_json(data: Any) -> Game:
    """The exact game that JSON data describe: the inverse of `to_json`.

    Numbers may be ints, strings, or floats, which are taken bit for bit. Raises `GameError` for an unknown kind or
    schema, keys that are missing or unknown, and arrays that make no game.
    """
    if not isinstance(data, dict):
        raise GameError(f"expected an object with the key 'kind', found {_json_type(data)}")
    kind = data.get("kind")
    kinds = [known for known in KINDS if known != EpisodicMarkovGame.kind]  # written as "markov", with its horizon
    if not isinstance(kind, str) or kind not in kinds:
        found = shown(kind) if "kind" in data else "none"
        raise GameError(f"kind: expected one of {', '.join(map(repr, kinds))}, found {found}")
    if data.get("schema", SCHEMA) != SCHEMA:
        raise GameError(f"schema: expected {SCHEMA!r}, found {shown(data['schema'])}")
    if kind == markov_json.KIND:
        return markov_json.read({key: _exactly(value) for key, value in data.items()}).exact()
    if kind in lq_json.KINDS:
        return lq_json.read(data)
    names = KINDS[kind].core
    missing = [name for name in names if name not in data]
    unknown = [key for key in data if key not in ("kind", "schema", *names)]
    if missing or unknown:
        wrong = f"no {missing[0]!r}" if missing else f"also {shown(unknown[0])}"
        raise GameError(f"{kind}: expected the keys {', '.join(map(repr, names))}, found {wrong}")
    if issubclass(KINDS[kind], MarkovGame):
        markov_json.check_nesting(KINDS[kind], data)
    return KINDS[kind](**{name: _exactly(data[name]) for name in names}).exact()


def _exactly(entries: Any) -> Any:
    """Nested data with ints as Fractions, so that none passes through a float; anything else as it is."""
    if isinstance(entries, list | tuple):
        return [_exactly(entry) for entry in entries]
    if isinstance(entries, dict):
        return {key: _exactly(entry) for key, entry in entries.items()}
    return Fraction(entries) if isinstance(entries, int) and not isinstance(entries, bool) else entries


def parse(text: str) -> Game:
    """The exact game in a JSON text; `GameError` with line and column where it is not JSON."""
    try:
        # Numbers stay strings until the game reads them as rationals: no digit is lost, and errors can say where.
        # So does NaN, which no rational is written as.
        data = json.loads(
            text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_refuse_duplicates
        )
        return from_json(data)
    except json.JSONDecodeError as error:
        raise GameError(f"line {error.lineno}, column {error.colno}: expected JSON, found: {error.msg}") from None
    except RecursionError:
        raise GameError("expected JSON nested a few levels deep, found too many levels") from None


def render(game: Game) -> str:
    """JSON text with one row of an array on a line."""
    fields = [f"  {json.dumps(name)}: {_rows(value, '  ')}" for name, value in to_json(game).items()]
    return "{\n" + ",\n".join(fields) + "\n}\n"


def _rows(value: Any, indent: str) -> str:
    deeper = indent + "  "
    if isinstance(value, dict) and any(isinstance(inner, list | dict) for inner in value.values()):
        inside = (f"{deeper}{json.dumps(key)}: {_rows(inner, deeper)}" for key, inner in value.items())
        return "{\n" + ",\n".join(inside) + f"\n{indent}}}"
    if not isinstance(value, list) or not value or not isinstance(value[0], list | dict):
        return json.dumps(value)
    return "[\n" + ",\n".join(deeper + _rows(row, deeper) for row in value) + f"\n{indent}]"


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key, value in pairs:
        if key in data:
            raise GameError(f"expected every key once, found {shown(key)} twice")
        data[key] = value
    return data


def _json_type(data: Any) -> str:
    names = {list: "an array", str: "a number or string", bool: "true or false"}
    return names.get(type(data), "null" if data is None else f"a {type(data).__name__}")
