"""The words of what follows from the Riccati system: entropies, parts of the exploration, textbook equations, Nash.

They extend `proofs.riccati.vocabulary` with concepts of an "lq point" (all at regime i and state x). Vectors over the m
regimes carry what is summed by the resolvent (beta I - Lambda)^{-1}: row i is picked by e_i, and ones is (1, ..., 1).
"""

from __future__ import annotations

import functools

from proofs.engine.free_algebra import Expression, dimension, identity, matrix, scalar, vector, zero
from proofs.engine.free_algebra_vocabulary import MatrixVocabulary
from proofs.riccati.vocabulary import (
    BETA,
    BOTH,
    COVARIANCE_U,
    COVARIANCE_V,
    FOLLOWER,
    HHAT_UU,
    KAPPA,
    LEADER,
    LOG_2PI,
    PLAYERS,
    SEES,
    A,
    C,
    E,
    F,
    K,
    Player,
    Sees,
    T,
    U,
    V,
    X,
    commitment,
    over_actions,
    reply,
    vocabulary,
    word,
)

# The pair of the simultaneous game: both first-order conditions at once.
NASH_HESSIAN = matrix("N", "k_u", "k_u")
NASH_U, NASH_V = vector("u_nash", "k_u", latex="u_N"), vector("v_nash", "k_v", latex="v_N")

# The slopes of the leader's cost at the Stackelberg pair (mu*, reply), in u and in v.
SLOPE_U, SLOPE_V = vector("slope_u", "k_u", latex="g_u"), vector("slope_v", "k_v", latex="g_v")

LAMBDA, ONES = matrix("Lambda", "m", "m", latex=r"\Lambda"), vector("ones", "m", latex=r"\mathbf 1")
PICKED = vector("e_i", "m", latex="e_i")
DISCOUNTED = matrix("beta_less_Lambda", "m", "m", latex=r"\left(\beta I - \Lambda\right)")
CROSS = {  # the cross traces in every regime
    ("leader", "action"): (leader_cross := vector("cross_L", "m", latex=r"\vec\theta_L")),
    ("leader", "policy"): leader_cross,
    ("follower", "action"): vector("cross_F_action", "m", latex=r"\vec\theta_F^{a}"),
    ("follower", "policy"): vector("cross_F_policy", "m", latex=r"\vec\theta_F^{p}"),
}
SOURCE = {
    (k, sees): vector(f"source_{PLAYERS[k]}_{sees}", "m", latex=rf"\vec f_{PLAYERS[k]}^{{\,{sees[0]}}}")
    for k in PLAYERS
    for sees in SEES
}


def own_dimension(k: Player) -> Expression:
    """The number of the player's own actions."""
    return dimension("k_u") if k is LEADER else dimension("k_v")


def other(k: Player) -> Player:
    return FOLLOWER if k is LEADER else LEADER


def cross_trace(k: Player, sees: str) -> str:
    """The name of the trace that the other's temperature multiplies in the player's exploration cost."""
    return "leader_cross_trace" if k is LEADER else f"follower_trace_{sees}"


QUIET = {name: scalar(f"{name}_raw_cold", latex=rf"\mathcal R_{index}^{{\,0}}") for name, index in PLAYERS.items()}
"""The stage cost in the game without entropies, both actions being their means; a word."""


def at_means(k: Player, x: Expression = X) -> Expression:
    """The stage cost at both temperatures 0: the actions are their means."""
    u = commitment(x)
    return k.stage(x, u, reply(x, u))


Words = dict[str, tuple[str, Expression]]  # name -> LaTeX and meaning


def _entropies() -> Words:
    found: Words = {"follower_entropy": (r"\epsilon_F", FOLLOWER.temperature * FOLLOWER.entropy["action"])}
    ku, kv = dimension("k_u"), dimension("k_v")
    found["follower_log_det"] = r"\ell_F", FOLLOWER.H["vv"].log_det() - kv * LOG_2PI
    for sees, hessian in zip(SEES, (HHAT_UU, LEADER.H["uu"]), strict=True):
        mark = sees[0]
        found[f"leader_entropy_{sees}"] = rf"\epsilon_L^{{{mark}}}", LEADER.temperature * LEADER.entropy[sees]
        found[f"leader_log_det_{sees}"] = rf"\ell_L^{{{mark}}}", hessian.log_det() - ku * LOG_2PI
    return found


PARTS = ("own", "cross", "halved")


def laws_of(k: Player, sees: Sees, part: str) -> tuple[Expression, Expression]:
    """The covariances of both laws, given what the other does, with some temperatures changed.

    "own" keeps the player's temperature and takes the other for 0, "cross" the other way round, "halved" is at half of
    both: covariances are linear in the temperatures.
    """
    u, v = COVARIANCE_U[sees], COVARIANCE_V
    if part == "halved":
        return u / 2, v / 2
    return (u, zero("k_v", "k_v")) if (part == "own") == (k is LEADER) else (zero("k_u", "k_u"), v)


