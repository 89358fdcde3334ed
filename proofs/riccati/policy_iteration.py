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

By certainty equivalence the entropies change no gain. Linear terms are covered by the coordinates (x, 1). Where
H_vv > 0 at the iterates, and L_K has a nonpositive inverse (the closed loop is discounted mean-square stable),
"comparison" says that each step lowers P, "error of a step" that it stays above the solution and that the new error is
bounded by the square of the old one (Kleinman 1968; with multiplicative noise and regimes, Damm and Hinrichsen 2001).
Stability at the start and H_vv > 0 are not enough: the next loop is stable where c_K > 0 and P >= 0, or where there is
a stabilising solution P_* ("stable beside a solution"), at which H_vv(P_*) > 0 then bounds H_vv(P) from below. Without
one, as for A = E = M_vv = 1, M_xx = -2 in one dimension, the iteration leaves the stable gains.
"""

from __future__ import annotations

from proofs.engine.free_algebra import Expression, matrix, scalar, symmetric, vector, zero
from proofs.engine.free_algebra_argument import MatrixArgument
from proofs.engine.free_algebra_binders import free_generators
from proofs.engine.free_algebra_blocks import BlockMatrix, BlockProduct, block
from proofs.engine.free_algebra_derivation import MatrixDerivation
from proofs.engine.free_algebra_identity import Side, expressions_of
from proofs.engine.free_algebra_vocabulary import MatrixVocabulary

TOPIC = "riccati/policy-iteration"
TITLE = "Policy iteration on the follower's problem is Newton's method"

SIZES = ("n", "k_u", "k_v")
A, B, E = matrix("A", "n", "n"), matrix("B", "n", "k_u"), matrix("E", "n", "k_v")
C, D, F = matrix("C", "N", "n"), matrix("D", "N", "k_u"), matrix("F", "N", "k_v")
MXX, MUU, MVV = (
    symmetric(f"M{k}", size, latex=f"M_{{{k}}}") for k, size in zip(("xx", "uu", "vv"), SIZES, strict=True)
)
MUX = matrix("Mux", "k_u", "n", latex="M_{ux}")
MVX, MVU = matrix("Mvx", "k_v", "n", latex="M_{vx}"), matrix("Mvu", "k_v", "k_u", latex="M_{vu}")
L = matrix("L", "k_u", "n")
EXTENDED = ["n", "1"]  # (x, 1)
SHIFT, SIGMA, MX, MV = (
    vector("b", "n"),
    vector("s", "N"),
    vector("mx", "n", latex="m_x"),
    vector("mv", "k_v", latex="m_v"),
)
LINEAR, CONSTANT = vector("p", "n"), scalar("r")
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
PREVIOUS = matrix("K'", "k_v", "n")  # any gain; in the comparison the one that P' evaluates


def derivation() -> MatrixDerivation:
    """Monotone and quadratic: what each half says exactly."""
    return _Iteration().derivation()


class _Iteration:
    """The derivation being written, with names for the operators that occur in it."""

    def __init__(self) -> None:
        self._argument = MatrixArgument(topic=TOPIC, title=TITLE, vocabulary=MatrixVocabulary())
        self._meanings: dict[Expression, Expression] = {}
        self._gain = self.improved(P, "P")

    def derivation(self) -> MatrixDerivation:
        section = self._argument.section
        section("One player is left", "The leader's feedback is put into the follower's problem.")
        self._leader_put_in()
        self._homogeneous()
        section(
            "Evaluation and improvement",
            """A gain is evaluated by a linear equation; its value is improved upon by minimising a quadratic.""",
        )
        self._affine()
        self._square()
        self._residual_at_improved()
        section(
            "Monotone",
            """What an improved gain changes, measured by its own closed loop, is a square: where that loop is stable,
            the costs fall; and it is, where the one before was.""",
        )
        self._comparison()
        self._kept_stable()
        self._stable_beside_solution()
        section(
            "Newton's method",
            """The Riccati residual is expanded about P, exactly. Its derivative is the Lyapunov operator of the
            improved gain, so that Newton's equation is the evaluation equation, and the remainder is a square of second
            order.""",
        )
        self._gains_apart()
        self._expansion()
        self._derivative()
        self._newton_is_evaluation()
        self._residual_after()
        self._error_of_a_step()
        return self._argument.derivation()

    def _named(self, generator: Expression, meaning: Expression) -> Expression:
        self._meanings[generator] = meaning
        return generator

    def _identity(self, name: str, lhs: Side, rhs: Side, reason: str) -> None:
        """A conclusion, after the definitions that it rests on, each after those it is made of."""
        found: dict[Expression, None] = {}

        def visit(expression: Expression) -> None:
            for generator in sorted(free_generators(expression) & self._meanings.keys(), key=str):
                if generator not in found:
                    visit(self._meanings[generator])
                    self._argument.meaning(generator, self._meanings[generator])
                    found[generator] = None

        for side in (lhs, rhs):
            for expression in expressions_of(side):
                visit(expression)
        self._argument.conclude(name, self._argument.identity(lhs, rhs, *found, reason=reason))

    def own_hessian(self, of: Value, at: str) -> Expression:
        """H_vv at the value, written H_vv(at)."""
        name = f"H_{{vv}}({at})"
        return self._named(symmetric(name, "k_v"), MVV + F.T @ of[1] @ F)

    def own_gradient(self, of: Value, at: str) -> Expression:
        """H_vx at the value, written H_vx(at)."""
        return self._named(matrix(f"H_{{vx}}({at})", "k_v", "n"), MVX + E.T @ of[0] + F.T @ of[1] @ C)

    def improved(self, of: Value, at: str) -> Expression:
        """K(P), the gain that minimises the quadratic of P in v."""
        gain = matrix(f"K({at})", "k_v", "n")
        return self._named(gain, -(self.own_hessian(of, at).inverse() @ self.own_gradient(of, at)))

    def lyapunov(self, gain: Expression, of: Value, at: str) -> Expression:
        """L_K(P)."""
        p, r, q = of
        drift, noise = A + E @ gain, C + F @ gain
        name = rf"\mathcal{{L}}_{{{gain}}}({at})"
        return self._named(symmetric(name, "n"), drift.T @ p + p @ drift + noise.T @ r @ noise + q - beta * p)

    def cost(self, gain: Expression) -> Expression:
        """c_K."""
        meaning = MXX + gain.T @ MVX + MVX.T @ gain + gain.T @ MVV @ gain
        return self._named(symmetric(f"c_{{{gain}}}", "n"), meaning)

    def evaluation(self, gain: Expression, of: Value, at: str) -> Expression:
        """E_K(P), zero where P is the cost of K."""
        name = rf"\mathcal{{E}}_{{{gain}}}({at})"
        return self._named(symmetric(name, "n"), self.lyapunov(gain, of, at) + self.cost(gain))

    def residual(self, of: Value, at: str) -> Expression:
        """Ric(P), zero where P solves the coupled Riccati equations of this regime."""
        p, r, q = of
        vx, vv = self.own_gradient(of, at), self.own_hessian(of, at)
        rest = MXX + A.T @ p + p @ A + C.T @ r @ C + q - beta * p
        return self._named(symmetric(rf"\operatorname{{Ric}}({at})", "n"), rest - vx.T @ vv.inverse() @ vx)

    def slope(self, gain: Expression, direction: Value, at: str) -> Expression:
        """The linear part of H_vx + H_vv K in the direction X: E'X + F'R_X (C + FK)."""
        x, r, _ = direction
        return self._named(matrix(f"S_{{{gain}}}({at})", "k_v", "n"), E.T @ x + F.T @ r @ (C + F @ gain))

    def _leader_put_in(self) -> None:
        p, r, _ = P
        costs = BlockMatrix(((MXX, MUX.T, MVX.T), (MUX, MUU, MVU.T), (MVX, MVU, MVV)))
        drift = block([[A.T @ p + p @ A, p @ B, p @ E], [B.T @ p, 0, 0], [E.T @ p, 0, 0]], SIZES, SIZES)
        noise, stacked = BlockMatrix(((C, D, F),)), BlockMatrix(((r,),))
        into = block([[1, 0], [L, 0], [0, 1]], SIZES, ("n", "k_v"))
        moved = A + B @ L
        drift_left = block([[moved.T @ p + p @ moved, p @ E], [E.T @ p, 0]], ("n", "k_v"), ("n", "k_v"))
        noise_left = BlockMatrix(((C + D @ L, F),))
        self._identity(
            "leader put in",
            BlockProduct((into.T, costs + drift + noise.T @ stacked @ noise, into)),
            into.T @ costs @ into + drift_left + noise_left.T @ stacked @ noise_left,
            "With u = L x the follower's Hessian at P is that of a game of one player, with drift A + BL, noise C + "
            "DL and the costs seen through z = (x, L x, v). These are called A, C and M from here on.",
        )

    def _homogeneous(self) -> None:
        """Linear terms are quadratic ones of (x, 1); N rows of zeros below the noises are left out."""
        p, stacked, _ = P
        of_one = BlockMatrix(((p, LINEAR), (LINEAR.T, 2 * CONSTANT)))
        drift, controlled = block([[A, SHIFT], [0, 0]], EXTENDED, EXTENDED), block([[E], [0]], EXTENDED, ["k_v"])
        moved = drift.T @ of_one + of_one @ drift
        across = of_one @ controlled
        costs = block([[MXX, MX, MVX.T], [MX.T, 0, MV.T], [MVX, MV, MVV]], [*EXTENDED, "k_v"], [*EXTENDED, "k_v"])
        left = BlockMatrix(
            (
                *((*row, edge[0]) for row, edge in zip(moved.blocks, across.blocks, strict=True)),
                (*across.T.blocks[0], zero("k_v", "k_v")),
            )
        )
        noise = BlockMatrix(((C, SIGMA, F),))
        vx, vv = MVX + E.T @ p + F.T @ stacked @ C, MVV + F.T @ stacked @ F
        hx = MX + A.T @ LINEAR + p @ SHIFT + C.T @ stacked @ SIGMA
        hv = MV + E.T @ LINEAR + F.T @ stacked @ SIGMA
        constant = LINEAR.T @ SHIFT + SIGMA.T @ stacked @ SIGMA / 2
        hessian = MXX + A.T @ p + p @ A + C.T @ stacked @ C
        self._identity(
            "linear terms",
            costs + left + noise.T @ BlockMatrix(((stacked,),)) @ noise,
            BlockMatrix(((hessian, hx, vx.T), (hx.T, 2 * constant, hv.T), (vx, hv, vv))),
            "In the coordinates (x, 1) a value x'Px / 2 + p'x + r has the matrix [P p; p' 2r], drift and noise have "
            "one more column, b and s, and the Hessian holds h and 2c beside H: gains are (K, kappa), and all that "
            "follows is about p and r as well, with beta > 0 for the constant.",
        )

    def _affine(self) -> None:
        self._identity(
            "evaluation is affine",
            self.evaluation(PREVIOUS, plus(P, X, epsilon), r"P + \varepsilon X"),
            self.evaluation(PREVIOUS, P, "P") + epsilon * self.lyapunov(PREVIOUS, X, "X"),
            "For a gain that is kept, the evaluation equation is a generalised Lyapunov equation: P enters linearly, "
            "in the drift, in the noise and in the switching alike.",
        )

    def _square(self) -> None:
        away = PREVIOUS - self._gain
        self._identity(
            "square completed",
            self.evaluation(PREVIOUS, P, "P"),
            self.residual(P, "P") + away.T @ self.own_hessian(P, "P") @ away,
            "The evaluation at a fixed P is a quadratic in the gain with Hessian H_vv(P); completing the square "
            "leaves the Riccati residual, which is therefore its minimum over all gains where H_vv(P) > 0.",
        )

    def _residual_at_improved(self) -> None:
        self._identity(
            "residual is evaluation",
            self.residual(P, "P"),
            self.evaluation(self._gain, P, "P"),
            "At the improved gain the square vanishes: the Riccati residual of P is the evaluation of K(P) at P.",
        )

    def _comparison(self) -> None:
        """Behind monotonicity; both evaluations vanish where the equations were solved."""
        gain = self.improved(OLD, "P'")
        away = PREVIOUS - gain
        self._identity(
            "comparison",
            self.lyapunov(gain, plus(NEW, OLD, -1), "P_K - P'"),
            away.T @ self.own_hessian(OLD, "P'") @ away
            + self.evaluation(gain, NEW, "P_K")
            - self.evaluation(PREVIOUS, OLD, "P'"),
            "Let P' evaluate the gain K', and P_K the gain K = K(P') improved at P'. Then both evaluations on the "
            "right are zero, and L_K(P_K - P') is a square with H_vv(P'). If L_K is stable, P_K <= P': the costs fall "
            "monotonically. Where the equations were solved with errors, the errors stand here.",
        )

    def _gains_apart(self) -> None:
        moved = plus(P, X)
        self._identity(
            "change of the gain",
            self.improved(moved, "P + X"),
            self._gain - self.own_hessian(moved, "P + X").inverse() @ self.slope(self._gain, X, "X"),
            "The gain improved at P + X differs from K(P) by the slope S_K(X) = E'X + F'R_X (C + FK), divided by "
            "H_vv(P + X): a change of first order in X.",
        )

    def _remainder(self, gain: Expression, direction: Value, along: str, end: Value, at: str) -> Expression:
        """S_K(X)' H_vv(end)^{-1} S_K(X), quadratic in X."""
        change = self.slope(gain, direction, along)
        return change.T @ self.own_hessian(end, at).inverse() @ change

    def _expansion(self) -> None:
        self._identity(
            "expansion of the residual",
            self.residual(plus(P, X), "P + X"),
            self.residual(P, "P")
            + self.lyapunov(self._gain, X, "X")
            - self._remainder(self._gain, X, "X", plus(P, X), "P + X"),
            "The residual at P + X, exactly: its value at P, the Lyapunov operator of the improved gain applied to X, "
            "and a remainder that is quadratic in X.",
        )

    def _derivative(self) -> None:
        moved, at = plus(P, X, epsilon), r"P + \varepsilon X"
        self._identity(
            "derivative of the residual",
            self.residual(moved, at) - self.residual(P, "P") - epsilon * self.lyapunov(self._gain, X, "X"),
            -(epsilon * epsilon * self._remainder(self._gain, X, "X", moved, at)),
            "Along P + epsilon X the rest is epsilon squared times a matrix that stays bounded: the derivative of Ric "
            "at P in the direction X is L_K(X), with the improved gain K = K(P).",
        )

    def _newton_is_evaluation(self) -> None:
        self._identity(
            "Newton's equation",
            self.residual(P, "P") + self.lyapunov(self._gain, plus(NEW, P, -1), "P_K - P"),
            self.evaluation(self._gain, NEW, "P_K"),
            "Newton's equation for the next iterate P_K, residual plus derivative times step equal to zero, is the "
            "evaluation equation of the improved gain: policy iteration is Newton's method.",
        )

    def _residual_after(self) -> None:
        step = plus(NEW, P, -1)
        self._identity(
            "residual after a step",
            self.residual(NEW, "P_K"),
            self.evaluation(self._gain, NEW, "P_K") - self._remainder(self._gain, step, "P_K - P", NEW, "P_K"),
            "After the step the first two orders have cancelled: where E_K(P_K) = 0 the residual is minus a square in "
            "the step P_K - P. It is of second order, and Ric(P_K) <= 0 from the first step on.",
        )

    def _error_of_a_step(self) -> None:
        error = plus(P, BEST, -1)
        self._identity(
            "error of a step",
            self.lyapunov(self._gain, plus(NEW, BEST, -1), "P_K - P_*"),
            self.evaluation(self._gain, NEW, "P_K")
            - self.residual(BEST, "P_*")
            - self._remainder(self._gain, error, "P - P_*", BEST, "P_*"),
            "Let P_* solve the Riccati equations and P_K evaluate K(P): both residuals on the right vanish. With L_K "
            "stable the new iterate lies above the solution, P_K >= P_*, and its error is at most the norm of the "
            "inverse of L_K times a square in the old error P - P_*: quadratic convergence, with the constant written "
            "out.",
        )

    def _kept_stable(self) -> None:
        gain = self.improved(OLD, "P'")
        away = PREVIOUS - gain
        self._identity(
            "old value under the new gain",
            self.lyapunov(gain, OLD, "P'"),
            self.evaluation(PREVIOUS, OLD, "P'") - self.cost(gain) - away.T @ self.own_hessian(OLD, "P'") @ away,
            "With P' the value of K', so that the first term vanishes, P' is a Lyapunov function of the improved "
            "loop: L_K(P') <= -c_K. With P' >= 0 and c_K > 0 the improved gain is mean-square stabilising again.",
        )

    def _stable_beside_solution(self) -> None:
        gain, best = self.improved(OLD, "P'"), self.improved(BEST, "P_*")
        apart, away = gain - best, PREVIOUS - gain
        self._identity(
            "stable beside a solution",
            self.lyapunov(gain, plus(OLD, BEST, -1), "P' - P_*"),
            self.evaluation(PREVIOUS, OLD, "P'")
            - self.residual(BEST, "P_*")
            - away.T @ self.own_hessian(OLD, "P'") @ away
            - apart.T @ self.own_hessian(BEST, "P_*") @ apart,
            "Where a solution P_* exists, P' - P_* >= 0 is a Lyapunov function of the improved loop, whatever the "
            "signs of the costs: two squares are subtracted. Along a direction that it did not damp both would vanish, "
            "the improved gain would be the solution's, and that one damps it: K(P') is stabilising if K(P_*) is.",
        )
