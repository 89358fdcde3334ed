r"""Policy iteration on the follower's problem is Newton's method on his Riccati equations (errl/policy-iteration).

The leader keeps a feedback u = L x. Put into the follower's problem it leaves one of a single player, with drift
A + BL, noise C + DL and costs [I 0; L 0; 0 I]'M [I 0; L 0; 0 I] (conclusion "leader put in"); these are called A, C and
M from there on. Regime i is fixed and not written. The noises are stacked, C = (C_1; ...; C_d), F = (F_1; ...; F_d), so
that sum_l C_l'P C_l = C'RC with R = diag(P, ..., P). R and the switching Q = sum_j lam_ij P_j are linear in the P's,
which is all that is used of them: a change P + X brings R + R_X and Q + Q_X. For a gain K, v = K x,

  Lyapunov operator  L_K(P) = (A + EK)'P + P(A + EK) + (C + FK)'R(C + FK) + Q - beta P
  cost               c_K = M_xx + K'M_vx + M_xv K + K'M_vv K
  evaluation of K    E_K(P) = L_K(P) + c_K = 0: linear in P, the cost of keeping K for ever being x'Px / 2
  improvement        K(P) = -H_vv(P)^{-1} H_vx(P),   H_vv = M_vv + F'RF,  H_vx = M_vx + E'P + F'RC
  Riccati residual   Ric(P) = H_xx - H_xv H_vv^{-1} H_vx + Q - beta P,   H_xx = M_xx + A'P + PA + C'RC

Only the gain and the quadratic coefficient are iterated: by certainty equivalence entropies add a constant to each law.
With H_vv > 0, and L_K with a nonpositive inverse (the closed loop is discounted mean-square stable), "comparison" says
that each step lowers P, "error of a step" that it stays above the solution and that the new error is bounded by the
square of the old one (Kleinman 1968; with multiplicative noise and regimes, Damm and Hinrichsen 2001).
"""

from __future__ import annotations

from proofs.engine.free_algebra import Expression, matrix, scalar, symmetric
from proofs.engine.free_algebra_blocks import BlockMatrix, BlockProduct, block
from proofs.engine.free_algebra_derivation import MatrixDerivation, derived
from proofs.engine.free_algebra_identity import MatrixIdentity

TOPIC = "riccati/policy-iteration"
TITLE = "Policy iteration on the follower's problem is Newton's method"

SIZES = ("n", "ku", "kv")
A, B, E = matrix("A", "n", "n"), matrix("B", "n", "ku"), matrix("E", "n", "kv")
C, D, F = matrix("C", "N", "n"), matrix("D", "N", "ku"), matrix("F", "N", "kv")
MXX, MUU, MVV = (
    symmetric(f"M{k}", size, latex=f"M_{{{k}}}") for k, size in zip(("xx", "uu", "vv"), SIZES, strict=True)
)
MUX = matrix("Mux", "ku", "n", latex="M_{ux}")
MVX, MVU = matrix("Mvx", "kv", "n", latex="M_{vx}"), matrix("Mvu", "kv", "ku", latex="M_{vu}")
L = matrix("L", "ku", "n")
beta, epsilon = scalar("beta", latex=r"\beta"), scalar("epsilon", latex=r"\varepsilon")

Value = tuple[Expression, Expression, Expression]
"""What is used of a value x'Px / 2: P, its stack R over the noises, its switching Q."""


def value(name: str) -> Value:
    """A symmetric matrix with its stack and its switching, generators of their own."""
    return (
        symmetric(name, "n"),
        symmetric(f"R{name}", "N", latex=f"R_{{{name}}}"),
        symmetric(f"Q{name}", "n", latex=f"Q_{{{name}}}"),
    )


def plus(left: Value, right: Value, factor: Expression | int = 1) -> Value:
    """left + factor right, in all three: the stack and the switching are linear."""
    return (left[0] + factor * right[0], left[1] + factor * right[1], left[2] + factor * right[2])


P, X = value("P"), value("X")
OLD, NEW, BEST = value("P'"), value("P_K"), value("P_*")  # what the old gain costs, what the new one does, a solution
PREVIOUS = matrix("K'", "kv", "n")  # any gain; in the comparison the one that P' evaluates


def hessian(of: Value) -> tuple[Expression, Expression, Expression]:
    """The blocks H_xx, H_vx and H_vv at P."""
    p, r, _ = of
    return MXX + A.T @ p + p @ A + C.T @ r @ C, MVX + E.T @ p + F.T @ r @ C, MVV + F.T @ r @ F


