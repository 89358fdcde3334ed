"""Exploratory LQ Stackelberg games at one moment, in a regime i that is not written: generators, meanings, words.

Every dimension is a name: n states, k_u and k_v actions. Sums over the d channels are one product: the channels stand
below one another, C = (C_1; ...; C_d) and so D, F, s, of N = d n rows, and with I (x) P_k, a symmetric N x N generator,
    sum_l J_l' P_k J_l = J' (I (x) P_k) J.
Sums over regimes are linear in the values: (Lambda P_k) = sum_j lam_ij P_kj is a symmetric generator, (Lambda p_k) and
(Lambda r_k) likewise. Topic riccati/generator says why this covers every number of channels and regimes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Literal

from proofs.engine.free_algebra import (
    Expression,
    Function,
    dimension,
    expectation,
    matrix,
    scalar,
    symmetric,
    vector,
    zero,
)
from proofs.engine.free_algebra_vocabulary import MatrixVocabulary

Sees = Literal["action", "policy"]

PLAYERS = {"leader": "L", "follower": "F"}
SEES: tuple[Sees, ...] = ("action", "policy")
SIZES = {"x": "n", "u": "k_u", "v": "k_v"}

BETA = scalar("beta", latex=r"\beta")
X = vector("x", "n")
A, B, E, b = matrix("A", "n", "n"), matrix("B", "n", "k_u"), matrix("E", "n", "k_v"), vector("b", "n")
C, D, F, s = matrix("C", "N", "n"), matrix("D", "N", "k_u"), matrix("F", "N", "k_v"), vector("s", "N")

# The random actions, bound by expectations, and the action that the follower has seen, a given vector.
U, V = vector("random_u", "k_u", latex="u"), vector("random_v", "k_v", latex="v")
SEEN = vector("u", "k_u", latex=r"\bar u")

LOG_2PI = scalar("log_2pi", latex=r"\log 2\pi")
K, T, KAPPA = matrix("K", "k_v", "n"), matrix("T", "k_v", "k_u"), vector("kappa", "k_v", latex=r"\kappa")
HHAT_UU = symmetric("Hhat_uu", "k_u", latex=r"\hat H_{uu}")
HHAT_UX = matrix("Hhat_ux", "k_u", "n", latex=r"\hat H_{ux}")
HHAT_U = vector("hhat_u", "k_u", latex=r"\hat h_u")
GAIN, OFFSET = matrix("Gamma", "k_u", "n", latex=r"\Gamma"), vector("gamma", "k_u", latex=r"\gamma")
CLOSED = matrix("K_closed", "k_v", "n", latex=r"\bar K")
CLOSED_OFFSET = vector("kappa_closed", "k_v", latex=r"\bar\kappa")
SCHUR_F = symmetric("S_F", "k_u", latex="S_F")  # of H_F,vv in H_F, over (u, v)
COVARIANCE_V = symmetric("Sigma_F", "k_v", latex=r"\Sigma_F")
COVARIANCE_U = {
    "action": symmetric("Sigma_L_action", "k_u", latex=r"\Sigma_L^{a}"),
    "policy": symmetric("Sigma_L_policy", "k_u", latex=r"\Sigma_L^{p}"),
}


class Player:
    """The generators of one player: costs, value coefficients, Hamiltonian, equations."""

    def __init__(self, name: str) -> None:
        self.name, self.index = name, (k := PLAYERS[name])
        self.P, self.p, self.r = symmetric(f"P_{k}", "n"), vector(f"p_{k}", "n"), scalar(f"r_{k}")
        self.stacked_P = symmetric(f"Pi_{k}", "N", latex=rf"\left(I \otimes P_{k}\right)")
        self.switched_P = symmetric(f"LambdaP_{k}", "n", latex=rf"\left(\Lambda P_{k}\right)")
        self.switched_p = vector(f"Lambdap_{k}", "n", latex=rf"\left(\Lambda p_{k}\right)")
        self.switched_r = scalar(f"Lambdar_{k}", latex=rf"\left(\Lambda r_{k}\right)")
        self.temperature = scalar(f"tau_{k}", latex=rf"\tau_{k}")
        self.log_scale = scalar(f"log_scale_{k}", latex=rf"\log\left(2\pi e\tau_{k}\right)")
        self.M, self.H = self._blocks("M"), self._blocks("H")
        self.m, self.h = self._gradient("m"), self._gradient("h")
        self.c = scalar(f"c_{k}")
        self.Pdot = symmetric(f"Pdot_{k}", "n", latex=rf"\tfrac{{dP_{k}}}{{dt}}")
        self.pdot = vector(f"pdot_{k}", "n", latex=rf"\tfrac{{dp_{k}}}{{dt}}")
        self.rdot = {sees: scalar(f"rdot_{k}_{sees}", latex=rf"\tfrac{{dr_{k}^{{{sees[0]}}}}}{{dt}}") for sees in SEES}
        # The closed loop z = Phi x + phi put into the quadratic of H, h, c.
        self.closed_P = symmetric(f"PhiHPhi_{k}", "n", latex=rf"\Phi^{{\top}}H_{k}\Phi")
        self.closed_p = vector(f"Phiphi_{k}", "n", latex=rf"\Phi^{{\top}}\left(H_{k}\varphi + h_{k}\right)")
        self.closed_r = scalar(f"phi_{k}", latex=rf"q_{k}\left(\varphi\right)")
        self.noise = {
            sees: scalar(f"noise_{k}_{sees}", latex=rf"\operatorname{{tr}}\left(H_{k} S^{{{sees[0]}}}\right)")
            for sees in SEES
        }
        entropies = {sees: scalar(f"Ent_{k}_{sees}", latex=rf"\mathrm{{Ent}}_{k}^{{{sees[0]}}}") for sees in SEES}
        alone = scalar(f"Ent_{k}", latex=rf"\mathrm{{Ent}}_{k}")
        self.entropy = entropies if name == "leader" else dict.fromkeys(SEES, alone)

    def _blocks(self, letter: str) -> dict[str, Expression]:
        found: dict[str, Expression] = {}
        for i, j in ("xx", "uu", "vv", "ux", "vx", "vu"):
            name, latex = f"{letter}_{self.index}_{i}{j}", f"{letter}_{{{self.index},{i}{j}}}"
            made = symmetric(name, SIZES[i], latex=latex) if i == j else matrix(name, SIZES[i], SIZES[j], latex=latex)
            found[i + j] = made
        return found

    def _gradient(self, letter: str) -> dict[str, Expression]:
        name = f"{letter}_{self.index}"
        return {i: vector(f"{name}_{i}", size, latex=f"{letter}_{{{self.index},{i}}}") for i, size in SIZES.items()}

    def value(self, x: Expression = X) -> Expression:
        """V_k(x, i)."""
        return x.T @ self.P @ x / 2 + self.p.T @ x + self.r

    @functools.cached_property
    def flow(self) -> Function:
        """(L^{u,v} V_k)(x, i), the controlled generator without switching: drift and half the second-order term."""
        drift = A @ X + B @ U + E @ V + b
        volatility = C @ X + D @ U + F @ V + s
        body = (self.P @ X + self.p).T @ drift + volatility.T @ self.stacked_P @ volatility / 2
        return Function(rf"\mathcal L V_{self.index}", (X, U, V), body)

    @functools.cached_property
    def running(self) -> Function:
        """z'M_k z / 2 + m_k'z."""
        return Function(rf"\ell_{self.index}", (X, U, V), quadratic(self.M, self.m, X, U, V))

    @functools.cached_property
    def hamiltonian(self) -> Function:
        """z'H_k z / 2 + h_k'z + c_k."""
        return Function(f"q_{self.index}", (X, U, V), quadratic(self.H, self.h, X, U, V) + self.c)

    def stage(self, x: Expression, u: Expression, v: Expression) -> Expression:
        """(L^{u,v} V_k)(x, i) + z'M_k z / 2 + m_k'z."""
        return self.flow(x, u, v) + self.running(x, u, v)


LEADER, FOLLOWER = Player("leader"), Player("follower")
BOTH = (LEADER, FOLLOWER)


def quadratic(
    H: dict[str, Expression], h: dict[str, Expression], x: Expression, u: Expression, v: Expression
) -> Expression:
    """z'Hz / 2 + h'z over the blocks of z = (x, u, v)."""
    squares = (x.T @ H["xx"] @ x + u.T @ H["uu"] @ u + v.T @ H["vv"] @ v) / 2
    across = u.T @ H["ux"] @ x + v.T @ H["vx"] @ x + v.T @ H["vu"] @ u
    return squares + across + h["x"].T @ x + h["u"].T @ u + h["v"].T @ v


def reply(x: Expression, u: Expression) -> Expression:
    """The mean of the follower's law where he has seen u."""
    return K @ x + T @ u + KAPPA


