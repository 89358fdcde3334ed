"""Commitment in one-shot games: what is proved, on which facts, and what is not."""

from __future__ import annotations

import dataclasses
import importlib
from typing import Any

import numpy as np
import pytest
from sympy import Rational

from proofs.catalogue import derive
from proofs.commitment.generic import t
from proofs.commitment.vocabulary import (
    COMMITMENT,
    EQUILIBRIUM,
    HYPOTHESES,
    LAW,
    PURE,
    SECURE,
    STRONG,
    WEAK,
    against,
    i,
    j,
    k,
    paid,
    u,
    v,
    w,
    x,
    y,
)
from proofs.commitment.vocabulary import SYMBOLS as s
from proofs.engine.errors import DerivationError
from proofs.engine.numeric import evaluate
from proofs.engine.relation import Relation, at_most, equal
from proofs.engine.step import Step
from proofs.engine.terms import Maximum, Minimum

ZERO_SUM = HYPOTHESES["zero-sum"]
COMMON_PAYOFF = HYPOTHESES["common payoff"]
BEST = HYPOTHESES["the follower answers y best"]
LEADER_BEST = HYPOTHESES["the leader answers x best"]
NO_DEGENERATE_REPLY = HYPOTHESES["no degenerate reply"]
CLAIMS = [
    ("weak-and-strong", at_most(s["wse"], s["sse"]), ()),
    ("nash", at_most(s["nash"], s["sse"]), (BEST,)),
    ("zero-sum", equal(s["sse"], s["minimax"]), (ZERO_SUM,)),
    ("zero-sum", equal(s["wse"], s["minimax"]), (ZERO_SUM,)),
    ("security", at_most(s["minimax"], s["nash"]), (LEADER_BEST,)),
    ("security", at_most(s["minimax"], s["worst_nash"]), ()),
    ("security", equal(s["nash"], s["minimax"]), (ZERO_SUM, BEST, LEADER_BEST)),
    ("common-payoff", at_most(s["pure"], s["sse"]), ()),
    ("common-payoff", equal(s["sse"], s["pure"]), (COMMON_PAYOFF,)),
    ("generic", equal(s["wse"], s["sse"]), (NO_DEGENERATE_REPLY,)),
]


@pytest.mark.parametrize(("topic", "claim", "hypotheses"), CLAIMS, ids=str)
def test_proved(topic: str, claim: Relation, hypotheses: tuple[Relation, ...]) -> None:
    derivation = derive(f"commitment/{topic}")
    derivation.check()
    assert derivation.evidence.kind == "exact"
    assert derivation.is_proof_of(claim, hypotheses)[0]


@pytest.mark.parametrize(
    ("topic", "claim", "hypotheses"),
    [
        ("weak-and-strong", at_most(s["sse"], s["wse"]), ()),
        ("nash", at_most(s["nash"], s["sse"]), ()),
        ("nash", at_most(s["nash"], s["wse"]), (BEST,)),
        ("zero-sum", equal(s["sse"], s["minimax"]), ()),
        ("zero-sum", equal(s["sse"], s["minimax"]), (equal(v[k, k], -u[k, k]).for_all(k),)),
        ("security", at_most(s["minimax"], s["nash"]), (BEST,)),
        ("security", at_most(s["worst_nash"], s["minimax"]), ()),
        ("security", at_most(s["pure"], s["worst_nash"]), ()),
        ("security", equal(s["nash"], s["minimax"]), (BEST, LEADER_BEST)),
        ("security", equal(s["nash"], s["minimax"]), (ZERO_SUM, LEADER_BEST)),
        ("security", equal(s["nash"], s["minimax"]), (ZERO_SUM, BEST)),
        ("common-payoff", equal(s["sse"], s["pure"]), ()),
        ("common-payoff", equal(s["sse"], s["pure"]), (ZERO_SUM,)),
        ("common-payoff", equal(s["wse"], s["pure"]), (COMMON_PAYOFF,)),
        ("generic", equal(s["wse"], s["sse"]), ()),
        ("generic", equal(s["wse"], s["sse"]), (NO_DEGENERATE_REPLY.body,)),
        ("generic", equal(s["wse"], s["minimax"]), (NO_DEGENERATE_REPLY,)),
    ],
    ids=str,
)
def test_not_proved(topic: str, claim: Relation, hypotheses: tuple[Relation, ...]) -> None:
    assert not derive(f"commitment/{topic}").is_proof_of(claim, hypotheses)[0]


