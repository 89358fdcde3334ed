r"""How fast a switching system forgets: certified bounds on the joint spectral radius of the modes modulo constants.

A mode is the matrix P_Pi of a deterministic joint policy. On R^S modulo constants, in the coordinates
y_i = x_i - x_{S-1}, a stochastic matrix M acts as A[i][j] = M[i][j] - M[S-1][j]; the rate is the joint spectral radius
of all A_Pi, the growth rate of the largest product. Iteration with alpha = 1 and discount gamma forgets at gamma times
it.

Above: for the monomials v(y) of degree m and a positive definite X, p(y) = v(y)'X v(y) is positive for y != 0; where
r^(2m) X - A^[m]' X A^[m] >= 0 for every mode, A^[m] v(y) = v(A y), p(A y) <= r^(2m) p(y), whence the rate is at most r
(Parrilo and Jadbabaie 2008). Rows that are convex combinations of others of their state need not be looked at: products
are affine in each row of each factor, so that mixing makes none larger.
Below: the spectral radius of a product of k modes is at most the k-th power of the rate (Berger and Wang 1992). That it
is at least q is decided by Schur and Cohn's criterion: that the roots of c(q z), c the characteristic polynomial, do
not all lie in the open unit disc.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, fmpq, fmpq_mat

from games.core import Game
from games.errors import shown
from verify.exact.errors import CertificateError
from verify.exact.markov import UNKNOWN, Rules, to_flint, to_fraction
from verify.exact.payload import entry, mappings, matrix, rational, require, require_probabilities, vector

MOST_MODES = 4096
LARGEST_FORM = 20
LONGEST_PRODUCT = 64

Fact = Mapping[str, Any]
Row = tuple[fmpq, ...]
Choice = tuple[int, int]  # (a, b)


def span_rate_upper(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """A number that the rate does not exceed: the value of the fact, by its form X on the monomials of degree `degree`.

    The fact says which rows of each state it keeps, and writes each of the others as a mixture of them. A fact may
    name the span seminorm instead: every mode shrinks it by the largest total variation distance of two rows of
    different states at least, for (P x)_s - (P x)_t is at most that distance of rows s and t times the span of x.
    """
    rows = kernel_rows(game)
    if "undecided" in fact:
        return UNKNOWN
    value, size = rational(fact, "value"), len(rows) - 1
    require(value >= 0, fact, f"a value >= 0, found {shown(value)}")
    if "norm" in fact:
        require(fact["norm"] == "span", fact, f"the norm 'span', found {shown(fact['norm'])}")
        found = max((_variation(x, y) for x, y in _rows_of_different_states(rows)), default=Fraction(0))
        require(value >= found, fact, f"a value of at least {shown(found)}, found {shown(value)}")
        return value
    degree, monomials = _degree(size, fact)
    kept = _kept(rows, fact)
    count = math.prod(len(choices) for choices in kept)
    require(count <= MOST_MODES, fact, f"at most {MOST_MODES} modes, found {shown(count)}")
    form = _symmetric(fact, "lyapunov", monomials)
    require(_is_positive(form, strictly=True), fact, "a positive definite form")
    if not monomials:
        return value
    lyapunov, scale = fmpq_mat(form), to_flint(value ** (2 * degree))
    for policy in itertools.product(*kept):
        lifted = fmpq_mat(power(_mode(rows, policy), degree))
        rest = lyapunov * scale - lifted.transpose() * lyapunov * lifted
        require(_is_positive(rest.tolist()), fact, f"a form that the mode {list(policy)} shrinks by {shown(value)}")
    return value


def span_rate_lower(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """A number that is at most the rate: the value of the fact, by the spectral radius of its product of modes."""
    rows = kernel_rows(game)
    if "undecided" in fact:
        return UNKNOWN
    value, size = rational(fact, "value"), len(rows) - 1
    require(value >= 0, fact, f"a value >= 0, found {shown(value)}")
    policies = entry(fact, "product")
    length = len(policies) if isinstance(policies, list) else 0
    require(1 <= length <= LONGEST_PRODUCT, fact, f"1 to {LONGEST_PRODUCT} policies, found {shown(policies)}")
    modes = [_mode(rows, _policy(rows, policy, fact)) for policy in policies]
    if value == 0:
        return value
    product = fmpq_mat([[fmpq(int(i == j)) for j in range(size)] for i in range(size)])
    for mode in modes:
        product = product * fmpq_mat(mode)
    radius = to_flint(value**length)
    coefficients = [fmpq(c) * radius**i for i, c in enumerate(product.charpoly().coeffs())] if size else [fmpq(1)]
    require(not _inside(coefficients), fact, f"a product of spectral radius at least {shown(value)}^{length}")
    return value


def lyapunov_limit(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """A number that no form of the fact's degree certifies, nor any below it: the value of the fact, by a dual.

    With Y_i >= 0 for some modes and N = sum_i A_i^[m] Y_i A_i^[m]' - r^(2m) sum_i Y_i >= 0 not 0, every X > 0 has
    sum_i tr(Y_i (r^(2m) X - A_i^[m]' X A_i^[m])) = -tr(X N) < 0, so that one of the differences is not >= 0.
    """
    rows = kernel_rows(game)
    if "undecided" in fact:
        return UNKNOWN
    value, size = rational(fact, "value"), len(rows) - 1
    require(value >= 0, fact, f"a value >= 0, found {shown(value)}")
    degree, monomials = _degree(size, fact)
    listed = entry(fact, "duals")
    count = len(listed) if isinstance(listed, list) else 0
    require(1 <= count <= MOST_MODES and monomials > 0, fact, f"1 to {MOST_MODES} duals, found {shown(listed)}")
    total = fmpq_mat(monomials, monomials)
    scale = to_flint(value ** (2 * degree))
    for i, dual in enumerate(mappings(fact, "duals", count)):
        named = {**dual, "concept": f"{fact.get('concept')}.duals[{i}]"}
        lifted = fmpq_mat(power(_mode(rows, _policy(rows, entry(named, "policy"), named)), degree))
        weight = _symmetric(named, "matrix", monomials)
        require(_is_positive(weight), named, "a positive semidefinite matrix")
        total = total + lifted * fmpq_mat(weight) * lifted.transpose() - fmpq_mat(weight) * scale
    require(any(total.entries()) and _is_positive(total.tolist()), fact, "a positive semidefinite sum other than 0")
    return value


def dobrushin(game: Game, fact: Fact, bits: int) -> Fraction:
    """The Dobrushin coefficient of the kernel: the largest total variation distance of two of its rows."""
    rows = {row for state in kernel_rows(game) for moves in state for row in moves}
    return max((_variation(*pair) for pair in itertools.combinations(rows, 2)), default=Fraction(0))


def doeblin(game: Game, fact: Fact, bits: int) -> Fraction:
    """Doeblin's coefficient of the kernel: 1 - sum_t min P(t | s, a, b), the minimum over all rows."""
    rows = [row for state in kernel_rows(game) for moves in state for row in moves]
    return 1 - to_fraction(sum((min(column) for column in zip(*rows, strict=True)), fmpq(0)))


def _variation(one: Row, other: Row) -> Fraction:
    """Total variation: rows sum to one, so that it is what one has more than the other."""
    return to_fraction(sum((max(x - y, fmpq(0)) for x, y in zip(one, other, strict=True)), fmpq(0)))


def _rows_of_different_states(rows: list[list[list[Row]]]) -> Iterator[tuple[Row, Row]]:
    flat = [{row for moves in state for row in moves} for state in rows]
    for one, other in itertools.combinations(flat, 2):
        yield from itertools.product(one, other)


def sup_rate(game: Game, fact: Fact, bits: int) -> Fraction:
    """The joint spectral radius of the modes on R^S, constants included: 1.

    No mode expands the sup norm by more than its largest row sum, and the vector of ones is multiplied by every mode by
    its row sums: where all are equal, as those of probabilities are, both bounds are that number.
    """
    sums = {sum(row, fmpq(0)) for state in kernel_rows(game) for moves in state for row in moves}
    require(len(sums) == 1, fact, f"rows of equal sums, found {shown(sums)}")
    return to_fraction(sums.pop())


def _degree(size: int, fact: Fact) -> tuple[int, int]:
    """The degree of the fact's forms, and how many monomials of that degree there are."""
    degree = entry(fact, "degree")
    require(type(degree) is int and 1 <= degree <= LARGEST_FORM, fact, f"a degree >= 1, found {shown(degree)}")
    monomials = math.comb(size + degree - 1, degree) if size else 0
    require(monomials <= LARGEST_FORM, fact, f"at most {LARGEST_FORM} monomials, found {shown(monomials)}")
    return degree, monomials


def _symmetric(fact: Fact, key: str, size: int) -> list[list[fmpq]]:
    form = [[to_flint(x) for x in row] for row in matrix(fact, key, size, size)]
    require(all(form[i][j] == form[j][i] for i in range(size) for j in range(i)), fact, f"{key} to be symmetric")
    return form


def kernel_rows(game: Game) -> list[list[list[Row]]]:
    """rows[s][a][b]: the law of the next state."""
    rules = Rules.of(game)

    def row(law: Sequence[tuple[int, fmpq]]) -> Row:
        dense = [fmpq(0)] * rules.states
        for t, p in law:
            dense[t] = p
        return tuple(dense)

    return [[[row(law) for law in laws] for laws in moves] for moves in rules.successors]


def power(mode: list[list[fmpq]], degree: int) -> list[list[fmpq]]:
    """A^[m]: monomials of A y in monomials of y, both by nondecreasing index tuples in lexicographic order.

    Row I holds the coefficients of the product over i in I of sum_j A[i][j] y_j.
    """
    if degree == 1:
        return mode
    indices = list(itertools.combinations_with_replacement(range(len(mode)), degree))
    place = {index: i for i, index in enumerate(indices)}
    lifted = []
    for index in indices:
        terms: dict[tuple[int, ...], fmpq] = {(): fmpq(1)}
        for i in index:
            following: dict[tuple[int, ...], fmpq] = {}
            for monomial, coefficient in terms.items():
                for j, x in enumerate(mode[i]):
                    longer = tuple(sorted((*monomial, j)))
                    following[longer] = following.get(longer, fmpq(0)) + coefficient * x
            terms = following
        row = [fmpq(0)] * len(indices)
        for monomial, coefficient in terms.items():
            row[place[monomial]] = coefficient
        lifted.append(row)
    return lifted


def _mode(rows: list[list[list[Row]]], policy: Sequence[Choice]) -> list[list[fmpq]]:
    """A_Pi: the rows of the policy, the last state's subtracted from each."""
    chosen = [rows[s][a][b] for s, (a, b) in enumerate(policy)]
    size = len(rows) - 1
    return [[chosen[i][j] - chosen[size][j] for j in range(size)] for i in range(size)]


def _choice(rows: list[list[list[Row]]], data: Any, fact: Fact) -> Choice:
    moves, replies = len(rows[0]), len(rows[0][0])
    good = isinstance(data, list) and len(data) == 2 and all(type(index) is int for index in data)
    if not good or not (0 <= data[0] < moves and 0 <= data[1] < replies):
        raise CertificateError(f"{fact.get('concept')}: expected actions [a, b] of the game, found {shown(data)}")
    return data[0], data[1]


def _policy(rows: list[list[list[Row]]], data: Any, fact: Fact) -> list[Choice]:
    good = isinstance(data, list) and len(data) == len(rows)
    require(good, fact, f"a policy with [a, b] for each of {len(rows)} states, found {shown(data)}")
    return [_choice(rows, item, fact) for item in data]


def _kept(rows: list[list[list[Row]]], fact: Fact) -> list[list[Choice]]:
    """The rows that matter in each state; every other one is a mixture of them."""
    listed = entry(fact, "rows")
    require(isinstance(listed, list) and len(listed) == len(rows), fact, f"kept rows of {len(rows)} states")
    mixtures = entry(fact, "mixtures")
    require(isinstance(mixtures, list) and len(mixtures) == len(rows), fact, f"mixtures of {len(rows)} states")
    kept = []
    for s, (own, mixed) in enumerate(zip(listed, mixtures, strict=True)):
        require(isinstance(own, list) and bool(own), fact, f"at least one row of state {s}, found {shown(own)}")
        choices = [_choice(rows, item, fact) for item in own]
        named = {"concept": fact.get("concept"), "mixtures": mixed}
        count = len(mixed) if isinstance(mixed, list) else 0
        others = []
        for mixture in mappings(named, "mixtures", count):
            where = {**mixture, "concept": f"{fact.get('concept')}.mixtures[{s}]"}
            a, b = _choice(rows, entry(where, "row"), fact)
            weights = vector(where, "weights", len(choices))
            require_probabilities(weights, where, "weights")
            mean = [fmpq(0)] * len(rows)
            for weight, (c, d) in zip(weights, choices, strict=True):
                mean = [x + to_flint(weight) * p for x, p in zip(mean, rows[s][c][d], strict=True)]
            require(tuple(mean) == rows[s][a][b], where, f"the row of [{a}, {b}] as a mixture of the kept ones")
            others.append((a, b))
        everything = list(itertools.product(range(len(rows[0])), range(len(rows[0][0]))))
        require(sorted([*choices, *others]) == everything, fact, f"every [a, b] of state {s} once, kept or mixed")
        kept.append(choices)
    return kept


def _is_positive(symmetric: Any, *, strictly: bool = False) -> bool:
    """Whether a symmetric matrix is positive semidefinite, or definite, by elimination: M = L D L'."""
    rest = [[fmpq(x) for x in row] for row in symmetric]
    while rest:
        (pivot, *head), *rest = rest
        if pivot < 0 or (strictly and pivot == 0):
            return False
        if pivot == 0:
            if any(head):
                return False
            rest = [row[1:] for row in rest]
        else:  # the Schur complement
            rest = [[x - row[0] * y / pivot for x, y in zip(row[1:], head, strict=True)] for row in rest]
    return True


def _inside(coefficients: list[fmpq]) -> bool:
    """Whether all roots of sum_i c_i z^i, c_n != 0, lie in the open unit disc (Schur, Cohn).

    Not if |c_0| >= |c_n|, the product of the roots; else exactly if those of (c_n p(z) - c_0 z^n p(1/z)) / z do.
    """
    while len(coefficients) > 1:
        first, last = coefficients[0], coefficients[-1]
        if abs(first) >= abs(last):
            return False
        reverse = coefficients[::-1]
        coefficients = [last * x - first * y for x, y in zip(coefficients, reverse, strict=True)][1:]
        largest = max(abs(c) for c in coefficients)
        coefficients = [c / largest for c in coefficients]
    return True
