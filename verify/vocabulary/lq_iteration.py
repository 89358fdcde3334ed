r"""Concepts of policy iteration on linear-quadratic games: the follower's, and that of both players together.

V_k and P_k are the follower's gains and values after k steps, the leader's gain kept; T_V(P)_i = A_V'P_i + P_i A_V +
sum C_V'P_i C_V + sum_j lam_ij P_j - beta P_i, and R is the residual of his Riccati equation.
"""

from __future__ import annotations

from verify.concept import Concept


def _concept(name: str, latex: str, text: str) -> Concept:
    return Concept(
        name=name,
        latex=latex,
        text=text,
        game="lq iteration",
        numeric=f"verify.vocabulary.lq_iteration_numeric:{name}",
        exact=f"verify.exact.lq_iteration:{name}",
    )


def _together(name: str, latex: str, text: str) -> Concept:
    return Concept(
        name=name,
        latex=latex,
        text=text,
        game="lq iteration",
        numeric="verify.vocabulary.lq_flow_numeric:unknown",
        exact=f"verify.exact.lq_two_level:{name}",
    )


start_abscissa = _concept(
    "start_abscissa",
    r"\alpha(T_{V_0})",
    "the largest real part of an eigenvalue of T_V at the start: below 0 where the gains stabilise, discounted",
)
bound_hessian = _concept(
    "bound_hessian",
    r"\min\lambda(H_{F,vv})",
    "the least eigenvalue of H_F,vv at the follower's bound, over the regimes",
)
bound_residual = _concept(
    "bound_residual",
    r"\min\lambda(R)",
    "the least eigenvalue of the residual of the follower's Riccati equation at his bound, over the regimes",
)
iteration_decrease = _concept(
    "iteration_decrease",
    r"\min_k\lambda(P_k-P_{k+1})",
    "the least eigenvalue of P_k - P_{k+1} over the steps and the regimes",
)
iteration_abscissa = _concept(
    "iteration_abscissa",
    r"\max_k\alpha(T_{V_k})",
    "the largest real part of an eigenvalue of T_V over the gains of all steps",
)
newton_defect = _concept(
    "newton_defect",
    r"\max\left|R(P_0)+R'(P_0)(P_1-P_0)\right|",
    "how far the first step is from Newton's for R(P) = 0",
)
iteration_fall = _concept(
    "iteration_fall", r"\max_i\operatorname{tr}(P_0-P_1)_i", "the largest trace of P_0 - P_1 over the regimes"
)
iteration_next_fall = _concept(
    "iteration_next_fall", r"\max_i\operatorname{tr}(P_1-P_2)_i", "the largest trace of P_1 - P_2 over the regimes"
)
iteration_constant = _concept(
    "iteration_constant",
    "w\\,y",
    "w y with y = max_i tr Y_i, T_V(Y) = -(I, ..., I) at V = V_2, and w = max_i tr H |H^{-1}|^2 (1 + d) (|E|^2 + sum_l "
    "|F_l|^2 |C_l + D_l L + F_l V_1|^2), H = H_F,vv at P_1, d channels, Frobenius norms",
)
two_level_abscissa = _together(
    "two_level_abscissa",
    r"\max_k\alpha(T_{L_k,V_k})",
    "the largest real part of an eigenvalue of T at the gains of all steps of the two-level iteration",
)
two_level_period = _together(
    "two_level_period",
    r"\operatorname{per}(L_k,V_k)",
    "the period of the cycle that the gains of the two-level iteration tend to; 1 where they converge",
)
two_level_growth = _together(
    "two_level_growth",
    r"\liminf_k|L_k|^{1/k}",
    "the factor by which the leader's gain L_k grows with every step of the two-level iteration, in the long run",
)
