"""firstmover solve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from verify.cli import NOT_AS_EXPECTED
from verify.cli.output import as_json, plain, print_json, text
from verify.cli.reading import read_game

if TYPE_CHECKING:
    from games.markov import EpisodicMarkovGame, MarkovGame
    from games.matrix import BimatrixGame
    from solvers.markov.solution import MarkovSolution
    from solvers.solution import Solution

SOLVED = ("markov", "episodic markov")
"""Kinds of Markov games that are solved; their subclasses hold runs of the iteration beside the game."""

LARGEST_EXACT = 20_000
"""Probabilities of a Markov game that is answered exactly; a larger one is answered in floats with an error bound."""


@click.command("solve")
@click.argument("game", metavar="GAME")
@click.option("--concept", metavar="NAME", help="What to compute, see below. [default: sse or stackelberg]")
@click.option("--commitment", metavar="KIND", help="Markov: what the leader may commit to in a stage, pure or mixed.")
@click.option("--ties", metavar="RULE", help="Markov: how the follower's ties are broken, strong, weak or first.")
@click.option("--step-size", metavar="ALPHA", help="Markov: step of the iteration, 0 < ALPHA <= 1.")
@click.option("--temperature", metavar="T[,T]", help="Markov: temperature of both, or of leader and follower.")
@click.option("--floats", is_flag=True, help="Answer in floats with an error bound instead of exactly.")
@as_json
def command(
    game: str,
    concept: str | None,
    commitment: str | None,
    ties: str | None,
    step_size: str | None,
    temperature: str | None,
    floats: bool,
    as_json: bool,
) -> int:
    """Solve one game from a file (.json, .nfg, .npz) or from the literature. A row is a leader action.

    Concepts of bimatrix games: sse (strong Stackelberg, mixed commitment), wse (weak Stackelberg), pure and "pure
    weak" (commitment to a row, ties for or against the leader), correlated, minimax, "best nash" and "worst nash".

    Concepts of Markov games: stackelberg (where Q-value iteration from zero goes: a fixed point, or a cycle of
    policies; beside it, in small games, how many stationary fixed points there are and the best for the leader) and
    soft (both players choose by softmax, with --temperature). Mixed commitment and soft choices are answered in
    floats, and so are games too large for exact arithmetic.

    Concepts of linear-quadratic games: stackelberg (at every instant the follower answers the leader) and nash (both
    choose at once), in feedback laws and in floats. Values are lists over regimes: leader_value is V(0, x) at x = 0;
    with --json "value" holds P, p and r of V(0, x) = x'Px/2 + p'x + r, "gains" the laws at t = 0. Where a game is
    ill-posed the answer says which condition fails, or that the values escape, at which t and in which regime. A small
    game without an end is answered with its other stationary solutions, all of them where it is scalar, and which one
    each iteration reaches.

    Exit code 1 where the solver did not converge.
    """
    from games.errors import GameError
    from games.linear_quadratic import LinearQuadraticGame
    from games.markov import EpisodicMarkovGame, MarkovGame
    from games.matrix import BimatrixGame
    from solvers.errors import refuse_batch
    from solvers.riccati.solution import LinearQuadraticSolution

    played = read_game(game)
    refuse_batch("solve", played.batch_shape)
    of_markov = {
        "--commitment": commitment,
        "--ties": ties,
        "--step-size": step_size,
        "--temperature": temperature,
    }
    given = [name for name, value in of_markov.items() if value is not None]
    if given and not isinstance(played, MarkovGame | EpisodicMarkovGame):
        raise GameError(f"{given[0]}: expected a Markov game with this option, found a {played.kind} game")
    if isinstance(played, BimatrixGame):
        solution = _one_shot(played, concept or "sse", floats)
    elif isinstance(played, MarkovGame | EpisodicMarkovGame) and played.kind in SOLVED:
        solution = _markov(played, concept, floats, of_markov)
    elif isinstance(played, LinearQuadraticGame) and played.kind == LinearQuadraticGame.kind:
        from solvers.riccati.entry import solve

        solution = solve(played, concept=concept or "stackelberg")
    else:
        expected = "a bimatrix, Markov or linear-quadratic game"
        raise GameError(f"{game}: expected {expected}, found a game of kind {played.kind!r}")
    answer = _answer(solution)
    if solution.concept == "stackelberg" and isinstance(played, MarkovGame) and commitment != "mixed" and not floats:
        answer["fixed_points"] = _fixed_points(played, ties or "strong")
    elif isinstance(solution, LinearQuadraticSolution) and solution.game.horizon is None:
        from verify.cli.solve_lq import stationary_solutions

        answer["stationary_solutions"] = stationary_solutions(solution)
    if as_json:
        print_json(answer)
    else:
        _print(answer)
    return 0 if solution.converged else NOT_AS_EXPECTED


def _one_shot(game: BimatrixGame, concept: str, floats: bool) -> Solution:
    from solvers.matrix import solve

    return solve(game.float() if floats else game.exact(), concept=concept.replace("_", " "))


def _markov(
    game: MarkovGame | EpisodicMarkovGame, concept: str | None, floats: bool, options: dict[str, str | None]
) -> Solution:
    """The answer of the exact solver where there is one for what is asked, else in floats."""
    from games.core import as_fraction
    from games.markov import MarkovGame
    from solvers.errors import SolverError
    from solvers.markov import CONCEPTS, solve
    from solvers.solution import Status

    commitment, ties, step_size, temperature = options.values()
    if concept is None:
        concept = "stackelberg" if temperature is None else "soft"
    if concept not in CONCEPTS:
        raise SolverError(f"solve: expected a concept among {', '.join(CONCEPTS)}, found {concept!r}")
    if concept == "soft" and temperature is None:
        raise SolverError("--temperature: expected T or LEADER,FOLLOWER with the concept soft, found none")
    if concept == "soft" and (commitment or ties):
        raise SolverError(
            f"{'--commitment' if commitment else '--ties'}: expected none with the concept soft, found one"
        )
    if concept != "soft" and temperature is not None:
        raise SolverError(f"--temperature: expected none with the concept {concept}, found {temperature!r}")
    if not isinstance(game, MarkovGame) and step_size is not None:
        raise SolverError("--step-size: expected none for a game with a horizon, found one")
    arguments: dict[str, Any] = {"concept": concept, "commitment": commitment or "pure", "ties": ties or "strong"}
    if temperature is not None:
        arguments["temperatures"] = _temperatures(temperature)
    alpha = as_fraction(step_size or "1", "--step-size")
    if not 0 < alpha <= 1:
        raise SolverError(f"--step-size: expected 0 < step size <= 1, found {step_size}")
    if not floats and concept == "stackelberg" and commitment != "mixed" and game.transition.size <= LARGEST_EXACT:
        found = solve(game.exact(), step_size=alpha, **arguments)
        if found.status != Status.UNDECIDED:
            return found
        # A tie on the limit is open to the exact proof; it may be one of copies, or in a class that contracts anyway.
        nearly = _in_floats(game, step_size=float(alpha), **arguments)
        return found if nearly.status == Status.UNDECIDED else nearly
    return _in_floats(game, step_size=float(alpha), **arguments)


def _in_floats(game: MarkovGame | EpisodicMarkovGame, **arguments: Any) -> MarkovSolution:
    """The answer for the nearest game of floats; undecided where that game has ties which this one has not."""
    import dataclasses

    from solvers.markov import solve
    from solvers.solution import Status

    found = solve(game.float(), **arguments)
    if arguments["concept"] == "soft" or not (game.is_exact and _merges(game)):
        return found  # soft choices are continuous: ties are nothing special
    reason = "floats make ties of entries that differ, so that the answer would be one to another game"
    return dataclasses.replace(found, status=Status.UNDECIDED, error_bound=float("nan"), reason=f"undecided: {reason}")


def _merges(game: MarkovGame | EpisodicMarkovGame) -> bool:
    """Whether floats make ties of entries that differ: their answer would be one to another game, whatever its bound.

    Where they make none, rounding keeps the order of all entries, for it is monotone.
    """
    exact, nearest = game.exact(), game.float()
    return any(
        len(set(getattr(exact, name).ravel().tolist())) > len(set(getattr(nearest, name).ravel().tolist()))
        for name in game.core
    )


def _temperatures(text: str) -> tuple[float, float]:
    from games.core import as_fraction
    from solvers.errors import SolverError

    try:
        parts = [float(as_fraction(part, "--temperature")) for part in text.split(",")]
    except OverflowError:
        raise SolverError(f"--temperature: expected numbers a float can hold, found {text!r}") from None
    if len(parts) > 2 or not all(part > 0 for part in parts):
        raise SolverError(f"--temperature: expected a number > 0, or LEADER,FOLLOWER, found {text!r}")
    return parts[0], parts[-1]


def _answer(solution: Solution) -> dict[str, Any]:
    """What is printed, and what --json holds."""
    from solvers.markov.solution import MarkovSolution
    from solvers.riccati.solution import LinearQuadraticSolution
    from solvers.solution import Status
    from verify.cli.solve_lq import answer as lq_answer

    if isinstance(solution, LinearQuadraticSolution):
        return lq_answer(solution)
    answer = {
        "concept": solution.concept,
        "status": Status(int(solution.status)).label,
        "message": solution.message,
        "leader_value": plain(_first_step(solution, "leader")),
        "follower_value": plain(_first_step(solution, "follower")),
        "policies": {player: plain(policy) for player, policy in solution.policies.items()},
        "residual": plain(solution.residual),
        "error_bound": plain(solution.error_bound),
    }
    if isinstance(solution, MarkovSolution):
        answer["period"] = int(solution.period)
        answer["iterations"] = int(solution.iterations)
        if int(solution.status) == Status.CYCLE:
            answer["cycle"] = [
                {player: plain(policy) for player, policy in phase.items()} for phase in _cycle(solution)
            ]
    answer["certificate"] = solution.certificate if isinstance(solution.certificate, dict) else None
    return answer


def _fixed_points(game: MarkovGame, ties: str) -> list[dict[str, Any]] | None:
    """All stationary fixed points, the leader's best mean value first; None for games too large to enumerate."""
    from solvers.errors import SolverError
    from solvers.markov.exact import fixed_points

    try:
        found = fixed_points(game.exact(), ties)
    except SolverError:
        return None
    return [
        {
            "leader_value": plain(point.leader_value),
            "follower_value": plain(point.follower_value),
            "policies": {"leader": plain(point.moves), "follower": plain(point.replies)},
        }
        for point in found
    ]


