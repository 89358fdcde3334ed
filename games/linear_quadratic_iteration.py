r"""Policy iteration on linear-quadratic games: a game without end, and the gains it starts from.

On the follower's problem the leader keeps u = L_i x, so that the follower alone has a Markov jump linear problem, with
drift A + B L and responses C_l + D_l L. From a gain V_i (v = V_i x) that stabilises it, discounted, a step evaluates,

  T_V(P) + Q_V = 0,   T_V(P)_i = A_V'P_i + P_i A_V + sum_l C_Vl'P_i C_Vl + sum_j lam_ij P_j - beta P_i,
  A_V = A + B L + E V, C_Vl = C_l + D_l L + F_l V, Q_V = [I; L; V]'M_F [I; L; V],

and improves, V <- -H_F,vv^{-1} (H_F,vx + H_F,vu L) at P. The two-level iteration moves the leader too: a step evaluates
both players' P at the gains (L, V) and puts the feedback Stackelberg gains of the stage at these P in their place.
Linear terms and temperatures move neither iteration.
"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from games.errors import GameError, shown
from games.linear_quadratic import LinearQuadraticGame, Sees, check_symmetric
from games.markov import require

MOST_STEPS = 64


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearQuadraticIteration(LinearQuadraticGame):
    """A game without end, gains u = L x and v = V x to start from, a number of steps, and a bound of the follower's.

    `follower_bound` is meant to be a P below those of all gains that stabilise, as it is where H_F,vv > 0 there and the
    follower's Riccati equation, the leader's gain kept, has a positive semidefinite residual. Nothing is checked of it;
    claims that speak of it have that as hypotheses.

    Raises `GameError` as `LinearQuadraticGame` does, for a horizon, for a follower who sees the policy (it plays no
    part), and for a number of steps other than 0, ..., 64.
    """

    core: ClassVar[dict[str, tuple[str, ...]]] = {
        **LinearQuadraticGame.core,
        "leader_gain": ("regimes", "leader actions", "states"),
        "follower_gain": ("regimes", "follower actions", "states"),
        "follower_bound": ("regimes", "states", "states"),
        "steps": (),
    }
    kind: ClassVar[str] = "lq iteration"

    leader_gain: Any  # (*batch, m, ku, n)
    follower_gain: Any  # (*batch, m, kv, n)
    follower_bound: Any  # (*batch, m, n, n)
    steps: Any  # (*batch,)

    def validate(self) -> None:
        super(LinearQuadraticIteration, self).validate()
        if self.horizon is not None:
            raise GameError(f"horizon: expected none for policy iteration, found {shown(self.horizon)}")
        if self.follower_sees != Sees.ACTION:
            raise GameError(f"follower_sees: expected 'action' for policy iteration, found {shown(self.follower_sees)}")
        check_symmetric("follower_bound", self.follower_bound)
        whole = (self.steps >= 0) & (self.steps <= MOST_STEPS) & (self.steps % 1 == 0)
        require("steps", self.steps, whole, f"a whole number of steps from 0 to {MOST_STEPS}")
