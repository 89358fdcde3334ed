"""Riccati equations that are hard for floats: examples of the collection by Benner, Laub and Mehrmann (1995), CAREX.

Numbers are the collection's, where an example is given here. `exact(...)` is the closed-form solution in terms of a
square root that any number type may bring (floats, balls), None where none is known; it was derived anew.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

Root = Callable[[Any], Any]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiccatiExample:
    """A'X + XA - X B R^{-1} B'X + Q = 0, with `exact(number, sqrt)` giving X entry by entry where it is known."""

    name: str
    A: np.ndarray
    B: np.ndarray
    Q: np.ndarray
    R: np.ndarray
    exact: Callable[[Callable[[float], Any], Root], list[list[Any]]] | None = None


def examples() -> list[RiccatiExample]:
    """All examples at the parameters that make them hard."""
    return [
        laub(),
        unstabilised(),
        weak_control(1e-6),
        nearly_singular_weight(1e-8),
        slow_drift(1e-6),
        nearly_uncontrolled(1e-7),
        beale_shafai(1e-7),
        rotated(1e6),
        magnetic_tape(1e-6),
        near_axis(1e-6),
        vehicles(10),
        circulant(20),
        integrators(21),
    ]


def laub() -> RiccatiExample:
    """Example 1: the double integrator (Laub 1979)."""
    return RiccatiExample(
        name="1 double integrator",
        A=np.array([[0.0, 1.0], [0.0, 0.0]]),
        B=np.array([[0.0], [1.0]]),
        Q=np.diag([1.0, 2.0]),
        R=np.eye(1),
        exact=lambda number, sqrt: [[number(2), number(1)], [number(1), number(2)]],
    )


def unstabilised() -> RiccatiExample:
    """Example 2: stabilisable and detectable, X = (1 + sqrt 2) Q."""
    Q = np.array([[9.0, 6.0], [6.0, 4.0]])
    return RiccatiExample(
        name="2 (1 + sqrt 2) Q",
        A=np.array([[4.0, 3.0], [-4.5, -3.5]]),
        B=np.array([[1.0], [-1.0]]),
        Q=Q,
        R=np.eye(1),
        exact=lambda number, sqrt: [[(1 + sqrt(number(2))) * number(entry) for entry in row] for row in Q.tolist()],
    )


def weak_control(epsilon: float) -> RiccatiExample:
    """Example 7: nearly uncontrollable in an unstable direction."""

    def exact(number: Callable[[float], Any], sqrt: Root) -> list[list[Any]]:
        e = number(epsilon)
        root = sqrt(1 + e * e)
        x12 = 1 / (2 + root)
        return [[(1 + root) / (e * e), x12], [x12, (1 - e * e * x12 * x12) / 4]]

    return RiccatiExample(
        name="7 weak control",
        A=np.diag([1.0, -2.0]),
        B=np.array([[epsilon], [0.0]]),
        Q=np.ones((2, 2)),
        R=np.eye(1),
        exact=exact,
    )


def nearly_singular_weight(epsilon: float) -> RiccatiExample:
    """Example 8: R is ill-conditioned."""
    return RiccatiExample(
        name="8 nearly singular R",
        A=np.diag([-0.1, -0.02]),
        B=np.array([[0.1, 0.0], [0.001, 0.01]]),
        Q=np.array([[100.0, 1000.0], [1000.0, 10000.0]]),
        R=np.array([[1 + epsilon, 1.0], [1.0, 1.0]]),
    )


def slow_drift(epsilon: float) -> RiccatiExample:
    """Example 9: an integrator chain with a weak link."""

    def exact(number: Callable[[float], Any], sqrt: Root) -> list[list[Any]]:
        e = number(epsilon)
        root = sqrt(1 + 2 * e)
        return [[root / e, number(1)], [number(1), root]]

    return RiccatiExample(
        name="9 weak link",
        A=np.array([[0.0, epsilon], [0.0, 0.0]]),
        B=np.array([[0.0], [1.0]]),
        Q=np.eye(2),
        R=np.eye(1),
        exact=exact,
    )


def nearly_uncontrolled(epsilon: float) -> RiccatiExample:
    """Example 10: A and Q commute, closed-loop eigenvalues tend to the axis. A's entries are rounded sums."""
    a = epsilon + 1.0

    def exact(number: Callable[[float], Any], sqrt: Root) -> list[list[Any]]:
        q = number(epsilon * epsilon)
        high, low = number(a) + 1, number(a) - 1  # eigenvalues of A at (1, 1) and (1, -1)
        x_high, x_low = high + sqrt(high * high + q), low + sqrt(low * low + q)
        mean, half = (x_high + x_low) / 2, (x_high - x_low) / 2
        return [[mean, half], [half, mean]]

    return RiccatiExample(
        name="10 commuting, near the axis",
        A=np.array([[a, 1.0], [1.0, a]]),
        B=np.eye(2),
        Q=epsilon * epsilon * np.eye(2),
        R=np.eye(2),
        exact=exact,
    )


