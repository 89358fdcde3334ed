"""Numbers as a reader wants them: a few digits in the text, the exact value one touch away, no digit that is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from games.core import as_fraction
from games.errors import GameError

MINUS = "−"
MISSING = Markup('<span class="none">–</span>')
SHORT = 11
"""Rationals of up to this many characters are written as they are, longer ones in decimals."""

BALL_DIGITS = 10
"""Digits shown of the middle of a ball."""

_BALL = re.compile(r"\[?\s*(?P<mid>[+-]?[\d.]+(?:e[+-]?\d+)?)?\s*\+/-\s*(?P<radius>[\d.]+(?:e[+-]?\d+)?|inf)\s*\]?")


def plain(value: float | Fraction, digits: int = 4) -> str:
    """`digits` significant digits as text: 0.2785, 1,048,576, −3.1×10⁻⁹ (in charts, where markup cannot go)."""
    mantissa, exponent = _split(value, digits)
    return mantissa if exponent is None else f"{mantissa}×10{_superscript(exponent)}"


def short(value: float | int | Fraction | None, digits: int = 4, *, dots: str = "") -> Markup:
    """`digits` significant digits as markup, `dots` after the last; a dash for nothing."""
    if value is None:
        return MISSING
    mantissa, exponent = _split(value, digits)
    if exponent is None:
        return Markup.escape(mantissa + dots)
    return Markup('<span class="number">{}{}&hairsp;×&hairsp;10<sup>{}</sup></span>').format(
        mantissa, dots, _signed(exponent)
    )


def _split(value: float | int | Fraction, digits: int) -> tuple[str, int | None]:
    """Mantissa and power of ten, or plain decimals and None; Fractions of any size, without passing through floats."""
    if isinstance(value, float):
        if math.isnan(value):
            return "not a number", None
        if math.isinf(value):
            return ("∞" if value > 0 else MINUS + "∞"), None
    exact = Fraction(value)
    if exact == 0:
        return "0", None
    magnitude = _magnitude(abs(exact))
    if exact.denominator == 1 and magnitude < 9:
        return f"{exact.numerator:,}".replace("-", MINUS), None
    scaled = round(abs(exact) * Fraction(10) ** (digits - 1 - magnitude))
    if scaled >= 10**digits:  # rounding carried into a new digit
        scaled, magnitude = scaled // 10, magnitude + 1
    sign = MINUS if exact < 0 else ""
    text = str(scaled)
    if -4 <= magnitude < 6:
        decimals = digits - 1 - magnitude
        if decimals <= 0:
            return sign + f"{scaled * 10**-decimals:,}", None
        text = text.rjust(decimals + 1, "0")
        whole, tail = text[:-decimals], text[-decimals:].rstrip("0")
        return f"{sign}{int(whole):,}{'.' if tail else ''}{tail}", None
    tail = text[1:].rstrip("0")
    return f"{sign}{text[0]}{'.' if tail else ''}{tail}", magnitude


def _magnitude(positive: Fraction) -> int:
    """The power of ten of the leading digit, exactly, also beyond the floats."""
    bits = positive.numerator.bit_length() - positive.denominator.bit_length()
    guess = math.floor((bits - 1) * math.log10(2))
    while Fraction(10) ** (guess + 1) <= positive:
        guess += 1
    while Fraction(10) ** guess > positive:
        guess -= 1
    return guess


def _signed(exponent: int) -> str:
    return str(exponent).replace("-", MINUS)


def _superscript(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def rational(value: Any) -> Fraction | None:
    """The exact value of a JSON number or rational string; None for anything else."""
    try:
        return as_fraction(value, "number")
    except GameError:
        return None


def exact(value: Any) -> Markup:
    """One side of a comparison as it came: a rational, a ball or a float, shortened for the eye, whole in its title."""
    if value is None:
        return MISSING
    if isinstance(value, Mapping):
        ball, bits = value.get("ball"), value.get("bits")
        if isinstance(ball, str):
            return _ball(ball, f" at {bits} bits" if isinstance(bits, int) else "")
        return Markup.escape(_cut(str(dict(value)), 80))
    if isinstance(value, float):
        return short(value, 6)
    if isinstance(value, str) and "+/-" in value:
        return _ball(value, "")
    fraction = rational(value)
    if fraction is None:
        return Markup.escape(_cut(str(value), 80))
    written = _plainly(fraction)
    if written is not None:
        return Markup.escape(written)
    whole = str(value) if not isinstance(value, int) else ""
    title = whole if 0 < len(whole) <= 400 else "a rational too long to show; see the certificate"
    about = Markup("≈&thinsp;{}").format(short(fraction, 6))
    return Markup('<span class="approx" title="{}">{}</span>').format(title, about)


_LONG = re.compile(r"\[[^\[\]]*\+/-[^\[\]]*\]|(?<![\w.])[+-]?\d+(?:/\d+|\.\d+(?:e[+-]?\d+)?)?(?![\w/])")


def within(text: str) -> Markup:
    """A text whose balls and long rationals are shortened as by `exact`."""
    parts, end = [], 0
    for match in _LONG.finditer(text):
        if len(match[0]) > SHORT:
            parts += [Markup.escape(text[end : match.start()]), exact(match[0])]
            end = match.end()
    return Markup("").join([*parts, Markup.escape(text[end:])])


def entry(value: Any) -> Markup:
    """A payoff in a table: as it is where that is short, else four digits with the exact value in the title."""
    fraction = rational(value)
    if fraction is None or _plainly(fraction) is not None:
        return exact(value)
    title = value if isinstance(value, str) and len(value) <= 400 else ""
    return Markup('<span class="approx" title="{}">{}</span>').format(title, short(fraction))


def _plainly(fraction: Fraction) -> str | None:
    """A rational as it is written, where that is short; a lifted float such as 1/8 in decimals when they end soon."""
    if max(fraction.numerator.bit_length(), fraction.denominator.bit_length()) > 40:
        return None
    if fraction.denominator == 1:
        text = f"{fraction.numerator:,}"
    else:
        text = f"{fraction.numerator}/{fraction.denominator}"
    return text.replace("-", MINUS) if len(text) <= SHORT else None


def _ball(text: str, bits: str) -> Markup:
    match = _BALL.fullmatch(text.strip())
    if match is None:
        return Markup('<span class="approx">{}</span>').format(_cut(text, 80))
    middle, radius = rational(match["mid"] or "0"), rational(match["radius"])
    title = _cut(text, 400) + bits
    if middle is None or radius is None:  # an infinite radius, or more digits than anyone reads
        return Markup('<span class="approx" title="{}">{}</span>').format(title, _cut(text, 40))
    # Digits beyond the radius mean nothing; digits left out are announced by dots.
    known = _magnitude(abs(middle)) - _magnitude(radius) if middle and radius else BALL_DIGITS
    digits = max(1, min(BALL_DIGITS, known))
    dots = "…" if digits == BALL_DIGITS and known > BALL_DIGITS else ""
    pattern = Markup('<span class="approx" title="{}">{} <span class="radius">±&thinsp;{}</span></span>')
    return pattern.format(title, short(middle, digits, dots=dots), short(radius, 2))


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def count(value: int | None) -> Markup:
    """A count of instances, grouped by thousands."""
    if value is None:
        return MISSING
    return short(value, 6) if value.bit_length() > 60 else Markup.escape(f"{value:,}")


def number(value: Any) -> float | None:
    """A float to draw with; None where there is none to be had."""
    fraction = value if isinstance(value, Fraction) else rational(value)
    if fraction is None:
        return None
    try:
        return float(fraction)
    except OverflowError:
        return None
