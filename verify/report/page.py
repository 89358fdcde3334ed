"""What all pages share: the environment of templates, the style sheet with its fonts, and how data are written."""

from __future__ import annotations

import base64
import importlib.resources
import json
import re
import shlex
from typing import Any

import jinja2
from markupsafe import Markup

from verify.report import numerals, words
from verify.report.charts.marks import mark
from verify.report.maths import Maths


def to_bytes(data: Any) -> bytes:
    """JSON with sorted keys: the same data, the same bytes."""
    return (json.dumps(data, indent=1, sort_keys=True, ensure_ascii=True) + "\n").encode()


def asset(*parts: str) -> Any:
    return importlib.resources.files("verify.report").joinpath(*parts)


def style_sheet() -> str:
    """The style sheet with the fonts inside: browsers refuse font files to pages opened from a disk."""

    def embed(match: re.Match[str]) -> str:
        font = asset("assets", "fonts", match[1]).read_bytes()
        return f'url("data:font/woff2;base64,{base64.b64encode(font).decode()}")'

    css = asset("assets", "style.css").read_text(encoding="utf-8")
    return re.sub(r'url\("fonts/([a-z-]+\.woff2)"\)', embed, css)


def template_environment(maths: Maths) -> jinja2.Environment:
    """Templates escape everything that is not markup already, and refuse names they do not know."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("verify.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {
        "inline": maths.inline,
        "display": maths.display,
        "mark": mark,
        "exact": numerals.exact,
        "short": numerals.short,
        "count": numerals.count,
        "EVIDENCE": words.EVIDENCE,
        "evidence_title": words.evidence_title,
        "evidence_detail": words.evidence_detail,
        "breakable": breakable,
        "quote": shlex.quote,
    }
    return environment


def breakable(text: str) -> Markup:
    """Identifiers that may break after a slash, a hyphen or an underscore, as long ones must."""
    return Markup(re.sub(r"([/_.-])", r"\1<wbr>", str(Markup.escape(text))))
