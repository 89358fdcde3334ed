"""Numbers as they are shown: no digit that is wrong, whatever their size."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.report.numerals import count, entry, exact, number, plain, short, within

_UP = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")


def _read(text: str) -> Fraction:
    mantissa, _, exponent = text.translate(_UP).replace(",", "").partition("×10")
    return Fraction(mantissa) * Fraction(10) ** int(exponent or 0)


@settings(max_examples=300, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 12))
def test_floats_are_rounded_to_the_digits_asked_for(value, digits):
    error = abs(_read(plain(value, digits)) - Fraction(value))
    assert error <= abs(Fraction(value)) * Fraction(1, 2 * 10 ** (digits - 1))


@settings(max_examples=200, deadline=None)
@given(st.integers(-(10**9), 10**9), st.integers(1, 10**9), st.integers(-900, 900))
def test_rationals_beyond_the_floats_are_rounded_right(top, bottom, power):
    value = Fraction(top, bottom) * Fraction(10) ** power
    assert abs(_read(plain(value)) - value) <= abs(value) / 2000


def test_what_is_no_number_is_said():
    assert plain(math.nan) == "not a number"
    assert plain(-math.inf) == "−∞"
    assert "–" in short(None)
    assert "–" in count(None)


def test_counts_are_never_rounded_until_nobody_could_count():
    assert count(1_048_576) == "1,048,576"
    assert count(10**18) == "1,000,000,000,000,000,000"
    assert "10<sup>30</sup>" in count(10**30)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("7/2", "7/2"),
        ("-1/3", "−1/3"),
        (3, "3"),
        (0.5, "0.5"),
        ("3602879701896397/36028797018963968", "≈&thinsp;0.1"),
        ("<b>", "&lt;b&gt;"),
        ({"a": "<b>"}, "{&#39;a&#39;: &#39;&lt;b&gt;&#39;}"),
    ],
)
def test_sides_of_a_comparison(value, shown):
    assert shown in exact(value)


def test_a_ball_shows_no_digit_beyond_its_radius():
    shown = exact("[0.27846454276107379510935873902298 +/- 3.2e-5]")
    assert re.search(r">0\.2785 <", shown) and "3.2" in shown
    shown = exact({"ball": "[0.27846454276107379510935873902298 +/- 3.2e-33]", "bits": 128})
    assert "0.2784645428…" in shown and "at 128 bits" in shown
    assert "[+/- inf]" in exact("[+/- inf]")


def test_numbers_to_draw_with():
    assert number("1/4") == 0.25
    assert number("9" * 400) is None
    assert number("pi") is None


def test_long_numbers_within_a_text_are_shortened_and_the_rest_escaped():
    text = "<b> 3602879701896397/36028797018963968 against 3/2, [0.27846454276107379 +/- 3.2e-33] in 16384 games"
    shown = within(text)
    assert shown.startswith("&lt;b&gt; <span") and "≈&thinsp;0.1<" in shown
    assert "against 3/2, <span" in shown and "0.2784645428…" in shown and shown.endswith("in 16384 games")
    assert within("no number & none") == "no number &amp; none"


def test_payoffs_have_four_digits_and_their_exact_value_in_the_title():
    assert entry("-1/3") == "−1/3"
    assert entry("362756/999983") == '<span class="approx" title="362756/999983">0.3628</span>'
    assert entry("<b>") == "&lt;b&gt;"
