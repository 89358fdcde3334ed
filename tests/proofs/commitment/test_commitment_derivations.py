"""Commitment in one-shot games: what is proved, on which facts, and what is not."""

from __future__ import annotations

import numpy as np
import pytest

from proofs.catalogue import derive
from proofs.commitment.vocabulary import COMMITMENT, HYPOTHESES, SECURE, STRONG, WEAK, k, u, v
from proofs.commitment.vocabulary import SYMBOLS as s
from proofs.engine.numeric import evaluate
from proofs.engine.relation import Relation, at_most, equal

ZERO_SUM = HYPOTHESES["zero-sum"]
BEST = HYPOTHESES["the follower answers y best"]
CLAIMS = [
    ("weak-and-strong", at_most(s["wse"], s["sse"]), ()),
    ("nash", at_most(s["nash"], s["sse"]), (BEST,)),
    ("zero-sum", equal(s["sse"], s["minimax"]), (ZERO_SUM,)),
    ("zero-sum", equal(s["wse"], s["minimax"]), (ZERO_SUM,)),
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
    ],
    ids=str,
)
def test_not_proved(topic: str, claim: Relation, hypotheses: tuple[Relation, ...]) -> None:
    assert not derive(f"commitment/{topic}").is_proof_of(claim, hypotheses)[0]


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


def test_the_payoff_of_a_pair_of_mixtures() -> None:
    leader = np.array([[2.0, -1.0], [0.0, 3.0]])
    value = derive("commitment/nash").functions()["nash"](leader, [0.5, 0.5], [0.25, 0.75])
    assert value == pytest.approx(0.5 * (0.5 - 0.75) + 0.5 * 2.25)
    assert COMMITMENT.arguments(COMMITMENT.definitions["nash"]) == ("u", "x", "y")
