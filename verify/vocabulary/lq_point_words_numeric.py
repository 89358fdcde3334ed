"""Words for the Hamiltonian system at points of linear-quadratic games, on batches of floats with radii."""

from __future__ import annotations

import functools

import numpy as np

from games.linear_quadratic import LinearQuadraticPoint
from verify.float_ball import FloatBall
from verify.vocabulary.lq_point_algebra import number, product, scalar, scaled, total, trace_of_product, transposed
from verify.vocabulary.lq_point_numeric import HALF, Ball, Frame, frame, resolvent


def _known(game: LinearQuadraticPoint, values: np.ndarray) -> Ball:
    return np.broadcast_to(values, game.batch_shape), np.zeros(game.batch_shape)


def lq_discount(game: LinearQuadraticPoint) -> Ball:
    return _known(game, game.discount)


def lq_leader_temperature(game: LinearQuadraticPoint) -> Ball:
    return _known(game, game.leader_temperature)


def lq_follower_temperature(game: LinearQuadraticPoint) -> Ball:
    return _known(game, game.follower_temperature)


def leader_dimension(game: LinearQuadraticPoint) -> Ball:
    return _known(game, np.array(float(game.leader_actions)))


def follower_dimension(game: LinearQuadraticPoint) -> Ball:
    return _known(game, np.array(float(game.follower_actions)))


def _values(game: LinearQuadraticPoint, player: str) -> FloatBall:
    """V_k(x, j) of all regimes, (games, regimes)."""
    every = frame(game, every=True)
    x = every.state
    P, p = every.cost(player, "P"), every.cost(player, "p")
    quadratic = HALF * scalar(product(transposed(x), P, x))
    return quadratic + scalar(product(transposed(p), x)) + every.of(f"{player}_r")


def _value(game: LinearQuadraticPoint, *, player: str) -> Ball:
    return frame(game, every=True).pair(_values(game, player))


def _switching(game: LinearQuadraticPoint, *, player: str) -> Ball:
    here = frame(game)
    return here.pair(total(here.of("generator") * _values(game, player), -1))


def switched(here: Frame, name: str, *, column: bool = False) -> FloatBall:
    """sum_j lam_ij of the array of that name."""
    array = here.whole(name)  # (games, m, ...)
    rates = here.of("generator")
    wide = rates.value.reshape(*rates.value.shape, *[1] * (array.ndim - 2))
    found = total(FloatBall.of(wide) * FloatBall.of(array), 1)
    return FloatBall(found.value[..., None], found.radius[..., None]) if column else found


def coefficients_rate(here: Frame, player: str) -> tuple[FloatBall, FloatBall]:
    """dP/dt and dp/dt by the Riccati and the linear equation."""
    beta = here.plain("discount")
    H, h, _ = here.hamiltonians[player]
    Phi, phi = here.closed_loop
    back = transposed(Phi)
    P = scaled(beta, here.cost(player, "P")) - product(back, H, Phi) - switched(here, f"{player}_P")
    p = scaled(beta, here.cost(player, "p")) - product(back, product(H, phi) + h)
    return P, p - switched(here, f"{player}_p", column=True)


def quadratic_of(here: Frame, P: FloatBall) -> FloatBall:
    """x'P x / 2."""
    return HALF * scalar(product(transposed(here.state), P, here.state))


def _quadratic_rate(game: LinearQuadraticPoint, *, player: str) -> Ball:
    here = frame(game)
    return here.pair(quadratic_of(here, coefficients_rate(here, player)[0]))


def _rate(game: LinearQuadraticPoint, *, player: str, sees: str) -> Ball:
    here = frame(game)
    P, p = coefficients_rate(here, player)
    H, h, c = here.hamiltonians[player]
    _, phi = here.closed_loop
    beta, r = here.plain("discount"), here.of(f"{player}_r")
    spread = trace_of_product(H, here.equilibrium_covariance(sees))
    source = HALF * scalar(product(transposed(phi), H, phi)) + scalar(product(transposed(h), phi)) + c + HALF * spread
    constant = beta * r - source + here.entropy(player, sees) - switched(here, f"{player}_r")
    return here.pair(quadratic_of(here, P) + scalar(product(transposed(p), here.state)) + constant)


def _hamiltonian(game: LinearQuadraticPoint, *, player: str, sees: str) -> Ball:
    here = frame(game)
    return here.pair(here.raw(player, sees) - here.entropy(player, sees))


