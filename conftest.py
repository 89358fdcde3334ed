"""The guard: tests that import somebody else's `games` prove nothing, so they do not start."""

import pytest

from verify.doctor import package_problems


def pytest_configure(config: pytest.Config) -> None:
    """Stop where another distribution owns one of the four package names, or one is found in another place than verify.

    The packages may come from a checkout or from site-packages, but all from the same.
    """
    problems = package_problems()
    if problems:
        raise pytest.UsageError("; ".join(problems))
