r"""Concepts of leader-follower Markov games: where Q-value iteration ends, what is stationary, and how fast modes mix.

The iteration and its stage rule are those of `games.markov`, with pure commitments and ties broken for the leader. What
a stationary solution is worth to her is the mean over the states of her stage value.
"""

from __future__ import annotations

from verify.concept import Concept


def _concept(name: str, latex: str, text: str, *, checked_by: str, proved: bool = False) -> Concept:
    return Concept(
        name=name,
        latex=latex,
        text=text,
        game="markov",
        numeric=f"verify.vocabulary.markov_numeric:{name}",
        exact=f"verify.exact.{checked_by}:{name}",
        prove=f"verify.vocabulary.markov_numeric:prove_{name}" if proved else "",
    )


# Where the iteration from Q = 0 ends.

orbit_period = _concept(
    "orbit_period",
    r"p",
    "the period of the policies that Q-value iteration from Q = 0 with alpha = 1 ends in: 1 where it converges",
    checked_by="markov_orbit",
    proved=True,
)
orbit_period_half = _concept(
    "orbit_period_half",
    r"p_{1/2}",
    "the period of the policies that damped iteration from Q = 0, alpha = 1/2, ends in: 1 where it converges",
    checked_by="markov_orbit",
    proved=True,
)
orbit_ties = _concept(
    "orbit_ties",
    r"\tau",
    "the number of choices that are exact ties on the orbit that Q-value iteration from Q = 0 with alpha = 1 ends in",
    checked_by="markov_orbit",
    proved=True,
)
reached_fixed_point = _concept(
    "reached_fixed_point",
    r"\bar V_L(Q_\infty)",
    "the leader's mean stage value in the limit of Q-value iteration from Q = 0",
    checked_by="markov_orbit",
    proved=True,
)

# Stationary solutions.

fixed_points = _concept(
    "fixed_points",
    r"\left|\operatorname{Fix} T\right|",
    "the number of fixed points of Q-value iteration with pure commitments and ties broken for the leader",
    checked_by="markov_stationary",
)
best_fixed_point = _concept(
    "best_fixed_point",
    r"\max_{Q = TQ} \bar V_L(Q)",
    "the leader's largest mean stage value over the fixed points of Q-value iteration",
    checked_by="markov_stationary",
)
worst_fixed_point = _concept(
    "worst_fixed_point",
    r"\min_{Q = TQ} \bar V_L(Q)",
    "the leader's smallest mean stage value over the fixed points of Q-value iteration",
    checked_by="markov_stationary",
)
reached_loss = _concept(
    "reached_loss",
    r"\max_{Q = TQ} \bar V_L(Q) - \bar V_L(Q_\infty)",
    "by how much the limit of Q-value iteration from Q = 0 misses the best fixed point in the leader's mean value",
    checked_by="markov_stationary",
    proved=True,
)
pure_nash_count = _concept(
    "pure_nash_count",
    r"\left|N\right|",
    "the number of pure stationary Markov perfect equilibria of simultaneous moves",
    checked_by="markov_stationary",
)
best_markov_nash = _concept(
    "best_markov_nash",
    r"\max_N \bar V_L",
    "the leader's largest mean value over the pure stationary Markov perfect equilibria of simultaneous moves",
    checked_by="markov_stationary",
)
worst_markov_nash = _concept(
    "worst_markov_nash",
    r"\min_N \bar V_L",
    "the leader's smallest mean value over the pure stationary Markov perfect equilibria of simultaneous moves",
    checked_by="markov_stationary",
)

markov_commitment_gain = _concept(
    "markov_commitment_gain",
    r"\max_{Q = TQ} \bar V_L(Q) - \max_N \bar V_L",
    "by how much the best fixed point beats the best pure equilibrium of simultaneous moves in the leader's mean value",
    checked_by="markov_stationary",
)

# Rates of the switching system.

span_rate_upper = _concept(
    "span_rate_upper",
    r"\bar\rho",
    "a certified upper bound on the joint spectral radius of the modes modulo constants",
    checked_by="switching",
    proved=True,
)
span_rate_lower = _concept(
    "span_rate_lower",
    r"\underline\rho",
    "a certified lower bound on the joint spectral radius of the modes modulo constants",
    checked_by="switching",
    proved=True,
)
lyapunov_limit = _concept(
    "lyapunov_limit",
    r"\rho_2",
    "a rate that no common quadratic form certifies, nor any rate below it",
    checked_by="switching",
    proved=True,
)
dobrushin = _concept(
    "dobrushin",
    r"\delta(P)",
    "the Dobrushin coefficient of the kernel: the largest total variation distance of two of its rows",
    checked_by="switching",
)
doeblin = _concept(
    "doeblin",
    r"1 - \textstyle\sum_t \min P(t \mid \cdot)",
    "Doeblin's coefficient of the kernel: 1 less the sum over states of the least probability of going there",
    checked_by="switching",
)
sup_rate = _concept(
    "sup_rate",
    r"\rho_\infty",
    "the joint spectral radius of the modes on all of R^S, constants included",
    checked_by="switching",
)

# What hypotheses measure.

states = _concept("states", "S", "the number of states", checked_by="markov")
leader_actions_count = _concept("leader_actions_count", "A", "the number of the leader's actions", checked_by="markov")
follower_actions_count = _concept(
    "follower_actions_count", "B", "the number of the follower's actions", checked_by="markov"
)
markov_zero_sum_defect = _concept(
    "markov_zero_sum_defect",
    r"\left\|r_L + r_F\right\|_\infty",
    "the largest |r_L + r_F|: 0 where rewards are opposite",
    checked_by="markov",
)
markov_common_defect = _concept(
    "markov_common_defect",
    r"\left\|r_L - r_F\right\|_\infty",
    "the largest |r_L - r_F|: 0 where both players are paid alike",
    checked_by="markov",
)
markov_discount_difference = _concept(
    "markov_discount_difference",
    r"\left|\gamma_L - \gamma_F\right|",
    "by how much the discounts differ",
    checked_by="markov",
)
markov_follower_discount = _concept(
    "markov_follower_discount", r"\gamma_F", "the follower's discount: 0 where he is myopic", checked_by="markov"
)
