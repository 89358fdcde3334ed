"""Why steps towards t = 0 collapsed: a matrix that ceases to be positive definite, or values that escape to infinity.

Steps shrink geometrically towards a singularity. Near an escape at distance delta the values grow like 1/delta; where
a condition is lost they have a limit, while their slope may be infinite (like that of the root of delta).
"""

from __future__ import annotations

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


def singularity(game: LinearQuadraticGame, order: str, knots: Knots, failed: int, where: int) -> dict[str, Any]:
    """Status, reason and certificate where steps collapsed: a condition lost, or values that escape."""
    end, last = knots.horizon, knots.s[-1]
    values = [unpack(knots.equations, knots.states[j : j + 1]) for j in _approach(knots)]
    sizes = [np.array([np.abs(of.P[0]).max(axis=(-2, -1)) for of in pair]) for pair in values]  # (2, m) each
    distances = [last - knots.s[j] for j in _approach(knots)]
    grown = sizes[1].max() / max(sizes[0].max(), np.finfo(float).tiny)
    ends = [*values, unpack(knots.equations, knots.states[-1:])]
    at = [stage(game, *first(pair), order).eigenvalues for pair in ends]
    shares = {(name, i): at[2][name][i] / at[0][name][i] for name in at[2] for i in range(game.regimes)}
    (condition, regime), share = min(shares.items(), key=lambda item: item[1])
    # Conditions come first: gains grow where one is lost, and the other player's values may grow with them.
    if share > LOST:
        if distances[0] > 0 and grown > (distances[0] / distances[1]) ** GROWTH:
            player, where = (int(i) for i in np.unravel_index(sizes[1].argmax(), sizes[1].shape))
            return _escape(knots, player, where)
        if not failed:
            why = f"undecided: steps collapsed at t = {end - last:.6g}, and neither values nor conditions say why."
            return {"status": Status.UNDECIDED, "reason": why}
        condition, regime = CONDITIONS[failed], where
    time, eigenvalue = float(end - last), float(at[2][condition][regime])
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


def _approach(knots: Knots) -> tuple[int, int]:
    """Two knots before the last, far enough apart to see how values grow towards it."""
    distance = knots.s[-1] - knots.s
    far = np.flatnonzero(distance >= FAR * knots.horizon)
    near = np.flatnonzero(distance >= NEAR * knots.horizon)
    return (int(far[-1]) if len(far) else 0), (int(near[-1]) if len(near) else 0)


def _escape(knots: Knots, player: int, regime: int) -> dict[str, Any]:
    """Status, reason and certificate of an escape; near it V = C / (t - t*), so that t* is t - |V| / |dV/dt|."""
    P = unpack(knots.equations, knots.states[-1:])[player].P[0, regime]
    rate = unpack(knots.equations, knots.rates[-1:])[player].P[0, regime]
    entry = np.unravel_index(np.abs(P).argmax(), P.shape)
    time = float(knots.horizon - (knots.s[-1] + abs(P[entry] / rate[entry])))
    return {
        "status": Status.ILL_POSED,
        "reason": f"ill-posed: finite escape, the {PLAYERS[player]}'s P grows without bound towards t = {time:.10g} in "
        f"regime {regime} while every condition holds; shorten the horizon.",
        "certificate": {"kind": "finite escape", "player": PLAYERS[player], "time": time, "regime": regime},
    }