@pytest.mark.parametrize("topic", ["security", "common-payoff", "generic"])
def test_no_line_can_say_more(topic: str) -> None:
    """Every inferred line, a thousandth stronger, is refused by its rule from the same steps."""
    for step in derive(f"commitment/{topic}").steps:
        if step.rule.name not in ("hypothesis", "definition"):
            more = dataclasses.replace(step.relation, lhs=step.relation.lhs + Rational(1, 1000))
            with pytest.raises(DerivationError):
                Step(relation=more, rule=step.rule, uses=step.uses)


@pytest.mark.parametrize(
    ("topic", "wrong"),
    [
        ("security", {"SECURE": Maximum(against(u, k), k)}),  # the follower kind to her
        ("security", {"paid": lambda payoff, mixture=y: paid(payoff, mixture)}),  # the wrong mixture
        ("security", {"EQUILIBRIUM": EQUILIBRIUM[:-1]}),  # not an equilibrium: she need not answer best
        ("security", {"EQUILIBRIUM": EQUILIBRIUM[:2] + EQUILIBRIUM[3:]}),  # the replies no law
        ("common_payoff", {"PURE": Minimum(u[i, j], j, PURE.args[2])}),  # ties against her
        ("common_payoff", {"LAW": LAW[:1]}),  # weights that do not sum to one
        ("common_payoff", {"STRONG": Maximum(against(u, k), k)}),  # replies that are not best
        ("generic", {"MIX": x[i]}),  # no step towards the mixture where the reply is alone
        ("generic", {"MIX": (1 - t) * x[i] + 2 * t * w[i, j]}),  # no mixture
        ("generic", {"POSITIVE": at_most(0, t)}),  # without a step ties remain
        ("generic", {"AT_MOST_ONE": at_most(t, 2)}),  # weights below zero
        ("generic", {"STRONG": Maximum(against(u, k), k)}),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),  # the same in every process
)
def test_a_wrong_word_ends_the_argument(monkeypatch: pytest.MonkeyPatch, topic: str, wrong: dict[str, Any]) -> None:
    module = importlib.import_module(f"proofs.commitment.{topic}")
    for name, meaning in wrong.items():
        monkeypatch.setattr(module, name, meaning)
    with pytest.raises(DerivationError):
        module.derivation()


def test_the_values_against_a_commitment_by_enumeration() -> None:
    rng = np.random.default_rng(8)
    for _ in range(20):
        leader, follower = rng.integers(-2, 3, size=(2, 3, 4)).astype(float)  # ties are common
        mix = rng.multinomial(4, np.ones(3) / 3) / 4  # quarters: no rounding, so ties are ties
        values = {"u": leader, "v": follower, "x": mix, "m": 3, "n": 4}
        replies = mix @ follower
        best = [j for j in range(4) if replies[j] == replies.max()]
        pays = mix @ leader
        assert evaluate(STRONG, values) == max(pays[j] for j in best)
        assert evaluate(WEAK, values) == min(pays[j] for j in best)
        assert evaluate(SECURE, values) == pays.min()
        rows = [max(a[b == b.max()]) for a, b in zip(leader, follower, strict=True)]
        assert evaluate(COMMITMENT.definitions["pure"], values) == max(rows)


def test_a_reply_is_degenerate_where_it_is_best_only_in_ties() -> None:
    mixtures = [np.array([weight, 1 - weight]) for weight in np.linspace(0, 1, 9)]

    def met(follower: np.ndarray, alone: np.ndarray) -> bool:
        """Whether the hypothesis holds of the mixtures, where column j of `alone` is to have the one best reply j."""
        values = {"v": follower, "w": alone, "m": 2, "n": 3}
        return all(
            evaluate(NO_DEGENERATE_REPLY.lhs, values | {"x": mix, "j": b, "k": a}) == 0
            for mix in mixtures
            for a in range(3)
            for b in range(3)
        )

    corners = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]])
    assert met(np.array([[2.0, 0.0, 1.5], [0.0, 2.0, 1.5]]), corners)  # each is best alone, the third in the middle
    assert met(np.array([[2.0, 0.0, 0.5], [0.0, 2.0, 0.5]]), corners)  # the third is never best
    for middle in mixtures:  # the third is best at one half only, together with the others
        assert not met(np.array([[2.0, 0.0, 1.0], [0.0, 2.0, 1.0]]), np.column_stack([corners[:, :2], middle]))


def test_the_payoff_of_a_pair_of_mixtures() -> None:
    leader = np.array([[2.0, -1.0], [0.0, 3.0]])
    value = derive("commitment/nash").functions()["nash"](leader, [0.5, 0.5], [0.25, 0.75])
    assert value == pytest.approx(0.5 * (0.5 - 0.75) + 0.5 * 2.25)
    assert COMMITMENT.arguments(COMMITMENT.definitions["nash"]) == ("u", "x", "y")
