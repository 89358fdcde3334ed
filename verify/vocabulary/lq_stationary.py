r"""Concepts of points as stationary solutions: whether the Riccati flow moves them, and what is stable there."""

from __future__ import annotations

from verify.concept import Concept


def _concept(name: str, latex: str, text: str) -> Concept:
    return Concept(
        name=name,
        latex=latex,
        text=text,
        game="lq point",
        numeric=f"verify.vocabulary.lq_stationary_numeric:{name}",
        exact=f"verify.exact.lq_stationary:{name}",
    )


riccati_residual = _concept(
    "riccati_residual",
    r"\max|R(P)|",
    "the largest entry of dP_k/ds = R_k(P), s the time to go, of both players in all regimes: 0 where P is stationary",
)
closed_loop_abscissa = _concept(
    "closed_loop_abscissa",
    r"\alpha(\mathcal L)",
    "the largest real part of an eigenvalue of the lifted operator X -> A_i'X_i + X_i A_i + sum C'X_i C + sum lam_ij "
    "X_j of the closed loop: second moments, discounted by beta, vanish where it is below beta",
)
flow_abscissa = _concept(
    "flow_abscissa",
    r"\alpha(R')",
    "the largest real part of an eigenvalue of the Jacobian of both players' Riccati flow: below 0 where it is stable",
)
follower_flow_abscissa = _concept(
    "follower_flow_abscissa",
    r"\alpha(\partial R_F/\partial P_F)",
    "the same of the follower's own block of that Jacobian",
)
lyapunov_eigenvalue = _concept(
    "lyapunov_eigenvalue",
    r"\min\lambda(X)",
    "the least eigenvalue of the matrices X_i with L(X) - beta X = -(I, ..., I), L the lifted operator; 0 where there "
    "are none, or several",
)
leader_influence = _concept(
    "leader_influence",
    r"\max_i\left|B_i,D_i,M_{F,u\cdot}\right|",
    "how far the leader's action is from moving neither the state nor the follower's cost, in all regimes",
)
terminal_limit_gap = Concept(
    name="terminal_limit_gap",
    latex=r"\lim_{T\to\infty}\max|P(T)-P|",
    text="how far from the point's P the Riccati flow from the terminal costs G ends, T the length of the game",
    game="lq point",
    numeric="verify.vocabulary.lq_flow_numeric:unknown",
    exact="verify.exact.lq_flow:terminal_limit_gap",
)
