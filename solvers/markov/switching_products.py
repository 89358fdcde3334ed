"""Products of modes with a large spectral radius: lower bounds on the joint spectral radius.

JSR >= rho(A_1 ... A_k)^(1/k) for every product (Berger and Wang 1992: the supremum of these is the JSR). The search is
a beam in floats; what it finds is rounded down until an exact test accepts it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from solvers.markov.exact_tables import ExactTables, Policy, nearest
from solvers.markov.switching_modes import Hull, quotient, reaches

LONGEST = 8
BEAM = 128
BITS = 40
"""Lower bounds are multiples of 2^-BITS."""


def best_product(tables: ExactTables, hull: Hull) -> tuple[Any, tuple[Policy, ...]]:
    """A rational lower bound on the joint spectral radius and the product that has it; S >= 2."""
    policies = list(hull.policies())
    modes = np.array([[[nearest(entry) for entry in row] for row in quotient(tables, policy)] for policy in policies])
    rate, word = _search(modes)
    product = tuple(policies[k] for k in word)
    if modes.shape[-1] == 1:  # scalars: a single mode is best, and its modulus is rational
        ((factor,),) = quotient(tables, product[0])
        return abs(factor), product[:1]
    matrix = _product(tables, product)
    grid = 1 << BITS
    step = min(round(rate * grid), grid)
    for lost in (0, 1, 2, 2**4, 2**8, 2**16, 2**24):
        bound = fmpq(max(step - lost, 0), grid)
        if reaches(matrix, bound ** len(product)):
            return bound, product
    return fmpq(0), product


def _product(tables: ExactTables, word: tuple[Policy, ...]) -> Any:
    product = fmpq_mat(quotient(tables, word[0]))
    for policy in word[1:]:
        product = product * fmpq_mat(quotient(tables, policy))
    return product.tolist()


def _search(modes: np.ndarray) -> tuple[float, tuple[int, ...]]:
    """The largest rho(product)^(1/k) met, and its factors, shortest first; modes (N, d, d)."""
    count, size, _ = modes.shape
    products, words = modes, [(k,) for k in range(count)]
    best, winner = -1.0, words[0]
    for length in range(1, LONGEST + 1):
        radii = np.abs(np.linalg.eigvals(products)).max(axis=-1) ** (1 / length)
        place = int(radii.argmax())
        if radii[place] > best * (1 + 1e-9):  # a power of a product is no news
            best, winner = float(radii[place]), words[place]
        if size == 1 or length == LONGEST:
            break
        # Both a large radius and a large norm may lead to a larger radius.
        norms = np.sqrt((products**2).sum(axis=(-2, -1)))
        kept = sorted({*np.argsort(-radii)[: BEAM // 2].tolist(), *np.argsort(-norms)[:BEAM].tolist()})
        products = (products[kept, None] @ modes).reshape(-1, size, size)
        words = [(*words[k], mode) for k in kept for mode in range(count)]
    return best, winner


def lower_fact(tables: ExactTables, rate: Any, word: tuple[Policy, ...]) -> dict[str, Any]:
    return {
        "concept": "span_rate_lower",
        "value": str(rate),
        "product": [[list(pair) for pair in tables.actions(policy)] for policy in word],
    }
