"""LaTeX to MathML: every formula, in one call, with the spaces of TeX and places to break."""

from __future__ import annotations

import re

import pytest

from verify.report import pandoc
from verify.report.errors import ReportError
from verify.report.maths import Maths

pytest.importorskip("pypandoc", reason="formulas need firstmover[report]")


def _convert(*formulas: str) -> list[str]:
    maths = Maths()
    for latex in formulas:
        assert maths.display(latex) == ""
    maths.convert()
    return [str(maths.display(latex)) for latex in formulas]


def test_all_formulas_take_one_call(monkeypatch):
    calls = []
    convert = pandoc.convert
    monkeypatch.setattr(pandoc, "convert", lambda *arguments: calls.append(arguments) or convert(*arguments))
    shown = _convert(*[rf"x_{{{index}}} \le y" for index in range(300)], "x_{0}  \\le\n y")
    assert len(calls) == 1
    assert shown[0] == shown[300] and all("<math" in formula for formula in shown)


def test_nothing_to_convert_needs_no_pandoc(monkeypatch):
    monkeypatch.setattr(pandoc, "find", lambda: pytest.fail("pandoc was looked for"))
    maths = Maths()
    maths.convert()
    assert maths.inline("  ") == ""


def test_operators_stand_apart_from_operands_and_not_from_brackets():
    apart, close, limits = _convert(r"\tau \log k", r"\tanh\left(x\right)", r"\max_a q_a")
    assert apart.count("<mspace") == 2
    assert "<mspace" not in close
    assert limits.count("<mspace") == 1


def test_a_norm_is_a_bracket():
    (norm,) = _convert(r"\left\lVert x\right\rVert_1")
    assert "∥" not in norm and norm.count("‖") == 2


def test_formulas_may_break_before_relations_and_long_ones_before_signs():
    short, chain, long = _convert(r"a + b", r"a \le b = c", "a" * 100 + " + b - c = -d")
    assert short.count("<math") == 1
    assert chain.count("<math") == 3 and chain.count("<wbr>") == 2
    assert long.count("<math") == 4  # the sign of -d is no place to break


def test_latex_that_pandoc_refuses_stays_readable_and_harmless():
    refused, hostile = _convert(r"\unknown{<b>}", r"\text{</div><script>alert(1)</script>}")
    assert refused == r'<code class="tex">\unknown{&lt;b&gt;}</code>'
    assert "<script" not in hostile and "&lt;script&gt;" in hostile


def test_a_machine_without_pandoc_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(pandoc.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(pandoc.shutil, "which", lambda name: None)
    with pytest.raises(ReportError, match=r"^report: expected pandoc, found none: install firstmover\[report\]$"):
        _convert("x")


def test_fractions_in_exponents_lie_on_one_line():
    simple, bracketed, outside, binomial = _convert(
        r"e^{-\frac{\delta}{\tau}}", r"e^{\frac{q + r}{2\tau}}", r"\frac{x^2}{y}", r"2^{\binom{n}{k}}"
    )
    assert "mfrac" not in simple and _letters(simple) == "e−δ/τ"
    assert "mfrac" not in bracketed and _letters(bracketed) == "e(q+r)/(2τ)"
    assert outside.count("<mfrac") == 1 and binomial.count("<mfrac") == 1


def _letters(markup: str) -> str:
    return re.sub(r"<[^>]*>", "", markup)
