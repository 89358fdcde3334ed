"""The Gaussian laws minimise what each player averages less his temperature times his entropy; what other laws cost.

For any law of an action with a density, mean m, covariance S and entropy e (all finite), and a Gaussian law g,
    KL(law || g) = -e - E log g,    log g(v) = -(k log 2pi + log det Sigma + (v - v*)' Sigma^{-1} (v - v*)) / 2.
The averaged quadratic exceeds that of g by tau KL exactly where the inverse of Sigma is the Hessian over tau; KL is
nonnegative, and zero for g alone (Gibbs' inequality), so that g is the unique minimiser.
"""

from __future__ import annotations

from proofs.engine.free_algebra import Expression, dimension, expectation, scalar, symmetric, vector
from proofs.engine.free_algebra_argument import MatrixArgument
from proofs.engine.free_algebra_derivation import MatrixDerivation
from proofs.engine.step import Step
from proofs.riccati import generator, reaction
from proofs.riccati.generator import Hamiltonians
from proofs.riccati.vocabulary import (
    COVARIANCE_U,
    COVARIANCE_V,
    FACTOR,
    FOLLOWER,
    HHAT_UU,
    LEADER,
    LOG_2PI,
    MEAN,
    SEEN,
    SEES,
    Sees,
    U,
    V,
    X,
    commitment,
    entropy,
    over_actions,
    reply,
    vocabulary,
)

TOPIC = "riccati/gaussian-laws"
TITLE = "The Gaussian equilibrium laws, and what any other law costs"

# Any law of the follower's or the leader's action: mean, covariance, entropy.
LAW = {
    "follower": (vector("m_v", "k_v", latex="m"), symmetric("S_v", "k_v", latex="S"), scalar("e_v", latex="e")),
    "leader": (vector("m_u", "k_u", latex="m"), symmetric("S_u", "k_u", latex="S"), scalar("e_u", latex="e")),
}


def derivation() -> MatrixDerivation:
    argument = MatrixArgument(topic=TOPIC, title=TITLE, vocabulary=vocabulary())
    hamiltonians = generator.write(argument)
    write(argument, hamiltonians, *reaction.write(argument))
    return argument.derivation()


def write(argument: MatrixArgument, hamiltonians: Hamiltonians, follower: Step, leader: Step) -> None:
    """The steps, from the Hamiltonians and the squares of both players."""
    argument.section(
        "Gaussian laws",
        """A player averages his Hamiltonian over the law of his action and is paid his temperature for its entropy. For
        any law with a density, of mean m, covariance S and entropy e, the excess over the Gaussian law is the
        temperature times the Kullback-Leibler divergence, -e - E log g; it is nonnegative, and zero for that law
        alone.""",
    )
    _entropies(argument)
    _follower(argument, hamiltonians["follower"], follower)
    for sees in SEES:
        _leader(argument, sees, hamiltonians["leader"], leader)


def log_density(
    action: Expression, center: Expression, precision: Expression, log_det: Expression, size: str
) -> Expression:
    """log of the density of N(center, precision^{-1}), log_det = log |det| of its covariance."""
    away = action - center
    return -(dimension(size) * LOG_2PI + log_det + away.T @ precision @ away) / 2


def _entropies(argument: MatrixArgument) -> None:
    """-E_g log g is the entropy of the vocabulary, for each equilibrium law and for a Gaussian deviation."""
    laws = (
        ("follower", FOLLOWER.entropy["action"], V, reply(X, SEEN), FOLLOWER.H["vv"], COVARIANCE_V, "k_v"),
        ("leader, action seen", LEADER.entropy["action"], U, commitment(X), HHAT_UU, COVARIANCE_U["action"], "k_u"),
        (
            "leader, policy seen",
            LEADER.entropy["policy"],
            U,
            commitment(X),
            LEADER.H["uu"],
            COVARIANCE_U["policy"],
            "k_u",
        ),
    )
    for name, entropy_of, action, center, hessian, covariance, size in laws:
        k = FOLLOWER if size == "k_v" else LEADER
        log_det = (k.temperature * hessian.inverse()).log_det()
        density = log_density(action, center, hessian / k.temperature, log_det, size)
        argument.conclude(
            f"{name}, entropy",
            argument.identity(
                -expectation(density, action, center, covariance),
                entropy_of,
                entropy_of,
                k.log_scale,
                covariance,
                reason="minus the mean log density: k/2 log(2 pi e tau) - log det(H)/2",
            ),
        )


