r"""Concepts of two runs of soft Stackelberg Q-value iteration: each player chooses by softmax at his own temperature.

As in `markov_iteration`, whose concepts of the starts apply; distances after t steps are told apart by whether the
players' entropies count as reward (soft) or not (plain).
"""

from __future__ import annotations

from verify.concept import Concept


def _concept(name: str, latex: str, text: str, *, symbol: str = "") -> Concept:
    return Concept(
        name=name,
        latex=latex,
        text=text,
        game="soft markov iteration",
        numeric=f"solvers.markov.soft_trajectories:{name}",
        exact=f"verify.exact.soft_iteration:{name}",
        symbol=symbol,
    )


def _distance(player: str, kind: str) -> str:
    return rf"\left\|Q_{{{player},t}}-Q'_{{{player},t}}\right\|_{{\mathrm{{{kind}}}}}"


soft_leader_distance = _concept(
    "soft_leader_distance",
    _distance("L", "soft"),
    "how far apart the leader's tables of the two runs are after t steps, both players' entropies counted",
)
soft_follower_distance = _concept(
    "soft_follower_distance",
    _distance("F", "soft"),
    "how far apart the follower's tables of the two runs are after t steps, both players' entropies counted",
)
plain_leader_distance = _concept(
    "plain_leader_distance",
    _distance("L", "plain"),
    "how far apart the leader's tables of the two runs are after t steps, without the entropies",
)
plain_follower_distance = _concept(
    "plain_follower_distance",
    _distance("F", "plain"),
    "how far apart the follower's tables of the two runs are after t steps, without the entropies",
)
leader_temperature = _concept("leader_temperature", r"\tau_L", "the leader's temperature")
follower_temperature = _concept("follower_temperature", r"\tau_F", "the follower's temperature")
leader_reward_span = _concept(
    "leader_reward_span", r"\operatorname{span}(r_L)", "largest minus smallest of the leader's rewards"
)
follower_reward_span = _concept(
    "follower_reward_span", r"\operatorname{span}(r_F)", "largest minus smallest of the follower's rewards"
)
leader_span = _concept(
    "leader_span",
    r"\operatorname{span}(Q_{L,0},Q'_{L,0})",
    "largest minus smallest entry of the leader's table at the start, the larger of both runs",
)
follower_span = _concept(
    "follower_span",
    r"\operatorname{span}(Q_{F,0},Q'_{F,0})",
    "largest minus smallest entry of the follower's table at the start, the larger of both runs",
)


def _of_matrix(name: str, latex: str, text: str) -> Concept:
    return Concept(
        name=name,
        latex=latex,
        text=text,
        game="soft markov iteration",
        numeric=f"verify.vocabulary.soft_matrix_numeric:{name}",
        exact=f"verify.exact.soft_matrix:{name}",
    )


soft_leader_weight = _of_matrix(
    "soft_leader_weight",
    "w_L",
    "the leader's weight 1 - C_FF + C_FL, with C the comparison matrix of the step, both players' entropies counted",
)
soft_follower_weight = _of_matrix(
    "soft_follower_weight", "w_F", "the follower's weight 1 - C_LL + C_LF, with C the comparison matrix of the step"
)
soft_decay = _of_matrix(
    "soft_decay", r"\theta^{\,t}", "theta = 1 - alpha det(I - C) / (w_L + w_F), to the number of steps"
)
plain_leader_weight = _of_matrix(
    "plain_leader_weight",
    "w_L",
    "the leader's weight 1 - C_FF + C_FL, with C the comparison matrix of the step without the entropies",
)
plain_follower_weight = _of_matrix(
    "plain_follower_weight",
    "w_F",
    "the follower's weight 1 - C_LL + C_LF, with C the comparison matrix of the step without the entropies",
)
plain_decay = _of_matrix(
    "plain_decay", r"\theta^{\,t}", "theta = 1 - alpha det(I - C) / (w_L + w_F), to the number of steps"
)
