"""Results that cover every state a report can meet: `python demo.py FOLDER` renders them, to be looked at.

The numbers of the softmax claim are computed from its closed form and the payoffs are those of small games, so that the
charts show real shapes; the rest is made up to strain the pages (many claims, long names, huge and missing numbers).
"""

from __future__ import annotations

import math
import random
import sys
from typing import Any

PURE = {"kind": "bimatrix", "leader": [["2", "4"], ["1", "3"]], "follower": [["1", "0"], ["0", "1"]]}
WIDE = {
    "kind": "bimatrix",
    "leader": [["1", "3/2", "4", "0"], ["2", "5", "-1/3", "7/2"]],
    "follower": [["5", "4", "1", "0"], ["0", "3", "4", "5"]],
}
TALL = {
    "kind": "bimatrix",
    "leader": [["0.1", "3602879701896397/36028797018963968", "-1"], ["0", "1/3", "22/7"], ["1e-9", "1e12", "5"]],
    "follower": [["1", "0", "2"], ["-7/11", "0", "1"], ["3", "3", "3"]],
}
CHOICE = {"kind": "choice", "values": ["0", "-1.2784", "-1.2784", "-1.2784"], "temperature": "1"}


def _lambertw(x: float) -> float:
    w = math.log1p(x)
    for _ in range(60):
        w -= (w * math.exp(w) - x) / (math.exp(w) * (w + 1))
    return w


def _series(n: int = 4) -> list[dict[str, Any]]:
    """The gap of the mean payoff with one maximiser and all others `g` below, against its bound."""
    bound = _lambertw((n - 1) / math.e)
    points = []
    for index in range(1, 41):
        g = 0.1 * index
        mean = (n - 1) * g * math.exp(-g) / (1 + (n - 1) * math.exp(-g))
        points.append(
            {"x": round(g, 1), "lhs": mean, "rhs": bound, "label": "gap of the other actions, in temperatures"}
        )
    return points


def certificate(claim: str, game: dict[str, Any], lhs: Any, rhs: Any, outcome: str = "violated") -> dict[str, Any]:
    return {
        "schema": "firstmover/certificate/1",
        "kind": "violation" if outcome == "violated" else "instance",
        "claim": claim,
        "file_sha256": "0" * 64,
        "game": game,
        "hypotheses": [],
        "relation": ["<=", {"concept": "sse"}, {"concept": "pure"}],
        "facts": [],
        "lhs": lhs,
        "rhs": rhs,
        "outcome": outcome,
    }


def derivation() -> dict[str, Any]:
    exact = {"kind": "exact", "certificate": "polynomial identity over the atoms"}
    steps = [
        (r"g_a = \frac{\max q - q_a}{\tau}", "definition", "gaps in units of the temperature", []),
        (r"c = W_0\left(\frac{n-1}{e}\right), \qquad c\, e^{c} = \frac{n-1}{e}", "definition", "", []),
        (r"s \le e^{s-1} \quad \forall s \in \mathbb{R}", "tangent", "the exponential lies above its tangent at 1", []),
        (r"\left(g_a - c\right) e^{-g_a} \le e^{-(1+c)} \quad \forall a", "instantiate", "at s = g − c, scaled", [3]),
        (
            r"\sum_{a \ne a^*} \left(g_a - c\right) e^{-g_a} \le (n-1)\, e^{-(1+c)}",
            "sum over an index",
            "over the other n − 1 actions",
            [4],
        ),
        (r"(n-1)\, e^{-(1+c)} = c", "rewrite", "by the equation of c", [2]),
        (
            r"\sum_{a} g_a e^{-g_a} \le c \sum_{a} e^{-g_a}",
            "add relations",
            "the maximiser contributes 0 and c",
            [5, 6],
        ),
        (
            r"\max_a q_a - \frac{\sum_{a=1}^{n} q_a\, e^{q_a/\tau}}{\sum_{a=1}^{n} e^{q_a/\tau}}"
            r" \le \tau\, W_0\left(\frac{n-1}{e}\right)",
            "scale by a factor with proven sign",
            "divided by the sum of exponentials, which is positive, times the temperature",
            [1, 2, 7],
        ),
    ]
    ball = {"kind": "ball", "enclosure": "[0.2784645427 +/- 3.1e-11]", "bits": 128}
    return {
        "topic": "softmax/value-gap",
        "title": "How much a softmax gives away",
        "assumptions": [
            {"name": "temperature", "latex": r"\tau > 0"},
            {"name": "two actions", "latex": r"n \ge 2"},
        ],
        "definitions": [
            {"name": "soft_value", "latex": r"\left\langle p, q\right\rangle = \sum_{a=1}^{n} p_a\, q_a"},
            {"name": "policy", "latex": r"p_a = \frac{e^{q_a/\tau}}{\sum_{b=1}^{n} e^{q_b/\tau}}"},
        ],
        "steps": [
            {
                "number": number,
                "latex": latex,
                "rule": rule,
                "reason": reason,
                "uses": uses,
                "assumptions": ["temperature"] if number == 8 else [],
                "evidence": ball if number == 3 else exact,
            }
            for number, (latex, rule, reason, uses) in enumerate(steps, 1)
        ],
        "conclusions": [
            {
                "name": "bound",
                "latex": r"\max q - \left\langle p, q\right\rangle \le \tau\, W_0\left(\tfrac{n-1}{e}\right)",
            }
        ],
        "evidence": ball,
    }