def improved(of: Value) -> Expression:
    """K(P), the gain that minimises the quadratic of P in v."""
    _, vx, vv = hessian(of)
    return -(vv.inverse() @ vx)


def lyapunov(gain: Expression, of: Value) -> Expression:
    """L_K(P)."""
    p, r, q = of
    drift, noise = A + E @ gain, C + F @ gain
    return drift.T @ p + p @ drift + noise.T @ r @ noise + q - beta * p


def cost(gain: Expression) -> Expression:
    """c_K."""
    return MXX + gain.T @ MVX + MVX.T @ gain + gain.T @ MVV @ gain


def evaluation(gain: Expression, of: Value) -> Expression:
    """E_K(P), zero where P is the cost of K."""
    return lyapunov(gain, of) + cost(gain)


def residual(of: Value) -> Expression:
    """Ric(P), zero where P solves the coupled Riccati equations of this regime."""
    xx, vx, vv = hessian(of)
    return xx - vx.T @ vv.inverse() @ vx + of[2] - beta * of[0]


def slope(gain: Expression, direction: Value) -> Expression:
    """The linear part of H_vx + H_vv K in the direction X: E'X + F'R_X (C + FK)."""
    x, r, _ = direction
    return E.T @ x + F.T @ r @ (C + F @ gain)


K = matrix("K", "kv", "n")
IMPROVED = ((K, improved(P)),)


def derivation() -> MatrixDerivation:
    return derived(TOPIC, TITLE, identities())


def identities() -> tuple[MatrixIdentity, ...]:
    return (
        _leader_put_in(),
        _linear(),
        _square(),
        _residual_at_improved(),
        _comparison(),
        _gains_apart(),
        _newton(),
        _derivative(),
        _newton_is_evaluation(),
        _residual_after(),
        _error_of_a_step(),
        _kept_stable(),
    )


def _leader_put_in() -> MatrixIdentity:
    p, r, _ = P
    costs = BlockMatrix(((MXX, MUX.T, MVX.T), (MUX, MUU, MVU.T), (MVX, MVU, MVV)))
    drift = block([[A.T @ p + p @ A, p @ B, p @ E], [B.T @ p, 0, 0], [E.T @ p, 0, 0]], SIZES, SIZES)
    noise, stacked = BlockMatrix(((C, D, F),)), BlockMatrix(((r,),))
    into = block([[1, 0], [L, 0], [0, 1]], SIZES, ("n", "kv"))
    moved = A + B @ L
    drift_left = block([[moved.T @ p + p @ moved, p @ E], [E.T @ p, 0]], ("n", "kv"), ("n", "kv"))
    noise_left = BlockMatrix(((C + D @ L, F),))
    return MatrixIdentity(
        name="leader put in",
        lhs=BlockProduct((into.T, costs + drift + noise.T @ stacked @ noise, into)),
        rhs=into.T @ costs @ into + drift_left + noise_left.T @ stacked @ noise_left,
        reason="With u = L x the follower's Hessian at P is that of a game of one player, with drift A + BL, noise "
        "C + DL and the costs seen through z = (x, L x, v). These are called A, C and M from here on.",
    )


def _linear() -> MatrixIdentity:
    return MatrixIdentity(
        name="evaluation is affine",
        lhs=evaluation(PREVIOUS, plus(P, X, epsilon)),
        rhs=evaluation(PREVIOUS, P) + epsilon * lyapunov(PREVIOUS, X),
        reason="For a gain that is kept, the evaluation equation is a generalised Lyapunov equation: P enters "
        "linearly, in the drift, in the noise and in the switching alike.",
    )


def _square() -> MatrixIdentity:
    _, _, vv = hessian(P)
    return MatrixIdentity(
        name="square completed",
        lhs=evaluation(PREVIOUS, P),
        rhs=residual(P) + (PREVIOUS - K).T @ vv @ (PREVIOUS - K),
        definitions=IMPROVED,
        reason="The evaluation at a fixed P is a quadratic in the gain with Hessian H_vv(P); completing the square "
        "leaves the Riccati residual, which is therefore its minimum over all gains where H_vv(P) > 0.",
    )


def _residual_at_improved() -> MatrixIdentity:
    return MatrixIdentity(
        name="residual is evaluation",
        lhs=residual(P),
        rhs=evaluation(K, P),
        definitions=IMPROVED,
        reason="At the improved gain the square vanishes: the Riccati residual of P is the evaluation of K(P) at P.",
    )


