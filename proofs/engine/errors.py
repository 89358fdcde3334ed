"""What the proof engine refuses."""

from __future__ import annotations

from games.errors import FirstmoverError


class DerivationError(FirstmoverError):
    """A step, an identity or a sign does not follow, or was written so that it cannot be checked."""
