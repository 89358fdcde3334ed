"""Pandoc's MathML made ready for browsers: TeX's spaces around operator names, norms that are brackets, fractions in
exponents on one line, and pieces that a line may break between, which browsers never do within one formula.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring, tostring

from markupsafe import Markup

APPLY = "\N{FUNCTION APPLICATION}"
RELATIONS = frozenset("=<>≤≥≠≈≡∼≺≻∈≔→⇒⇔↦")
SIGNS = frozenset("+−±")
LONG = 90
"""Characters of LaTeX from which a formula may also break before a sign."""

_SCRIPTED = {"msub", "msup", "msubsup", "munder", "mover", "munderover"}
_OPERANDS = {"mi", "mn", "mrow", "mfrac", "msqrt", "mroot", "mtext", "mtable", "mstyle", *_SCRIPTED}


def typeset(mathml: str, *, display: bool, length: int) -> Markup:
    """The formula as one or more inline <math> elements in a span; `length` is that of its LaTeX."""
    root = fromstring(mathml)
    body = root[0][0] if len(root) and root[0].tag == "semantics" else root
    row = list(body) if body.tag in ("mrow", "math") else [body]
    for operator in body.iter("mo"):
        # \left\lVert comes as the relation "parallel to", which browsers set apart like any relation.
        if operator.text == "∥" and operator.get("form") in ("prefix", "postfix"):
            operator.text = "‖"
    for power in list(body.iter("msup")) + list(body.iter("msubsup")):
        power[-1] = _on_one_line(power[-1])
    for parent in body.iter("mrow"):
        children = _with_spaces(list(parent))
        for child in list(parent):
            parent.remove(child)
        parent.extend(children)
    if body.tag == "mrow":
        row = list(body)
    pieces = Markup("<wbr>").join(_math(piece, display=display) for piece in _pieces(row, length >= LONG))
    return Markup('<span class="formula">{}</span>').format(pieces)


def _math(row: list[Element], *, display: bool) -> Markup:
    math = Element("math", {"displaystyle": "true"} if display else {})
    math.extend(row)
    # ElementTree escapes text and attributes, and HTML knows the namespace of <math> by itself.
    return Markup(tostring(math, encoding="unicode", short_empty_elements=False))


def _pieces(row: list[Element], long: bool) -> Iterator[list[Element]]:
    """The row, cut before its relations, after wide spaces, and in long formulas before signs."""
    piece: list[Element] = []
    for index, element in enumerate(row):
        operator = element.text if element.tag == "mo" and element.get("form") is None else None
        binary = 0 < index < len(row) - 1 and row[index - 1].tag in _OPERANDS
        if piece and binary and operator and (operator in RELATIONS or (long and operator in SIGNS)):
            element.set("form", "infix")  # first in its own <math> it would count as a prefix
            yield piece
            piece = []
        piece.append(element)
        if _is_wide(element) and index < len(row) - 1:
            yield piece
            piece = []
    yield piece


def _is_wide(element: Element) -> bool:
    width = element.get("width", "")
    return element.tag == "mspace" and width.endswith("em") and float(width.removesuffix("em")) >= 1


def _on_one_line(element: Element) -> Element:
    """The element with a/b for its fractions, which are too small to read in an exponent."""
    for index, child in enumerate(list(element)):
        element[index] = _on_one_line(child)
    if element.tag != "mfrac" or element.get("linethickness") is not None:  # a binomial has no line
        return element
    over, under = element
    slash = Element("mo", {"lspace": "0", "rspace": "0"})
    slash.text = "/"
    row = Element("mrow")
    row.extend([_bracketed(over) if _is_sum(over) else over, slash])
    row.append(_bracketed(under) if under.tag in ("mrow", "mfrac") and not _opens(under) else under)
    return row


def _is_sum(element: Element) -> bool:
    return element.tag == "mrow" and any(child.text in SIGNS | RELATIONS for child in list(element)[1:])


def _bracketed(element: Element) -> Element:
    row = Element("mrow")
    left, right = (Element("mo", {"form": form, "stretchy": "false"}) for form in ("prefix", "postfix"))
    left.text, right.text = "(", ")"
    row.extend([left, element, right])
    return row


def _with_spaces(row: list[Element]) -> list[Element]:
    """The row with a thin space between an operator such as max or log and an operand beside it.

    As in TeX, there is none before an opening bracket.
    """
    spaced: list[Element] = []
    for element in row:
        if spaced and _needs_space(spaced[-1], element):
            spaced.append(Element("mspace", {"width": "0.167em"}))
        spaced.append(element)
    return spaced


def _needs_space(left: Element, right: Element) -> bool:
    if left.tag not in _OPERANDS or right.tag not in _OPERANDS:
        return False
    return _is_operator(right) or (_is_operator(left) and not _opens(right))


def _is_operator(element: Element) -> bool:
    """A name of several letters, with or without limits."""
    if element.tag in _SCRIPTED and len(element):
        return _is_operator(element[0])
    if element.tag == "mrow":
        return len(element) == 2 and element[1].tag == "mo" and element[1].text == APPLY
    return element.tag == "mi" and len(element.text or "") > 1


def _opens(element: Element) -> bool:
    return element.tag == "mrow" and len(element) > 0 and element[0].tag == "mo" and element[0].get("form") == "prefix"
