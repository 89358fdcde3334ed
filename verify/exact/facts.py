"""Which checker answers for which concept when a fact is checked again.

The table is written out, so that a certificate can name nothing but a checker. A test holds it against the `exact`
reference of every concept of the vocabulary.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq

from games.core import Game
from games.errors import shown
from verify.exact.errors import CertificateError
from verify.exact.payload import rational

Value = Fraction | arb


def _references(module: str, names: str) -> dict[str, str]:
    return {name: f"{module}:{name}" for name in names.split()}


CHECKERS: dict[str, str] = {
    **_references(
        "verify.exact.choice",
        "actions temperature maximisers gap value_gap lse_gap policy_gap response_distance response_distance_l2 span "
        "sup_norm l2_norm remainder free_energy_gap policy_divergence soft_value hotter_soft_value soft_value_drop "
        "entropy_rise hotter max_value log_sum_exp soft_entropy policy_value policy_entropy hotter_soft_entropy",
    ),
    **_references("verify.exact.commitment", "sse wse pure pure_weak minimax correlated single_lp multiple_lps"),
    **_references("verify.exact.equilibria", "best_nash worst_nash"),
    **_references("verify.exact.differences", "commitment_gain weak_commitment_gain equilibrium_gain"),
    **_references(
        "verify.exact.features",
        "leader_actions follower_actions zero_sum_defect common_payoff_defect degenerate_replies rescaled_sse",
    ),
    **_references(
        "verify.exact.iteration",
        "leader_distance follower_distance distance leader_start_distance follower_start_distance start_distance "
        "leader_decay follower_decay steps step_size leader_discount follower_discount discount_difference "
        "zero_sum_reward_defect common_reward_defect zero_sum_start_defect common_start_defect "
        "zero_sum_reference_defect common_reference_defect follower_start_reward_defect "
        "follower_reference_reward_defect reference_residual start_residual leader_slack leader_slack_sum "
        "follower_slack_sum leader_comparison_excess leader_comparison_excess_without_slack "
        "leader_comparison_excess_own_policy",
    ),
    **_references(
        "verify.exact.soft_iteration",
        "soft_leader_distance soft_follower_distance plain_leader_distance plain_follower_distance leader_temperature "
        "follower_temperature leader_reward_span follower_reward_span leader_span follower_span",
    ),
    **_references(
        "verify.exact.soft_matrix",
        "soft_leader_weight soft_follower_weight soft_decay plain_leader_weight plain_follower_weight plain_decay",
    ),
    **_references(
        "verify.exact.markov",
        "states leader_actions_count follower_actions_count markov_zero_sum_defect markov_common_defect "
        "markov_discount_difference markov_follower_discount",
    ),
    **_references("verify.exact.markov_orbit", "orbit_period orbit_period_half orbit_ties reached_fixed_point"),
    **_references(
        "verify.exact.markov_stationary",
        "fixed_points best_fixed_point worst_fixed_point reached_loss pure_nash_count best_markov_nash "
        "worst_markov_nash markov_commitment_gain",
    ),
    **_references(
        "verify.exact.lq_point_words",
        "lq_discount lq_leader_temperature lq_follower_temperature leader_dimension follower_dimension "
        "leader_value follower_value leader_switching follower_switching leader_rate_action leader_rate_policy "
        "follower_rate_action follower_rate_policy leader_hamiltonian_action leader_hamiltonian_policy "
        "follower_hamiltonian_action follower_hamiltonian_policy leader_second_order_action "
        "leader_second_order_policy follower_second_order_action follower_second_order_policy "
        "leader_entropy_action leader_entropy_policy follower_entropy leader_raw_action leader_raw_policy "
        "follower_raw_action follower_raw_policy leader_premium_action leader_premium_policy "
        "follower_premium_action follower_premium_policy leader_premium_action_origin "
        "leader_premium_policy_origin follower_premium_action_origin follower_premium_policy_origin "
        "leader_exploration_action leader_exploration_policy follower_exploration_action "
        "follower_exploration_policy leader_exploration_action_own leader_exploration_policy_own "
        "follower_exploration_action_own follower_exploration_policy_own leader_exploration_action_cross "
        "leader_exploration_policy_cross follower_exploration_action_cross follower_exploration_policy_cross "
        "leader_exploration_action_halved leader_exploration_policy_halved follower_exploration_action_halved "
        "follower_exploration_policy_halved leader_exploration_cost_action leader_exploration_cost_policy "
        "follower_exploration_cost_action follower_exploration_cost_policy follower_quadratic_rate",
    ),
    **_references(
        "verify.exact.lq_point_laws",
        "follower_deviation_cost follower_divergence leader_deviation_cost_action leader_deviation_cost_policy "
        "leader_divergence_action leader_divergence_policy leader_mean_excess leader_log_ratio "
        "leader_log_det_action leader_log_det_policy follower_log_det leader_cross_trace follower_trace_action "
        "follower_trace_policy leader_cross_cost follower_cross_cost_action follower_cross_cost_policy",
    ),
    **_references(
        "verify.exact.lq_point_reductions",
        "zero_sum_defect_lq zero_sum_rate_defect leader_idle_defect follower_are_rate follower_coupling leaving_rate "
        "leader_own_pivot leader_simultaneous_gain follower_cross nash_determinant nash_gain_distance "
        "leader_commitment_gain leader_nash_hamiltonian leader_stackelberg_hamiltonian",
    ),
    **_references(
        "verify.exact.lq_flow",
        "lq_leader_stackelberg_cost lq_follower_stackelberg_cost lq_leader_nash_cost lq_follower_nash_cost "
        "terminal_limit_gap",
    ),
    **_references(
        "verify.exact.lq_iteration",
        "start_abscissa bound_hessian bound_residual iteration_decrease iteration_abscissa newton_defect "
        "iteration_fall iteration_next_fall iteration_constant",
    ),
    **_references("verify.exact.lq_multiplicity", "stationary_count stabilising_count"),
    **_references("verify.exact.lq_two_level", "two_level_abscissa two_level_period two_level_growth"),
    **_references(
        "verify.exact.lq_stationary",
        "riccati_residual closed_loop_abscissa flow_abscissa follower_flow_abscissa lyapunov_eigenvalue "
        "leader_influence",
    ),
    **_references(
        "verify.exact.switching", "span_rate_upper span_rate_lower lyapunov_limit dobrushin doeblin sup_rate"
    ),
}


def check(game: Game, fact: Any, bits: int) -> Value:
    """The value of the fact's concept, if its proof holds for this exact game.

    A Fraction, or a ball computed with `bits` bits. Raises `CertificateError` for an unknown concept, a proof that
    does not hold, a stated value other than the proven one, and a concept that this kind of game does not have.
    """
    name = fact.get("concept") if isinstance(fact, Mapping) else None
    if not isinstance(name, str) or name not in CHECKERS:
        found = shown(fact if name is None else name)
        raise CertificateError(f"fact: expected a concept among {', '.join(sorted(CHECKERS))}; found {found}")
    module, _, function = CHECKERS[name].partition(":")
    try:
        value = getattr(importlib.import_module(module), function)(game, fact, bits)
    except AttributeError as problem:
        raise CertificateError(
            f"{name}: expected a game that has it, found a {game.kind} game ({problem})"
        ) from problem
    if "value" in fact and not _agrees(rational(fact, "value"), value, bits):
        raise CertificateError(f"{name}.value: expected {shown(value)} as proven, found {shown(fact['value'])}")
    return value


def _agrees(stated: Fraction, proven: Value, bits: int) -> bool:
    """Whether the number stated is the one proven, or lies in the ball that holds it, as far as `bits` tell."""
    if isinstance(proven, Fraction):
        return stated == proven
    with ctx.workprec(bits + 64):
        return bool(proven.overlaps(arb(fmpq(stated.numerator, stated.denominator))))
