"""Words for the players' laws at a point: what deviations cost, divergences, traces, determinants."""

from __future__ import annotations

import functools
from fractions import Fraction

from flint import arb, ctx, fmpq, fmpq_mat

from games.linear_quadratic import LinearQuadraticPoint
from verify.exact.errors import CertificateError
from verify.exact.lq_point import (
    Fact,
    Law,
    Sees,
    Stage,
    Value,
    as_fmpq,
    as_fraction,
    as_matrix,
    ball,
    beside,
    block,
    form,
    log,
    resolvent,
    stacked,
    stage,
    trace_of_product,
    zeros,
)


def _factor_entropy(tau: Fraction, factor: fmpq_mat, bits: int) -> Value:
    """tau times the entropy k log(2 pi e) / 2 + log det L of N(., LL'), L triangular; 0 at tau = 0."""
    if tau == 0:
        return Fraction(0)
    with ctx.workprec(bits + 32):
        half = factor.nrows() * (1 + (2 * arb.pi()).log()) / 2
        return arb(as_fmpq(tau)) * (half + arb(factor.det()).log())


def _added(rational: fmpq, own: Value, other: Value, bits: int) -> Value:
    """rational + own - other, rational where the entropies are."""
    if isinstance(own, Fraction) and isinstance(other, Fraction):
        return as_fraction(rational) + own - other
    with ctx.workprec(bits + 32):
        return arb(rational) + (ball(own) - ball(other))


def follower_deviation_cost(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Value:
    """E q_F - tau_F Ent under N(follower_mean, LL') minus the same under his law, given x and u."""
    here = stage(game)
    known = stacked(here.state, as_matrix(game.leader_action))
    factor, tau = as_matrix(game.follower_factor), here.temperatures[1]
    own = as_fmpq(tau) * here.follower_hessian.inv()
    chosen = Law(stacked(known, as_matrix(game.follower_mean)), _over_reply(here, factor * factor.transpose()))
    answer = Law(here.answered(known), _over_reply(here, own))
    excess = here.expected("follower", chosen) - here.expected("follower", answer)
    entropy = here.entropy("follower", "action", bits)
    return _added(excess, entropy, _factor_entropy(tau, factor, bits), bits)


def _over_reply(here: Stage, covariance: fmpq_mat) -> fmpq_mat:
    """The covariance of z where x and u are known."""
    rest = here.n + here.ku
    return stacked(zeros(rest, here.N), beside(zeros(here.kv, rest), covariance))


def _divergence(mean: fmpq_mat, factor: fmpq_mat, centre: fmpq_mat, H: fmpq_mat, tau: Fraction, bits: int) -> arb:
    """KL(N(mean, LL') || N(centre, tau H^-1))."""
    if tau == 0:
        raise CertificateError("divergence: expected a temperature > 0, found 0: the law has no density")
    precision = H * (1 / as_fmpq(tau))
    covariance, k = factor * factor.transpose(), H.nrows()
    rational = trace_of_product(precision, covariance) + form(mean - centre, precision, mean - centre) - k
    with ctx.workprec(bits + 32):
        return (arb(rational) - log(precision.det() * covariance.det(), bits)) / 2


def follower_divergence(game: LinearQuadraticPoint, fact: Fact, bits: int) -> arb:
    """KL(N(follower_mean, LL') || his law), given x and u."""
    here = stage(game)
    answered = here.answered(stacked(here.state, as_matrix(game.leader_action)))
    centre = block(answered, here.v, slice(1))
    mean, factor = as_matrix(game.follower_mean), as_matrix(game.follower_factor)
    return _divergence(mean, factor, centre, here.follower_hessian, here.temperatures[1], bits)


def _leader_divergence(game: LinearQuadraticPoint, fact: Fact, bits: int, *, sees: Sees) -> arb:
    here = stage(game)
    mean, factor = as_matrix(game.leader_mean), as_matrix(game.leader_factor)
    return _divergence(mean, factor, here.leader_mean, here.leader_hessian(sees), here.temperatures[0], bits)


def _leader_deviation_cost(game: LinearQuadraticPoint, fact: Fact, bits: int, *, sees: Sees) -> Value:
    """E q_L - tau_L Ent under N(leader_mean, LL') minus the same under her law; the follower answers what he sees."""
    here = stage(game)
    mean, factor = as_matrix(game.leader_mean), as_matrix(game.leader_factor)
    leader, follower = here.temperatures
    reply = as_fmpq(follower) * here.follower_hessian.inv()
    chosen = here.law(mean, factor * factor.transpose(), reply, sees)
    excess = here.expected("leader", chosen) - here.raw("leader", sees)
    return _added(excess, here.entropy("leader", sees, bits), _factor_entropy(leader, factor, bits), bits)


def leader_mean_excess(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """(mu - mu*)'(Hhat_uu - H_L,uu)(mu - mu*) / 2."""
    here = stage(game)
    away = as_matrix(game.leader_mean) - here.leader_mean
    return as_fraction(form(away, here.leader_hessian("action") - here.leader_hessian("policy"), away) / 2)


def leader_log_ratio(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Value:
    """log(det Hhat_uu / det H_L,uu)."""
    here = stage(game)
    ratio = here.leader_hessian("action").det() / here.leader_hessian("policy").det()
    return Fraction(0) if ratio == 1 else log(ratio, bits)


def _log_det(game: LinearQuadraticPoint, fact: Fact, bits: int, *, player: str, sees: Sees = "action") -> arb:
    """log det(H / (2 pi)) of the Hessian of the player's law."""
    here = stage(game)
    H = here.leader_hessian(sees) if player == "leader" else here.follower_hessian
    with ctx.workprec(bits + 32):
        return arb(H.det()).log() - H.nrows() * (2 * arb.pi()).log()


def _leader_cross(here: Stage) -> fmpq:
    """tr(H_L,vv H_F,vv^-1)."""
    return trace_of_product(here.hessian("leader", here.v, here.v), here.follower_hessian.inv())


def _follower_trace(here: Stage, sees: Sees) -> fmpq:
    """tr(S_F Hhat_uu^-1) with S_F = H_F,uu - H_F,uv H_F,vv^-1 H_F,vu, or tr(H_F,uu H_L,uu^-1)."""
    H = here.hessian("follower", here.u, here.u)
    if sees == "action":
        crossed = here.hessian("follower", here.v, here.u)
        H = H - crossed.transpose() * here.follower_hessian.inv() * crossed
    return trace_of_product(H, here.leader_hessian(sees).inv())


def leader_cross_trace(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """tr(H_L,vv H_F,vv^-1)."""
    return as_fraction(_leader_cross(stage(game)))


def _trace_word(game: LinearQuadraticPoint, fact: Fact, bits: int, *, sees: Sees) -> Fraction:
    return as_fraction(_follower_trace(stage(game), sees))


def _every_stage(game: LinearQuadraticPoint) -> list[Stage]:
    return [stage(game, regime) for regime in range(game.regimes)]


def leader_cross_cost(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """The resolvent on tr(H_L,vv H_F,vv^-1) of all regimes."""
    return as_fraction(resolvent(game, [_leader_cross(each) for each in _every_stage(game)]))


def _follower_cross_cost(game: LinearQuadraticPoint, fact: Fact, bits: int, *, sees: Sees) -> Fraction:
    """The resolvent on the follower's traces of all regimes."""
    return as_fraction(resolvent(game, [_follower_trace(each, sees) for each in _every_stage(game)]))


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