def _follower(argument: MatrixArgument, hamiltonian: Step, square: Step) -> None:
    k, tau, hessian = FOLLOWER, FOLLOWER.temperature, FOLLOWER.H["vv"]
    m, S, e = LAW["follower"]
    best = reply(X, SEEN)
    seen = argument.particular(square, {U: SEEN}, reason="the action that the follower has seen")

    def cost(mean: Expression, covariance: Expression, entropy_of: Expression) -> Expression:
        return expectation(k.hamiltonian(X, SEEN, V), V, mean, covariance) - tau * entropy_of

    averaged = argument.average(seen, V, m, S, reason="over any law of that mean and covariance")
    own = argument.average(seen, V, best, COVARIANCE_V, reason="over the follower's Gaussian law")
    log_det = (tau * hessian.inverse()).log_det()
    density = log_density(V, best, hessian / tau, log_det, "k_v")
    any_law = argument.conclude(
        "follower, any law",
        argument.combine(
            cost(m, S, e) - cost(best, COVARIANCE_V, k.entropy["action"]),
            -(tau * e) - tau * expectation(density, V, m, S),
            averaged,
            own,
            k.entropy["action"],
            k.log_scale,
            COVARIANCE_V,
            coefficients=(1, -1),
            reason="the excess is tau_F KL(law || N(K x + T u + kappa, tau_F H_F,vv^{-1}))",
        ),
    )
    mean, factor = MEAN["follower"], FACTOR["follower"]
    law = {m: mean, S: factor @ factor.T, e: entropy(factor, "k_v")}
    instance = argument.particular(any_law, law, reason="a Gaussian law")
    stage = argument.particular(hamiltonian, {U: SEEN}, reason="the Hamiltonian where u has been seen")
    deviating = argument.average(stage, V, mean, factor @ factor.T, reason="over the Gaussian deviation")
    staying = argument.average(stage, V, best, COVARIANCE_V, reason="over the equilibrium law")
    words = vocabulary().words
    argument.conclude(
        "follower's deviation",
        argument.combine(
            words["follower_deviation_cost"],
            tau * words["follower_divergence"],
            instance,
            deviating,
            staying,
            words["follower_deviation_cost"],
            words["follower_divergence"],
            coefficients=(1, 1, -1),
            reason="what a Gaussian deviation costs the follower",
        ),
    )


def _leader(argument: MatrixArgument, sees: Sees, hamiltonian: Step, square: Step) -> None:
    k, tau = LEADER, LEADER.temperature
    hessian = HHAT_UU if sees == "action" else k.H["uu"]
    m, S, e = LAW["leader"]
    best, words = commitment(X), vocabulary().words

    def cost(mean: Expression, covariance: Expression, entropy_of: Expression) -> Expression:
        return over_actions(k.hamiltonian(X, U, V), sees, X, mean, covariance) - tau * entropy_of

    log_det = (tau * hessian.inverse()).log_det()
    density = log_density(U, best, hessian / tau, log_det, "k_u")
    excess = -(tau * e) - tau * expectation(density, U, m, S)
    if sees == "policy":
        away = m - best
        excess = excess + away.T @ (HHAT_UU - k.H["uu"]) @ away / 2
    squares = _leader_squares(argument, sees, square)
    any_law = argument.conclude(
        f"leader, any law, {sees} seen",
        argument.combine(
            cost(m, S, e) - cost(best, COVARIANCE_U[sees], k.entropy[sees]),
            excess,
            *squares,
            k.entropy[sees],
            k.log_scale,
            COVARIANCE_U[sees],
            coefficients=(1, -1) if sees == "action" else (1,),
            reason="the excess is tau_L KL(law || N(mu*, tau_L Hhat_uu^{-1}))"
            if sees == "action"
            else "tau_L KL(law || N(mu*, tau_L H_L,uu^{-1})), and what her mean costs: the follower answers it",
        ),
    )
    mean, factor = MEAN["leader"], FACTOR["leader"]
    law = {m: mean, S: factor @ factor.T, e: entropy(factor, "k_u")}
    instance = argument.particular(any_law, law, reason="a Gaussian law")
    averages = []
    for center, covariance in ((mean, factor @ factor.T), (best, COVARIANCE_U[sees])):
        answered = U if sees == "action" else center
        inner = argument.average(hamiltonian, V, reply(X, answered), COVARIANCE_V, reason="over the follower's answer")
        averages.append(argument.average(inner, U, center, covariance, reason="over the leader's law"))
    more = words["leader_mean_excess"]
    right = tau * words[f"leader_divergence_{sees}"]
    argument.conclude(
        f"leader's deviation, {sees} seen",
        argument.combine(
            words[f"leader_deviation_cost_{sees}"],
            right if sees == "action" else right + more,
            instance,
            *averages,
            words[f"leader_deviation_cost_{sees}"],
            words[f"leader_divergence_{sees}"],
            *(() if sees == "action" else (more,)),
            coefficients=(1, 1, -1),
            reason="what a Gaussian deviation costs the leader",
        ),
    )


def _leader_squares(argument: MatrixArgument, sees: Sees, square: Step) -> tuple[Step, ...]:
    """What averaging leaves of the leader's square: over both laws of her action; or, policy seen, at both means."""
    m, S, _ = LAW["leader"]
    if sees == "policy":
        return (argument.particular(square, {U: m}, reason="at the mean of another law, which the follower answers"),)
    found = (
        argument.average(square, U, m, S, reason="over any law of that mean and covariance"),
        argument.average(square, U, commitment(X), COVARIANCE_U["action"], reason="over the leader's Gaussian law"),
    )
    return found