def commitment(x: Expression) -> Expression:
    """mu*, the mean of the leader's law."""
    return GAIN @ x + OFFSET


def over_actions(
    argument: Expression,
    sees: Sees,
    x: Expression = X,
    mean: Expression | None = None,
    covariance: Expression | None = None,
    noise: Expression = COVARIANCE_V,
) -> Expression:
    """E of an expression in U and V: u of that mean and covariance (the leader's law), the follower answering.

    He answers the action he sees, v given u of mean K x + T u + kappa; or her mean, where he sees the policy alone.
    """
    mean = commitment(x) if mean is None else mean
    covariance = COVARIANCE_U[sees] if covariance is None else covariance
    answered = U if sees == "action" else mean
    return expectation(expectation(argument, V, reply(x, answered), noise), U, mean, covariance)


def divergence(
    mean: Expression, factor: Expression, center: Expression, precision: Expression, log_det: Expression, size: str
) -> Expression:
    """KL(N(mean, factor factor') || N(center, precision^{-1})), log_det = log |det| of the second covariance."""
    away = mean - center
    traces = (precision @ factor @ factor.T).trace() + away.T @ precision @ away
    return (traces - dimension(size) + log_det - 2 * factor.log_det()) / 2


def entropy(factor: Expression, size: str) -> Expression:
    """Ent N(., factor factor') = k/2 log(2 pi e) + log |det factor|."""
    return dimension(size) * (LOG_2PI + 1) / 2 + factor.log_det()


