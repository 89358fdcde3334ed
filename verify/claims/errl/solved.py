"""What claims on solved linear-quadratic games share: scalar games, stationary points and starts of iterations."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from games.linear_quadratic import LinearQuadraticGame, LinearQuadraticPoint
from games.linear_quadratic_iteration import LinearQuadraticIteration
from verify.claims.errl.shared import scalar_point

PAPER = "errl"

Rows = Sequence[Sequence[Any]]


def _fields(A: Any, B: Any, E: Any, leader_M: Rows, follower_M: Rows) -> dict[str, Any]:
    """One state, one action each, one regime, no noise, no linear and no terminal costs; rationals as strings."""

    def rows(table: Rows) -> list[list[list[str]]]:
        return [[[str(entry) for entry in row] for row in table]]

    empty = {name: [[["0"]]] for name in ("leader_G", "follower_G", "s")}
    empty |= {name: [[[["0"]]]] for name in "CDF"} | {name: [["0"]] for name in ("b", "leader_g", "follower_g")}
    empty |= {f"{player}_m": [["0"] * 3] for player in ("leader", "follower")}
    return {
        "generator": [["0"]],
        **{name: [[[str(number)]]] for name, number in (("A", A), ("B", B), ("E", E))},
        **empty,
        "leader_M": rows(leader_M),
        "follower_M": rows(follower_M),
        "discount": "0",
        "leader_temperature": "0",
        "follower_temperature": "0",
    }


def scalar_game(
    A: Any, B: Any, E: Any, leader_M: Rows, follower_M: Rows, *, horizon: Any = None
) -> LinearQuadraticGame:
    """dx = (A x + B u + E v) dt, costs z'M z / 2 of z = (x, u, v), no discount."""
    return LinearQuadraticGame(**_fields(A, B, E, leader_M, follower_M), horizon=horizon).exact()


def scalar_iteration(
    A: Any, B: Any, E: Any, leader_M: Rows, follower_M: Rows, *, gains: tuple[Any, Any], steps: int = 2
) -> LinearQuadraticIteration:
    """The same game without end, the gains of both players to start from, and 0 as the follower's bound."""
    leader, follower = ([[[str(gain)]]] for gain in gains)
    return LinearQuadraticIteration(
        **_fields(A, B, E, leader_M, follower_M),
        leader_gain=leader,
        follower_gain=follower,
        follower_bound=[[["0"]]],
        steps=str(steps),
    ).exact()


def indifferent_answer(horizon: Any = None) -> LinearQuadraticGame:
    """dx = v dt; the leader pays (x^2 + u^2)/2, the follower (x^2 + (u + v)^2)/2.

    Simultaneously she stays away, he answers v = -x. When he sees her action first he answers v = -P_F x - u: she
    steers the state, and knowing that she will, he does less himself.
    """
    return scalar_game(
        0,
        0,
        1,
        leader_M=[[1, 0, 0], [0, 1, 0], [0, 0, 0]],
        follower_M=[[1, 0, 0], [0, 1, 1], [0, 1, 1]],
        horizon=horizon,
    )


def two_controllers(leader_P: Any, follower_P: Any, *, terminal: tuple[Any, Any] = (0, 0)) -> LinearQuadraticPoint:
    """dx = (x + u + v) dt; the leader pays (x^2/2 + 2 u^2)/2, the follower v^2/2 alone: each may stabilise the state.

    With p = P_L and q = P_F the flow is p' = 2 l p + p^2/2 + 1/2, q' = 2 l q + q^2, l = 1 - p/2 - q. Its stationary
    points with q other than 0 are (1, 1), a saddle with l = -1/2, and (1/3, 5/3), which attracts.
    """
    point = scalar_point(
        leader_M=[["1/2", 0, 0], [0, 2, 0], [0, 0, 0]],
        follower_M=[[0, 0, 0], [0, 0, 0], [0, 0, 1]],
        discount=0,
        temperatures=(0, 0),
        A=1,
        B=1,
        E=1,
        leader_P=leader_P,
        follower_P=follower_P,
    )
    leader, follower = ([[[Fraction(G)]]] for G in terminal)
    return dataclasses.replace(point, leader_G=leader, follower_G=follower).exact()
