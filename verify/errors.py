"""Errors of claims and of the machinery that verifies them."""

from games.errors import FirstmoverError


class ClaimError(FirstmoverError):
    """A claim is not well formed: its body raises, returns NaN or the wrong shape, or names an unknown concept."""


class StoreError(FirstmoverError):
    """The store of results cannot be opened, read or written."""
