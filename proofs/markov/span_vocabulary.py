"""The words of the derivation about spans: a kernel, joint policies, and what they do to vectors modulo constants.

P[s, a, b, z] is the probability of moving from s to z; sigma[s, a, b] is the weight of the pair of actions a, b in
state s under a stationary joint policy, 0 or 1 where it is deterministic; x[s] and q[s, a, b] are any vectors. The
Dobrushin coefficient is the largest total variation distance of two rows of P. span_rate and sup_rate are the joint
spectral radii of the modes P_sigma on vectors modulo constants and on all vectors: the facts say that no factor by
which every mode shrinks the span, or the sup norm, is below them, and that sup_rate is at least every eigenvalue
lambda >= 0 of a mode. span_rate_lower is any lower bound on span_rate.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Abs

from proofs.engine.relation import Relation, at_most, equal, less
from proofs.engine.terms import Index, Maximum, Minimum, Scalar, Total, vector
from proofs.engine.vocabulary import Vocabulary
from proofs.markov.vocabulary import FOLLOWER, ITERATION, LEADER, MOVES, REPLIES, SIZES, STATES, P, a, alpha, b, s, z

s2, a2, b2 = Index("s'", STATES), Index("a'", MOVES), Index("b'", REPLIES)
c, rate = Scalar("c"), Scalar("lambda", r"\lambda")
sigma, x, q = vector("sigma"), vector("x"), vector("q")
SYMBOLS = {
    **SIZES,
    "step_size": alpha,
    "leader_discount": LEADER.discount,
    "follower_discount": FOLLOWER.discount,
    "dobrushin": Scalar("dobrushin", r"\delta\left(P\right)"),
    "span_rate": Scalar("span_rate", r"\varrho_{\mathrm{span}}"),
    "span_rate_lower": Scalar("span_rate_lower", r"\underline{\varrho}_{\mathrm{span}}"),
    "sup_rate": Scalar("sup_rate", r"\varrho_{\infty}"),
}


def expected(row: tuple[Index, Index, Index], entry: Any) -> sympy.Expr:
    """(P x)(row), x written at z."""
    return Total(P[(*row, z)] * entry, z)


def followed(entry: Any, state: Index = s) -> sympy.Expr:
    """The mean of an entry at state, a, b under sigma."""
    return Total(Total(sigma[state, a, b] * entry, b), a)


def mode(state: Index = s) -> sympy.Expr:
    """(P_sigma x)(state)."""
    return followed(expected((state, a, b), x[z]), state)


def range_over_states(entry: Any) -> sympy.Expr:
    """span of a vector written at s."""
    return Maximum(entry, s) - Minimum(entry, s)


def distance(row: tuple[Index, Index, Index], other: tuple[Index, Index, Index]) -> sympy.Expr:
    """The total variation distance of two rows."""
    return Total(Abs(P[(*row, z)] - P[(*other, z)]), z) / 2


def furthest() -> Any:
    """The largest total variation distance of two rows."""
    term: Any = distance((s, a, b), (s2, a2, b2))
    for index in (b2, a2, s2, b, a, s):
        term = Maximum(term, index)
    return term


POLICY = (at_most(0, sigma[s, a, b]).for_all(s, a, b), equal(followed(1), 1).for_all(s))
SHRINKS_SPANS = at_most(range_over_states(mode()), c * range_over_states(x[s])).for_all(sigma, x, given=POLICY)
SHRINKS = at_most(Maximum(Abs(mode()), s), c * Maximum(Abs(x[s]), s)).for_all(sigma, x, given=POLICY)
EIGENVALUE = (
    *POLICY,
    equal(mode(), rate * x[s]).for_all(s),
    less(0, Maximum(Abs(x[s]), s)),
    at_most(0, rate),
)


def _facts() -> dict[str, Relation]:
    names = ("probabilities", "they sum to one", "step_size", "step_size at most one", "leader_discount")
    names += ("follower_discount",)
    span_rate, lower, sup_rate = (SYMBOLS[name] for name in ("span_rate", "span_rate_lower", "sup_rate"))
    return {name: ITERATION.facts[name] for name in names} | {
        "span_rate is at most every factor": at_most(span_rate, c).for_all(c, given=(at_most(0, c), SHRINKS_SPANS)),
        "span_rate_lower bounds span_rate": at_most(lower, span_rate),
        "sup_rate is at most every factor": at_most(sup_rate, c).for_all(c, given=(at_most(0, c), SHRINKS)),
        "sup_rate is at least every eigenvalue": at_most(rate, sup_rate).for_all(sigma, x, rate, given=EIGENVALUE),
    }


SPAN = Vocabulary(
    symbols=SYMBOLS,
    vectors={"P": P},
    definitions={"dobrushin": furthest()},
    facts=_facts(),
    sizes={"states": ("P", 0), "leader_actions_count": ("P", 1), "follower_actions_count": ("P", 2)},
)
