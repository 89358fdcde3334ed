"""Reports that open offline: `render` for the results of a run, `render_derivation` for one derivation."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verify.report.derivation import render_derivation
    from verify.report.errors import ReportError
    from verify.report.site import render

_HOME = {
    "render": "verify.report.site",
    "render_derivation": "verify.report.derivation",
    "ReportError": "verify.report.errors",
}

__all__ = ["ReportError", "render", "render_derivation"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