def _first_step(solution: Solution, player: str) -> Any:
    """The value of a game: of its first step, where values lead with the steps of a horizon."""
    value: Any = solution.values.get(player)
    return value[0] if getattr(value, "ndim", 0) == 2 else value


def _cycle(solution: MarkovSolution) -> Iterable[Mapping[str, Any]]:
    """The policies of all phases; an exact answer has them as the choices at the orbit of its certificate."""
    certificate = solution.certificate
    if solution.cycle or not isinstance(certificate, dict):
        return solution.cycle
    import numpy as np

    from games.core import as_entries
    from solvers.markov.stage import choose

    phases = []
    for phase in certificate["orbit"]:
        tables = [np.asarray(as_entries(phase[player], player)) for player in ("leader", "follower")]
        moves, replies = choose(tables[0], tables[1], certificate["ties"])
        phases.append({"leader": moves, "follower": replies})
    return phases


def _print(answer: dict[str, Any]) -> None:
    from verify.cli.solve_lq import print_stationary

    for name, value in answer.items():
        if name == "policies":
            _print_policies(value, "plays")
        elif name in ("value", "gains"):
            for player, parts in (value or {}).items():
                for part, entries in parts.items():
                    if entries is not None:
                        click.echo(f"{player} {part}: {text(entries)}")
        elif name == "cycle":
            for number, phase in enumerate(value):
                _print_policies(phase, f"plays in phase {number}")
        elif name == "fixed_points":
            _print_fixed_points(value)
        elif name == "stationary_solutions":
            print_stationary(value)
        elif name != "certificate" and value is not None:
            left = answer["status"] in ("undecided", "budget") and name.endswith("_value")
            click.echo(f"{name.replace('_', ' ')}{' where it was left' if left else ''}: {text(value)}")


def _print_fixed_points(points: list[dict[str, Any]] | None) -> None:
    """How many stationary fixed points there are, and the best for the leader beside what was found."""
    if points is None:
        return
    click.echo(f"stationary fixed points: {len(points)}")
    if len(points) > 1:
        click.echo(f"the best for the leader is worth {text(points[0]['leader_value'])} to her")
        _print_policies(points[0]["policies"], "plays there")


def _print_policies(policies: dict[str, Any], verb: str) -> None:
    for player, policy in policies.items():
        click.echo(f"{player} {verb} {text(policy)}")