def _exploration() -> Words:
    """The exploration cost with some temperatures changed, of the Hamiltonian's quadratic, which the stage cost is."""
    found: Words = {}
    u, v = commitment(X), reply(X, commitment(X))
    for k in BOTH:
        for sees in SEES:
            for part in PARTS:
                of_u, of_v = laws_of(k, sees, part)
                averaged = over_actions(k.hamiltonian(X, U, V), sees, covariance=of_u, noise=of_v)
                latex = rf"\mathcal X_{{{k.index},\mathrm{{{part}}}}}^{{\,{sees[0]}}}"
                found[f"{k.name}_exploration_{sees}_{part}"] = latex, averaged - k.hamiltonian(X, u, v)
    return found


def _rates() -> Words:
    found: Words = {}
    for k in BOTH:
        cold = X.T @ k.Pdot @ X / 2 + k.pdot.T @ X + BETA * k.r - k.closed_r - k.switched_r
        found[f"{k.name}_rate_cold"] = rf"\partial_t V_{k.index}^{{0}}", cold
    f, P, Pi, M = FOLLOWER, FOLLOWER.P, FOLLOWER.stacked_P, FOLLOWER.M
    across = M["vx"] + E.T @ P + F.T @ Pi @ C
    textbook = M["xx"] + A.T @ P + P @ A + C.T @ Pi @ C - across.T @ (M["vv"] + F.T @ Pi @ F).inverse() @ across
    return found | {
        "follower_quadratic_rate": (r"\tfrac{1}{2} x^{\top}\tfrac{dP_F}{dt} x", X.T @ f.Pdot @ X / 2),
        "follower_are_rate": (r"\varrho_F", X.T @ (BETA * P - textbook) @ X / 2),
        "follower_coupling": (r"\chi_F", X.T @ f.switched_P @ X / 2),
    }


def _simultaneous() -> Words:
    u, v = commitment(X), reply(X, commitment(X))
    away, away_v = NASH_U - u, NASH_V - v
    best = -(LEADER.H["uu"].inverse() @ (LEADER.H["ux"] @ X + LEADER.H["vu"].T @ v + LEADER.h["u"]))
    return {
        "leader_stackelberg_hamiltonian": (r"q_L^{S}", LEADER.stage(X, u, v)),
        "leader_nash_hamiltonian": (r"q_L^{N}", LEADER.stage(X, NASH_U, NASH_V)),
        "leader_commitment_gain": (r"\eta_L", away.T @ HHAT_UU @ away / 2),
        "leader_simultaneous_gain": (r"\sigma_L", LEADER.stage(X, u, v) - LEADER.stage(X, best, v)),
        "nash_gain_distance": (r"\left|z^{N} - z^{S}\right|^{2}", away.T @ away + away_v.T @ away_v),
    }


def _resolvent() -> tuple[Words, dict[Expression, Expression]]:
    found: Words = {}
    meanings: dict[Expression, Expression] = {DISCOUNTED: BETA * identity("m") - LAMBDA}
    row = PICKED.T @ DISCOUNTED.inverse()
    for k in BOTH:
        for sees in SEES:
            key = k.name, sees
            own, foreign = k.temperature * own_dimension(k) / 2, other(k).temperature / 2
            meanings[SOURCE[key]] = own * ONES + foreign * CROSS[key]
            found[f"{k.name}_exploration_cost_{sees}"] = (
                rf"\mathcal C_{k.index}^{{\,{sees[0]}}}",
                row @ SOURCE[key],
            )
            name = "leader_cross_cost" if k is LEADER else f"follower_cross_cost_{sees}"
            latex = r"\bar\theta_L" if k is LEADER else rf"\bar\theta_F^{{{sees[0]}}}"
            found[name] = latex, row @ CROSS[key]
    return found, meanings


@functools.cache
def consequences() -> MatrixVocabulary:
    """The vocabulary of the Riccati system with these words."""
    H, h = LEADER.H, LEADER.h
    u, v = commitment(X), reply(X, commitment(X))
    pair: dict[Expression, Expression] = {
        SLOPE_U: H["ux"] @ X + H["uu"] @ u + H["vu"].T @ v + h["u"],
        SLOPE_V: H["vx"] @ X + H["vu"] @ u + H["vv"] @ v + h["v"],
        NASH_HESSIAN: H["uu"] + H["vu"].T @ T,
        NASH_U: -(NASH_HESSIAN.inverse() @ ((H["ux"] + H["vu"].T @ K) @ X + H["vu"].T @ KAPPA + h["u"])),
        NASH_V: reply(X, NASH_U),
    }
    summed, sources = _resolvent()
    said = _entropies() | _exploration() | _rates() | _simultaneous() | summed
    generators = {name: word(name, latex) for name, (latex, _) in said.items()}
    spoken = {generators[name]: meaning for name, (_, meaning) in said.items()}
    quiet: dict[Expression, Expression] = {QUIET[k.name]: at_means(k) for k in BOTH}
    words = generators | {f"{name}_raw_cold": generator for name, generator in QUIET.items()}
    own = FOLLOWER.M["vv"] + F.T @ FOLLOWER.stacked_P @ F  # H_F,vv written out, as textbooks do
    return vocabulary().extended(words=words, meanings={**pair, **sources, **quiet, **spoken}, given=(own,))
