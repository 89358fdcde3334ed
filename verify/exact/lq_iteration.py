r"""Policy iteration on exact games: the follower's, the leader's gain kept, and that of both players together.

With gains u = L x, v = V x, z = Phi x, Phi = [I; L; V], the value of a player who bears the costs M is the P with

  T_V(P) + Phi'M Phi = 0,   T_V(P)_i = A_i'P_i + P_i A_i + sum_l C_il'P_i C_il + sum_j lam_ij P_j - beta P_i,

A = [A B E] Phi, C_l = [C_l D_l F_l] Phi: one linear system for the entries of P_1, ..., P_m, solved in rationals. A
gain stabilises where the abscissa of T_V is negative. The follower improves by V <- -H_F,vv^{-1}(H_F,vx + H_F,vu L) at
P; in the two-level iteration both players evaluate and take the gains of the feedback Stackelberg stage.

How fast the follower's iteration goes follows from two identities. With V' best at P and D = P' - P for the values P',
P of V' and the gain V before, V'' best at P', H' = H_F,vv(P'):

  T_V''(P' - P'') = -(V'' - V')'H'(V'' - V'),       H'(V'' - V') = -(E'D + sum_l F_l'D (C_l + D_l L + F_l V')).

Traces bound norms of semidefinite matrices, and Cauchy's inequality the sum, so that with Frobenius norms

  max_i tr(P' - P'')_i <= w y (max_i tr(P - P')_i)^2,   y = max_i tr Y_i,  T_V''(Y) = -(I, ..., I),
  w = max_i tr H' |H'^{-1}|^2 (1 + d) (|E|^2 + sum_l |F_l|^2 |C_l + D_l L + F_l V'|^2).
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq, fmpq_mat, fmpq_series

from games.core import Game
from games.linear_quadratic_iteration import LinearQuadraticIteration
from verify.exact.errors import CertificateError
from verify.exact.lq_equations import (
    Equations,
    Matrix,
    block,
    closed_loop,
    congruence,
    hessian,
    multiply,
    negative,
    solve,
    unit,
)
from verify.exact.lq_stationary import (
    abscissa,
    coordinates,
    fraction,
    least,
    least_eigenvalue,
    lifted_operator,
    matrices,
)

Fact = Mapping[str, Any]
Values = tuple[Matrix, ...]  # P or a gain, one a regime
FOLLOWER = 1

LONGEST = 2**17
"""Binary digits of a value: the next one of an exact iteration has about three times as many."""


def start_abscissa(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """The abscissa of T_V at the gains of the start: below 0 where they stabilise, discounted."""
    run = _Run.of(game)
    return run.abscissa(run.start, bits)


def bound_hessian(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """The least eigenvalue of H_F,vv at the follower's bound, over the regimes."""
    run = _Run.of(game)
    return _least([run.own(H) for H in run.hessians(run.bound)], bits)


