"""Words for the players' laws at points of linear-quadratic games, on batches of floats with radii."""

from __future__ import annotations

import functools

import numpy as np

from games.linear_quadratic import LinearQuadraticPoint
from verify.float_ball import FloatBall
from verify.vocabulary.lq_point_algebra import (
    bordered,
    log_determinant,
    number,
    part,
    product,
    scalar,
    scaled,
    total,
    trace_of_product,
    transposed,
)
from verify.vocabulary.lq_point_numeric import ALL, HALF, LOG_TWO_PI, Ball, Frame, frame, resolvent


def _column(here: Frame, name: str) -> FloatBall:
    ball = here.plain(name)
    return FloatBall(ball.value[..., None], ball.radius[..., None])


def _chosen(here: Frame, player: str) -> tuple[FloatBall, FloatBall, FloatBall]:
    """Mean, covariance and log det of the factor of the law that deviates."""
    factor = here.plain(f"{player}_factor")
    diagonal = FloatBall.of(np.diagonal(factor.value, axis1=-2, axis2=-1))
    return _column(here, f"{player}_mean"), product(factor, transposed(factor)), total(diagonal.log(), -1)


def _entropy_of_factor(tau: FloatBall, log_factor: FloatBall, k: int) -> FloatBall:
    """tau (k log(2 pi e) / 2 + log det L)."""
    return tau * (HALF * number(float(k)) * (number(1.0) + LOG_TWO_PI) + log_factor)


def follower_deviation_cost(game: LinearQuadraticPoint) -> Ball:
    here = frame(game)
    mean, covariance, log_factor = _chosen(here, "follower")
    u, tau = _column(here, "leader_action"), here.temperatures[1]
    before = (here.n + here.ku, here.n + here.ku)
    answer = here.answered(u)
    chosen = FloatBall(answer.value.copy(), answer.radius.copy())
    chosen.value[..., here.v, :], chosen.radius[..., here.v, :] = mean.value, mean.radius
    own = scaled(tau, here.inverses["follower"])
    means = here.at_mean("follower", chosen) - here.at_mean("follower", answer)
    spreads = here.spread("follower", bordered(covariance, before, (0, 0))) - here.spread(
        "follower", bordered(own, before, (0, 0))
    )
    entropies = here.entropy("follower", "action") - _entropy_of_factor(tau, log_factor, here.kv)
    return here.pair(means + spreads + entropies)


def _leader_deviation_cost(game: LinearQuadraticPoint, *, sees: str) -> Ball:
    here = frame(game)
    mean, covariance, log_factor = _chosen(here, "leader")
    leader, follower = here.temperatures
    joint = here.covariance(covariance, scaled(follower, here.inverses["follower"]), sees)
    means = here.at_mean("leader", here.answered(mean)) - here.at_mean("leader", here.played)
    spreads = here.spread("leader", joint) - here.spread("leader", here.equilibrium_covariance(sees))
    entropies = here.entropy("leader", sees) - _entropy_of_factor(leader, log_factor, here.ku)
    return here.pair(means + spreads + entropies)


def _divergence(here: Frame, player: str, centre: FloatBall, H: FloatBall, tau: FloatBall) -> Ball:
    """KL(N(mean, LL') || N(centre, tau H^-1)); NaN at tau = 0, where the law has no density."""
    mean, covariance, log_factor = _chosen(here, player)
    away, k = mean - centre, number(float(H.value.shape[-1]))
    weighed = trace_of_product(H, covariance) + scalar(product(transposed(away), H, away))
    determinants = log_determinant(H) - k * tau.log() + number(2.0) * log_factor
    value, radius = here.pair(HALF * (weighed / tau - k - determinants))
    undefined = here.pair(tau)[0] == 0
    return np.where(undefined, np.nan, value), np.where(undefined, np.inf, radius)


def follower_divergence(game: LinearQuadraticPoint) -> Ball:
    here = frame(game)
    centre = part(here.answered(_column(here, "leader_action")), here.v, ALL)
    return _divergence(here, "follower", centre, here.follower_hessian, here.temperatures[1])


def _leader_divergence(game: LinearQuadraticPoint, *, sees: str) -> Ball:
    here = frame(game)
    return _divergence(here, "leader", here.leader_mean, here.leader_hessian(sees), here.temperatures[0])


def leader_mean_excess(game: LinearQuadraticPoint) -> Ball:
    here = frame(game)
    away = _column(here, "leader_mean") - here.leader_mean
    between = here.leader_hessian("action") - here.leader_hessian("policy")
    return here.pair(HALF * scalar(product(transposed(away), between, away)))


def leader_log_ratio(game: LinearQuadraticPoint) -> Ball:
    here = frame(game)
    return here.pair(log_determinant(here.leader_hessian("action")) - log_determinant(here.leader_hessian("policy")))


def _log_det(game: LinearQuadraticPoint, *, player: str, sees: str = "action") -> Ball:
    here = frame(game)
    H = here.leader_hessian(sees) if player == "leader" else here.follower_hessian
    return here.pair(log_determinant(H) - number(float(H.value.shape[-1])) * LOG_TWO_PI)


def _leader_cross(here: Frame) -> FloatBall:
    return trace_of_product(here.hessian("leader", here.v, here.v), here.inverses["follower"])


def _follower_trace(here: Frame, sees: str) -> FloatBall:
    H = here.hessian("follower", here.u, here.u)
    if sees == "action":
        crossed = here.hessian("follower", here.v, here.u)
        H = H - product(transposed(crossed), here.inverses["follower"], crossed)
    return trace_of_product(H, here.inverses[sees])


def leader_cross_trace(game: LinearQuadraticPoint) -> Ball:
    here = frame(game)
    return here.pair(_leader_cross(here))


def _trace_word(game: LinearQuadraticPoint, *, sees: str) -> Ball:
    here = frame(game)
    return here.pair(_follower_trace(here, sees))


def leader_cross_cost(game: LinearQuadraticPoint) -> Ball:
    every = frame(game, every=True)
    return resolvent(every, _leader_cross(every))


def _follower_cross_cost(game: LinearQuadraticPoint, *, sees: str) -> Ball:
    every = frame(game, every=True)
    return resolvent(every, _follower_trace(every, sees))


leader_divergence_action = functools.partial(_leader_divergence, sees="action")
leader_divergence_policy = functools.partial(_leader_divergence, sees="policy")
leader_deviation_cost_action = functools.partial(_leader_deviation_cost, sees="action")
leader_deviation_cost_policy = functools.partial(_leader_deviation_cost, sees="policy")
leader_log_det_action = functools.partial(_log_det, player="leader", sees="action")
leader_log_det_policy = functools.partial(_log_det, player="leader", sees="policy")
follower_log_det = functools.partial(_log_det, player="follower")
follower_trace_action = functools.partial(_trace_word, sees="action")
follower_trace_policy = functools.partial(_trace_word, sees="policy")
follower_cross_cost_action = functools.partial(_follower_cross_cost, sees="action")
follower_cross_cost_policy = functools.partial(_follower_cross_cost, sees="policy")
