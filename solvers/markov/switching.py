"""How fast switching joint policies forgets, modulo constants: certified bounds on a joint spectral radius.

Joint policies Pi give stochastic matrices P_Pi. In the sup norm all of them have norm 1 and their joint spectral radius
is 1, since constants stay; on R^S modulo constants it can be much smaller, and is bounded here from both sides, each
bound a JSON fact in rationals (rules as in `games.markov`, coordinates as in `solvers.markov.switching_modes`):

span_rate_upper  {"value": r, "degree": m, "rows": [s] -> [[a, b], ...], "mixtures": [s] -> [{"row": [a, b], "weights":
                 [...]}, ...], "lyapunov": X}: every row of the kernel is kept in "rows" or a mixture of the kept rows
                 of its state; X > 0, and r^(2m) X - A' X A >= 0 for every mode A of the kept rows, acting on the
                 monomials of degree m. Or {"value": r, "norm": "span"}: r is at least the total variation distance of
                 any two rows of different states, hence the norm of every mode for the span.
span_rate_lower  {"value": r, "product": [policy, ...]}, a policy [[a, b], ...] over states: the product of the k modes,
                 in this order, has spectral radius at least r^k.
lyapunov_limit   {"value": r, "degree": m, "duals": [{"policy", "matrix": Y}, ...]}: no form of degree 2m certifies r or
                 less, since Y >= 0 and sum (A Y A' - r^(2m) Y) is positive semidefinite and not 0.

What this says of Q-value iteration. A product of k operators gamma P Pi_i on Q functions is
gamma^k P (Pi_1 P) ... (Pi_{k-1} P) Pi_k, and Pi P = P_Pi: for step size 1 the rate of Q-value iteration modulo
constants is gamma times the rate of the modes, exactly.

For a step size alpha it is at most 1 - alpha (1 - gamma rate), where S >= 2. Any norm on R^S modulo constants in which
every P_Pi has norm <= r gives the norm max_Pi ||Pi Q|| of Q modulo constants, in which P Pi' Q has at most
max_Pi ||P_Pi Pi' Q|| <= r ||Pi' Q||, so (1 - alpha) I + alpha gamma P Pi' has norm at most 1 - alpha + alpha gamma r;
there are such norms with r as near to the rate as one likes. The rate is that number where a single mode has `rate`
itself as an eigenvalue, P_Pi v = rate v: P v is an eigenvector of the damped operator. Where negative or complex
eigenvalues or products of several modes make the rate, damping may do better; but never better than 1 - alpha where
A B > 1, since what a policy does not select only decays.

Source: `sqvi`, theory section 3, switching-certificate; Parrilo and Jadbabaie 2008.
"""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction
from typing import Any

from flint import fmpq

from games.markov import MarkovGame
from solvers.errors import SolverError
from solvers.markov.exact_tables import ExactTables, nearest, tables_of
from solvers.markov.switching_lyapunov import Forms
from solvers.markov.switching_modes import Hull, Matrix, hull, quotient, symmetric_power
from solvers.markov.switching_products import best_product, lower_fact

Fact = dict[str, Any]

GRID = 1 << 16
"""Upper bounds for S >= 3 are multiples of 1 / GRID."""

