"""What is decided once for a claim, exactly and without sampling.

witness      meets every hypothesis, so that the claim is not vacuous
tightness    where the two sides (nearly) meet
series       the two sides along a line of games, for the picture
published    the claim on every published game of its kind
undefined    hypotheses without which the statement has no meaning: the instance must be refused
derivation   whether a derivation's conclusion is the claim
smallest     after a refutation expected: the smallest counterexample, by exhaustion
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from games.core import Game
from games.errors import FirstmoverError, shown
from verify.errors import ClaimError
from verify.exact.game_json import to_json
from verify.remembered import remembered
from verify.statement import Claim
from verify.twin import Twin, instance_to_json
from verify.variant import Variant, variants
from verify.vocabulary import concept


def check_names(claim: Claim) -> list[str]:
    """The checks that apply to a claim."""
    undefined = any(hypothesis.ablation.expected == "undefined" for hypothesis in claim.hypotheses)
    applies = {
        "witness": claim.witness is not None,
        "tightness": claim.tightness is not None,
        "series": claim.series is not None,
        "published": claim.published,
        "undefined": undefined,
        "derivation": bool(claim.derivation),
        "smallest": claim.smallest,
    }
    return [name for name, wanted in applies.items() if wanted]


def run_check(claim: Claim, name: str) -> Any:
    """The finding of the named check, as JSON."""
    return _CHECKS[name](claim)


def _itself(claim: Claim) -> Variant:
    return variants(claim)["claim"]


def _witness(claim: Claim) -> Any:
    assert claim.witness is not None
    game = claim.witness()
    return {"game": to_json(game.exact()), **instance_to_json(game, _itself(claim))}


def _tightness(claim: Claim) -> Any:
    assert claim.tightness is not None
    game = claim.tightness()
    found = instance_to_json(game, _itself(claim))
    return {"game": to_json(game.exact()), "ratio": _ratio(game, claim), **found}


def _ratio(game: Game, claim: Claim) -> float | None:
    """lhs / rhs: 1 where equality is attained."""
    try:
        decision = Twin(game).decide(claim.relation)
        return float(decision.lhs) / float(decision.rhs)
    except (FirstmoverError, ZeroDivisionError):
        return None


def _series(claim: Claim) -> Any:
    assert claim.series is not None
    points = []
    for x, label, game in claim.series():
        decision = Twin(game).decide(claim.relation)
        points.append({"x": float(x), "lhs": float(decision.lhs), "rhs": float(decision.rhs), "label": label})
    return points


def _published(claim: Claim) -> Any:
    from games.literature import literature, named

    found = []
    for name in literature():
        entry = named(name)
        if not _is_played_on(claim, entry.GAME):
            continue
        instance = instance_to_json(entry.GAME, _itself(claim))
        found.append({"name": name, "source": str(entry.SOURCE), **instance})
    return found


def _is_played_on(claim: Claim, game: Game) -> bool:
    """Whether every concept of the claim is defined on games of this class."""
    kinds = {getattr(base, "kind", "") for base in type(game).__mro__}
    relations = [claim.relation, *(hypothesis.relation for hypothesis in claim.hypotheses)]
    return all(concept(name).game in kinds for relation in relations for name in relation.concepts())


def _undefined(claim: Claim) -> Any:
    found = {}
    for hypothesis in claim.hypotheses:
        ablation = hypothesis.ablation
        if ablation.expected != "undefined":
            continue
        if ablation.instance is None:
            raise ClaimError(
                f"{claim.id}, hypothesis {hypothesis.name}: expected an instance without meaning, found none"
            )
        try:
            game = ablation.instance()
        except FirstmoverError as refusal:
            found[hypothesis.name] = {"undefined": True, "reason": str(refusal)}
        else:
            found[hypothesis.name] = {"undefined": False, "reason": f"expected an error, found {shown(game)}"}
    return found


PROOFS = (
    "proofs/**/*.py",
    "verify/symbolic.py",
    "verify/terms.py",
    "verify/concept.py",
    "verify/vocabulary/*.py",
    "verify/checks.py",
    "verify/remembered.py",
)
"""The sources on which it depends whether a derivation proves a relation, and what is said of it."""


def _derivation(claim: Claim) -> Any:
    hypotheses = [(h.name, h.means, h.relation.to_json()) for h in claim.hypotheses]
    asked = (claim.derivation, claim.conclusion, list(claim.means), claim.relation.to_json(), hypotheses)
    return remembered("derivations", asked, lambda: _derived(claim), sources=PROOFS)


def _derived(claim: Claim) -> Any:
    from verify.symbolic import proof_of

    found = proof_of(claim)
    return {
        "is_proof": found.is_proof,
        "reason": found.reason,
        "evidence": found.evidence.to_json(),
        "derivation": found.derivation.to_json(),
    }


def _smallest(claim: Claim) -> Any:
    from verify.hunt.smallest import smallest

    return smallest(claim)


_CHECKS: dict[str, Callable[[Claim], Any]] = {
    "witness": _witness,
    "tightness": _tightness,
    "series": _series,
    "published": _published,
    "undefined": _undefined,
    "derivation": _derivation,
    "smallest": _smallest,
}
