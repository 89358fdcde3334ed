"""One derivation as a document: Markdown written here, everything else made of it by pandoc and typst."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from markupsafe import Markup

from verify.report import pandoc
from verify.report.errors import ReportError
from verify.report.lines import broken
from verify.report.maths import Maths
from verify.report.page import style_sheet, template_environment
from verify.report.reading import read
from verify.report.schema import Derivation, Evidence, Named

Format = Literal["html", "md", "latex", "ipynb", "pdf"]
FORMATS: tuple[Format, ...] = ("html", "md", "latex", "ipynb", "pdf")

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~^@!&\"'])")
_MARKDOWN = "markdown-raw_html-raw_tex-raw_attribute-citations-smart"
"""Pandoc's Markdown without the extensions by which text could turn into markup of the target."""


def render_derivation(derivation: Mapping[str, Any], to: str = "html") -> bytes:
    """The document of a derivation (`Derivation.to_json()`) in one of `FORMATS`; text is UTF-8.

    html is one self-contained page; ipynb ends in a cell that derives and checks everything again; md needs neither
    pandoc nor anything else. Raises `ReportError` for another format, JSON that is not a derivation, and a tool that is
    not installed.
    """
    if to not in FORMATS:
        raise ReportError(f"derivation: expected a format among {', '.join(FORMATS)}, found {to!r}")
    parsed = read(Derivation, derivation, "derivation")
    if to == "html":
        return _html(parsed).encode()
    text = _markdown(parsed, code=to == "ipynb", printed=to in ("pdf", "latex"))
    if to == "md":
        return text.encode()
    if to == "pdf":
        return _pdf(text)
    document = pandoc.convert(text, "--standalone", "--wrap=none", "-f", _MARKDOWN, "-t", to)
    return _with_kernel(document) if to == "ipynb" else document


def _html(derivation: Derivation) -> str:
    maths = Maths()
    template = template_environment(maths).get_template("derivation.html")
    values = {"derivation": derivation, "style": Markup(style_sheet()), "summary": _summary(derivation)}
    template.render(**values)  # notes the formulas
    maths.convert()
    return template.render(**values)


def _markdown(derivation: Derivation, *, code: bool, printed: bool) -> str:
    """The document; where it is to be `printed`, long formulas are broken into lines."""

    def display(latex: str) -> str:
        return _math(broken(latex) if printed else latex)

    title = derivation.title or derivation.topic
    parts = [f"# {_plain(title)}", f"`{_code(derivation.topic)}`"]
    parts.append(_summary(derivation))
    if derivation.assumptions:
        parts += ["## Assumptions", "\n".join(_item(item) for item in derivation.assumptions)]
    if derivation.definitions:
        parts += ["## Definitions", "\n".join(_item(item) for item in derivation.definitions)]
    parts.append("## Steps")
    for step in derivation.steps:
        for section in (section for section in derivation.sections if section.first == step.number):
            parts += [f"### {_plain(section.title)}", *([_plain(section.text)] if section.text else [])]
        notes = [_plain(step.rule.replace("_", " "))] if step.rule else []
        if step.uses:
            notes.append("from " + ", ".join(f"({used})" for used in step.uses))
        if step.assumptions:
            notes.append("under " + _plain(", ".join(str(name) for name in step.assumptions)))
        notes.append(_evidence(step.evidence) if step.evidence else "unchecked")
        reason = f"{_plain(step.reason)} " if step.reason else ""
        parts += [f"**({step.number})** {reason}[{'; '.join(notes)}]", f"$${display(step.latex)}$$"]
    if derivation.conclusions:
        parts.append("## Conclusion" + ("s" if len(derivation.conclusions) > 1 else ""))
        for item in derivation.conclusions:
            parts += [f"**{_plain(item.name)}**"] if item.name else []
            formula = display(item.latex)
            in_lines = formula != _math(item.latex)  # typst's boxes would put the lines on one
            parts.append(f"> $${formula}$$" if in_lines else rf"> $$\boxed{{{formula}}}$$")
    if code:
        check = f"from proofs.catalogue import derive\n\nderivation = derive({derivation.topic!r})\nderivation.check()"
        parts.append(f"::: {{.cell .code}}\n~~~~~~ python\n{check}\n~~~~~~\n:::")
    return "\n\n".join(parts) + "\n"


def _summary(derivation: Derivation) -> str:
    total = len(derivation.steps)
    unchecked = sum(step.evidence is None for step in derivation.steps)
    checked = "each checked by machine" if not unchecked else f"{unchecked} of them not checked"
    weakest = f"; the weakest rests on {_evidence(derivation.evidence)}" if derivation.evidence else ""
    return f"{total} {'step' if total == 1 else 'steps'}, {checked}{weakest}."


def _item(item: Named) -> str:
    formula = f"${_math(item.latex)}$" if item.latex.strip() else ""
    words = " ".join(part for part in (formula, _plain(item.text)) if part)
    return f"- *{_plain(item.name.replace('_', ' '))}*: {words}"


def _evidence(evidence: Evidence) -> str:
    return f"{evidence.kind} evidence"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    return " ".join(text.replace("`", "'").split())


def _math(latex: str) -> str:
    """LaTeX on one line, with no dollar that would end the formula."""
    return re.sub(r"(?<!\\)\$", r"\\$", " ".join(latex.split()))


def _with_kernel(notebook: bytes) -> bytes:
    """The notebook with its kernel named, so that it opens ready to run."""
    data = json.loads(notebook)
    data["metadata"]["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


def _pdf(text: str) -> bytes:
    """Through typst: the Python package of that name, else the program on the path."""
    package = importlib.util.find_spec("typst") is not None
    program = None if package else shutil.which("typst")
    if not package and program is None:
        raise ReportError("derivation: expected typst for a PDF, found none: pip install typst")
    source = pandoc.convert(text, "--standalone", "-V", "fontsize=9pt", "-f", _MARKDOWN, "-t", "typst")
    # pandoc writes the name that typst gave the sign before 0.14; the sign itself is known to all versions.
    source = re.sub(rb"\btimes\.circle\b", "\N{CIRCLED TIMES}".encode(), source)
    with tempfile.TemporaryDirectory() as folder:
        path, target = Path(folder) / "derivation.typ", Path(folder) / "derivation.pdf"
        path.write_bytes(source)
        if package:
            try:
                importlib.import_module("typst").compile(str(path), output=str(target))
            except Exception as problem:  # the package raises a bare RuntimeError subclass of its own
                raise ReportError(f"typst: expected a PDF, found {_first_line(str(problem))}") from None
        else:
            done = subprocess.run([str(program), "compile", path, target], capture_output=True, check=False)
            if done.returncode:
                raise ReportError(f"typst: expected a PDF, found {_first_line(done.stderr.decode(errors='replace'))}")
        return target.read_bytes()


def _first_line(text: str) -> str:
    return next(iter(text.strip().splitlines()), "no message")
