"""LaTeX to MathML: every formula of a report in one call of pandoc, each formula once."""

from __future__ import annotations

import json
import re

from markupsafe import Markup

from verify.report import pandoc
from verify.report.mathml import typeset

API = [1, 23]
"""The version of pandoc's document format, unchanged since pandoc 3.0."""

_BLOCK = re.compile(r'<div id="f(\d+)">\s*(.*?)\s*</div>', re.DOTALL)


class Maths:
    """Formulas on their way to MathML.

    Pages are rendered twice: the first time each formula is only noted, then `convert` turns all of them at once, and
    the second time they are there. So no list of fields that hold LaTeX has to be kept beside the templates.
    """

    def __init__(self) -> None:
        self._done: dict[tuple[str, bool], Markup] = {}
        self._noted: dict[tuple[str, bool], None] = {}
        self.refused: list[str] = []

    def inline(self, latex: str) -> Markup:
        return self._formula(latex, display=False)

    def display(self, latex: str) -> Markup:
        return self._formula(latex, display=True)

    def _formula(self, latex: str, *, display: bool) -> Markup:
        key = (" ".join(latex.split()), display)
        if not key[0]:
            return Markup("")
        if key not in self._done:
            self._noted.setdefault(key)
            return Markup("")
        return self._done[key]

    def convert(self) -> None:
        """Convert what was noted. LaTeX that pandoc does not understand stays readable as its source."""
        keys = list(self._noted)
        if not keys:
            return
        blocks = [
            _div(number, {"t": "DisplayMath" if display else "InlineMath"}, latex)
            for number, (latex, display) in enumerate(keys)
        ]
        document = json.dumps({"pandoc-api-version": API, "meta": {}, "blocks": blocks})
        html = pandoc.convert(document, "-f", "json", "-t", "html", "--mathml", "--wrap=none").decode()
        for number, body in _BLOCK.findall(html):
            latex, display = keys[int(number)]
            if body.startswith("<math"):
                mathml = body.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "", 1)
                self._done[latex, display] = typeset(mathml, display=display, length=len(latex))
            else:
                self.refused.append(latex)
                self._done[latex, display] = Markup('<code class="tex">{}</code>').format(latex)
        self._noted.clear()


def _div(number: int, kind: dict[str, str], latex: str) -> dict[str, object]:
    formula = {"t": "Math", "c": [kind, latex]}
    return {"t": "Div", "c": [[f"f{number}", [], []], [{"t": "Plain", "c": [formula]}]]}