def beale_shafai(epsilon: float) -> RiccatiExample:
    """Example 11: an indefinite Q, and a solution [[2, 1], [1, 1]] for every epsilon (up to rounding of the data)."""
    return RiccatiExample(
        name="11 indefinite Q",
        A=np.array([[3 - epsilon, 1.0], [4.0, 2 - epsilon]]),
        B=np.ones((2, 1)),
        Q=np.array([[4 * epsilon - 11, 2 * epsilon - 5], [2 * epsilon - 5, 2 * epsilon - 2]]),
        R=np.eye(1),
    )


def rotated(epsilon: float) -> RiccatiExample:
    """Example 12: three scalar equations of very different scales behind a reflection."""
    reflection = np.eye(3) - 2 / 3 * np.ones((3, 3))
    return RiccatiExample(
        name="12 scales behind a reflection",
        A=epsilon * reflection @ np.diag([1.0, 2.0, 3.0]) @ reflection,
        B=np.eye(3),
        Q=reflection @ np.diag([1 / epsilon, 1.0, epsilon]) @ reflection,
        R=epsilon * np.eye(3),
    )


def magnetic_tape(epsilon: float) -> RiccatiExample:
    """Example 13: a singularly perturbed magnetic tape drive (Chow and Kokotovic)."""
    return RiccatiExample(
        name="13 magnetic tape",
        A=np.array(
            [
                [0.0, 0.4, 0.0, 0.0],
                [0.0, 0.0, 0.345, 0.0],
                [0.0, -0.524 / epsilon, -0.465 / epsilon, 0.262 / epsilon],
                [0.0, 0.0, 0.0, -1 / epsilon],
            ]
        ),
        B=np.array([[0.0], [0.0], [0.0], [1 / epsilon]]),
        Q=np.diag([1.0, 0.0, 1.0, 0.0]),
        R=np.eye(1),
    )


def near_axis(epsilon: float) -> RiccatiExample:
    """Example 14: eigenvalues of the Hamiltonian matrix tend to the imaginary axis."""
    return RiccatiExample(
        name="14 near the axis",
        A=np.array(
            [
                [-epsilon, 1.0, 0.0, 0.0],
                [-1.0, -epsilon, 0.0, 0.0],
                [0.0, 0.0, epsilon, 1.0],
                [0.0, 0.0, -1.0, epsilon],
            ]
        ),
        B=np.ones((4, 1)),
        Q=np.ones((4, 4)),
        R=np.eye(1),
    )


def vehicles(count: int) -> RiccatiExample:
    """Example 15: a string of vehicles at high speed; velocities and distances alternate."""
    n = 2 * count - 1
    A, B = np.zeros((n, n)), np.zeros((n, count))
    for vehicle in range(count):
        A[2 * vehicle, 2 * vehicle] = -1.0
        B[2 * vehicle, vehicle] = 1.0
    for gap in range(1, n, 2):
        A[gap, gap - 1], A[gap, gap + 1] = 1.0, -1.0
    return RiccatiExample(
        name="15 string of vehicles", A=A, B=B, Q=np.diag([10.0 * (i % 2) for i in range(n)]), R=np.eye(count)
    )


def circulant(n: int) -> RiccatiExample:
    """Example 16: a circulant chain with B = Q = R = I: eigenvalues of X are a + sqrt(a^2 + 1), a those of A."""
    A = -2 * np.eye(n) + np.roll(np.eye(n), 1, axis=0) + np.roll(np.eye(n), -1, axis=0)
    return RiccatiExample(name="16 circulant", A=A, B=np.eye(n), Q=np.eye(n), R=np.eye(n))


def integrators(n: int) -> RiccatiExample:
    """Example 17: a chain of n integrators, ill-conditioned as n grows."""
    Q = np.zeros((n, n))
    Q[0, 0] = 1.0
    return RiccatiExample(name="17 integrators", A=np.eye(n, k=1), B=np.eye(n)[:, -1:], Q=Q, R=np.eye(1))
