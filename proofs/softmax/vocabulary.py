"""The words of the softmax derivations: n actions, values q, a temperature tau, and what is made of them.

SYMBOLS are the scalars that claims and derivations share, by name. DEFINITIONS say what the derived ones are, over the
vectors q (values), d (a change of the values) and p (any law over the actions), and the primitive scalars.
"""

from __future__ import annotations

import sympy

from proofs.engine.relation import at_most, equal
from proofs.engine.substitution import rename
from proofs.engine.terms import Index, IndexSet, Iverson, Maximum, Minimum, Scalar, Size, Total, XLogX, vector
from proofs.engine.vocabulary import Vocabulary

LETTERS = {
    "tau": r"\tau",
    "hotter": r"\tau_{2}",
    "max_value": r"\max q",
    "soft_value": r"v_{\tau}",
    "log_sum_exp": r"\operatorname{LSE}_{\tau}",
    "maximisers": "k",
    "gap": r"\delta",
    "policy_gap": r"{\left\|\sigma_{\tau} - u\right\|}_{1}",
    "response_distance": r"{\left\|\sigma_{\tau}' - \sigma_{\tau}\right\|}_{1}",
    "response_distance_l2": r"{\left\|\sigma_{\tau}' - \sigma_{\tau}\right\|}_{2}",
    "span": r"\operatorname{span} d",
    "sup_norm": r"{\left\|d\right\|}_{\infty}",
    "l2_norm": r"{\left\|d\right\|}_{2}",
    "remainder": r"{\left\|\sigma_{\tau}' - \sigma_{\tau} - D\sigma_{\tau} d\right\|}_{1}",
    "policy_value": r"\left\langle p, q\right\rangle",
    "policy_entropy": r"H\left(p\right)",
    "policy_divergence": r"\operatorname{KL}\left(p \,\|\, \sigma_{\tau}\right)",
    "soft_entropy": r"H\left(\sigma_{\tau}\right)",
    "hotter_soft_value": r"v_{\tau_{2}}",
    "hotter_soft_entropy": r"H\left(\sigma_{\tau_{2}}\right)",
}

n = Size("n")
SYMBOLS: dict[str, Scalar] = {"n": n} | {name: Scalar(name, letters) for name, letters in LETTERS.items()}
ACTIONS = IndexSet("actions", n)
a, b = Index("a", ACTIONS), Index("b", ACTIONS)
q, d, p = vector("q"), vector("d"), vector("p")

tau, hotter, max_value = (SYMBOLS[name] for name in ("tau", "hotter", "max_value"))


def partition(values: sympy.Expr, temperature: sympy.Expr) -> sympy.Expr:
    """sum_b exp(values[b] / temperature), where `values` is written at the index a."""
    return Total(rename(sympy.exp(values / temperature), a, b), b)


def softmax(values: sympy.Expr, temperature: sympy.Expr) -> sympy.Expr:
    """exp(values[a] / temperature) / sum_b exp(values[b] / temperature), at the index a."""
    return sympy.exp(values / temperature) / partition(values, temperature)


def entropy(probability: sympy.Expr) -> sympy.Expr:
    """-sum_a p[a] log p[a], where `probability` is written at the index a."""
    return -Total(XLogX(probability), a)


def is_maximiser() -> sympy.Expr:
    """1 where action a attains max q, else 0."""
    return Iverson(q[a], max_value)


def first_order() -> sympy.Expr:
    """The derivative of softmax(q / tau) in the direction d, at the index a."""
    weight = softmax(q[a], tau)
    mean = Total(sympy.exp(q[b] / tau) * d[b], b) / partition(q[a], tau)
    return weight * (d[a] - mean) / tau


def _definitions() -> dict[str, sympy.Expr]:
    before, after = softmax(q[a], tau), softmax(q[a] + d[a], tau)
    return {
        "max_value": Maximum(q[a], a),
        "soft_value": Total(before * q[a], a),
        "log_sum_exp": tau * sympy.log(partition(q[a], tau)),
        "maximisers": Total(is_maximiser(), a),
        "gap": Minimum(max_value - q[a], a, 1 - is_maximiser()),
        "policy_gap": Total(sympy.Abs(before - is_maximiser() / SYMBOLS["maximisers"]), a),
        "response_distance": Total(sympy.Abs(after - before), a),
        "response_distance_l2": sympy.sqrt(Total((after - before) ** 2, a)),
        "span": Maximum(d[a], a) - Minimum(d[a], a),
        "sup_norm": Maximum(sympy.Abs(d[a]), a),
        "l2_norm": sympy.sqrt(Total(d[a] ** 2, a)),
        "remainder": Total(sympy.Abs(after - before - first_order()), a),
        "policy_value": Total(p[a] * q[a], a),
        "policy_entropy": entropy(p[a]),
        "policy_divergence": Total(XLogX(p[a]) - p[a] * sympy.log(before), a),
        "soft_entropy": entropy(before),
        "hotter_soft_value": Total(softmax(q[a], hotter) * q[a], a),
        "hotter_soft_entropy": entropy(softmax(q[a], hotter)),
    }


DEFINITIONS = _definitions()
SOFTMAX = Vocabulary(
    symbols=SYMBOLS,
    vectors={"q": q, "d": d, "p": p},
    definitions=DEFINITIONS,
    facts={
        "probabilities": at_most(0, p[a]).for_all(a),
        "they sum to one": equal(Total(p[a], a), 1),
    },
    sizes={"n": ("q", 0)},
)
