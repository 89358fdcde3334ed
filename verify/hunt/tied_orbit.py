"""Orbits of Q-value iteration on which choices are exact ties: guessed from exact iterates, accepted by the checker.

Games with few small integers are full of ties that last: two replies that are worth the same to the follower at every
time. Solvers that need strict choices leave such games undecided; here the iterates of the first steps are followed
exactly until their policies repeat, and the orbit of the repeating policies is solved for. The guess is good where the
checker `verify.exact.markov_orbit` says so, which proves that the ties last.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq, fmpq_mat

from games.core import Game
from games.markov import Ties
from verify.exact.errors import CertificateError
from verify.exact.markov import JointPolicy, Pair, Rules, iterate, stage_values
from verify.exact.markov_orbit import Choices, orbit_period

HORIZONS = (4, 16, 64)
"""Steps after which to guess."""

Fact = dict[str, Any]


def tied_orbit(game: Game) -> Fact | None:
    """The fact of `orbit_period` for an exact game, checked; None where no guess is good."""
    rules = Rules.of(game)
    q = rules.constant(fmpq(0))
    choices: list[Choices] = []
    for horizon in HORIZONS:
        while len(choices) <= 2 * horizon:
            choices.append(Choices.of(q))
            q = iterate(rules, q, choices[-1].policy, fmpq(1))
        for turn in range(1, horizon // 2 + 1):
            if choices[horizon:-turn] != choices[horizon + turn :]:
                continue
            fact = _fact(rules, [known.policy for known in choices[horizon : horizon + turn]], horizon)
            try:
                orbit_period(game, fact, 0)
            except CertificateError:
                break
            return fact
    return None


def _fact(rules: Rules, word: list[JointPolicy], steps: int) -> Fact:
    """The orbit of the policies `word`, the first of them played at Q after `steps` steps."""
    phases = orbit_of(rules, word)
    tables = [
        {
            name: [[[str(x) for x in row] for row in rows] for rows in table]
            for name, table in zip(("leader", "follower"), q, strict=True)
        }
        for q in phases
    ]
    period = next(d for d in range(1, len(phases) + 1) if phases[d:] + phases[:d] == phases)
    return {
        "concept": "orbit_period",
        "value": str(period),
        "ties": Ties.STRONG.label,
        "step_size": "1",
        "orbit": tables,
        "entry": {"steps": steps, "phase": 0},
    }


def orbit_of(rules: Rules, word: list[JointPolicy]) -> list[Pair]:
    """The periodic points of the steps with these policies, in turn: Q before the first, before the second, ...

    The values V before the first step are mapped by the whole turn to M V + v, and V = M V + v has one solution.
    """
    size = rules.states
    values = []
    for player in (0, 1):
        offset = _turn(rules, word, player, [fmpq(0)] * size)
        columns = [_turn(rules, word, player, [fmpq(int(s == t)) for s in range(size)]) for t in range(size)]
        system = [[fmpq(int(s == t)) - columns[t][s] + offset[s] for t in range(size)] for s in range(size)]
        solved = fmpq_mat(system).solve(fmpq_mat([[x] for x in offset]))
        values.append([solved[s, 0] for s in range(size)])
    points = []
    for following in (*word[1:], word[0]):
        q = rules.backup((values[0], values[1]))
        values = list(stage_values(q, following))
        points.append(q)
    return [points[-1], *points[:-1]]


def _turn(rules: Rules, word: list[JointPolicy], player: int, values: list[fmpq]) -> list[fmpq]:
    """The stage values of the first policy of `word` one turn after they were `values`."""
    for following in (*word[1:], word[0]):
        values = stage_values(rules.backup((values, values)), following)[player]
    return values
