"""Lemmas that several softmax derivations use; each function writes the steps into an argument and returns the last."""

from __future__ import annotations

import sympy

from proofs.engine.argument import Argument
from proofs.engine.relation import at_most
from proofs.engine.rules.algebra import Evident
from proofs.engine.rules.analysis import Tangent
from proofs.engine.rules.quantifiers import Generalise
from proofs.engine.step import Step
from proofs.engine.terms import Scalar


def exponential_tangent(argument: Argument) -> Step:
    """For all s: s <= e^(s - 1)."""
    s = Scalar("s")
    f = sympy.exp(s - 1)
    convex = argument.step(at_most(0, f), Evident(), reason="the second derivative of the exponential")
    tangent = argument.step(at_most(s, f), Tangent(f, s, sympy.Integer(1)), convex, reason="the tangent at one")
    return argument.step(tangent.relation.for_all(s), Generalise((s,)), tangent)
