r"""Concepts of two runs of Stackelberg Q-value iteration on one Markov game: how far apart they are, and why.

Q is the run from (leader_start, follower_start), Q' the run from (leader_reference, follower_reference), written Q*
where it is a fixed point; t counts the steps taken, of size alpha. Norms are largest absolute entries over states and
both players' actions.
"""

from __future__ import annotations

from verify.concept import Concept


def _concept(
    name: str, latex: str, text: str, *, numeric: str = "solvers.markov.trajectories", symbol: str = ""
) -> Concept:
    return Concept(
        name=name,
        latex=latex,
        text=text,
        game="markov iteration",
        numeric=f"{numeric}:{name}",
        exact=f"verify.exact.iteration:{name}",
        symbol=symbol,
    )


_HERE = "verify.vocabulary.markov_iteration_numeric"


def _norm(inside: str) -> str:
    return rf"\left\|{inside}\right\|"


leader_distance = _concept(
    "leader_distance",
    _norm("Q_{L,t}-Q'_{L,t}"),
    "how far apart the leader's tables of the two runs are after t steps",
)
follower_distance = _concept(
    "follower_distance",
    _norm("Q_{F,t}-Q'_{F,t}"),
    "how far apart the follower's tables of the two runs are after t steps",
)
distance = _concept(
    "distance", _norm("Q_t-Q'_t"), "how far apart the two runs are after t steps: the larger of both players' distances"
)
leader_start_distance = _concept(
    "leader_start_distance",
    _norm("Q_{L,0}-Q'_{L,0}"),
    "how far apart the leader's tables of the two runs are at the start",
)
follower_start_distance = _concept(
    "follower_start_distance",
    _norm("Q_{F,0}-Q'_{F,0}"),
    "how far apart the follower's tables of the two runs are at the start",
)
start_distance = _concept(
    "start_distance",
    _norm("Q_0-Q'_0"),
    "how far apart the two runs are at the start: the larger of both players' distances",
)
leader_decay = _concept(
    "leader_decay", r"\rho_L^{\,t}", "the leader's rate to the power t: (1 - alpha (1 - gamma_L))^t"
)
follower_decay = _concept(
    "follower_decay", r"\rho_F^{\,t}", "the follower's rate to the power t: (1 - alpha (1 - gamma_F))^t"
)
steps = _concept("steps", "t", "number of steps")
step_size = _concept("step_size", r"\alpha", "size of a step: the weight of the new values")
leader_discount = _concept("leader_discount", r"\gamma_L", "the leader's discount")
follower_discount = _concept("follower_discount", r"\gamma_F", "the follower's discount")
discount_difference = _concept(
    "discount_difference",
    r"\left|\gamma_L-\gamma_F\right|",
    "how far apart the players' discounts are: 0 where they have one",
)
zero_sum_reward_defect = _concept(
    "zero_sum_reward_defect", _norm("r_L+r_F"), "the largest |r_L + r_F|: 0 where the rewards are opposite"
)
common_reward_defect = _concept(
    "common_reward_defect", _norm("r_L-r_F"), "the largest |r_L - r_F|: 0 where both players are rewarded alike"
)
zero_sum_start_defect = _concept(
    "zero_sum_start_defect",
    _norm("Q_{L,0}+Q_{F,0}"),
    "the largest |Q_L + Q_F| at the start of the first run: 0 where its tables are opposite",
)
common_start_defect = _concept(
    "common_start_defect",
    _norm("Q_{L,0}-Q_{F,0}"),
    "the largest |Q_L - Q_F| at the start of the first run: 0 where its tables are equal",
)
zero_sum_reference_defect = _concept(
    "zero_sum_reference_defect",
    _norm("Q'_{L,0}+Q'_{F,0}"),
    "the largest |Q_L + Q_F| at the start of the second run: 0 where its tables are opposite",
)
common_reference_defect = _concept(
    "common_reference_defect",
    _norm("Q'_{L,0}-Q'_{F,0}"),
    "the largest |Q_L - Q_F| at the start of the second run: 0 where its tables are equal",
)
follower_start_reward_defect = _concept(
    "follower_start_reward_defect",
    _norm("Q_{F,0}-r_F"),
    "how far the follower's table is from his rewards at the start of the first run",
)
follower_reference_reward_defect = _concept(
    "follower_reference_reward_defect",
    _norm("Q'_{F,0}-r_F"),
    "how far the follower's table is from his rewards at the start of the second run",
)
reference_residual = _concept(
    "reference_residual",
    _norm("TQ'_0-Q'_0"),
    "how far an undamped step moves the start of the second run, the larger of both players' moves: 0 at a fixed point",
)
start_residual = _concept(
    "start_residual",
    _norm("TQ_0-Q_0"),
    "how far an undamped step moves the start of the first run, the larger of both players' moves: 0 at a fixed point",
    numeric=_HERE,
)
leader_slack = _concept(
    "leader_slack",
    r"\max_{j<t}\varepsilon_{L,j}",
    "the largest, over the steps j, of the least eps_j >= 0 with (Pi_j - Pi_*) Q*_L <= eps_j and "
    "(Pi_j - Pi_*) Q_{L,j} >= -eps_j, where Pi_j is the joint policy of the first run and Pi_* that of Q* = Q'_0",
)
leader_slack_sum = _concept(
    "leader_slack_sum",
    r"\alpha\gamma_L\sum_{j<t}\rho_L^{\,t-1-j}\varepsilon_{L,j}",
    "what the leader's slacks add up to after t steps",
)
follower_slack_sum = _concept(
    "follower_slack_sum",
    r"\alpha\gamma_F\sum_{j<t}\rho_F^{\,t-1-j}\varepsilon_{F,j}",
    "what the follower's slacks add up to after t steps, defined as the leader's",
)
leader_comparison_excess = _concept(
    "leader_comparison_excess",
    r"\max_{j\le t}\,\max\left(\ell_j-e_j,\,e_j-u_j,\,0\right)",
    "how far the errors e_j = Q_{L,j} - Q*_L leave the bounds of the comparison system at most, 0 where they stay "
    "inside: l_{j+1} = ((1-alpha)I + alpha gamma_L P Pi_*) l_j - alpha gamma_L eps_j, "
    "u_{j+1} = ((1-alpha)I + alpha gamma_L P Pi_j) u_j + alpha gamma_L eps_j, l_0 = u_0 = e_0",
)
leader_comparison_excess_without_slack = _concept(
    "leader_comparison_excess_without_slack",
    r"\max_{j\le t}\,\max\left(\ell^0_j-e_j,\,e_j-u^0_j,\,0\right)",
    "the same for bounds without the slack, eps_j = 0",
    numeric=_HERE,
)
leader_comparison_excess_own_policy = _concept(
    "leader_comparison_excess_own_policy",
    r"\max_{j\le t}\,\max\left(\ell^{\Pi_j}_j-e_j,\,e_j-u_j,\,0\right)",
    "the same with the first run's policy Pi_j in place of Pi_* in the lower bound",
    numeric=_HERE,
)
