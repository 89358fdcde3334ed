"""What the package hands on, and that it hands it on lazily."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

PACKAGES = ("games", "games.families", "games.literature", "games.simulate")


@pytest.mark.parametrize("name", PACKAGES)
def test_every_public_name_is_handed_on(name):
    package = importlib.import_module(name)
    assert package.__all__ == sorted(package.__all__) and set(package.__all__) == set(package._HOME)
    for public in package.__all__:
        assert getattr(package, public).__name__ == public
    with pytest.raises(AttributeError, match=f"module '{name}' has no attribute 'nothing'"):
        package.nothing  # noqa: B018  the access itself must raise


def test_importing_the_packages_loads_nothing():
    script = f"import sys, {', '.join(PACKAGES)}\nassert not {{'numpy', 'games.core'}} & set(sys.modules)\n"
    subprocess.run([sys.executable, "-c", script], check=True)
