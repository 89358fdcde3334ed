"""Verdicts, evidence and scope in words, the same on every page."""

from __future__ import annotations

import datetime

from markupsafe import Markup

from verify.report.numerals import count, exact, plain, short, within
from verify.report.schema import Claim, Evidence, Scope
from verify.verdict import Verdict

VERDICTS = {
    Verdict.PROVED: "A derivation, or exact arithmetic on the instance in question, leaves no room for doubt.",
    Verdict.REFUTED: "A counterexample was confirmed exactly, and its certificate can be replayed without any solver; "
    "or, of a measured rate, a test declared beforehand rejected it.",
    Verdict.SUPPORTED: "Nothing speaks against it within the stated scope, which falls short of a proof.",
    Verdict.UNDECIDED: "The evidence does not settle it; the reason says why.",
    Verdict.VACUOUS: "No instance met the hypotheses, so nothing was tested.",
    Verdict.NOT_RUN: "Nothing was drawn and nothing derived.",
}

EVIDENCE = {
    "exact": ("Exact arithmetic", "decided in integers, rationals, polynomials or normal forms; no rounding anywhere"),
    "ball": ("Ball arithmetic", "enclosed in intervals with proved radii at the stated precision"),
    "symbolic": ("Computer algebra", "a simplifier says so; its steps were not checked here"),
    "randomised": ("Randomised identity", "held at random points modulo random primes, with a bound on being fooled"),
    "statistical": ("Statistical test", "a plan declared before sampling did not reject"),
    "float": ("Floating point", "computed in double precision with an error bound beside every number"),
    "cited": ("Cited", "somebody else's word"),
}

SCOPES = {
    "all parameters": "every game that meets the hypotheses",
    "fixed dimensions": "games of the stated dimensions",
    "a box": "parameters in the stated box",
    "this instance": "this one game",
    "sampled": "what was sampled and nothing else",
}

ABLATIONS = {
    "counterexample": "The claim fails without it",
    "redundant": "No counterexample found without it",
    "undefined": "The statement has no meaning without it",
    "defined": "The statement has a meaning without it",
    "undecided": "What happens without it was not decided",
}


MONTHS = "January February March April May June July August September October November December".split()


def evidence_title(evidence: Evidence | None) -> str:
    return EVIDENCE[evidence.kind][0] if evidence else "None"


def evidence_detail(evidence: Evidence | None) -> Markup:
    """What the evidence carries beside its kind; empty where it is the kind alone."""
    e = evidence
    if e is None:
        return Markup("")
    match e.kind:
        case "exact":
            return within(e.certificate)
        case "ball":
            bits = f"{e.bits} bits" if e.bits else ""
            return Markup("; ").join(part for part in (Markup.escape(bits), within(e.enclosure)) if part)
        case "symbolic":
            return Markup.escape(e.system)
        case "randomised":
            pattern = Markup("{} points modulo {} primes; fooled with probability at most {}")
            return pattern.format(count(e.points), count(e.primes), exact(e.error))
        case "statistical":
            return Markup("{}; level {}, {} draws").format(e.plan, short(e.alpha), count(e.n))
        case "float":
            pattern = Markup("largest error bound {}, smallest margin {}")
            return pattern.format(short(e.residual, 2), short(e.margin, 3))
        case "cited":
            return Markup.escape(e.source)


def sentence(text: str) -> str:
    """A text that begins with a capital and ends with a full stop, as those of claims need not."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", ":")) else ".") if text else ""


def scope_words(scope: Scope | None) -> str:
    return SCOPES.get(scope.kind, scope.kind) if scope else "nothing"


def complaints(claim: Claim) -> list[str]:
    """Everything about a claim that is not as expected, a line each."""
    lines = []
    if claim.expected is not None and claim.verdict != claim.expected:
        reason = f": {claim.reason}" if claim.reason else ""
        lines.append(f"found {claim.verdict}, expected {claim.expected}{reason}")
    for mutant in claim.mutants:
        if not mutant.ok:
            found = f" ({mutant.verdict})" if mutant.verdict else ""
            lines.append(f"mutant “{mutant.name}” was not refuted{found}")
    for ablation in claim.ablations:
        if not ablation.ok:
            lines.append(
                f"without “{ablation.hypothesis}”: expected {ablation.expected or 'an outcome'}, "
                f"found {ablation.found or 'none'}"
            )
    if claim.verdict != Verdict.REFUTED:
        lines += [f"published game “{game.name}” violates it" for game in claim.published if game.outcome == "violated"]
    if not claim.ok and not lines:
        lines.append(claim.reason or "the run marks it as not as expected")
    return lines


def moment(started: str) -> str:
    """An ISO time for people, in its own zone: 1 March 2025, 12:00 UTC; as it came where it is no ISO time."""
    try:
        time = datetime.datetime.fromisoformat(started)
    except ValueError:
        return started
    zone = f" {time.tzname()}" if time.tzinfo else ""
    return f"{time.day} {MONTHS[time.month - 1]} {time.year}, {time:%H:%M}{zone}"


def duration(seconds: float | None) -> str:
    """Seconds for people: 0.4 s, 42 s, 3 min 20 s, 2 h 5 min."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{plain(seconds, 2)} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60:,} h {minutes % 60} min"