# Deviations: laws N(mean, factor factor').
MEAN = {
    "leader": vector("mean_L", "k_u", latex=r"\mu_L"),
    "follower": vector("mean_F", "k_v", latex=r"\mu_F"),
}
FACTOR = {
    "leader": matrix("factor_L", "k_u", "k_u", latex=r"\Delta_L"),
    "follower": matrix("factor_F", "k_v", "k_v", latex=r"\Delta_F"),
}

Meanings = dict[Expression, Expression]


def _hamiltonians() -> Meanings:
    found: Meanings = {}
    for k in BOTH:
        P, Pi, M, m, H, h = k.P, k.stacked_P, k.M, k.m, k.H, k.h
        found |= {
            H["xx"]: M["xx"] + A.T @ P + P @ A + C.T @ Pi @ C,
            H["uu"]: M["uu"] + D.T @ Pi @ D,
            H["vv"]: M["vv"] + F.T @ Pi @ F,
            H["ux"]: M["ux"] + B.T @ P + D.T @ Pi @ C,
            H["vx"]: M["vx"] + E.T @ P + F.T @ Pi @ C,
            H["vu"]: M["vu"] + F.T @ Pi @ D,
            h["x"]: m["x"] + A.T @ k.p + P @ b + C.T @ Pi @ s,
            h["u"]: m["u"] + B.T @ k.p + D.T @ Pi @ s,
            h["v"]: m["v"] + E.T @ k.p + F.T @ Pi @ s,
            k.c: k.p.T @ b + s.T @ Pi @ s / 2,
        }
    return found


def _laws() -> Meanings:
    H, f = FOLLOWER.H, FOLLOWER.h
    L, g = LEADER.H, LEADER.h
    inverse = H["vv"].inverse()
    return {
        K: -(inverse @ H["vx"]),
        T: -(inverse @ H["vu"]),
        KAPPA: -(inverse @ f["v"]),
        HHAT_UU: L["uu"] + T.T @ L["vu"] + L["vu"].T @ T + T.T @ L["vv"] @ T,
        HHAT_UX: L["ux"] + T.T @ L["vx"] + L["vu"].T @ K + T.T @ L["vv"] @ K,
        HHAT_U: g["u"] + T.T @ g["v"] + L["vu"].T @ KAPPA + T.T @ L["vv"] @ KAPPA,
        GAIN: -(HHAT_UU.inverse() @ HHAT_UX),
        OFFSET: -(HHAT_UU.inverse() @ HHAT_U),
        CLOSED: K + T @ GAIN,
        CLOSED_OFFSET: KAPPA + T @ OFFSET,
        COVARIANCE_V: FOLLOWER.temperature * inverse,
        COVARIANCE_U["action"]: LEADER.temperature * HHAT_UU.inverse(),
        COVARIANCE_U["policy"]: LEADER.temperature * L["uu"].inverse(),
        SCHUR_F: H["uu"] - H["vu"].T @ inverse @ H["vu"],
    }


