"""The errors of solvers: a question a solver cannot take, in one readable line."""

from games.errors import FirstmoverError


class SolverError(FirstmoverError, ValueError):
    """A solver was asked for what it does not do: a batch it does not take, an unknown concept, too large a game.

    That a solver tried and did not arrive is no error: the solution's status says so.
    """


def refuse_batch(solver: str, batch_shape: tuple[int, ...]) -> None:
    """Raise `SolverError` unless `batch_shape` is that of a single game."""
    if batch_shape:
        raise SolverError(
            f"{solver}: expected a single game, found a batch of shape {batch_shape}; solve game[i] one at a time"
        )
