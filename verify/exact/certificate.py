"""Certificates: one instance of a statement with everything that is needed to check it again without a solver.

A certificate is a JSON object

    {"schema": "firstmover/certificate/1", "kind": "violation" | "instance", "claim": id,
     "file": the claim's file or "", "file_sha256": its digest or "",
     "game": as game files are written, all numbers rational strings,
     "hypotheses": [{"name", "relation": AST or null, "facts": [...]}],
     "relation": AST, "facts": [{"concept", ...proof}],
     "lhs": rational string or {"ball": "[...]", "bits"}, "rhs": the same, "outcome": "violated" | "holds" | "tie"}

Replaying recomputes the outcome from the game and the facts and can only lower what the certificate says.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from flint import arb, ctx

from games.core import Game, as_fraction
from games.errors import FirstmoverError, GameError, shown
from verify.exact.author import Author, find, place, sha256
from verify.exact.errors import CertificateError
from verify.exact.evaluate import BITS, MAX_BITS, Decision, decide
from verify.exact.facts import Value
from verify.exact.game_json import from_json, to_json
from verify.exact.payload import entry, rational
from verify.terms import ARITY, Relation

SCHEMA = "firstmover/certificate/1"

LARGEST_FILE = 64 * 2**20
"""Bytes of a certificate; larger files are refused before they are read."""

LARGEST_BITS = 65_536
"""Bits of precision a certificate may ask for."""

DEEPEST_RELATION = 200
"""Levels of the tree of a relation."""

SHOWN_DIGITS = 40

_DECIMAL = r"[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?"
_BALL = re.compile(rf"\[(?:{_DECIMAL} )?\+/- {_DECIMAL}\]|{_DECIMAL}", re.ASCII)

Certificate = dict[str, Any]
Standing = Literal["holds", "tie", "violated", "undecided", "not replayed"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One hypothesis at an instance: its relation and decision, both None where the author's Python alone states it."""

    name: str
    relation: Relation | None = None
    decision: Decision | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What is left of a certificate when it is checked again.

    confirmed   True where every proof holds and the outcome is the recorded one, the hypotheses aside
    outcome     the recomputed outcome; "undecided" where a proof does not hold
    hypotheses  (name, standing) for each: holds, tie (equality), violated, undecided or not replayed
    from_file   True where relation, hypotheses and game were held against the claim's file
    reason      one line: why it is not confirmed, or what was not replayed; empty where nothing is left to say
    """

    claim: str
    kind: str
    confirmed: bool
    outcome: Standing
    lhs: Value | None
    rhs: Value | None
    hypotheses: tuple[tuple[str, Standing], ...]
    from_file: bool
    reason: str

    @property
    def complete(self) -> bool:
        """True where besides the statement every hypothesis that the certificate states was checked and holds."""
        return self.confirmed and all(standing in ("holds", "tie") for _, standing in self.hypotheses)


def build(
    *,
    claim: str,
    game: Game,
    relation: Relation,
    decision: Decision,
    hypotheses: Sequence[Condition] = (),
    file: Path | None = None,
) -> Certificate:
    """The certificate of a decision; `file` is the file the claim is written in. Undecided instances have none."""
    if decision.outcome == "undecided":
        raise CertificateError(f"certificate of {claim}: expected a decided instance, found undecided")
    return {
        "schema": SCHEMA,
        "kind": "violation" if decision.outcome == "violated" else "instance",
        "claim": claim,
        "file": place(file) if file else "",
        "file_sha256": sha256(file) if file else "",
        "game": to_json(game),
        "hypotheses": [
            {
                "name": condition.name,
                "relation": condition.relation.to_json() if condition.relation else None,
                "facts": list(condition.decision.facts) if condition.decision else [],
            }
            for condition in hypotheses
        ],
        "relation": relation.to_json(),
        "facts": list(decision.facts),
        "lhs": _side_to_json(decision.lhs, decision.bits),
        "rhs": _side_to_json(decision.rhs, decision.bits),
        "outcome": decision.outcome,
    }


def save(certificate: Certificate, path: Path) -> None:
    """Write the certificate to `path`: it is there whole or, after a crash or on a full disk, not at all."""
    path = Path(path)
    text = json.dumps(certificate, indent=1, ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(text)
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as problem:
        raise CertificateError(f"{path}: expected a writable place, {problem.strerror or problem}") from None


def load(path: Path) -> Certificate:
    """The certificate in the file, its schema checked and nothing more."""
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise CertificateError(f"{path}: expected a certificate of at most {LARGEST_FILE} bytes, found {size}")
        data = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_object)
    except OSError as problem:
        raise CertificateError(f"{path}: expected a readable file, {problem.strerror or problem}") from None
    except UnicodeDecodeError as problem:
        raise CertificateError(f"{path}: expected UTF-8, found byte {problem.start} that is not") from None
    except (ValueError, RecursionError) as problem:
        raise CertificateError(f"{path}: expected JSON, {_one_line(problem)}") from None
    try:
        _check_schema(data)
    except CertificateError as problem:
        raise CertificateError(f"{path}: {problem}") from None
    return data


def replay(certificate: Certificate | Path | str, *, trust_files: bool = False) -> Replay:
    """Check a certificate again, from its game and its facts alone.

    With `trust_files` the claim's file is imported if its digest is the recorded one: then the certificate's relations
    must be those of the file, the game of a claim about one game must be that game, and hypotheses stated in Python
    alone are put to the game; without such a file nothing is confirmed. Importing runs the author's code, so it happens
    on request only. Otherwise relation and hypotheses are those that the certificate states, whatever claim it names,
    and hypotheses without a relation are reported as not replayed.

    Raises `CertificateError` for what is not a certificate. A certificate that is well formed and does not check is an
    answer: `confirmed` is False and `reason` says what failed.
    """
    folders = [Path.cwd()]
    if isinstance(certificate, Path | str):
        folders.insert(0, Path(certificate).resolve().parent)
        certificate = load(Path(certificate))
    _check_schema(certificate)
    game = _read_game(certificate["game"])
    relation = _read_relation(certificate["relation"], "relation")
    stated = [
        (
            item["name"],
            None if item["relation"] is None else _read_relation(item["relation"], f"hypotheses[{i}].relation"),
            item["facts"],
        )
        for i, item in enumerate(certificate["hypotheses"])
    ]
    problems: list[str] = []
    notes: list[str] = []
    outcome: Standing = "undecided"
    lhs, rhs = None, None
    try:
        bits = max(_bits(certificate["lhs"]), _bits(certificate["rhs"]), BITS)
        decision = decide(relation, game, bits=bits, max_bits=max(MAX_BITS, bits), facts=certificate["facts"])
        for name, side in (("lhs", decision.lhs), ("rhs", decision.rhs)):
            _check_side(certificate[name], side, name)
        outcome, lhs, rhs = decision.outcome, decision.lhs, decision.rhs
        if outcome != certificate["outcome"]:
            problems.append(f"outcome: expected {certificate['outcome']} as recorded, found {outcome}")
    except FirstmoverError as problem:
        problems.append(_one_line(problem))

    author = None
    if trust_files:
        try:
            file = find(certificate["file"], certificate["file_sha256"], folders)
            author = Author.read(certificate["claim"], file)
            if author.relation != relation:
                problems.append(f"relation: expected that of {certificate['claim']} in its file, found another")
            if author.game is not None and author.game != game:
                problems.append(f"game: expected the one that {certificate['claim']} speaks of, found another")
        except CertificateError as problem:
            problems.append(_one_line(problem))

    standings: list[tuple[str, Standing]] = []
    for name, condition, facts in stated:
        standing: Standing = "not replayed"
        try:
            if condition is not None:
                standing = decide(condition, game, facts=facts).outcome
                own = author and author.hypothesis(name)
                if author is not None and (own is None or _relation_of(own) != condition):
                    problems.append(f"hypothesis {name}: expected that of {certificate['claim']}, found another")
            elif author is not None:
                standing = "holds" if author.meets(name, game) else "violated"
        except FirstmoverError as problem:
            standing = "undecided"
            problems.append(_one_line(problem))
        standings.append((name, standing))
    if author is not None:
        absent = [name for name in author.hypotheses if name not in {name for name, _ in standings}]
        if absent:
            problems.append(f"hypotheses: expected all of {certificate['claim']}, found none named {', '.join(absent)}")
    failing = [name for name, standing in standings if standing in ("violated", "undecided")]
    if failing:
        problems.append(f"hypotheses not met: {', '.join(failing)}")
    left_out = [name for name, standing in standings if standing == "not replayed"]
    if left_out:
        notes.append(f"hypotheses not replayed: {', '.join(left_out)}")
    return Replay(
        claim=certificate["claim"],
        kind=certificate["kind"],
        confirmed=not problems,
        outcome=outcome,
        lhs=lhs,
        rhs=rhs,
        hypotheses=tuple(standings),
        from_file=author is not None,
        reason="; ".join(problems + notes),
    )


def _relation_of(hypothesis: Any) -> Relation | None:
    try:
        return hypothesis.relation
    except Exception:  # stated in Python alone, its body may raise anything when shown the placeholder for a game
        return None


_FIELDS: dict[str, type | tuple[type, ...]] = {
    "kind": str,
    "claim": str,
    "file": str,
    "file_sha256": str,
    "game": dict,
    "hypotheses": list,
    "relation": list,
    "facts": list,
    "lhs": (str, dict),
    "rhs": (str, dict),
    "outcome": str,
}


def _check_schema(data: Any) -> None:
    if not isinstance(data, dict):
        raise CertificateError(f"certificate: expected an object, found {shown(data)}")
    if data.get("schema") != SCHEMA:
        raise CertificateError(f"schema: expected {SCHEMA!r}, found {shown(data.get('schema'))}")
    for name, kind in _FIELDS.items():
        if not isinstance(data.get(name), kind):
            found = shown(data[name]) if name in data else "none"
            raise CertificateError(f"{name}: expected {_described(kind)}, found {found}")
    if data["outcome"] not in ("holds", "tie", "violated"):
        raise CertificateError(f"outcome: expected holds, tie or violated, found {shown(data['outcome'])}")
    if data["kind"] != ("violation" if data["outcome"] == "violated" else "instance"):
        raise CertificateError(f"kind: expected one that fits {data['outcome']!r}, found {shown(data['kind'])}")
    # Names are shown in one line of a terminal: no line breaks, escapes or halves of characters.
    for name in ("claim", "file"):
        if not data[name].isprintable():
            raise CertificateError(f"{name}: expected a printable name, found {ascii(data[name])[:60]}")
    for i, item in enumerate(data["hypotheses"]):
        if not (
            isinstance(item, dict)
            and isinstance(item.get("name"), str)
            and item["name"].isprintable()
            and isinstance(item.get("facts"), list)
            and isinstance(item.get("relation", False), list | None)
        ):
            raise CertificateError(f"hypotheses[{i}]: expected name, relation and facts, found {shown(item)}")


def _described(kind: type | tuple[type, ...]) -> str:
    names = {str: "a string", dict: "an object", list: "a list"}
    return " or ".join(names[each] for each in (kind if isinstance(kind, tuple) else (kind,)))


def _read_game(data: Any) -> Game:
    try:
        game = from_json(data)
    except FirstmoverError as problem:
        raise CertificateError(f"game: {_one_line(problem)}") from None
    if not game.is_exact or game.batch_shape:
        raise CertificateError(f"game: expected a single exact game, found batch shape {game.batch_shape}")
    return game


def _read_relation(data: Any, where: str) -> Relation:
    _check_size(data, where)
    try:
        return Relation.from_json(data)
    except (ValueError, ZeroDivisionError) as problem:
        raise CertificateError(f"{where}: {_one_line(problem)}") from None


def _check_size(data: Any, where: str) -> None:
    """Refuse trees that are deep enough to exhaust the stack, and numbers long enough to exhaust the memory."""
    level = [data]
    for _ in range(DEEPEST_RELATION):
        for node in level:
            if isinstance(node, str) and node not in (*ARITY, "<=", "<", "="):
                try:
                    as_fraction(node, where)
                except GameError as problem:
                    raise CertificateError(str(problem)) from None
        level = [child for node in level if isinstance(node, list) for child in node]
        if not level:
            return
    raise CertificateError(f"{where}: expected at most {DEEPEST_RELATION} levels, found more")


def _side_to_json(value: Value, bits: int) -> str | dict[str, Any]:
    if isinstance(value, Fraction):
        return str(value)
    # The decimal that is written encloses the ball: flint widens the radius by what the digits lose.
    return {"ball": value.str(SHOWN_DIGITS), "bits": bits}


def _bits(side: str | dict[str, Any]) -> int:
    if isinstance(side, str):
        return 0
    bits = entry(side, "bits")
    if type(bits) is not int or not 0 <= bits <= LARGEST_BITS:
        raise CertificateError(f"bits: expected an integer from 0 to {LARGEST_BITS}, found {shown(bits)}")
    return bits


def _check_side(stated: str | dict[str, Any], value: Value, name: str) -> None:
    """The recorded side must be the recomputed rational, or a ball that meets the recomputed one."""
    if isinstance(stated, str):
        agrees = isinstance(value, Fraction) and rational({name: stated}, name) == value
    elif isinstance(value, Fraction):
        agrees = False  # a ball around a known rational, however wide, was not written here
    else:
        text = entry(stated, "ball")
        if not isinstance(text, str) or len(text) > 1000 or not _BALL.fullmatch(text):
            raise CertificateError(f"{name}.ball: expected a ball such as '[0.5 +/- 1e-9]', found {shown(text)}")
        with ctx.workprec(max(_bits(stated), BITS)):
            agrees = bool(arb(text).overlaps(value))
    if not agrees:
        raise CertificateError(f"{name}: expected {_plain(value)} as recomputed, found {shown(stated)}")


def _plain(value: Value) -> str:
    return shown(value) if isinstance(value, Fraction) else value.str(SHOWN_DIGITS)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object without repeated keys: readers differ on which of two counts."""
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys):
        raise ValueError(f"key {shown(next(key for key in keys if keys.count(key) > 1))} given twice")
    return dict(pairs)


def _one_line(problem: BaseException) -> str:
    text = " ".join(str(problem).split())
    return text if len(text) <= 300 else text[:297] + "..."
