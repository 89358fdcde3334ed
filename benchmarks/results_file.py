"""Where measurements go: one JSON file a benchmark, and a section of the table that people read."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
TABLE = FOLDER / "RESULTS.md"


def machine() -> dict[str, str]:
    """What the numbers depend on."""
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    return {
        "cpu": f"{model}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "scipy", "numba", "highspy")},
    }


def write(name: str, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], raw: Mapping[str, Any]) -> None:
    """Write results/`name`.json, and the section `name` of the table, leaving other sections alone."""
    folder = FOLDER / "results"
    folder.mkdir(exist_ok=True)
    where = machine()
    (folder / f"{name}.json").write_text(json.dumps({"machine": where, **raw}, indent=1) + "\n")
    lines = [f"<!-- {name} -->", f"## {title}", "", ", ".join(f"{key} {value}" for key, value in where.items()), ""]
    lines += ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    section = "\n".join([*lines, f"<!-- end of {name} -->"])
    text = TABLE.read_text() if TABLE.exists() else "# Measured speed\n\nSee README.md for how to measure.\n"
    start, end = text.find(f"<!-- {name} -->"), text.find(f"<!-- end of {name} -->")
    if start >= 0 and end >= 0:
        text = text[:start] + section + text[end + len(f"<!-- end of {name} -->") :]
    else:
        text = text.rstrip("\n") + "\n\n" + section + "\n"
    TABLE.write_text(text)
