r"""Concepts of solved linear-quadratic games: what feedback play costs from x = (1, ..., 1) in the first regime.

Horizons are the game's own; where it has none, costs are the limit of those of ever longer games without terminal
costs. Temperatures are 0. These numbers are computed in balls alone, by checkers: floats know nothing of them.
"""

from __future__ import annotations

from verify.concept import Concept


def _concept(player: str, order: str, latex: str) -> Concept:
    return Concept(
        name=f"lq_{player}_{order}_cost",
        latex=latex,
        text=f"what feedback {order.capitalize()} play costs the {player} from x = (1, ..., 1) in the first regime",
        game="lq",
        numeric="verify.vocabulary.lq_flow_numeric:unknown",
        exact=f"verify.exact.lq_flow:lq_{player}_{order}_cost",
    )


lq_leader_stackelberg_cost = _concept("leader", "stackelberg", r"J_L^{\mathrm S}")
lq_follower_stackelberg_cost = _concept("follower", "stackelberg", r"J_F^{\mathrm S}")
lq_leader_nash_cost = _concept("leader", "nash", r"J_L^{\mathrm N}")
lq_follower_nash_cost = _concept("follower", "nash", r"J_F^{\mathrm N}")


def _count(name: str, latex: str, text: str) -> Concept:
    return Concept(
        name=name,
        latex=latex,
        text=text,
        game="lq",
        numeric="verify.vocabulary.lq_flow_numeric:unknown",
        exact=f"verify.exact.lq_multiplicity:{name}",
    )


stationary_count = _count(
    "stationary_count",
    r"\#\{P:R(P)=0\}",
    "the number of stationary solutions (P_L, P_F) of a scalar game of one regime, feedback Stackelberg play",
)
stabilising_count = _count(
    "stabilising_count",
    r"\#\{P:R(P)=0,\ 2\ell<\beta\}",
    "the number of those at which the closed loop is stable, discounted",
)
