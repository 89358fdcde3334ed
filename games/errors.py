"""The errors a user can cause, each one readable line: what was expected, what was found, where."""

from fractions import Fraction
from typing import Any


class FirstmoverError(Exception):
    """Base of every error that ends at the command line as one line and exit code 2."""


class GameError(FirstmoverError, ValueError):
    """A game, a game file or a family parameter is not what it must be."""


def shown(value: Any, limit: int = 60) -> str:
    """`value` for an error message: one line of at most about `limit` characters.

    Huge integers are described, not printed: Python refuses to write more than 4300 digits, and nobody reads them.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 3 * limit:
        return f"an integer of about {int(value.bit_length() * 0.30103) + 1} digits"
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return shown(value.numerator, limit)
        text = "/".join(shown(part, limit // 2) for part in (value.numerator, value.denominator))
    elif isinstance(value, str):
        text = repr(value if len(value) <= limit else value[:limit])
        return text if len(value) <= limit else f"{text}... ({len(value)} characters)"
    else:
        try:
            text = " ".join(repr(value).split())
        except ValueError:  # a container of integers too long to write
            text = f"a {type(value).__name__}"
    return text if len(text) <= limit else text[: limit - 3] + "..."