def _entropies() -> Meanings:
    found: Meanings = {k.log_scale: LOG_2PI + 1 + k.temperature.log_det() for k in BOTH}
    own, follower = LEADER.log_scale, FOLLOWER.log_scale
    return found | {
        LEADER.entropy["action"]: (dimension("k_u") * own - HHAT_UU.log_det()) / 2,
        LEADER.entropy["policy"]: (dimension("k_u") * own - LEADER.H["uu"].log_det()) / 2,
        FOLLOWER.entropy["action"]: (dimension("k_v") * follower - FOLLOWER.H["vv"].log_det()) / 2,
    }


def _equations() -> Meanings:
    """The Riccati, linear and scalar equations, as the rates they give."""
    found: Meanings = {}
    for k in BOTH:
        H, h, G, R, g, w = k.H, k.h, GAIN, CLOSED, OFFSET, CLOSED_OFFSET
        across = G.T @ H["ux"] + R.T @ H["vx"] + R.T @ H["vu"] @ G
        squares = G.T @ H["uu"] @ G + R.T @ H["vv"] @ R
        found[k.closed_P] = H["xx"] + across + across.T + squares
        found[k.closed_p] = (
            H["ux"].T @ g
            + H["vx"].T @ w
            + h["x"]
            + G.T @ (H["uu"] @ g + H["vu"].T @ w + h["u"])
            + R.T @ (H["vu"] @ g + H["vv"] @ w + h["v"])
        )
        squared = (g.T @ H["uu"] @ g + w.T @ H["vv"] @ w) / 2 + w.T @ H["vu"] @ g
        found[k.closed_r] = squared + h["u"].T @ g + h["v"].T @ w + k.c
        for sees, covariance in COVARIANCE_U.items():
            seen = T @ covariance @ T.T if sees == "action" else zero("k_v", "k_v")
            mixed = 2 * (H["vu"].T @ T @ covariance).trace() if sees == "action" else zero("1", "1")
            of_v = (H["vv"] @ (seen + COVARIANCE_V)).trace()
            found[k.noise[sees]] = (H["uu"] @ covariance).trace() + mixed + of_v
        found[k.Pdot] = BETA * k.P - k.closed_P - k.switched_P
        found[k.pdot] = BETA * k.p - k.closed_p - k.switched_p
        for sees in SEES:
            exploration = k.noise[sees] / 2 - k.temperature * k.entropy[sees]
            found[k.rdot[sees]] = BETA * k.r - k.closed_r - exploration - k.switched_r
    return found


def word(name: str, latex: str) -> Expression:
    """The scalar generator that a concept of that name is in derivations."""
    return scalar(name, latex=latex)