def _second_order(game: LinearQuadraticPoint, *, player: str, sees: str) -> Ball:
    here = frame(game)
    J, s = here.noise
    z = here.played
    sigma = product(J, FloatBall(z.value[..., None, :, :], z.radius[..., None, :, :])) + s
    spread = here.second_order_spread(player, here.equilibrium_covariance(sees))
    return here.pair(HALF * (here.second_order_of(player, sigma) + spread))


def _entropy(game: LinearQuadraticPoint, *, player: str, sees: str) -> Ball:
    here = frame(game)
    return here.pair(here.entropy(player, sees))


def _raw(game: LinearQuadraticPoint, *, player: str, sees: str) -> Ball:
    here = frame(game)
    return here.pair(here.raw(player, sees))


def _exploration(
    game: LinearQuadraticPoint, *, player: str, sees: str, shares: tuple[float, float] = (1.0, 1.0)
) -> Ball:
    """At these shares of the leader's and the follower's temperature."""
    here = frame(game)
    leader, follower = (number(share) * tau for share, tau in zip(shares, here.temperatures, strict=True))
    return here.pair(here.exploration(player, sees, (leader, follower)))


def _premium(game: LinearQuadraticPoint, *, player: str, sees: str) -> Ball:
    here = frame(game)
    cold = here.at_mean(player, here.played)
    return here.pair((here.raw(player, sees) - cold) - here.entropy(player, sees))


def _premium_origin(game: LinearQuadraticPoint, *, player: str, sees: str) -> Ball:
    """The same at x = 0."""
    here = frame(game).at_origin()
    cold = here.at_mean(player, here.played)
    return here.pair((here.raw(player, sees) - cold) - here.entropy(player, sees))


def _exploration_cost(game: LinearQuadraticPoint, *, player: str, sees: str) -> Ball:
    every = frame(game, every=True)
    return resolvent(every, every.exploration(player, sees, every.temperatures))


OWN = {"leader": (1.0, 0.0), "follower": (0.0, 1.0)}
CROSS = {"leader": OWN["follower"], "follower": OWN["leader"]}
HALVED = (0.5, 0.5)

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
leader_premium_action_origin = functools.partial(_premium_origin, player="leader", sees="action")
leader_premium_policy_origin = functools.partial(_premium_origin, player="leader", sees="policy")
follower_premium_action_origin = functools.partial(_premium_origin, player="follower", sees="action")
follower_premium_policy_origin = functools.partial(_premium_origin, player="follower", sees="policy")
leader_exploration_action_halved = functools.partial(_exploration, player="leader", sees="action", shares=HALVED)
leader_exploration_policy_halved = functools.partial(_exploration, player="leader", sees="policy", shares=HALVED)
follower_exploration_action_halved = functools.partial(_exploration, player="follower", sees="action", shares=HALVED)
follower_exploration_policy_halved = functools.partial(_exploration, player="follower", sees="policy", shares=HALVED)
leader_exploration_action_own = functools.partial(_exploration, player="leader", sees="action", shares=OWN["leader"])
leader_exploration_policy_own = functools.partial(_exploration, player="leader", sees="policy", shares=OWN["leader"])
follower_exploration_action_own = functools.partial(
    _exploration, player="follower", sees="action", shares=OWN["follower"]
)
follower_exploration_policy_own = functools.partial(
    _exploration, player="follower", sees="policy", shares=OWN["follower"]
)
leader_exploration_action_cross = functools.partial(
    _exploration, player="leader", sees="action", shares=CROSS["leader"]
)
leader_exploration_policy_cross = functools.partial(
    _exploration, player="leader", sees="policy", shares=CROSS["leader"]
)
follower_exploration_action_cross = functools.partial(
    _exploration, player="follower", sees="action", shares=CROSS["follower"]
)
follower_exploration_policy_cross = functools.partial(
    _exploration, player="follower", sees="policy", shares=CROSS["follower"]
)
leader_exploration_cost_action = functools.partial(_exploration_cost, player="leader", sees="action")
leader_exploration_cost_policy = functools.partial(_exploration_cost, player="leader", sees="policy")
follower_exploration_cost_action = functools.partial(_exploration_cost, player="follower", sees="action")
follower_exploration_cost_policy = functools.partial(_exploration_cost, player="follower", sees="policy")
