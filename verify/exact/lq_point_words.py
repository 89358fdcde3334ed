"""Words for the Hamiltonian system at a point of a linear-quadratic game, exactly.

Each takes an exact `LinearQuadraticPoint`, a fact that needs no proof, and the precision of what is not rational
(entropies, logarithms of determinants); see `verify.exact.lq_point`.
"""

from __future__ import annotations

import functools
from fractions import Fraction

from flint import fmpq, fmpq_mat

from games.linear_quadratic import LinearQuadraticPoint
from verify.exact.lq_point import (
    Fact,
    Player,
    Sees,
    Stage,
    Value,
    as_fmpq,
    as_fraction,
    as_matrix,
    form,
    inner,
    minus,
    plus,
    resolvent,
    stage,
    trace_of_product,
    zeros,
)

COLD = (Fraction(0), Fraction(0))


def lq_discount(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """beta."""
    return game.discount[()]


def lq_leader_temperature(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """tau_L."""
    return game.leader_temperature[()]


def lq_follower_temperature(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """tau_F."""
    return game.follower_temperature[()]


def leader_dimension(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """ku."""
    return Fraction(game.leader_actions)


def follower_dimension(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """kv."""
    return Fraction(game.follower_actions)


def value_at(game: LinearQuadraticPoint, player: Player, regime: int, state: fmpq_mat) -> fmpq:
    """V_k(x, i) = x'P x / 2 + p'x + r."""
    here = stage(game, regime)
    P, p = here.cost(player, "P"), here.cost(player, "p")
    return form(state, P, state) / 2 + inner(p, state) + as_fmpq(getattr(game, f"{player}_r")[regime])


def _value(game: LinearQuadraticPoint, fact: Fact, bits: int, *, player: Player) -> Fraction:
    here = stage(game)
    return as_fraction(value_at(game, player, here.regime, here.state))


def _switching(game: LinearQuadraticPoint, fact: Fact, bits: int, *, player: Player) -> Fraction:
    """sum_j lam_ij V_k(x, j)."""
    here = stage(game)
    rates = game.generator[here.regime]
    values = [value_at(game, player, regime, here.state) for regime in range(game.regimes)]
    return as_fraction(sum((as_fmpq(rate) * value for rate, value in zip(rates, values, strict=True)), fmpq(0)))


def switched(game: LinearQuadraticPoint, here: Stage, name: str) -> fmpq_mat:
    """sum_j lam_ij of the array of that name."""
    rates, array = game.generator[here.regime], getattr(game, name)  # (m,), (m, ...)
    weighted = rates.reshape(-1, *[1] * (array.ndim - 1)) * array
    return as_matrix(weighted.sum(axis=0))


def coefficients_rate(game: LinearQuadraticPoint, here: Stage, player: Player) -> tuple[fmpq_mat, fmpq_mat]:
    """dP/dt and dp/dt by the Riccati and the linear equation."""
    beta = as_fmpq(game.discount[()])
    q = here.hamiltonians[player]
    Phi, phi = here.closed_loop
    P = beta * here.cost(player, "P") - Phi.transpose() * q.H * Phi - switched(game, here, f"{player}_P")
    p = beta * here.cost(player, "p") - Phi.transpose() * (q.H * phi + q.h) - switched(game, here, f"{player}_p")
    return P, p


def _quadratic_rate(game: LinearQuadraticPoint, fact: Fact, bits: int, *, player: Player) -> Fraction:
    """x'Pdot x / 2."""
    here = stage(game)
    P, _ = coefficients_rate(game, here, player)
    return as_fraction(form(here.state, P, here.state) / 2)


def _rate(game: LinearQuadraticPoint, fact: Fact, bits: int, *, player: Player, sees: Sees) -> Value:
    """x'Pdot x / 2 + pdot'x + rdot, the last by the scalar equation."""
    here = stage(game)
    P, p = coefficients_rate(game, here, player)
    q = here.hamiltonians[player]
    _, phi = here.closed_loop
    spread = trace_of_product(q.H, here.equilibrium(sees, here.temperatures).covariance)
    source = form(phi, q.H, phi) / 2 + inner(q.h, phi) + q.c + spread / 2
    r = getattr(game, f"{player}_r")
    switching = sum(rate * level for rate, level in zip(game.generator[here.regime], r, strict=True))
    rational = as_fmpq(game.discount[()] * r[here.regime] - switching) - source
    x = here.state
    return plus(form(x, P, x) / 2 + inner(p, x) + rational, here.entropy(player, sees, bits), bits)


def _hamiltonian(game: LinearQuadraticPoint, fact: Fact, bits: int, *, player: Player, sees: Sees) -> Value:
    """E q_k - tau_k Ent_k in equilibrium."""
    here = stage(game)
    return minus(here.raw(player, sees), here.entropy(player, sees, bits), bits)


def _second_order(game: LinearQuadraticPoint, fact: Fact, bits: int, *, player: Player, sees: Sees) -> Fraction:
    """E sum_l sigma_l'P sigma_l / 2 in equilibrium."""
    here = stage(game)
    return as_fraction(here.expected_second_order(player, here.equilibrium(sees, here.temperatures)))


def _entropy(game: LinearQuadraticPoint, fact: Fact, bits: int, *, player: Player, sees: Sees) -> Value:
    """tau_k Ent_k."""
    return stage(game).entropy(player, sees, bits)


def _raw(game: LinearQuadraticPoint, fact: Fact, bits: int, *, player: Player, sees: Sees) -> Fraction:
    """E q_k in equilibrium."""
    return as_fraction(stage(game).raw(player, sees))


def _exploration(game: LinearQuadraticPoint, fact: Fact, bits: int, *, player: Player, sees: Sees) -> Fraction:
    """E q_k in equilibrium minus the same without temperatures."""
    here = stage(game)
    return as_fraction(here.raw(player, sees) - here.raw(player, sees, COLD))


def _premium(
    game: LinearQuadraticPoint, fact: Fact, bits: int, *, player: Player, sees: Sees, origin: bool = False
) -> Value:
    """The Hamiltonian minus the same without temperatures, at the state of the point or at 0."""
    here = stage(game)
    if origin:
        here = Stage(game, here.regime)
        here.state = zeros(here.n, 1)
    return minus(here.raw(player, sees) - here.raw(player, sees, COLD), here.entropy(player, sees, bits), bits)


def _alone(game: LinearQuadraticPoint, fact: Fact, bits: int, *, player: Player, sees: Sees, warm: Player) -> Fraction:
    """The exploration of player k where only one player has his temperature."""
    here = stage(game)
    leader, follower = here.temperatures
    temperatures = (leader, Fraction(0)) if warm == "leader" else (Fraction(0), follower)
    return as_fraction(here.raw(player, sees, temperatures) - here.raw(player, sees, COLD))


def _halved(game: LinearQuadraticPoint, fact: Fact, bits: int, *, player: Player, sees: Sees) -> Fraction:
    """The exploration of player k at half of both temperatures."""
    here = stage(game)
    leader, follower = here.temperatures
    return as_fraction(here.raw(player, sees, (leader / 2, follower / 2)) - here.raw(player, sees, COLD))


def _exploration_cost(game: LinearQuadraticPoint, fact: Fact, bits: int, *, player: Player, sees: Sees) -> Fraction:
    """What exploring forever costs, discounted: the resolvent on the excess raw costs of all regimes."""
    stages = [stage(game, regime) for regime in range(game.regimes)]
    return as_fraction(resolvent(game, [each.raw(player, sees) - each.raw(player, sees, COLD) for each in stages]))


leader_value = functools.partial(_value, player="leader")
follower_value = functools.partial(_value, player="follower")
leader_switching = functools.partial(_switching, player="leader")
follower_switching = functools.partial(_switching, player="follower")
follower_quadratic_rate = functools.partial(_quadratic_rate, player="follower")
leader_rate_action = functools.partial(_rate, player="leader", sees="action")
leader_rate_policy = functools.partial(_rate, player="leader", sees="policy")
follower_rate_action = functools.partial(_rate, player="follower", sees="action")
follower_rate_policy = functools.partial(_rate, player="follower", sees="policy")
leader_hamiltonian_action = functools.partial(_hamiltonian, player="leader", sees="action")
leader_hamiltonian_policy = functools.partial(_hamiltonian, player="leader", sees="policy")
follower_hamiltonian_action = functools.partial(_hamiltonian, player="follower", sees="action")
follower_hamiltonian_policy = functools.partial(_hamiltonian, player="follower", sees="policy")
leader_second_order_action = functools.partial(_second_order, player="leader", sees="action")
leader_second_order_policy = functools.partial(_second_order, player="leader", sees="policy")
follower_second_order_action = functools.partial(_second_order, player="follower", sees="action")
follower_second_order_policy = functools.partial(_second_order, player="follower", sees="policy")
leader_entropy_action = functools.partial(_entropy, player="leader", sees="action")
leader_entropy_policy = functools.partial(_entropy, player="leader", sees="policy")
follower_entropy = functools.partial(_entropy, player="follower", sees="action")
leader_raw_action = functools.partial(_raw, player="leader", sees="action")
leader_raw_policy = functools.partial(_raw, player="leader", sees="policy")
follower_raw_action = functools.partial(_raw, player="follower", sees="action")
follower_raw_policy = functools.partial(_raw, player="follower", sees="policy")
leader_exploration_action = functools.partial(_exploration, player="leader", sees="action")
leader_exploration_policy = functools.partial(_exploration, player="leader", sees="policy")
follower_exploration_action = functools.partial(_exploration, player="follower", sees="action")
follower_exploration_policy = functools.partial(_exploration, player="follower", sees="policy")
leader_premium_action = functools.partial(_premium, player="leader", sees="action")
leader_premium_policy = functools.partial(_premium, player="leader", sees="policy")
follower_premium_action = functools.partial(_premium, player="follower", sees="action")
follower_premium_policy = functools.partial(_premium, player="follower", sees="policy")
leader_premium_action_origin = functools.partial(_premium, player="leader", sees="action", origin=True)
leader_premium_policy_origin = functools.partial(_premium, player="leader", sees="policy", origin=True)
follower_premium_action_origin = functools.partial(_premium, player="follower", sees="action", origin=True)
follower_premium_policy_origin = functools.partial(_premium, player="follower", sees="policy", origin=True)
leader_exploration_action_halved = functools.partial(_halved, player="leader", sees="action")
leader_exploration_policy_halved = functools.partial(_halved, player="leader", sees="policy")
follower_exploration_action_halved = functools.partial(_halved, player="follower", sees="action")
follower_exploration_policy_halved = functools.partial(_halved, player="follower", sees="policy")
leader_exploration_action_own = functools.partial(_alone, player="leader", sees="action", warm="leader")
leader_exploration_policy_own = functools.partial(_alone, player="leader", sees="policy", warm="leader")
follower_exploration_action_own = functools.partial(_alone, player="follower", sees="action", warm="follower")
follower_exploration_policy_own = functools.partial(_alone, player="follower", sees="policy", warm="follower")
leader_exploration_action_cross = functools.partial(_alone, player="leader", sees="action", warm="follower")
leader_exploration_policy_cross = functools.partial(_alone, player="leader", sees="policy", warm="follower")
follower_exploration_action_cross = functools.partial(_alone, player="follower", sees="action", warm="leader")
follower_exploration_policy_cross = functools.partial(_alone, player="follower", sees="policy", warm="leader")
leader_exploration_cost_action = functools.partial(_exploration_cost, player="leader", sees="action")
leader_exploration_cost_policy = functools.partial(_exploration_cost, player="leader", sees="policy")
follower_exploration_cost_action = functools.partial(_exploration_cost, player="follower", sees="action")
follower_exploration_cost_policy = functools.partial(_exploration_cost, player="follower", sees="policy")
