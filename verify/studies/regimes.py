"""What one linear-quadratic game with regimes looks like: values, gains, laws, paths, and what exploring costs."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from games.errors import GameError
from games.linear_quadratic import PLAYERS, LinearQuadraticGame, Sees
from verify.playing import accumulated, feedback_laws
from verify.studies.figures import Band, Curve, Curves, Figure, Panel, Surface
from verify.studies.study import Drawing, Portrait, Progress

if TYPE_CHECKING:
    from games.simulate.diffusion import Paths
    from solvers.riccati.hamiltonian import Stage
    from solvers.riccati.solution import LinearQuadraticSolution

MOST = 4
"""Regimes, states and actions drawn; the rest is left out of pictures, which say so."""

GRID = 25
"""Points of a side of a surface."""

POINTS = 121
"""Points of a curve."""

LONG = 10.0
"""How long a game without an end is followed."""

STEPS = 2_000
"""Euler steps of a path."""

TEMPERATURES = np.linspace(0.0, 1.0, POINTS)


def draw(game: LinearQuadraticGame, rng: np.random.Generator, progress: Progress) -> Drawing:
    """All figures of one game. Raises `GameError` for a game that cannot be solved."""
    from solvers.riccati.entry import solve

    solution, simultaneous = (solve(game, concept=concept) for concept in ("stackelberg", "nash"))
    if not solution.converged:
        raise GameError(f"regimes: expected a game that can be solved, found one that is {solution.message}")
    progress(1, 6)
    ending = _ending(game)
    over_time = solution if game.horizon is not None else solve(ending, concept="stackelberg")
    progress(2, 6)
    start = np.ones(game.states)
    paths = _paths(ending, over_time if over_time.converged else solution, start, int(rng.integers(2**31)))
    reach = 1.25 * float(np.abs(paths.states).max())
    progress(3, 6)
    figures: list[Figure] = [_values(_without_constants(solution), reach)]
    if over_time.converged:
        figures.append(_gains(over_time, endless=game.horizon is None))
    if float(game.leader_temperature) > 0 or float(game.follower_temperature) > 0:
        figures.append(_laws(solution, start))
    progress(4, 6)
    figures.append(_sample_path(paths))
    progress(5, 6)
    figures.append(_exploration(solution))
    progress(6, 6)
    return Drawing(findings=tuple(_findings(solution, simultaneous, start)), figures=figures)


def _ending(game: LinearQuadraticGame) -> LinearQuadraticGame:
    """The game itself, or where it never ends the one cut off after a while."""
    return game if game.horizon is not None else dataclasses.replace(game, horizon=LONG)


def _without_constants(solution: LinearQuadraticSolution) -> LinearQuadraticSolution:
    """The solution itself, or with r = 0 where values have none: in games that neither end nor are discounted."""
    if _adds_up(solution):
        return solution
    leader, follower = (dataclasses.replace(of, r=0.0 * of.p[..., 0]) for of in (solution.leader, solution.follower))
    return dataclasses.replace(solution, leader=leader, follower=follower)


def _adds_up(solution: LinearQuadraticSolution) -> bool:
    """Whether costs add up to something: over a horizon, or discounted."""
    return solution.game.horizon is not None or float(solution.game.discount) > 0


def _values(solution: LinearQuadraticSolution, reach: float) -> Figure:
    """V(0, x, i) over the first two states, the others at 0; over the only one as curves."""
    game = solution.game
    regimes = range(min(game.regimes, MOST))
    others = f", the other {game.states - 2} at 0" if game.states > 2 else ""
    if game.states == 1:
        x = np.linspace(-reach, reach, POINTS)
        panels = [
            Panel(
                label=f"the {player}",
                curves=[Curve(label=f"regime {i}", x=x, y=solution.value(player, 0.0, x[:, None], i)) for i in regimes],
            )
            for player in PLAYERS
        ]
        return Curves(
            title="Values by regime",
            caption="What the game costs each player from t = 0 on.",
            x="x",
            y="V",
            panels=panels,
        )
    side = np.linspace(-reach, reach, GRID)
    x = np.zeros((GRID, GRID, game.states))
    x[..., 0], x[..., 1] = side[None, :], side[:, None]
    return Surface(
        title="Values by regime",
        caption=f"What the game costs each player from t = 0 on, over the first two states{others}.",
        x="first state",
        y="second state",
        value="cost",
        x_grid=side,
        y_grid=side,
        values={f"the {player}, regime {i}": solution.value(player, 0.0, x, i) for i in regimes for player in PLAYERS},
    )


def _gains(solution: LinearQuadraticSolution, *, endless: bool) -> Figure:
    """The first action of each player as a feedback of each state, over time."""
    game = solution.game
    end = float(game.horizon)
    t = np.linspace(0.0, end, POINTS)
    stage = solution.gains(t)
    x = end - t if endless else t
    panels = []
    for player in PLAYERS:
        gain = _closed_gain(stage, player, game)  # (times, m, actions, n)
        for j in range(min(game.states, 2)):
            curves = [Curve(label=f"regime {i}", x=x, y=gain[:, i, 0, j]) for i in range(min(game.regimes, MOST))]
            panels.append(Panel(label=f"the {player}, of state {j + 1}", curves=curves))
    return Curves(
        title="Gains over time",
        caption="How much of each state the players' mean actions (the first of each) hold"
        + (", the game cut off: over the time to go gains settle." if endless else "."),
        x="time to go" if endless else "t",
        y="gain",
        panels=panels,
    )


def _closed_gain(stage: Stage, player: str, game: LinearQuadraticGame) -> np.ndarray:
    """The mean action as a function of the state alone, the follower's answer put in: rows of Phi."""
    _, us, vs = game.blocks()
    return stage.Phi[..., us if player == "leader" else vs, :]


