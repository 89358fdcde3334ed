"""Run every benchmark of this folder: `python -m benchmarks`."""

import importlib
import pkgutil

import benchmarks

for module in sorted(pkgutil.iter_modules(benchmarks.__path__), key=lambda module: module.name):
    if not module.name.startswith("_"):
        main = getattr(importlib.import_module(f"benchmarks.{module.name}"), "main", None)
        if main is not None:
            main([])
