"""Games as Gambit's strategic game files (.nfg), with two players: player 1 is the leader.

Both forms are read, that with payoffs and that with outcomes; the one with payoffs is written. A cell's payoffs stand
together, and from cell to cell player 1's strategy moves fastest. Numbers are exact: integers, decimals, rationals.
Source: Gambit documentation, "Game representation formats", "The strategic game (.nfg) file format".
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from games.core import Game, as_fraction
from games.errors import GameError, shown
from games.matrix import BimatrixGame

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([{}])|([^\s,{}"]+)|[\s,]+', re.DOTALL)


class _Token(NamedTuple):
    kind: str  # "text" (quoted), "{", "}", "word", or "end"
    text: str
    line: int

    def __str__(self) -> str:
        return {"end": "the end of the file", "text": "a quoted text"}.get(self.kind) or shown(self.text)


class _Reader:
    """The tokens of a file, taken one by one; commas and white space only separate."""

    def __init__(self, text: str) -> None:
        self.tokens: list[_Token] = []
        at, line = 0, 1
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise GameError(f"line {line}: expected a closing quotation mark, found the end of the file")
            quoted, brace, word = match.groups()
            if quoted is not None:
                self.tokens.append(_Token("text", quoted, line))
            elif brace or word:
                self.tokens.append(_Token(brace or "word", brace or word, line))
            line += match[0].count("\n")
            at = match.end()
        self.tokens.append(_Token("end", "", line))
        self.at = 0

    def peek(self) -> _Token:
        return self.tokens[self.at]

    def take(self, kind: str, what: str) -> _Token:
        token = self.peek()
        if token.kind != kind:
            raise GameError(f"line {token.line}: expected {what}, found {token}")
        self.at += 1
        return token

    def texts(self, what: str) -> int:
        """How many quoted texts stand between braces."""
        self.take("{", f"{{ and {what}")
        start = self.at
        while self.peek().kind == "text":
            self.at += 1
        self.take("}", f"{what} or }}")
        return self.at - start - 1

    def natural(self, what: str) -> int:
        token = self.take("word", what)
        if not re.fullmatch(r"\d{1,9}", token.text, re.ASCII):
            raise GameError(f"line {token.line}: expected {what}, found {token}")
        return int(token.text)

    def number(self, what: str) -> Fraction:
        token = self.take("word", what)
        return as_fraction(token.text, f"line {token.line}: {what}")


def parse(text: str) -> BimatrixGame:
    """The exact game in an .nfg text; `GameError` with the line of what is wrong, also for other than two players."""
    reader = _Reader(text)
    for expected in ("NFG", "1"):
        token = reader.take("word", f"{expected} (the beginning 'NFG 1 R')")
        if token.text != expected:
            raise GameError(f"line {token.line}: expected {expected} (the beginning 'NFG 1 R'), found {token}")
    token = reader.take("word", "R (the beginning 'NFG 1 R')")
    if token.text not in ("R", "D"):  # D, decimal numbers, in old files
        raise GameError(f"line {token.line}: expected R (the beginning 'NFG 1 R'), found {token}")
    reader.take("text", "a quoted title")
    line = reader.peek().line
    players = reader.texts("the players' names")
    if players != 2:
        raise GameError(f"line {line}: expected two players, found {players}")
    sizes = _sizes(reader)
    if reader.peek().kind == "text":
        reader.take("text", "a comment")
    payoffs = _outcomes(reader, sizes) if reader.peek().kind == "{" else _payoffs(reader, sizes)
    token = reader.peek()
    if token.kind != "end":
        raise GameError(f"line {token.line}: expected the end of the file, found {token}")
    m, n = sizes
    cells = np.empty(2 * m * n, dtype=object)
    cells[:] = payoffs
    leader, follower = cells.reshape(n, m, 2).transpose(2, 1, 0)
    return BimatrixGame(leader=leader, follower=follower)


def _sizes(reader: _Reader) -> tuple[int, int]:
    reader.take("{", "{ and the players' strategies")
    if reader.peek().kind == "{":
        sizes = reader.texts("strategies of player 1"), reader.texts("strategies of player 2")
    else:
        sizes = reader.natural("a number of strategies"), reader.natural("a number of strategies")
    token = reader.take("}", "}")
    if 0 in sizes:
        raise GameError(f"line {token.line}: expected at least one strategy for each player, found {sizes}")
    return sizes


def _payoffs(reader: _Reader, sizes: tuple[int, int]) -> list[Fraction]:
    count = 2 * sizes[0] * sizes[1]
    left = len(reader.tokens) - 1 - reader.at
    if left < count:  # before anything of the promised size is built
        raise GameError(f"line {reader.tokens[-1].line}: expected {count} payoffs, found the end of the file")
    return [reader.number("a payoff") for _ in range(count)]


def _outcomes(reader: _Reader, sizes: tuple[int, int]) -> list[Fraction]:
    reader.take("{", "{ and the outcomes")
    outcomes = [(Fraction(0), Fraction(0))]  # outcome 0 pays nothing
    while reader.peek().kind == "{":
        reader.take("{", "{")
        reader.take("text", "an outcome's quoted name")
        outcomes.append((reader.number("a payoff"), reader.number("a payoff")))
        reader.take("}", "} after two payoffs")
    reader.take("}", "an outcome or }")
    count = sizes[0] * sizes[1]
    left = len(reader.tokens) - 1 - reader.at
    if left < count:
        raise GameError(f"line {reader.tokens[-1].line}: expected {count} outcomes, found the end of the file")
    payoffs: list[Fraction] = []
    for _ in range(count):
        line = reader.peek().line
        which = reader.natural("an outcome's number")
        if which >= len(outcomes):
            raise GameError(f"line {line}: expected an outcome from 0 to {len(outcomes) - 1}, found {which}")
        payoffs += outcomes[which]
    return payoffs


def render(game: Game, title: str = "") -> str:
    """The .nfg text, payoffs as rationals. Raises `GameError` for anything but a single bimatrix game."""
    if not isinstance(game, BimatrixGame) or game.batch_shape:
        what = f"a batch of shape {game.batch_shape}" if game.batch_shape else f"a {game.kind} game"
        raise GameError(f"expected a single bimatrix game, found {what}")
    twin = game.exact()
    m, n = game.leader_actions, game.follower_actions
    name = title.replace("\\", "\\\\").replace('"', '\\"')
    strategies = " ".join("{ " + " ".join(f'"{i + 1}"' for i in range(count)) + " }" for count in (m, n))
    try:
        rows = [" ".join(f"{twin.leader[a, b]} {twin.follower[a, b]}" for a in range(m)) for b in range(n)]
    except ValueError:
        raise GameError("expected entries of at most 4300 digits, found a longer one") from None
    head = f'NFG 1 R "{name}" {{ "Leader" "Follower" }}\n\n{{ {strategies} }}\n""\n\n'
    return head + "\n".join(rows) + "\n"
