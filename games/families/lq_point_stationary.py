"""Points of linear-quadratic games where the coupled Riccati and linear equations stand still."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.families.lq import Arrays, of_game, posed_costs
from games.families.lq_gains import hamiltonian, prescribe_gains
from games.families.lq_points import LinearQuadraticPointFamily
from games.families.lq_source import Source, transposed
from games.linear_quadratic import PLAYERS


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StationaryPointFamily(LinearQuadraticPointFamily):
    """P_k and p_k are an exact stationary solution of the equations of both players; r_k are not.

    The gains of the equilibrium are drawn and the costs follow, see `games.families.lq_gains`; then M_xx and m_x, which
    enter the two equations additively, are what they ask for:

      beta P_k = Phi'H_k Phi + sum_j lam_ij P_kj,    beta p_k = Phi'(H_k phi + h_k) + sum_j lam_ij p_kj.

    All numbers are dyadic of few bits, so that the equations hold exactly in floats too.
    """

    name: ClassVar[str] = "lq_point_stationary"
    title: ClassVar[str] = "stationary points of the coupled Riccati and linear equations"

    def draw_costs(self, source: Source, setting: Arrays) -> Arrays:
        stage = self.draw_stage(source)
        costs = posed_costs(source, setting, setting["leader_P"], setting["follower_P"], stage)
        costs |= {f"{player}_m": self.draw_linear_cost(source) for player in PLAYERS}
        Phi, phi = prescribe_gains(source, setting, costs, setting, stage)
        n = source.sizes["states"]
        for player in PLAYERS:
            H, h = hamiltonian(setting, costs, setting, player)
            P, p = setting[f"{player}_P"], setting[f"{player}_p"][..., None]
            costs[f"{player}_M"][..., :n, :n] += kept(setting, P) - transposed(Phi) @ H @ Phi
            costs[f"{player}_m"][..., :n] += (kept(setting, p) - transposed(Phi) @ (H @ phi + h[..., None]))[..., 0]
        return costs


def kept(setting: Arrays, values: np.ndarray) -> np.ndarray:
    """beta V_i - sum_j lam_ij V_j for matrices V, (batch, m, ., .)."""
    switched = (setting["generator"][..., None, None] * values[..., None, :, :, :]).sum(axis=-3)
    return of_game(setting["discount"], values) - switched


FAMILY = StationaryPointFamily()
