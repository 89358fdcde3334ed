"""Long formulas in lines: nothing is lost, brackets stay whole, short formulas stay as they are."""

from __future__ import annotations

import re

import pytest

from proofs.catalogue import derive
from verify.report.lines import WIDTH, broken, width


def rows(latex: str) -> list[str]:
    inner = latex.removeprefix(r"\begin{aligned} ").removesuffix(r" \end{aligned}")
    return [re.sub(r"^&(\\quad)? ", "", row) for row in inner.split(r" \\ ")]


def test_what_fits_stays() -> None:
    assert broken(r"a = b + \tfrac{1}{2}\,c") == r"a = b + \tfrac{1}{2}\,c"


def test_lines_begin_at_relations_then_at_signs() -> None:
    term = "x" * 30
    found = broken(f"{term} + {term} = {term} + {term} - {term}")
    assert rows(found) == [f"{term} + {term} ", f"= {term} + {term} ", f"- {term}"]


def test_brackets_are_not_broken() -> None:
    inside = " + ".join(["y" * 20] * 6)
    formula = rf"a = \left({inside}\right) + b^{{{inside}}}"
    found = rows(broken(formula))
    assert "".join(found) == formula
    assert all(row.count(r"\left") == row.count(r"\right") and row.count("{") == row.count("}") for row in found)


@pytest.mark.parametrize(("latex", "signs"), [("abc", 3), (r"\alpha\,\beta", 2), ("x^{ab}", 2), (r"\left(x\right)", 3)])
def test_widths(latex: str, signs: int) -> None:
    assert width(latex) == signs


def test_every_formula_of_a_long_derivation_survives() -> None:
    for step in derive("riccati/hjbi").to_json()["steps"]:
        latex, found = step["latex"], broken(step["latex"])
        if found != latex:
            assert "".join(rows(found)) == latex and width(latex) > WIDTH
            assert all(row.count(r"\left") == row.count(r"\right") for row in rows(found))
