r"""Concepts of the players' laws at a point of a linear-quadratic game."""

from __future__ import annotations

import functools

from verify.vocabulary import lq_point

_word = functools.partial(lq_point.word, file="laws")

follower_deviation_cost = _word(
    "follower_deviation_cost",
    r"\Delta_F(q)",
    "what another Gaussian law q costs the follower more than his own, given the state and the leader's action",
)
follower_divergence = _word(
    "follower_divergence",
    r"\operatorname{KL}(q\,\|\,\pi_F)",
    "divergence of another Gaussian law q from the follower's",
)
leader_deviation_cost_action = _word(
    "leader_deviation_cost_action",
    r"\Delta_L^{\mathrm{a}}(q)",
    "what another Gaussian law q costs the leader more than her own, the follower answering her action",
)
leader_deviation_cost_policy = _word(
    "leader_deviation_cost_policy",
    r"\Delta_L^{\mathrm{p}}(q)",
    "what another Gaussian law q costs the leader more than her own, the follower answering her policy",
)
leader_divergence_action = _word(
    "leader_divergence_action",
    r"\operatorname{KL}(q\,\|\,\pi_L^{\mathrm{a}})",
    "divergence of another Gaussian law q from the leader's where the follower sees the action",
)
leader_divergence_policy = _word(
    "leader_divergence_policy",
    r"\operatorname{KL}(q\,\|\,\pi_L^{\mathrm{p}})",
    "divergence of another Gaussian law q from the leader's where the follower sees the policy",
)
leader_mean_excess = _word(
    "leader_mean_excess",
    r"\tfrac12(\mu-\mu^*)'(\hat H_{uu}-H_{L,uu})(\mu-\mu^*)",
    "what the deviation of the leader's mean costs through the follower's answer alone",
)
leader_log_ratio = _word(
    "leader_log_ratio",
    r"\log\frac{\det\hat H_{uu}}{\det H_{L,uu}}",
    "logarithm of the ratio of the determinants of the leader's two Hessians",
)
leader_log_det_action = _word(
    "leader_log_det_action",
    r"\log\det\tfrac{\hat H_{uu}}{2\pi}",
    "log det of the Hessian of the leader's law where the follower sees the action, over 2 pi",
)
leader_log_det_policy = _word(
    "leader_log_det_policy",
    r"\log\det\tfrac{H_{L,uu}}{2\pi}",
    "log det of the Hessian of the leader's law where the follower sees the policy, over 2 pi",
)
follower_log_det = _word(
    "follower_log_det",
    r"\log\det\tfrac{H_{F,vv}}{2\pi}",
    "log det of the Hessian of the follower's law, over 2 pi",
)
leader_cross_trace = _word(
    "leader_cross_trace",
    r"\operatorname{tr}(H_{L,vv}H_{F,vv}^{-1})",
    "what the follower's exploration costs the leader, a unit of his temperature, doubled",
)
follower_trace_action = _word(
    "follower_trace_action",
    r"\operatorname{tr}(S_F\hat H_{uu}^{-1})",
    "what the leader's exploration costs the follower who sees the action, a unit of her temperature, doubled; "
    "S_F = H_F,uu - H_F,uv H_F,vv^-1 H_F,vu",
)
follower_trace_policy = _word(
    "follower_trace_policy",
    r"\operatorname{tr}(H_{F,uu}H_{L,uu}^{-1})",
    "what the leader's exploration costs the follower who sees the policy, a unit of her temperature, doubled",
)
leader_cross_cost = _word(
    "leader_cross_cost",
    r"\bigl((\beta I-\Lambda)^{-1}\operatorname{tr}(H_{L,vv}H_{F,vv}^{-1})\bigr)_i",
    "discounted sum, over the regimes to come, of the trace of H_L,vv H_F,vv^-1",
)
follower_cross_cost_action = _word(
    "follower_cross_cost_action",
    r"\bigl((\beta I-\Lambda)^{-1}\operatorname{tr}(S_F\hat H_{uu}^{-1})\bigr)_i",
    "discounted sum, over the regimes to come, of the trace of S_F Hhat_uu^-1",
)
follower_cross_cost_policy = _word(
    "follower_cross_cost_policy",
    r"\bigl((\beta I-\Lambda)^{-1}\operatorname{tr}(H_{F,uu}H_{L,uu}^{-1})\bigr)_i",
    "discounted sum, over the regimes to come, of the trace of H_F,uu H_L,uu^-1",
)
