"""What the tests of the machinery share: claims that behave and claims that do not."""

from pathlib import Path

import pytest

from verify.catalogue import named


@pytest.fixture(scope="session")
def toy_file() -> Path:
    return Path(__file__).with_name("toy.py")


@pytest.fixture(scope="session")
def toys(toy_file):
    """The well-behaved toy claims with their sources, by id."""
    return {claim.id: (source, claim) for source, claim in named([str(toy_file)]) if claim.paper == "toy"}


@pytest.fixture(scope="session")
def troubles(toy_file):
    return {claim.id: (source, claim) for source, claim in named([str(toy_file)]) if claim.paper == "trouble"}
