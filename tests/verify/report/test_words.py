"""Words: every verdict, evidence and scope of the core has its own, and nothing unexpected goes unsaid."""

from __future__ import annotations

import typing

import pytest

from verify import evidence, scope
from verify.report import words
from verify.report.schema import Claim, Evidence, Published
from verify.verdict import Verdict

KINDS = ("Exact", "Ball", "Symbolic", "Randomised", "Statistical", "Float", "Cited")


def test_every_kind_of_the_core_has_words():
    ranked = sorted((getattr(evidence, name) for name in KINDS), key=lambda kind: kind.rank)
    assert list(words.EVIDENCE) == [kind.kind for kind in ranked]
    assert set(words.VERDICTS) == set(Verdict)
    assert set(words.SCOPES) == set(typing.get_args(scope.ScopeKind))


@pytest.mark.parametrize(
    ("kind", "fields", "told"),
    [
        ("exact", {"certificate": "a polynomial"}, "a polynomial"),
        ("ball", {"enclosure": "[1.5 +/- 1e-9]", "bits": 64}, "64 bits; "),
        ("symbolic", {"system": "sympy"}, "sympy"),
        (
            "randomised",
            {"error": "1/8", "primes": 2, "points": 3},
            "3 points modulo 2 primes; fooled with probability at most 1/8",
        ),
        ("statistical", {"alpha": 0.05, "plan": "fixed", "n": 10}, "fixed; level 0.05, 10 draws"),
        ("float", {"residual": 0.25, "margin": 0.5}, "largest error bound 0.25, smallest margin 0.5"),
        ("cited", {"source": "<i>"}, "&lt;i&gt;"),
    ],
)
def test_evidence_says_what_it_carries(kind, fields, told):
    assert told in words.evidence_detail(Evidence(kind=kind, **fields))


def test_a_claim_marked_not_ok_always_has_a_complaint():
    claim = Claim(claim="a", verdict=Verdict.PROVED, ok=False, expected=Verdict.PROVED)
    assert words.complaints(claim) == ["the run marks it as not as expected"]
    violated = (Published(name="g", outcome="violated"),)
    assert words.complaints(Claim(claim="a", verdict=Verdict.SUPPORTED, ok=True, published=violated))
    assert not words.complaints(Claim(claim="a", verdict=Verdict.REFUTED, ok=True, published=violated))


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(None, "–"), (0.4, "0.4 s"), (42, "42 s"), (200, "3 min 20 s"), (59.99, "60 s"), (7505, "2 h 5 min")],
)
def test_durations(seconds, told):
    assert words.duration(seconds) == told


def test_moments():
    assert words.moment("2025-03-01T12:00:00+00:00") == "1 March 2025, 12:00 UTC"
    assert words.moment("yesterday") == "yesterday"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ties against her", "Ties against her."),
        ("", ""),
        ("It holds.", "It holds."),
        (" why? ", "Why?"),
        ("so:", "So:"),
    ],
)
def test_sentences(text, told):
    assert words.sentence(text) == told
