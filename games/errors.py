"""The errors a user can cause, each one readable line: what was expected, what was found, where."""


class FirstmoverError(Exception):
    """Base of every error that ends at the command line as one line and exit code 2."""


class GameError(FirstmoverError, ValueError):
    """A game, a game file or a family parameter is not what it must be."""
