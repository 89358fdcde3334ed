"""Formulas too long for a printed line, broken before relations and, where that is not enough, before + and -."""

from __future__ import annotations

import re
from collections.abc import Iterator

WIDTH = 76
"""Signs on a line of a page of A4, about."""

_TOKEN = re.compile(r"\\(?:left|right)(?:\\[a-zA-Z]+|\\.|.)|\\(?:begin|end)\{[a-z]+\}|\\[a-zA-Z]+|\\.|.", re.DOTALL)
_OPENING, _CLOSING = re.compile(r"\{|\\left|\\begin"), re.compile(r"\}|\\right|\\end")
_RELATIONS = {"=", "<", r"\le", r"\sim"}


def broken(latex: str) -> str:
    """The formula itself where it fits, else an aligned environment of lines that do as far as brackets allow.

    One with matrices stays as it is: their rows do not add up to its width.
    """
    if r"\begin" in latex or width(latex) <= WIDTH:
        return latex
    lines: list[str] = []
    for piece, is_relation in _pieces(latex):
        if lines and not is_relation and width(lines[-1]) + width(piece) <= WIDTH:
            lines[-1] += piece
        else:
            lines.append(piece)
    if len(lines) == 1:
        return latex
    first, *others = lines
    rows = [f"& {first}", *(rf"&\quad {line}" for line in others)]
    return r"\begin{aligned} " + r" \\ ".join(rows) + r" \end{aligned}"


def width(latex: str) -> int:
    """About how many signs wide: commands count as one sign, indices and exponents as half."""
    total, raised = 0.0, 0
    for token in _TOKEN.findall(latex):
        if token in "^_{} " or token.startswith((r"\begin", r"\end", r"\mathrm", r"\operatorname", r"\mathcal")):
            raised = raised + 1 if token in "^_" else 0 if token == "}" else raised
        elif token not in (r"\,", r"\;", r"\!"):
            total += 0.5 if raised else 1
    return round(total)


def _pieces(latex: str) -> Iterator[tuple[str, bool]]:
    """The formula cut before each relation, plus and minus outside of brackets: pieces, and whether at a relation."""
    depth, piece, at_relation = 0, "", False
    for token in _TOKEN.findall(latex):
        cuts = depth == 0 and piece.strip() and (token in _RELATIONS or token in "+-")
        if cuts and not re.search(r"[=+\-^_]\s*$", piece):
            yield piece, at_relation
            piece, at_relation = "", token in _RELATIONS
        piece += token
        depth += bool(_OPENING.match(token)) - bool(_CLOSING.match(token))
    yield piece, at_relation
