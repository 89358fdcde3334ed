"""Identities at random points: false ones fail, the bound is what the module states, and small primes show it holds."""

from __future__ import annotations

import random
from fractions import Fraction

import flint
import pytest
import sympy

from proofs.engine import randomised
from proofs.engine.errors import DerivationError
from proofs.engine.free_algebra import dimension, identity, matrix, symmetric, vector
from proofs.engine.free_algebra_blocks import BlockMatrix, block

A, B, P = matrix("A", "n", "n"), matrix("B", "n", "n"), symmetric("P", "n")
x = vector("x", "n")
s, t = sympy.symbols("s t")


def test_true_identities_pass_with_a_small_error() -> None:
    evidence = randomised.identity((A @ B).inverse(), B.inverse() @ A.inverse(), {"n": 3})
    assert (evidence.primes, evidence.points) == (2, 2)
    assert 0 < evidence.error < Fraction(1, 1 << 100)
    assert not evidence.proves
    randomised.identity((s**2 - t**2) / (s - t), s + t)
    randomised.identity(1 / (1 / s + 1 / t), s * t / (s + t) ** 1)
    randomised.identity(P, P.T, {"n": 4})
    randomised.identity(identity("n").trace(), dimension("n"), {"n": 4})


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        (A @ B, B @ A),
        (A, A.T),
        ((A + B).inverse(), A.inverse() + B.inverse()),
        (x.T @ A @ x, 2 * x.T @ A @ x),
        ((s + t) ** 2, s**2 + t**2),
        (1 / (s + t), 1 / s + 1 / t),
        (s + sympy.Rational(1, 10**30), s),
    ],
)
def test_false_identities_fail(lhs: object, rhs: object) -> None:
    with pytest.raises(DerivationError, match=r"expected lhs = rhs, found entry .* modulo \d{19} "):
        randomised.identity(lhs, rhs, {"n": 2}, primes=1, points=1)  # type: ignore[arg-type]  # refused on purpose


def test_dimension_one_is_not_enough() -> None:
    """What holds in the dimensions tried may fail in others: the evidence is for these alone."""
    randomised.identity(A @ B, B @ A, {"n": 1})


def test_error_bound_falls_with_points_and_primes_and_grows_with_degree() -> None:
    def error(power: int, **plan: int) -> Fraction:
        return randomised.identity((s + t) ** power, (t + s) ** power, **plan).error  # type: ignore[arg-type]  # a plan of keywords

    assert error(3, primes=2, points=1) < error(3, primes=1, points=1)
    # With tiny coefficients no prime can divide them all, so that further points count in full.
    assert error(3, primes=1, points=2) < error(3, primes=1, points=1)
    assert error(50, primes=1, points=1) > error(2, primes=1, points=1)
    # Degree 3 at one point: at least 3 / 2^62, reported as a power of two not below it and less than 4 times that.
    assert Fraction(3, 1 << 62) <= error(3, primes=1, points=1) < Fraction(12, 1 << 62)


def test_degree_of_the_cleared_numerator_counts_inverses() -> None:
    setting = randomised._Setting({"n": 3}, {})
    size = setting.size(A.inverse())
    # adj(A) / det(A): degrees 2 and 3; (n-1)! terms of each minor.
    assert (size.degree, size.below) == (2, 3)
    assert setting.determinant_degree == 3
    assert setting.size((A + B).inverse() @ A).degree == 3


def test_bound_is_not_too_small_for_a_polynomial_with_all_its_roots() -> None:
    """prod (s - i) over d values vanishes at d of p points; at a small prime the frequency reaches d/p, the bound."""
    prime, degree, draws = 101, 20, 4000
    product = sympy.Mul(*(s - i for i in range(degree)))
    setting = randomised._Setting({}, {})
    assert setting.size(product).degree == degree
    source = random.Random(7)
    zeros = sum(int(randomised._Point(setting, prime, source).value(product)[0, 0]) == 0 for _ in range(draws))
    expected = draws * degree / prime
    assert abs(zeros - expected) < 5 * (expected * (1 - degree / prime)) ** 0.5  # five standard deviations


def test_primes_are_fresh_large_and_prime() -> None:
    primes = {randomised._random_prime(random.Random(seed)) for seed in range(20)}
    assert len(primes) == 20
    assert all(1 << 62 <= prime < 1 << 63 and flint.fmpz(prime).is_prime() for prime in primes)


def test_singular_points_are_drawn_again_and_hopeless_ones_refused() -> None:
    u, v = matrix("U", "n", "k"), matrix("V", "k", "n")
    with pytest.raises(DerivationError, match="expected a point where all inverses exist, found none in 20 draws"):
        randomised.identity((u @ v).inverse(), (u @ v).inverse(), {"n": 3, "k": 2})
    point = randomised._Point(randomised._Setting({"n": 1}, {}), 2, random.Random(1))
    draws = []
    for seed in range(40):
        point = randomised._Point(randomised._Setting({"n": 1}, {}), 2, random.Random(seed))
        try:
            draws.append(int(point.value(A.inverse())[0, 0]))
        except randomised._Singular:
            draws.append(0)
    assert set(draws) == {0, 1}


def test_definitions_are_put_in() -> None:
    k = matrix("K", "n", "n")
    randomised.identity(A @ k + B, 0 * B, {"n": 3}, given={k: -(A.inverse() @ B)})
    with pytest.raises(DerivationError, match="expected a symmetric matrix for P"):
        randomised.identity(P, P, {"n": 3}, given={P: A})
    randomised.identity(P @ B, (A + A.T) @ B, {"n": 3}, given={P: A + A.T})


def test_determinants() -> None:
    matrix_of_blocks = BlockMatrix(((A, B), (B, A)))
    plus, minus = A + B, A - B
    assert randomised.determinant(matrix_of_blocks, [plus, minus], {"n": 3}).error < Fraction(1, 1 << 100)
    randomised.determinant(block([[A, 0], [B, A.inverse()]], ["n", "n"], ["n", "n"]), [identity("n")], {"n": 3})
    with pytest.raises(DerivationError, match="found determinant"):
        randomised.determinant(matrix_of_blocks, [plus, plus], {"n": 2})


def test_bad_input_is_one_line() -> None:
    for call in (
        lambda: randomised.identity(A, A),
        lambda: randomised.identity(A, A, {"n": 0}),
        lambda: randomised.identity(sympy.exp(s), s),
        lambda: randomised.identity(A, A, {"n": 2}, points=0),
        lambda: randomised.identity(A, matrix("C", "n", "k"), {"n": 2, "k": 3}),
    ):
        with pytest.raises(DerivationError, match="randomised: expected") as caught:
            call()
        assert "\n" not in str(caught.value)