def _claim(name: str, **fields: Any) -> dict[str, Any]:
    """A claim with every field of the schema; what is not given is null or empty."""
    empty = {
        "claim": name,
        "paper": name.partition("/")[0],
        "place": "",
        "title": name.rpartition("/")[2].replace("-", " ").capitalize(),
        "file": f"verify/claims/{name.replace('-', '_')}.py",
        "statement": r"x \le y",
        "relation": None,
        "note": "",
        "concepts": [],
        "hypotheses": [],
        "verdict": "SUPPORTED",
        "reason": "",
        "evidence": None,
        "scope": {"kind": "sampled", "detail": "16,384 instances of matrix/uniform; seed 0"},
        "expected": fields.get("verdict", "SUPPORTED"),
        "ok": True,
        "instances": None,
        "met": None,
        "held": None,
        "ties": None,
        "open": None,
        "candidates": None,
        "violated": None,
        "failures": [],
        "violation_rate_upper": None,
        "worst_margin": None,
        "worst": None,
        "seconds": None,
        "families": [],
        "histogram": None,
        "mutants": [],
        "ablations": [],
        "witness": None,
        "tightness": None,
        "tight_series": None,
        "derivation": None,
        "derivation_is_proof": None,
        "derivation_reason": "",
        "published": [],
        "certificate": None,
        "smallest": None,
    }
    return empty | fields


