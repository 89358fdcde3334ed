r"""Concepts of a point of a linear-quadratic game: the Hamiltonian system in one regime, at one state.

k is the leader or the follower; "action" and "policy" are what the follower sees of the leader before he answers. In
equilibrium he plays N(K x + T u + kappa, tau_F H_F,vv^-1), with her mean in the place of u where he sees her policy
alone, and she plays N(mu*, tau_L Hhat_uu^-1) or N(mu*, tau_L H_L,uu^-1).
"""

from __future__ import annotations

from verify.concept import Concept

KIND = "lq point"
LETTER = {"leader": "L", "follower": "F"}
MARK = {"action": r"\mathrm{a}", "policy": r"\mathrm{p}"}
SEES = {"action": "where the follower sees the action", "policy": "where the follower sees the policy"}
WHOSE = {"leader": "the leader's", "follower": "the follower's"}


def word(name: str, latex: str, text: str, *, file: str = "words") -> Concept:
    """The concept whose two books are the `file`s of points: words, laws or reductions."""
    return Concept(
        name=name,
        latex=latex,
        text=text,
        game=KIND,
        numeric=f"verify.vocabulary.lq_point_{file}_numeric:{name}",
        exact=f"verify.exact.lq_point_{file}:{name}",
    )


def by_player(name: str, latex: str, text: str) -> tuple[Concept, Concept]:
    """One word a player; {k} and {whose} stand for him in latex and text."""
    leader, follower = (
        word(f"{player}_{name}", latex.replace("{k}", LETTER[player]), text.format(whose=WHOSE[player]))
        for player in ("leader", "follower")
    )
    return leader, follower


def by_structure(name: str, latex: str, text: str) -> tuple[Concept, Concept, Concept, Concept]:
    """Leader action-seen, leader policy-seen, follower action-seen, follower policy-seen; {s} stands for what is seen.

    A star in `name` is where "action" or "policy" goes.
    """
    found = []
    for player in ("leader", "follower"):
        for sees in ("action", "policy"):
            printed = latex.replace("{k}", LETTER[player]).replace("{s}", MARK[sees])
            said = text.format(whose=WHOSE[player], sees=SEES[sees])
            found.append(word(f"{player}_{name.replace('*', sees)}", printed, said))
    first, second, third, fourth = found
    return first, second, third, fourth


lq_discount = word("lq_discount", r"\beta", "the discount rate")
lq_leader_temperature = word("lq_leader_temperature", r"\tau_L", "the leader's temperature")
lq_follower_temperature = word("lq_follower_temperature", r"\tau_F", "the follower's temperature")
leader_dimension = word("leader_dimension", "k_u", "the dimension of the leader's action")
follower_dimension = word("follower_dimension", "k_v", "the dimension of the follower's action")

leader_value, follower_value = by_player("value", "V_{k}(x,i)", "{whose} value x'Px/2 + p'x + r in the regime")
leader_switching, follower_switching = by_player(
    "switching",
    r"\textstyle\sum_j \lambda_{ij} V_{k}(x,j)",
    "the generator of the regimes on {whose} value",
)
leader_rate_action, leader_rate_policy, follower_rate_action, follower_rate_policy = by_structure(
    "rate_*",
    r"\partial_t V_{k}^{{s}}",
    "the time derivative of {whose} value by the Riccati, linear and scalar equations, {sees}",
)
(
    leader_hamiltonian_action,
    leader_hamiltonian_policy,
    follower_hamiltonian_action,
    follower_hamiltonian_policy,
) = by_structure(
    "hamiltonian_*",
    r"\mathcal H_{k}^{{s}}",
    "expected controlled generator on {whose} value plus running cost, minus temperature times entropy, under the "
    "equilibrium laws, {sees}",
)
(
    leader_second_order_action,
    leader_second_order_policy,
    follower_second_order_action,
    follower_second_order_policy,
) = by_structure(
    "second_order_*",
    r"\tfrac12\mathbb E\textstyle\sum_l \sigma_l'P_{k}\sigma_l^{{s}}",
    "the second-order part of the expected generator on {whose} value, {sees}",
)
leader_entropy_action = word(
    "leader_entropy_action",
    r"\tau_L\operatorname{Ent}_L^{\mathrm{a}}",
    "the leader's temperature times the entropy of her law where the follower sees the action",
)
leader_entropy_policy = word(
    "leader_entropy_policy",
    r"\tau_L\operatorname{Ent}_L^{\mathrm{p}}",
    "the leader's temperature times the entropy of her law where the follower sees the policy",
)
follower_entropy = word(
    "follower_entropy", r"\tau_F\operatorname{Ent}_F", "the follower's temperature times the entropy of his law"
)
leader_raw_action, leader_raw_policy, follower_raw_action, follower_raw_policy = by_structure(
    "raw_*",
    r"\mathcal R_{k}^{{s}}",
    "expected generator on {whose} value plus running cost under the equilibrium laws, no entropy counted, {sees}",
)
leader_premium_action, leader_premium_policy, follower_premium_action, follower_premium_policy = by_structure(
    "premium_*",
    r"\Delta\mathcal H_{k}^{{s}}(x)",
    "{whose} Hamiltonian minus the same at temperatures 0, {sees}",
)
(
    leader_premium_action_origin,
    leader_premium_policy_origin,
    follower_premium_action_origin,
    follower_premium_policy_origin,
) = by_structure(
    "premium_*_origin",
    r"\Delta\mathcal H_{k}^{{s}}(0)",
    "{whose} Hamiltonian minus the same at temperatures 0, both at the state 0, {sees}",
)
(
    leader_exploration_action,
    leader_exploration_policy,
    follower_exploration_action,
    follower_exploration_policy,
) = by_structure(
    "exploration_*",
    r"f_{k}^{{s}}(\tau_L,\tau_F)",
    "{whose} raw cost minus the same at temperatures 0, {sees}",
)
(
    leader_exploration_action_own,
    leader_exploration_policy_own,
    follower_exploration_action_own,
    follower_exploration_policy_own,
) = by_structure(
    "exploration_*_own",
    r"f_{k}^{{s}}(\tau_{k},0)",
    "{whose} raw cost minus the same at temperatures 0, the other player's temperature 0, {sees}",
)
(
    leader_exploration_action_cross,
    leader_exploration_policy_cross,
    follower_exploration_action_cross,
    follower_exploration_policy_cross,
) = by_structure(
    "exploration_*_cross",
    r"f_{k}^{{s}}(0,\tau_{-{k}})",
    "{whose} raw cost minus the same at temperatures 0, the own temperature 0, {sees}",
)
(
    leader_exploration_action_halved,
    leader_exploration_policy_halved,
    follower_exploration_action_halved,
    follower_exploration_policy_halved,
) = by_structure(
    "exploration_*_halved",
    r"f_{k}^{{s}}(\tfrac12\tau_L,\tfrac12\tau_F)",
    "{whose} raw cost at half of both temperatures minus the same at none, {sees}",
)
(
    leader_exploration_cost_action,
    leader_exploration_cost_policy,
    follower_exploration_cost_action,
    follower_exploration_cost_policy,
) = by_structure(
    "exploration_cost_*",
    r"\mathcal C_{k}^{{s}}",
    "what both players' exploration forever adds to {whose} discounted raw cost from the regime on, {sees}",
)