def _comparison() -> MatrixIdentity:
    """Behind monotonicity; both evaluations vanish where the equations were solved."""
    gain = improved(OLD)
    _, _, vv = hessian(OLD)
    return MatrixIdentity(
        name="comparison",
        lhs=lyapunov(K, plus(NEW, OLD, -1)),
        rhs=(PREVIOUS - K).T @ vv @ (PREVIOUS - K) + evaluation(K, NEW) - evaluation(PREVIOUS, OLD),
        definitions=((K, gain),),
        reason="Let P' evaluate the gain K', and P_K the gain K improved at P'. Then both evaluations on the right are "
        "zero and L_K(P_K - P') is a square with H_vv(P'). If L_K is stable, P_K <= P': the costs fall monotonically. "
        "Where the equations were solved with errors, the errors stand here.",
    )


def _gains_apart() -> MatrixIdentity:
    _, _, vv = hessian(plus(P, X))
    return MatrixIdentity(
        name="change of the gain",
        lhs=improved(plus(P, X)),
        rhs=K - vv.inverse() @ slope(K, X),
        definitions=IMPROVED,
        reason="The gain improved at P + X differs from K(P) by the slope E'X + F'R_X (C + FK), divided by "
        "H_vv(P + X): a change of first order in X.",
    )


def _newton() -> MatrixIdentity:
    _, _, vv = hessian(plus(P, X))
    return MatrixIdentity(
        name="expansion of the residual",
        lhs=residual(plus(P, X)),
        rhs=residual(P) + lyapunov(K, X) - slope(K, X).T @ vv.inverse() @ slope(K, X),
        definitions=IMPROVED,
        reason="The residual at P + X, exactly: its value at P, the Lyapunov operator of the improved gain applied to "
        "X, and a remainder that is quadratic in X.",
    )


def _derivative() -> MatrixIdentity:
    _, _, vv = hessian(plus(P, X, epsilon))
    return MatrixIdentity(
        name="derivative of the residual",
        lhs=residual(plus(P, X, epsilon)) - residual(P) - epsilon * lyapunov(K, X),
        rhs=-(epsilon * epsilon * (slope(K, X).T @ vv.inverse() @ slope(K, X))),
        definitions=IMPROVED,
        reason="Along P + epsilon X the rest is epsilon squared times a bounded matrix: the derivative of Ric at P in "
        "the direction X is L_K(X), with the improved gain K = K(P).",
    )


def _newton_is_evaluation() -> MatrixIdentity:
    return MatrixIdentity(
        name="Newton's equation",
        lhs=residual(P) + lyapunov(K, plus(NEW, P, -1)),
        rhs=evaluation(K, NEW),
        definitions=IMPROVED,
        reason="Newton's equation for the next iterate P_K, residual plus derivative times step equal to zero, is the "
        "evaluation equation of the improved gain: policy iteration is Newton's method.",
    )


def _residual_after() -> MatrixIdentity:
    step = plus(NEW, P, -1)
    _, _, vv = hessian(NEW)
    return MatrixIdentity(
        name="residual after a step",
        lhs=residual(NEW),
        rhs=evaluation(K, NEW) - slope(K, step).T @ vv.inverse() @ slope(K, step),
        definitions=IMPROVED,
        reason="After the step the first two orders have cancelled: where E_K(P_K) = 0 the residual is minus a square "
        "in the step X = P_K - P, so it is of second order, and Ric(P_K) <= 0 from the first step on.",
    )


def _error_of_a_step() -> MatrixIdentity:
    error = plus(P, BEST, -1)
    _, _, vv = hessian(BEST)
    return MatrixIdentity(
        name="error of a step",
        lhs=lyapunov(K, plus(NEW, BEST, -1)),
        rhs=evaluation(K, NEW) - residual(BEST) - slope(K, error).T @ vv.inverse() @ slope(K, error),
        definitions=IMPROVED,
        reason="Let P_* solve the Riccati equations and P_K evaluate K(P): both residuals on the right vanish. With "
        "L_K stable the new iterate lies above the solution, P_K >= P_*, and its error is at most the norm of the "
        "inverse of L_K times a square in the old error P - P_*: quadratic convergence, with the constant written out.",
    )


def _kept_stable() -> MatrixIdentity:
    _, _, vv = hessian(OLD)
    return MatrixIdentity(
        name="old value under the new gain",
        lhs=lyapunov(K, OLD),
        rhs=evaluation(PREVIOUS, OLD) - cost(K) - (PREVIOUS - K).T @ vv @ (PREVIOUS - K),
        definitions=((K, improved(OLD)),),
        reason="With P' the value of K', so that the first term vanishes, P' is a Lyapunov function of the improved "
        "loop: L_K(P') <= -c_K. With P' >= 0 and c_K > 0 the improved gain is mean-square stabilising again.",
    )