def _value_gap() -> dict[str, Any]:
    bound = _lambertw(3 / math.e)
    edges = [0.0, 1e-12, 1e-9, 1e-6, 1e-4, 1e-3, 1e-2, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    counts = [3, 1, 0, 12, 160, 800, 5200, 14000, 22000, 31000, 42000, 52000, 61000, 72000, 88000, 140000, 519976]
    return _claim(
        "softmax/value-gap",
        title="What a softmax agent gives away",
        place="Section 2",
        statement=r"\max_a q_a - \left\langle p_\tau, q\right\rangle \le \tau\, W_0\left(\frac{n-1}{e}\right)",
        note="The textbook bound tau log n is 2.1 to 2.5 times larger for n up to 10.",
        concepts=[
            {"name": "value_gap", "latex": r"\max_a q_a - \left\langle p_\tau, q\right\rangle", "text": "what is lost"},
            {"name": "temperature", "latex": r"\tau", "text": "temperature of the choice"},
            {"name": "actions", "latex": "n", "text": "number of actions"},
        ],
        hypotheses=[
            {"name": "temperature", "text": "the temperature is positive", "latex": r"\tau > 0"},
            {"name": "two actions", "text": "there is a choice to make", "latex": r"n \ge 2"},
        ],
        verdict="PROVED",
        evidence={"kind": "ball", "enclosure": "[0.2784645427 +/- 3.1e-11]", "bits": 128},
        scope={"kind": "all parameters", "detail": ""},
        instances=1_048_576,
        met=1_048_576,
        held=1_048_573,
        ties=3,
        open=0,
        candidates=0,
        violated=0,
        violation_rate_upper=2.856892e-06,
        worst_margin=0.0,
        worst={"index": 40_961, "game": CHOICE, "lhs": 0.6035, "rhs": 0.6035, "margin": 1.2e-17, "error": 8.8e-16},
        seconds=3.21,
        families=[
            {
                "name": "choice/uniform",
                "title": "Uniform values",
                "instances": 524288,
                "met": 524288,
                "worst_margin": 3e-4,
            },
            {
                "name": "choice/tight",
                "title": "One maximiser, others tied",
                "instances": 524288,
                "met": 524288,
                "worst_margin": 0.0,
            },
        ],
        histogram={"label": "relative margin", "edges": edges, "counts": counts, "ties": 3},
        mutants=[
            {
                "name": "constant",
                "text": "The constant a hundredth smaller.",
                "statement": r"\max_a q_a - \left\langle p_\tau, q\right\rangle"
                r" \le \tfrac{99}{100} \, \tau\, W_0\left(\frac{n-1}{e}\right)",
                "verdict": "REFUTED",
                "reason": "12 of 4,096 instances violate it",
                "ok": True,
                "instances": 4096,
                "certificate": certificate(
                    "softmax/value-gap",
                    CHOICE,
                    {"ball": f"[{bound} +/- 2.1e-38]", "bits": 128},
                    {"ball": f"[{0.99 * bound} +/- 2.0e-38]", "bits": 128},
                ),
            }
        ],
        ablations=[
            {
                "hypothesis": "temperature",
                "text": "A softmax at temperature zero is not defined.",
                "expected": "undefined",
                "found": "undefined",
                "ok": True,
                "reason": "temperature: expected > 0, found 0",
                "instances": None,
                "certificate": None,
            },
            {
                "hypothesis": "two actions",
                "text": "With one action both sides are zero.",
                "expected": "redundant",
                "found": "redundant",
                "ok": True,
                "reason": "held on 4,096 instances",
                "instances": 4096,
                "certificate": None,
            },
        ],
        witness={
            "game": {"kind": "choice", "values": ["0", "1"], "temperature": "1/2"},
            "lhs": "[0.1192029220221175559 +/- 4e-20]",
            "rhs": "[0.139232271 +/- 4e-10]",
            "outcome": "holds",
        },
        tightness={
            "game": CHOICE,
            "lhs": f"[{bound} +/- 1e-30]",
            "rhs": f"[{bound} +/- 1e-30]",
            "ratio": 0.99999999,
            "outcome": "tie",
        },
        tight_series=_series(),
        derivation=derivation(),
        derivation_is_proof=True,
    )


def _pure() -> dict[str, Any]:
    return _claim(
        "matrix/pure-suffices",
        title="A pure commitment is as good as a mixed one",
        place="folklore, false",
        statement=r"v^{\mathrm{strong}} \le v^{\mathrm{pure}}",
        concepts=[
            {"name": "sse", "latex": r"v^{\mathrm{strong}}", "text": "leader's strong Stackelberg value"},
            {
                "name": "pure",
                "latex": r"v^{\mathrm{pure}}",
                "text": "leader's best pure commitment, ties in her favour",
            },
        ],
        verdict="REFUTED",
        reason="1,702 of 16,384 instances violate it",
        evidence={"kind": "exact", "certificate": "rational facts, replayed without a solver"},
        scope={"kind": "this instance", "detail": ""},
        instances=16384,
        met=16384,
        held=14670,
        ties=12,
        open=0,
        candidates=0,
        violated=1702,
        worst_margin=-0.375,
        seconds=0.84,
        families=[{"name": "matrix/uniform", "title": "", "instances": 16384, "met": 16384, "worst_margin": -0.375}],
        histogram={
            "label": "relative margin",
            "edges": [-0.5, -0.4, -0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5],
            "counts": [3, 40, 159, 500, 1000, 9000, 3000, 1500, 800, 370],
            "ties": 12,
        },
        mutants=[
            {
                "name": "reversed ties",
                "text": "Ties broken against the leader.",
                "statement": r"v^{\mathrm{weak}} \le v^{\mathrm{pure}}",
                "verdict": "REFUTED",
                "reason": "",
                "ok": True,
                "instances": 4096,
                "certificate": certificate("matrix/pure-suffices", TALL, "22/7", "3"),
            }
        ],
        published=[
            {
                "name": "Conitzer and Sandholm, first game",
                "source": "Conitzer and Sandholm 2006, Figure 1",
                "lhs": "7/2",
                "rhs": "3",
                "outcome": "violated",
                "evidence": {"kind": "exact", "certificate": ""},
            },
            {
                "name": "matching pennies",
                "source": "textbook",
                "lhs": "0",
                "rhs": "-1",
                "outcome": "violated",
                "evidence": "exact",
            },
        ],
        certificate=certificate("matrix/pure-suffices", PURE, "7/2", "3"),
        smallest={
            "bound": "No game with fewer actions, or 2x2 with entries in {0, 1, 2}, violates it.",
            "examined": 6561,
        },
        witness={"game": WIDE, "lhs": "3602879701896397/36028797018963968", "rhs": "4", "outcome": "violated"},
    )


def _others() -> list[dict[str, Any]]:
    long_latex = r"\left\lVert \operatorname{softmax}(x+d) - \operatorname{softmax}(x) - "
    long_latex += r"\left(\operatorname{diag} p - p p^{\top}\right) d \right\rVert_1"
    long_latex += (
        r" \le \frac{\operatorname{span}(d)^2}{6\sqrt{3}\,\tau^2} + \sum_{k=1}^{\infty} \frac{\left(-1\right)^k}{k!}"
    )
    long_latex += r" \left(\int_0^1 \frac{\partial^k \varphi}{\partial t^k}\left(t\right) \mathrm{d}t\right)^{2}"
    return [
        _claim(
            "matrix/commitment-beats-nash",
            title="Commitment is worth at least any Nash equilibrium",
            statement=r"u_L\left(x, y\right) \le v^{\mathrm{strong}}",
            verdict="SUPPORTED",
            reason="held on 16,384 instances, 40 of them with equality",
            evidence={"kind": "float", "residual": 3.3e-13, "margin": 0.0},
            instances=16384,
            met=16384,
            held=16344,
            ties=40,
            open=0,
            candidates=0,
            violated=0,
            violation_rate_upper=1.8e-4,
            worst_margin=0.0,
            seconds=12.5,
            histogram={
                "label": "relative margin",
                "edges": [0.0, 0.25, 0.5, 0.75, 1.0],
                "counts": [5, 6, 7, 9],
                "ties": 1,
            },
            derivation={
                "topic": "commitment/nash",
                "title": "",
                "steps": [{"number": 1, "latex": r"\foo{", "uses": [7]}],
            },
            derivation_is_proof=False,
            derivation_reason="its last line speaks of pure equilibria only",
        ),
        _claim(
            "sqvi/general-sum-converges",
            title="Stackelberg value iteration converges in general-sum games",
            verdict="UNDECIDED",
            expected="REFUTED",
            ok=False,
            reason="numerical counterexample in 7 instances, not confirmed exactly",
            evidence={
                "kind": "statistical",
                "alpha": 0.05,
                "plan": "betting e-process on the violation rate",
                "n": 4096,
            },
            instances=4096,
            met=4000,
            held=3980,
            ties=0,
            open=13,
            candidates=7,
            violated=0,
            worst_margin=-0.02,
            seconds=95.0,
            failures=["block 3: the solver gave up after 100 iterations", "block 7: timed out after 20 s"],
        ),
        _claim(
            "softmax/remainder",
            statement=long_latex,
            title="The remainder of a softmax after its first-order term, in a title long enough to need two lines",
            verdict="SUPPORTED",
            ok=False,
            evidence={"kind": "symbolic", "system": "sympy 1.13"},
            instances=10**30,
            met=10**30,
            worst_margin=1e300,
            seconds=7300.0,
            scope={"kind": "a box", "detail": "0 < tau <= 10, n <= 5"},
            worst={
                "index": 10**18,
                "game": {"kind": "choice", "values": ["9" * 400, "1/" + "7" * 300], "temperature": "1e-300"},
                "lhs": "9" * 400,
                "rhs": 1e-300,
                "margin": "-1/" + "3" * 90,
                "error": None,
            },
            mutants=[
                {
                    "name": "half the rate",
                    "text": "",
                    "statement": "x \\le y/2",
                    "verdict": "SUPPORTED",
                    "reason": "held on 4096 instances",
                    "ok": False,
                    "instances": 4096,
                    "certificate": None,
                }
            ],
            ablations=[
                {
                    "hypothesis": "temperature",
                    "text": "",
                    "expected": "counterexample",
                    "found": "redundant",
                    "ok": False,
                    "reason": "",
                    "instances": 4096,
                    "certificate": None,
                }
            ],
        ),
        _claim(
            "smg/existence-uniqueness",
            verdict="VACUOUS",
            reason="none of 4096 instances meets the hypotheses",
            instances=4096,
            met=0,
        ),
        _claim("qse/stage-exact", verdict="NOT_RUN", reason="no instance was drawn", instances=0),
        _claim(
            "errl/information",
            verdict="SUPPORTED",
            evidence={
                "kind": "randomised",
                "error": "1/340282366920938463463374607431768211456",
                "primes": 4,
                "points": 32,
            },
            scope={"kind": "fixed dimensions", "detail": "n = 2, m = 2"},
            instances=1,
        ),
        _claim(
            "errl/gaussian",
            verdict="SUPPORTED",
            evidence={"kind": "cited", "source": "Wang, Zariphopoulou and Zhou 2020, Theorem 3.1"},
        ),
        _claim(
            "hostile/<script>alert(1)</script>/../../etc/passwd",
            paper="<b>paper</b>",
            place='"><img src=x onerror=alert(1)>',
            title="</title><script>alert('title')</script>{{ 7 * 7 }}",
            file="javascript:alert(1)",
            statement=r"\text{</math></div><script>alert(2)</script>} \href{javascript:alert(3)}{x}",
            note="<svg onload=alert(4)>",
            reason="<style>*{display:none}</style>",
            concepts=[{"name": "<i>c</i>", "latex": r"\unknown{<b>}", "text": "&lt;not escaped twice&gt;"}],
            hypotheses=[{"name": "<h1>", "text": "</dd></dl>", "latex": "x<y"}],
            evidence={"kind": "exact", "certificate": "<script>alert(5)</script>"},
            families=[{"name": "<script>", "title": "</td>", "instances": 1, "met": 1, "worst_margin": None}],
            histogram={"label": "</text><script>alert(6)</script>", "edges": [0, 1, 2], "counts": [1, 2], "ties": 0},
            tight_series=[
                {"x": 0, "lhs": 1, "rhs": 1, "label": "</title><script>"},
                {"x": 1, "lhs": 1, "rhs": 2, "label": "</title><script>"},
            ],
            mutants=[
                {
                    "name": "../../<script>",
                    "text": "<script>",
                    "statement": "",
                    "verdict": "REFUTED",
                    "reason": "",
                    "ok": True,
                    "instances": 1,
                    "certificate": certificate(
                        "x",
                        {"kind": "<script>", "<b>": ["<script>", {"a": "<b>"}]},
                        "<script>",
                        {"ball": "<script>", "bits": 1},
                    ),
                }
            ],
            published=[
                {
                    "name": "<script>",
                    "source": "<script>",
                    "lhs": "<b>",
                    "rhs": None,
                    "outcome": "<b>",
                    "evidence": "<b>",
                }
            ],
            failures=["<script>alert(7)</script>"],
        ),
        {"claim": "bare/minimum", "verdict": "NOT_RUN", "ok": True},
    ]


def demo(claims: int = 80) -> dict[str, Any]:
    """A result of that many claims: every state first, then plain ones."""
    rng = random.Random(20)
    listed = [_value_gap(), _pure(), *_others()]
    papers = ["errl", "matrix", "qse", "smg", "softmax", "sqvi"]
    while len(listed) < claims:
        index = len(listed)
        bins = [int(1000 * rng.random() ** 3) for _ in range(24)]
        listed.append(
            _claim(
                f"{papers[index % 6]}/claim-{index}",
                title=f"A further claim, number {index}",
                statement=rf"\left\lVert Q_{{{index}}} - Q^{{*}}\right\rVert_\infty"
                r" \le \rho^t \left\lVert Q_0 - Q^{*}\right\rVert_\infty",
                verdict=rng.choice(["PROVED", "SUPPORTED", "SUPPORTED", "REFUTED"]),
                evidence=rng.choice(
                    [{"kind": "exact", "certificate": ""}, {"kind": "float", "residual": 1e-13, "margin": rng.random()}]
                ),
                instances=16384,
                met=16384,
                held=16384,
                ties=0,
                open=0,
                candidates=0,
                violated=0,
                worst_margin=rng.random() * 10 ** -rng.randrange(14),
                seconds=rng.random() * 9,
                histogram={"label": "relative margin", "edges": [k / 24 for k in range(25)], "counts": bins, "ties": 0},
                mutants=[{"name": "sign", "verdict": "REFUTED", "ok": True}] * rng.randrange(1, 4),
                ablations=[{"hypothesis": "ties", "found": "redundant", "expected": "redundant", "ok": True}],
            )
        )
    return {
        "schema": "firstmover/verify/1",
        "run": {
            "id": "20250301-120000-1f2e",
            "started": "2025-03-01T12:00:00+00:00",
            "seconds": 58.3,
            "seed": 0,
            "tier": "quick",
            "budget": None,
            "commit": "c119dcb",
            "versions": {"firstmover": "0.1.0", "numpy": "2.2.0", "python-flint": "0.7.0"},
            "machine": {"cores": 2, "python": "3.11.9"},
        },
        "claims": listed[:claims],
    }


if __name__ == "__main__":
    from verify.report import render

    print(render(demo(), sys.argv[1]))
