r"""Concepts of special games among points of linear-quadratic games."""

from __future__ import annotations

import functools

from verify.vocabulary import lq_point

_word = functools.partial(lq_point.word, file="reductions")

zero_sum_defect_lq = _word(
    "zero_sum_defect_lq",
    r"\max\left|X_L+X_F\right|",
    "how far running costs and coefficients of values are from opposite: the largest entry of M, m, P and p summed",
)
zero_sum_rate_defect = _word(
    "zero_sum_rate_defect",
    r"\max\bigl|\dot X_L+\dot X_F\bigr|",
    "how far the rates of P and p are from opposite",
)
leader_idle_defect = _word(
    "leader_idle_defect",
    r"\max\left|B,D,M_{F,u\cdot},m_{F,u}\right|",
    "how far the leader's action is from moving nothing of the follower's: neither his state nor his cost",
)
follower_quadratic_rate = lq_point.word(
    "follower_quadratic_rate",
    r"\tfrac12 x'\dot P_F x",
    "the quadratic part of the time derivative of the follower's value by the Riccati equation of the game",
)
follower_are_rate = _word(
    "follower_are_rate",
    r"\tfrac12 x'\bigl(\beta P-A'P-PA-\textstyle\sum_l C_l'PC_l-Q+Y(R+\sum_l F_l'PF_l)^{-1}Y'\bigr)x",
    "the same by the Riccati equation of one player in one regime; Y = PE + sum C'PF + S",
)
follower_coupling = _word(
    "follower_coupling",
    r"\tfrac12 x'\textstyle\sum_j\lambda_{ij}P_{F,j}x",
    "the generator of the regimes on the quadratic part of the follower's value",
)
leaving_rate = _word("leaving_rate", r"-\lambda_{ii}", "the rate at which the regime is left")
leader_own_pivot = _word(
    "leader_own_pivot",
    r"\min\operatorname{pivot}(H_{L,uu})",
    "the least pivot of H_L,uu in elimination: positive where H_L,uu is positive definite",
)
leader_simultaneous_gain = _word(
    "leader_simultaneous_gain",
    r"q_L(x,u^*,v^*)-\min_u q_L(x,u,v^*)",
    "what the leader would gain in the stage if the follower's action stayed as it is",
)
follower_cross = _word("follower_cross", r"\max|H_{F,vu}|", "how much the leader's action moves the follower's slope")
nash_determinant = _word(
    "nash_determinant",
    r"\det\begin{pmatrix}H_{L,uu}&H_{L,uv}\\H_{F,vu}&H_{F,vv}\end{pmatrix}",
    "the determinant of the first-order conditions of simultaneous play",
)
nash_gain_distance = _word(
    "nash_gain_distance",
    r"\left|z^{\mathrm N}(x)-z^{\mathrm S}(x)\right|^2",
    "squared distance of the actions at x under the order of play from those of simultaneous play",
)
leader_commitment_gain = _word(
    "leader_commitment_gain",
    r"\tfrac12(u^{\mathrm N}-u^{\mathrm S})'\hat H_{uu}(u^{\mathrm N}-u^{\mathrm S})",
    "the square, weighed with Hhat_uu, of how far the leader's action of simultaneous play is from her best one",
)
leader_nash_hamiltonian = _word(
    "leader_nash_hamiltonian", r"q_L^{\mathrm N}(x)", "the leader's stage cost in simultaneous play, without entropies"
)
leader_stackelberg_hamiltonian = _word(
    "leader_stackelberg_hamiltonian",
    r"q_L^{\mathrm S}(x)",
    "the leader's stage cost where the follower replies, without entropies",
)
