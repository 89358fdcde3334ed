"""firstmover solve."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verify.cli import NOT_AS_EXPECTED
from verify.cli.output import as_json, print_json

if TYPE_CHECKING:
    from games.core import Game

FILES = (".json", ".nfg", ".npz")


@click.command("solve")
@click.argument("game", metavar="GAME")
@click.option("--concept", default="sse", show_default=True, metavar="NAME", help="What to compute; see below.")
@click.option("--floats", is_flag=True, help="Answer in floats with an error bound instead of exactly.")
@as_json
def command(game: str, concept: str, floats: bool, as_json: bool) -> int:
    """Solve one game from a file (.json, .nfg, .npz) or from the literature. A row is a leader action.

    Concepts of bimatrix games: sse (strong Stackelberg, mixed commitment), wse (weak Stackelberg), pure and "pure weak"
    (commitment to a row, ties for or against the leader), correlated, minimax, "best nash" and "worst nash".

    Exit code 1 where the solver did not converge.
    """
    from games.errors import GameError
    from games.matrix import BimatrixGame
    from solvers.matrix import solve
    from solvers.solution import Status

    played = _read(game)
    if not isinstance(played, BimatrixGame):
        raise GameError(f"{game}: expected a bimatrix game, found a game of kind {played.kind!r}")
    solution = solve(played.float() if floats else played.exact(), concept=concept.replace("_", " "))
    status = Status(int(solution.status))
    answer = {
        "concept": solution.concept,
        "status": status.label,
        "message": status.message,
        "leader_value": _plain(solution.leader_value),
        "follower_value": _plain(solution.follower_value),
        "policies": {player: _plain(policy) for player, policy in solution.policies.items()},
        "residual": _plain(solution.residual),
        "error_bound": _plain(solution.error_bound),
        "certificate": solution.certificate if isinstance(solution.certificate, dict) else None,
    }
    if as_json:
        print_json(answer)
    else:
        for name, value in answer.items():
            if name == "policies":
                for player, policy in value.items():
                    click.echo(f"{player} plays {_text(policy)}")
            elif name != "certificate" and value is not None:
                click.echo(f"{name.replace('_', ' ')}: {_text(value)}")
    return 0 if solution.converged else NOT_AS_EXPECTED


def _read(name: str) -> Game:
    """The game in the file, or the published one of that name."""
    from games.errors import GameError
    from games.files import load
    from games.literature import literature, named

    if name.endswith(FILES) or Path(name).exists():
        return load(name)
    try:
        return named(name).GAME
    except GameError:
        known = ", ".join(literature())
        raise GameError(f"game: expected a file ({', '.join(FILES)}) or one of {known}; found {name!r}") from None


def _plain(value: Any) -> Any:
    """Numbers as JSON: floats as they are (null where there is none), rationals as strings, arrays as lists."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, float) and value != value:
        return None
    return value


def _text(value: Any) -> str:
    return f"({', '.join(map(_text, value))})" if isinstance(value, list) else str(value)