def _laws(solution: LinearQuadraticSolution, start: np.ndarray) -> Figure:
    """Densities of the first actions at t = 0; a player at temperature 0 has none."""
    game = solution.game
    stage = solution.gains(0.0)
    _, us, vs = game.blocks()
    mean = (stage.Phi @ start[:, None])[..., 0] + stage.phi  # (m, N)
    panels = []
    for i in range(min(game.regimes, MOST)):
        curves = []
        for player, block in zip(PLAYERS, (us, vs), strict=True):
            center, variance = float(mean[i, block.start]), float(stage.covariance[i, block.start, block.start])
            if variance > 0:
                width = np.sqrt(variance)
                a = np.linspace(center - 4 * width, center + 4 * width, POINTS)
                density = np.exp(-((a - center) ** 2) / (2 * variance)) / (width * np.sqrt(2 * np.pi))
                curves.append(Curve(label=f"the {player}", x=a, y=density))
        panels.append(Panel(label=f"regime {i}", curves=curves))
    return Curves(
        title="Laws of play",
        caption="Densities of the players' (first) actions at t = 0 with all states at 1; the follower's averaged "
        "over what he sees.",
        x="action",
        y="density",
        panels=panels,
    )


def _paths(game: LinearQuadraticGame, solution: LinearQuadraticSolution, start: np.ndarray, seed: int) -> Paths:
    from games.simulate.diffusion import simulate

    run = simulate(
        game,
        feedback_laws(solution, steps=200),
        state=start,
        regime=0,
        steps=STEPS,
        paths=2,
        keep=2,
        seed=seed,
        version="sampled",
    )
    assert run.kept is not None
    return run.kept


