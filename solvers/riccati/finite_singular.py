"""Why steps towards t = 0 collapsed: a matrix that ceases to be positive definite, or values that escape to infinity.

Steps shrink geometrically towards a singularity. Near an escape at distance delta the values grow like 1/delta; where
a condition is lost they mostly have a limit, while their slope may be infinite: a matrix on its way to zero goes there
like delta, like its root where the own player's gain is unbounded, or like its cube root where the other player's value
answers such a gain. Roots that flat are still far from zero where t itself cannot be told from t* any more; the
equations do not depend on time, so that the way is followed on from a zero of its own (`levels`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from games.linear_quadratic import PLAYERS, LinearQuadraticGame
from solvers.riccati.finite_kernel import CONDITIONS
from solvers.riccati.finite_path import Knots, first, unpack
from solvers.riccati.hamiltonian import stage
from solvers.solution import Status

GROWTH = 0.25
"""Values that grow like delta^-GROWTH or faster towards a time at distance delta escape there."""

FAR, NEAR = 1e-5, 1e-9
"""Distances delta, in horizons, between which growth is measured."""

LOST = 1e-3
"""An eigenvalue that fell to this share of what it was at the distance FAR is on its way to zero."""

HOLDS = 0.5
"""Conditions whose eigenvalues keep this share hold on."""

LOSING = 0.1
"""The same where the right-hand side failed for that very condition."""

LARGEST = 1e100
"""Values beyond may overflow in products, which is no property of the game."""


def singularity(
    game: LinearQuadraticGame, order: str, levels: Sequence[Knots], failed: int, where: int, *, last: bool
) -> dict[str, Any] | None:
    """Status, reason and certificate where steps collapsed: a condition lost, or values that escape.

    Each of `levels` goes on from the last knot of the one before. None where nothing is decided and more may be tried;
    at the `last` try the status is UNDECIDED then.
    """
    equations, end = levels[0].equations, levels[0].horizon
    until = sum(float(level.s[-1]) for level in levels)
    distances = np.concatenate(
        [level.s[-1] - level.s + sum(float(later.s[-1]) for later in levels[k + 1 :]) for k, level in enumerate(levels)]
    )
    states = np.concatenate([level.states for level in levels])
    far, near = (max(0, int((distances >= share * end).sum()) - 1) for share in (FAR, NEAR))
    pairs = [unpack(equations, states[j : j + 1]) for j in (far, near, len(states) - 1)]
    sizes = [np.array([np.abs(of.P[0]).max(axis=(-2, -1)) for of in pair]) for pair in pairs]  # (2, m) each
    largest = [size.max(axis=-1) for size in sizes]
    grown = float((largest[1] / np.maximum(largest[0], np.finfo(float).tiny)).max())
    at = [stage(game, *first(pair), order).eigenvalues for pair in pairs]
    shares = {
        (name, i): float(at[2][name][i] / at[0][name][i])
        for name in at[2]
        for i in range(game.regimes)
        if at[0][name][i] > 0
    }
    (condition, regime), share = min(shares.items(), key=lambda item: item[1], default=((CONDITIONS[1], 0), np.inf))
    # Conditions come first: gains grow where one is lost, and the other player's values may grow with them.
    if share > LOST:
        # Values may grow without bound also towards the loss of a condition: then it shows further on.
        if (
            share > HOLDS
            and 0 < distances[near] < distances[far]
            and grown > (distances[far] / distances[near]) ** GROWTH
        ):
            player, where = (int(i) for i in np.unravel_index(sizes[1].argmax(), sizes[1].shape))
            return _escape(levels, until, player, where)
        if not last:
            return None
        condition, regime = CONDITIONS[failed], where
        if not failed or not shares.get((condition, regime), np.inf) < LOSING:
            size = float(sizes[2].max())
            why = "neither values nor conditions say why"
            if not size < LARGEST:
                why = f"values of {size:.2g} are about to leave the floats"
            return {
                "status": Status.UNDECIDED,
                "reason": f"undecided: steps collapsed at t = {end - until:.6g}, and {why}; shorten the horizon.",
            }
    time, eigenvalue = float(end - until), float(at[2][condition][regime])
    what, least = "ceased to be positive definite", "eigenvalue"
    if condition == "stage equations":
        what, least = "became singular", "singular value"
    return {
        "status": Status.ILL_POSED,
        "reason": f"ill-posed: {condition} {what} at t = {time:.10g} in regime {regime} (smallest {least} "
        f"{eigenvalue:.3g}); there is no equilibrium from there on backward: shorten the horizon or raise the costs "
        "of actions.",
        "certificate": {
            "kind": "loss of well-posedness",
            "condition": condition,
            "eigenvalue": eigenvalue,
            "time": time,
            "regime": regime,
        },
    }


def _escape(levels: Sequence[Knots], until: float, player: int, regime: int) -> dict[str, Any]:
    """Status, reason and certificate of an escape; near it V = C / (t - t*), so that t* is t - |V| / |dV/dt|."""
    equations = levels[-1].equations
    P = unpack(equations, levels[-1].states[-1:])[player].P[0, regime]
    rate = unpack(equations, levels[-1].rates[-1:])[player].P[0, regime]
    entry = np.unravel_index(np.abs(P).argmax(), P.shape)
    time = float(levels[0].horizon - (until + abs(P[entry] / rate[entry])))
    return {
        "status": Status.ILL_POSED,
        "reason": f"ill-posed: finite escape, the {PLAYERS[player]}'s P grows without bound towards t = {time:.10g} in "
        f"regime {regime} while every condition holds; shorten the horizon.",
        "certificate": {"kind": "finite escape", "player": PLAYERS[player], "time": time, "regime": regime},
    }