def bound_residual(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """The least eigenvalue, over the regimes, of the residual of the follower's Riccati equation at his bound.

    R(P)_i = Phi'H_F Phi + sum_j lam_ij P_j - beta P_i with the gain that is best at P.
    """
    run = _Run.of(game)
    return _least(run.residual(run.bound), bits)


def iteration_decrease(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """The least eigenvalue of P_k - P_{k+1}, over the regimes and k < steps; 0 without steps."""
    run = _Run.of(game)
    falls = [_minus(before, after) for before, after in itertools.pairwise(map(run.value, range(run.steps + 1)))]
    return _least([matrix for fall in falls for matrix in fall], bits) if falls else Fraction(0)


def iteration_abscissa(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """The largest abscissa of T_V over the gains of all steps: below 0 where all of them stabilise."""
    run = _Run.of(game)
    return -least([-run.abscissa(gain, bits) for gain in map(run.gain, range(run.steps + 1))], bits)


def newton_defect(game: Game, fact: Fact, bits: int) -> Fraction:
    """The largest |entry| of R(P_0) + R'(P_0)(P_1 - P_0): 0 where a step is Newton's for R(P) = 0."""
    run = _Run.of(game)
    P, direction = run.value(0), _minus(run.value(1), run.value(0))
    cap = ctx.cap
    try:
        ctx.cap = 2
        line = tuple(
            tuple(tuple(fmpq_series([x, y]) for x, y in zip(*rows, strict=True)) for rows in zip(*pair, strict=True))
            for pair in zip(P, direction, strict=True)
        )
        found = run.over_series().residual(line)
        return fraction(max(abs(x[0] + x[1]) for matrix in found for row in matrix for x in row))
    finally:
        ctx.cap = cap


def iteration_fall(game: Game, fact: Fact, bits: int) -> Fraction:
    """The largest trace of P_0 - P_1 over the regimes."""
    run = _Run.of(game)
    return _fall(run.value(0), run.value(1))


def iteration_next_fall(game: Game, fact: Fact, bits: int) -> Fraction:
    """The largest trace of P_1 - P_2 over the regimes."""
    run = _Run.of(game)
    return _fall(run.value(1), run.value(2))


def iteration_constant(game: Game, fact: Fact, bits: int) -> Fraction:
    """w y: what the square of `iteration_fall` times bounds `iteration_next_fall` by."""
    run = _Run.of(game)
    P, gain, following = run.value(1), run.gain(1), run.gain(2)
    n, d = run.equations.states, max((len(regime.noise) for regime in run.equations.regimes), default=0)
    weights = []
    for i, H in enumerate(run.hessians(P)):
        own = run.own(H)
        back = solve(own, unit(len(own), fmpq(0)))
        regime = run.equations.regimes[i]
        Phi = run.closed(i, gain[i])
        v = slice(len(Phi) - len(own), None)
        moved = _squares(block(regime.drift, slice(None), v))
        for J in regime.noise:
            moved += _squares(block(J, slice(None), v)) * _squares(multiply(J, Phi))
        weights.append(_trace(own) * _squares(back) * (1 + d) * moved)
    ones = tuple(unit(n, fmpq(0)) for _ in run.equations.regimes)
    y = max(_trace(Y) for Y in run.solve(following, ones))
    return fraction(max(weights) * y)


@dataclasses.dataclass(frozen=True, slots=True)
class _Run:
    """The follower's iteration on one game; values and gains as far as they were asked for."""

    equations: Equations
    leader_gain: Values
    start: Values
    bound: Values
    steps: int
    _gains: list[Values] = dataclasses.field(default_factory=list)
    _values: list[Values] = dataclasses.field(default_factory=list)

    @staticmethod
    def of(game: Game) -> _Run:
        return _run(game)

    def gain(self, k: int) -> Values:
        """V_k."""
        while len(self._gains) <= k:
            self._gains.append(self.best(self.value(len(self._gains) - 1)) if self._gains else self.start)
        return self._gains[k]

    def value(self, k: int) -> Values:
        """P_k."""
        while len(self._values) <= k:
            self._values.append(self.evaluate(self.gain(len(self._values))))
        return self._values[k]

    def over_series(self) -> _Run:
        """The same game, its numbers constant power series."""

        def lift(values: Values) -> Values:
            return tuple(tuple(tuple(fmpq_series([x]) for x in row) for row in matrix) for matrix in values)

        return dataclasses.replace(
            self,
            equations=self.equations.over(lambda x: fmpq_series([x])),
            leader_gain=lift(self.leader_gain),
            _gains=[],
            _values=[],
        )

    def own(self, H: Matrix) -> Matrix:
        """H_F,vv."""
        v = slice(self.equations.states + self.equations.leader_actions, None)
        return block(H, v, v)

    def hessians(self, P: Values) -> list[Matrix]:
        return [hessian(regime, FOLLOWER, own) for regime, own in zip(self.equations.regimes, P, strict=True)]

    def closed(self, regime: int, gain: Matrix) -> Matrix:
        """Phi = [I; L; V]."""
        return (*unit(self.equations.states, gain[0][0]), *self.leader_gain[regime], *gain)

    def best(self, P: Values) -> Values:
        """-H_F,vv^{-1}(H_F,vx + H_F,vu L)."""
        n, ku = self.equations.states, self.equations.leader_actions
        found = []
        for H, L in zip(self.hessians(P), self.leader_gain, strict=True):
            rows = H[n + ku :]
            with_leader = (*unit(n, H[0][0]), *L)
            found.append(negative(solve(self.own(H), multiply([row[: n + ku] for row in rows], with_leader))))
        return tuple(found)

    def residual(self, P: Values) -> list[Matrix]:
        """R(P) with the gain that is best at P."""
        found = []
        for i, (H, gain) in enumerate(zip(self.hessians(P), self.best(P), strict=True)):
            rate = congruence(self.closed(i, gain), H)
            size = range(len(rate))
            lam = self.equations.generator[i]
            found.append(
                tuple(
                    tuple(
                        sum((x * Q[r][c] for x, Q in zip(lam, P, strict=True)), rate[r][c])
                        - self.equations.discount * P[i][r][c]
                        for c in size
                    )
                    for r in size
                )
            )
        return found

    def operator(self, gain: Values) -> fmpq_mat:
        """T_V on upper triangles."""
        loops = [
            closed_loop(self.equations, regime, self.closed(i, own))
            for i, (regime, own) in enumerate(zip(self.equations.regimes, gain, strict=True))
        ]
        return discounted(lifted_operator(self.equations.generator, loops), self.equations.discount)

    def abscissa(self, gain: Values, bits: int) -> Fraction | arb:
        return abscissa(self.operator(gain), bits)

    def solve(self, gain: Values, right: Sequence[Matrix]) -> Values:
        """The X with T_V(X) = -right."""
        return solve_operator(self.operator(gain), right)

    def evaluate(self, gain: Values) -> Values:
        """P of the gain."""
        costs = [
            congruence(self.closed(i, own), regime.costs[FOLLOWER])
            for i, (regime, own) in enumerate(zip(self.equations.regimes, gain, strict=True))
        ]
        return self.solve(gain, costs)


@functools.lru_cache(maxsize=512)
def _run(game: Game) -> _Run:
    assert isinstance(game, LinearQuadraticIteration)
    return _Run(
        equations=Equations.quadratic(game),
        leader_gain=_gain(game.leader_gain),
        start=_gain(game.follower_gain),
        bound=_gain(game.follower_bound),
        steps=int(game.steps[()]),
    )


def discounted(operator: fmpq_mat, discount: fmpq) -> fmpq_mat:
    """L - beta."""
    size = operator.nrows()
    return operator - fmpq_mat([[discount if i == j else fmpq(0) for j in range(size)] for i in range(size)])


def solve_operator(operator: fmpq_mat, right: Sequence[Matrix]) -> Values:
    """The symmetric matrices X, one a regime, that the operator maps to -right.

    Raises `CertificateError` where the operator has no inverse, and for values of more than `LONGEST` digits.
    """
    numbers = [-x for x in coordinates(right)]
    try:
        found = operator.solve(fmpq_mat(len(numbers), 1, numbers))
    except ZeroDivisionError:
        raise CertificateError("evaluation: expected gains with one value, found an operator without inverse") from None
    values = [row[0] for row in found.tolist()]
    longest = max(int(part).bit_length() for x in values for part in (x.p, x.q))
    if longest > LONGEST:
        raise CertificateError(f"evaluation: expected values of at most {LONGEST} binary digits, found {longest}")
    return tuple(matrices(values, len(right[0]), len(right)))


def _gain(array: Any) -> Values:
    return tuple(tuple(tuple(fmpq(x.numerator, x.denominator) for x in row) for row in part) for part in array)


def _minus(one: Values, other: Values) -> Values:
    return tuple(
        tuple(tuple(x - y for x, y in zip(*rows, strict=True)) for rows in zip(*pair, strict=True))
        for pair in zip(one, other, strict=True)
    )


def _fall(before: Values, after: Values) -> Fraction:
    return fraction(max(_trace(matrix) for matrix in _minus(before, after)))


def _trace(matrix: Matrix) -> fmpq:
    return sum((row[i] for i, row in enumerate(matrix)), fmpq(0))


def _squares(matrix: Sequence[Sequence[fmpq]]) -> fmpq:
    """The square of the Frobenius norm."""
    return sum((x * x for row in matrix for x in row), fmpq(0))


def _least(found: Sequence[Matrix], bits: int) -> Fraction | arb:
    return least([least_eigenvalue(matrix, bits) for matrix in found], bits)