def _words() -> tuple[dict[str, Expression], Meanings]:
    meanings: Meanings = {}
    words: dict[str, Expression] = {
        "lq_discount": BETA,
        "lq_leader_temperature": LEADER.temperature,
        "lq_follower_temperature": FOLLOWER.temperature,
        "leader_dimension": dimension("k_u"),
        "follower_dimension": dimension("k_v"),
    }

    def say(name: str, latex: str, meaning: Expression) -> Expression:
        words[name] = word(name, latex)
        meanings[words[name]] = meaning
        return words[name]

    for k in BOTH:
        index, player = k.index, k.name
        say(f"{player}_value", f"V_{index}", k.value())
        switching = X.T @ k.switched_P @ X / 2 + k.switched_p.T @ X + k.switched_r
        say(f"{player}_switching", rf"\left(\Lambda V_{index}\right)", switching)
        for sees in SEES:
            mark = sees[0]
            rate = X.T @ k.Pdot @ X / 2 + k.pdot.T @ X + k.rdot[sees]
            say(f"{player}_rate_{sees}", rf"\partial_t V_{index}^{{{mark}}}", rate)
            averaged = over_actions(k.stage(X, U, V), sees)
            say(f"{player}_raw_{sees}", rf"\mathcal R_{index}^{{\,{mark}}}", averaged)
            paid = words[f"{player}_raw_{sees}"] - k.temperature * k.entropy[sees]
            say(f"{player}_hamiltonian_{sees}", rf"\mathcal H_{index}^{{\,{mark}}}", paid)
            quiet = _at_means(k, X)
            say(f"{player}_exploration_{sees}", rf"\mathcal X_{index}^{{\,{mark}}}", averaged - quiet)
            premium = words[f"{player}_hamiltonian_{sees}"] - quiet
            say(f"{player}_premium_{sees}", rf"\Delta_{index}^{{\,{mark}}}", premium)
            rest = zero("n", "1")
            there = over_actions(k.stage(rest, U, V), sees, rest) - k.temperature * k.entropy[sees]
            origin = there - _at_means(k, rest)
            say(f"{player}_premium_{sees}_origin", rf"\Delta_{index}^{{\,{mark}}}\left(0\right)", origin)
    _deviations(say)
    leader_uu = LEADER.H["uu"]
    say("leader_log_ratio", r"\rho_L", HHAT_UU.log_det() - leader_uu.log_det())
    say("follower_trace_action", r"\theta_F^{a}", (SCHUR_F @ HHAT_UU.inverse()).trace())
    say("follower_trace_policy", r"\theta_F^{p}", (FOLLOWER.H["uu"] @ leader_uu.inverse()).trace())
    say("leader_cross_trace", r"\theta_L", (LEADER.H["vv"] @ FOLLOWER.H["vv"].inverse()).trace())
    return words, meanings


def _at_means(k: Player, x: Expression) -> Expression:
    """The stage cost at both temperatures 0: the actions are their means."""
    u = commitment(x)
    return k.stage(x, u, reply(x, u))


def _deviations(say: Callable[[str, str, Expression], Expression]) -> None:
    tau_F, tau_L = FOLLOWER.temperature, LEADER.temperature
    hessian, mean, factor = FOLLOWER.H["vv"], MEAN["follower"], FACTOR["follower"]

    def against(law_mean: Expression, covariance: Expression) -> Expression:
        return expectation(FOLLOWER.stage(X, SEEN, V), V, law_mean, covariance)

    deviation = against(mean, factor @ factor.T) - tau_F * entropy(factor, "k_v")
    equilibrium = against(reply(X, SEEN), COVARIANCE_V) - tau_F * FOLLOWER.entropy["action"]
    say("follower_deviation_cost", r"\delta_F", deviation - equilibrium)
    log_det = (tau_F * hessian.inverse()).log_det()
    kl = divergence(mean, factor, reply(X, SEEN), hessian / tau_F, log_det, "k_v")
    say("follower_divergence", r"\mathrm{KL}_F", kl)
    mean, factor = MEAN["leader"], FACTOR["leader"]
    for sees, hessian in zip(SEES, (HHAT_UU, LEADER.H["uu"]), strict=True):
        mark = sees[0]
        deviation = over_actions(LEADER.stage(X, U, V), sees, X, mean, factor @ factor.T)
        deviation = deviation - tau_L * entropy(factor, "k_u")
        equilibrium = over_actions(LEADER.stage(X, U, V), sees) - tau_L * LEADER.entropy[sees]
        say(f"leader_deviation_cost_{sees}", rf"\delta_L^{{{mark}}}", deviation - equilibrium)
        log_det = (tau_L * hessian.inverse()).log_det()
        kl = divergence(mean, factor, commitment(X), hessian / tau_L, log_det, "k_u")
        say(f"leader_divergence_{sees}", rf"\mathrm{{KL}}_L^{{{mark}}}", kl)
    away = mean - commitment(X)
    say("leader_mean_excess", r"\varepsilon_L", away.T @ (HHAT_UU - LEADER.H["uu"]) @ away / 2)


@functools.cache
def vocabulary() -> MatrixVocabulary:
    """Words for every concept of an "lq point" that a derivation speaks of, and what they mean.

    Given: H_F,vv, Hhat_uu, H_L,uu and the factors of the deviations are invertible in every point of the kind.
    """
    words, spoken = _words()
    return MatrixVocabulary(
        words=words,
        meanings={**_hamiltonians(), **_laws(), **_entropies(), **_equations(), **spoken},
        given=(FOLLOWER.H["vv"], HHAT_UU, LEADER.H["uu"], FACTOR["leader"], FACTOR["follower"]),
    )
