"""The demo results, and one rendered report that the tests of structure share."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("report_demo", Path(__file__).with_name("demo.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def demo() -> ModuleType:
    return _load()


@pytest.fixture(scope="session")
def result(demo: ModuleType) -> dict[str, Any]:
    return demo.demo()


@pytest.fixture(scope="session")
def report(result: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demo report."""
    pytest.importorskip("pypandoc", reason="rendering needs firstmover[report]")
    from verify.report import render

    return render(result, tmp_path_factory.mktemp("report") / "out").parent
