"""Exact derivatives of smooth terms, by the rules of the calculus and nothing else."""

from __future__ import annotations

from typing import Any

import sympy

from proofs.engine.errors import DerivationError
from proofs.engine.substitution import free_variables
from proofs.engine.terms import Total


def derivative(term: Any, variable: sympy.Symbol) -> sympy.Expr:
    """d term / d variable. Raises `DerivationError` where the variable sits under a head that is not smooth."""
    if variable not in free_variables(term):
        return sympy.Integer(0)
    if term == variable:
        return sympy.Integer(1)
    match term:
        case sympy.Add():
            return sympy.Add(*(derivative(part, variable) for part in term.args))
        case sympy.Mul():
            parts = term.args
            return sympy.Add(
                *(sympy.Mul(*parts[:i], derivative(part, variable), *parts[i + 1 :]) for i, part in enumerate(parts))
            )
        case sympy.Pow():
            return term.exp * term.base ** (term.exp - 1) * derivative(term.base, variable)
        case sympy.exp():
            return term * derivative(term.args[0], variable)
        case sympy.log():
            return derivative(term.args[0], variable) / term.args[0]  # type: ignore[operator]  # sympy's stubs
        case sympy.tanh():
            return (1 - term**2) * derivative(term.args[0], variable)  # type: ignore[operator]  # sympy's stubs
        case Total():
            return Total(derivative(term.args[0], variable), term.index)
    raise DerivationError(f"expected a smooth term in {variable}, found {term}")