def _sample_path(paths: Paths) -> Figure:
    """Two paths with the players' actions, the regimes shaded."""
    every = max(1, (len(paths.times) - 1) // 500)
    t = paths.times[:-1]
    panels = []
    for path in range(2):
        bands = list(_bands(paths.times, paths.regimes[path]))
        states = [
            Curve(label=f"state {j + 1}", x=t[::every], y=paths.states[path, :-1:every, j])
            for j in range(min(paths.states.shape[-1], 2))
        ]
        actions = [
            Curve(
                label=f"the {player}", x=t[::every], y=_smoothed(getattr(paths, f"{player}_actions")[path, :, 0], every)
            )
            for player in PLAYERS
        ]
        panels.append(Panel(label=f"path {path + 1}", curves=[*states, *actions], bands=bands))
    return Curves(
        title="Sample paths",
        caption="Two paths of the exploratory game from all states at 1 in regime 0, with the players' (first) actions "
        f"averaged over {every} Euler steps; regimes are shaded.",
        x="t",
        y="state, action",
        panels=panels,
    )


def _smoothed(series: np.ndarray, width: int) -> np.ndarray:
    """Means over stretches of that length: drawn actions are noise at every single step."""
    whole = len(series) // width * width
    return series[:whole].reshape(-1, width).mean(axis=1)


def _bands(times: np.ndarray, regimes: np.ndarray) -> Iterator[Band]:
    changes = [0, *(np.flatnonzero(np.diff(regimes)) + 1), len(regimes) - 1]
    for first, last in itertools.pairwise(changes):
        if last > first:
            yield Band(start=float(times[first]), end=float(times[last]), number=int(regimes[first]))


def _exploration(solution: LinearQuadraticSolution) -> Figure:
    """The excess raw cost and the change of the value, over one temperature of both players, started in regime 0."""
    game = solution.game
    panels = []
    shares = {sees: _excess_at_one(solution, sees) for sees in Sees}
    for place, player in enumerate(PLAYERS):
        curves = []
        for sees in Sees:
            raw = TEMPERATURES * shares[sees][place][0]
            curves.append(Curve(label=f"raw cost, {sees} seen", x=TEMPERATURES, y=raw))
            value = raw - _entropies(solution, sees, player)
            curves.append(Curve(label=f"value, {sees} seen", x=TEMPERATURES, y=value))
        panels.append(Panel(label=f"the {player}", curves=curves))
    lasting = "" if game.horizon is not None or float(game.discount) > 0 else " a unit of time"
    return Curves(
        title="What exploring costs",
        caption="By how much the raw cost" + lasting + " exceeds that without exploration, which is linear in the "
        "temperatures, and by how much the value with its entropies does, which begins like tau log(1/tau); both "
        "temperatures equal, from regime 0.",
        x="temperature",
        y="excess",
        panels=panels,
    )


def _excess_at_one(solution: LinearQuadraticSolution, sees: Sees) -> tuple[np.ndarray, np.ndarray]:
    """Both players' accumulated tr(H S)/2 at temperatures 1, by regime at the start."""
    stage_at = _stages(solution, sees, 1.0)

    def rate(player: str) -> Callable[[Stage], np.ndarray]:
        return lambda stage: (getattr(stage, f"{player}_H") * stage.covariance).sum(axis=(-2, -1)) / 2

    leader, follower = (accumulated(solution.game, stage_at, rate(player)) for player in PLAYERS)
    return leader, follower


def _entropies(solution: LinearQuadraticSolution, sees: Sees, player: str) -> np.ndarray:
    """The player's accumulated tau Ent from regime 0, by temperature: tau (Ent at temperature 1 + k/2 log tau)."""
    game = solution.game
    stage_at = _stages(solution, sees, 1.0)
    size = game.leader_actions if player == "leader" else game.follower_actions
    at_one = accumulated(game, stage_at, lambda stage: getattr(stage, f"{player}_entropy_cost"))[0]
    whole = accumulated(game, stage_at, lambda stage: np.ones(stage.leader_c.shape))[0]
    logarithms = np.log(np.where(TEMPERATURES > 0, TEMPERATURES, 1.0))
    return TEMPERATURES * (at_one + whole * size / 2 * logarithms)


def _stages(solution: LinearQuadraticSolution, sees: Sees, temperature: float) -> Callable[[Any], Stage]:
    """The stage game at times t, at these temperatures and with this information; P and p are the same for all."""
    from solvers.riccati.hamiltonian import stage

    game = dataclasses.replace(
        solution.game, leader_temperature=temperature, follower_temperature=temperature, follower_sees=sees
    )
    return lambda t: stage(game, *solution.values_at(t))


def _findings(
    solution: LinearQuadraticSolution, simultaneous: LinearQuadraticSolution, start: np.ndarray
) -> Iterator[str]:
    lasting = "" if _adds_up(solution) else " a unit of time"  # then `accumulated` is a mean over the stationary law
    if not lasting:
        yield from _costs(solution, simultaneous, start)
    else:
        yield (
            "The game neither ends nor is discounted: costs do not add up, and values are drawn without constants, as "
            "x'Px/2 + p'x."
        )
    for sees in Sees:
        leader, follower = _excess_at_one(solution, sees)
        yield (
            f"Exploring at temperature 1 of both costs the leader {_listed(leader)} and the follower "
            f"{_listed(follower)} of raw cost{lasting} where he sees her {sees}."
        )


def _costs(
    solution: LinearQuadraticSolution, simultaneous: LinearQuadraticSolution, start: np.ndarray
) -> Iterator[str]:
    regimes = range(solution.game.regimes)
    values = {player: [float(solution.value(player, 0.0, start, i)) for i in regimes] for player in PLAYERS}
    yield (
        f"With all states at 1 the game costs the leader {_listed(values['leader'])} and the follower "
        f"{_listed(values['follower'])}, by regime at the start."
    )
    if simultaneous.converged:
        others = [float(simultaneous.value("leader", 0.0, start, i)) for i in regimes]
        gains = [nash - lead for nash, lead in zip(others, values["leader"], strict=True)]
        yield (
            f"Without leading (feedback Nash) it costs her {_listed(others)}: "
            f"playing first is worth {_listed(gains)} to her."
        )
    else:
        yield f"The simultaneous game has no answer to compare with: {simultaneous.message}"


def _listed(numbers: Sequence[float] | np.ndarray) -> str:
    return ", ".join(f"{float(number):.4g}" for number in numbers)


STUDY = Portrait(
    name="regimes",
    title="What does a linear-quadratic game with regimes look like?",
    plan=(
        "The game is solved for feedback Stackelberg play, and for comparison for feedback Nash. Values are those of "
        "the exploratory game, at its own temperatures. Paths are Euler paths on which both players draw their "
        "actions at every step.",
        "The excess raw cost accumulates tr(H S)/2, with H a player's Hamiltonian Hessian and S the covariance of "
        "state and actions under both laws; the value counts the entropies as well.",
    ),
    kind="lq",
    game="multiplier-accelerator",
    draw=draw,
)
