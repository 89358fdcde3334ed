"""Simpler numbers: what a shrinker puts in the place of an entry."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

DENOMINATORS = (1, 2, 4, 8, 16, 64, 256, 1024)


def nearest(number: Fraction, denominator: int) -> Fraction:
    """The multiple of 1/denominator nearest to the number."""
    return Fraction(round(number * denominator), denominator)


def nearer(number: Fraction) -> Iterator[Fraction]:
    """Simpler numbers than p/q in the order to try them: smaller |p| + q, or an integer nearer to 0."""
    seen = {number}
    for simpler in (Fraction(0), Fraction(1), Fraction(-1), *(nearest(number / 2, d) for d in DENOMINATORS[:4])):
        if simpler not in seen and size(simpler) < size(number):
            seen.add(simpler)
            yield simpler
    if number.denominator == 1 and abs(number) > 1:
        yield number - (1 if number > 0 else -1)


def size(number: Fraction) -> tuple[int, int]:
    """How long a number is to read: |p| + q, negative ones after positive ones."""
    return abs(number.numerator) + number.denominator, int(number < 0)
