"""One thread for every numerical library: only the runner parallelises. Standard library only."""

from __future__ import annotations

import os

VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""What the libraries read when they are loaded."""


def pin_threads() -> None:
    """Pin what is loaded after this, here and in processes started from here: they would share the same cores."""
    for name in VARIABLES:
        os.environ[name] = "1"