LARGEST_FORM = 10
"""Monomials of a form: degrees up to 9 fit with S = 3, up to 3 with S = 4, 2 with S = 5, 1 up to S = 11."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rates:
    """Facts that bound the joint spectral radius; `limit` tells what forms of the degree used cannot do, or is None."""

    upper: Fact
    lower: Fact
    limit: Fact | None

    @property
    def gap(self) -> Fraction:
        return Fraction(self.upper["value"]) - Fraction(self.lower["value"])


def rates(game: MarkovGame, *, gap: float = 5e-3) -> Rates:
    """Upper and lower bounds on the rate of switching modulo constants, for a single game.

    Two states: both are max |P(0 | 0, a, b) - P(0 | 1, a', b')|, exactly. More: forms of degree 2, 4, ... until the
    bounds are within `gap` of each other or the forms become too large. Raises `SolverError` for a batch, and where
    more than 4096 modes are left after dropping mixtures.
    """
    tables = tables_of(game, "switching")
    if tables.shape[0] == 1:
        nothing = {"concept": "span_rate_upper", "value": "0", "norm": "span"}
        return Rates(upper=nothing, lower=lower_fact(tables, fmpq(0), ((0,),)), limit=None)
    vertices = hull(tables)
    slowest, word = best_product(tables, vertices)
    lower = lower_fact(tables, slowest, word)
    span = _span(tables)
    best, upper, limit = span, {"concept": "span_rate_upper", "value": str(span), "norm": "span"}, None
    policies = list(vertices.policies())
    matrices = [quotient(tables, policy) for policy in policies]
    if tables.shape[0] == 2:  # scalars
        return Rates(upper=_form_fact(tables, vertices, slowest, 1, [[fmpq(1)]]), lower=lower, limit=None)
    degree = 0
    while nearest(best - slowest) > gap:
        degree += 1
        if math.comb(tables.shape[0] - 2 + degree, degree) > LARGEST_FORM:
            break
        forms = Forms([symmetric_power(matrix, degree) for matrix in matrices], policies)
        found = _least(forms, degree, slowest, best, gap)
        if found is not None:
            best, form = found
            upper = _form_fact(tables, vertices, best, degree, form)
            limit = _limit(tables, forms, degree, best) or limit
    return Rates(upper=upper, lower=lower, limit=limit)


def upper(game: MarkovGame) -> Fact:
    """The fact span_rate_upper of a single game."""
    return rates(game).upper


def lower(game: MarkovGame) -> Fact:
    """The fact span_rate_lower of a single game, without any semidefinite program."""
    tables = tables_of(game, "switching")
    if tables.shape[0] == 1:
        return rates(game).lower
    return lower_fact(tables, *best_product(tables, hull(tables)))


def limit(game: MarkovGame, degree: int = 1) -> Fact:
    """The fact lyapunov_limit of a single game: close to the least rate that forms of degree 2m certify, from below.

    Raises `SolverError` for a batch, for one state, and where nothing above 0 is beyond the forms.
    """
    tables = tables_of(game, "switching")
    if tables.shape[0] > 1:
        policies = list(hull(tables).policies())
        forms = Forms([symmetric_power(quotient(tables, policy), degree) for policy in policies], policies)
        ceiling = _span(tables) + fmpq(2, GRID)  # the span's own norm need not be a form of this degree
        found = _least(forms, degree, fmpq(0), ceiling, 0.0)
        fact = _limit(tables, forms, degree, ceiling if found is None else found[0])
        if fact is not None:
            return fact
    raise SolverError(f"lyapunov_limit: expected a rate that no form of degree {2 * degree} certifies, found none")


def damped(rate: Any, *, discount: Any, step_size: Any) -> Any:
    """1 - alpha (1 - gamma rate): what an upper bound on the rate says of Q-value iteration with step size alpha."""
    return 1 - step_size * (1 - discount * rate)


def _span(tables: ExactTables) -> Any:
    """The largest total variation distance between rows of different states."""
    states, moves, replies = tables.shape
    block = moves * replies
    return max(
        sum((abs(x - y) for x, y in zip(tables.laws[first], tables.laws[second], strict=True)), fmpq(0)) / 2
        for first in range(tables.size)
        for second in range((first // block + 1) * block, states * block)
    )


def _least(forms: Forms, degree: int, floor: Any, ceiling: Any, gap: float) -> tuple[Any, Matrix] | None:
    """About the smallest multiple of 1 / GRID below `ceiling` that a form of this degree proves, with the form."""
    low, high = int((floor * GRID).ceil()) - 1, int((ceiling * GRID).ceil())
    top = high
    # First just above the floor: many families have a form that proves it.
    trial = low + 1 + int(gap * GRID / 4)
    while high - low > 1:
        trial = min(max(trial, low + 1), high - 1)
        if forms.solve(nearest(fmpq(trial, GRID) ** (2 * degree))) > 0:
            high = trial
        else:
            low = trial
        trial = (low + high) // 2
    for more in (0, 1, 4, 16, 64):  # room for rounding, where the last form has too little
        if high + more >= top:
            break
        value = fmpq(high + more, GRID)
        if forms.solve(nearest(value ** (2 * degree))) > 0:
            form = forms.form(value ** (2 * degree))
            if form is not None:
                return value, form
    return None


def _limit(tables: ExactTables, forms: Forms, degree: int, rate: Any) -> Fact | None:
    """The largest rate, a few steps below the proved one, that forms of this degree provably cannot certify."""
    top = int(rate * GRID)
    for lost in (1, 2, 4, 16, 64, 256):
        if lost >= top:
            break
        value = fmpq(top - lost, GRID)
        power = value ** (2 * degree)
        if forms.solve(nearest(power)) < 0:
            duals = forms.duals(power)
            if duals is not None:
                return {
                    "concept": "lyapunov_limit",
                    "value": str(value),
                    "degree": degree,
                    "duals": [
                        {"policy": [list(pair) for pair in tables.actions(policy)], "matrix": _strings(matrix)}
                        for policy, matrix in duals
                    ],
                }
    return None


def _form_fact(tables: ExactTables, vertices: Hull, rate: Any, degree: int, form: Matrix) -> Fact:
    def pairs(rows: Any) -> list[list[int]]:
        return [list(pair) for pair in tables.actions(rows)]

    return {
        "concept": "span_rate_upper",
        "value": str(rate),
        "degree": degree,
        "rows": [pairs(rows) for rows in vertices.rows],
        "mixtures": [
            [{"row": pairs((row,))[0], "weights": list(map(str, weights))} for row, weights in mixed]
            for mixed in vertices.mixtures
        ],
        "lyapunov": _strings(form),
    }


def _strings(matrix: Matrix) -> list[list[str]]:
    return [[str(entry) for entry in row] for row in matrix]
