"""One block of instances put to the test: a pure function of (claim, variants, seed, block, effort).

Sample, keep the instances that meet the hypotheses, compare both sides in floats with error bounds, and hand what
floats cannot decide to exact arithmetic: candidates for a violation first, then instances within their error. A few
instances that floats did decide are decided exactly as well, so that the two books are held against each other in
every block. A claim, its mutants and its ablations share the instances and everything computed on them.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from games.core import Game
from games.errors import FirstmoverError
from games.families import family
from games.linear_quadratic import LinearQuadraticGame
from verify.errors import ClaimError
from verify.exact.evaluate import Decision
from verify.experiment.replicate import measure_replicate
from verify.float_ball import FloatBall
from verify.hunt.shrink import shrink
from verify.numeric import evaluate, settled
from verify.sides import Sides
from verify.statement import Claim
from verify.streams import BLOCK, locate, stream
from verify.tally import Event, Tally, Worst, bins, relative
from verify.terms import Relation
from verify.twin import Twin
from verify.variant import Variant, variants
from verify.verdict import Outcome

UNMET, HELD, TIE, OPEN, CANDIDATE, VIOLATED = range(6)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much exact work a block may take, in instances.

    exact    decided exactly, candidates and instances within the float error together; what is left stays open.
             Hypotheses, which the variants of a block share, are always decided as under `FULL`
    confirm  confirmed violations after which the block looks for no more
    audits   instances decided exactly although floats had decided them
    simplify exact decisions that making a counterexample simpler may take
    """

    exact: int = 1024
    confirm: int = 2
    audits: int = 4
    simplify: int = 0


FULL = Effort()
DERIVED = Effort(exact=256)
"""What a claim with a derivation gets: instances are the second book there, and what stays open costs no verdict."""
BRIEF = Effort(exact=256, confirm=1, audits=0)
"""What a mutant gets: one confirmed violation is all it is there for."""
ABLATED = dataclasses.replace(BRIEF, simplify=200)
"""What a claim without one of its hypotheses gets: the violation is there to be understood."""


def run_block(claim: Claim, names: Iterable[str], *, seed: int, block: int) -> list[Tally]:
    """The tallies of the named variants of a claim on one block, in the order given.

    Errors of one variant (a NaN, a solver that fails) become a failure line of that variant's tally.
    """
    known = variants(claim)
    if claim.experiment is not None:
        return [measure_replicate(known[name], seed=seed, block=block) for name in names]
    batches: dict[str, _Batch] = {}
    tallies = []
    for variant in (known[name] for name in names):
        if not variant.families:
            tallies.append(_witness_alone(claim, variant, block))
            continue
        name = variant.families[block % len(variant.families)]
        if name not in batches:
            batches[name] = _Batch(name, stream(seed, claim.id, block), block)
        tallies.append(batches[name].tally(variant, _effort(claim, variant)))
    return tallies


def _effort(claim: Claim, variant: Variant) -> Effort:
    if variant.name == "claim":
        if claim.derivation:
            return DERIVED
        # A conjecture is shown simply where it fails, unless an exhaustive search will find the simplest there is; so
        # is what fails of linear-quadratic games, of whose many numbers few matter.
        many = any(issubclass(family(name).game, LinearQuadraticGame) for name in claim.families)
        known = claim.smallest or (claim.expected is not None and not many)
        return FULL if known else dataclasses.replace(FULL, simplify=ABLATED.simplify)
    return ABLATED if variant.is_ablation else BRIEF


def instance(claim: Claim, *, seed: int, index: int, variant: str = "claim") -> Game:
    """The instance at `index` of a variant's stream, drawn again."""
    families = variants(claim)[variant].families
    if not families:
        return _only_instance(claim)
    block, at = locate(index)
    return family(families[block % len(families)]).sample(stream(seed, claim.id, block), BLOCK)[at]


def _only_instance(claim: Claim) -> Game:
    if claim.witness is None:
        raise ClaimError(f"claim {claim.id!r}: expected families to draw games from, or a witness; found neither")
    return claim.witness()


_COUNTED = {"holds": "held", "tie": "ties", "violated": "violated", "undecided": "open"}


def _witness_alone(claim: Claim, variant: Variant, block: int) -> Tally:
    """The variant on the one instance that a claim without families speaks of."""
    started = time.perf_counter()
    events: tuple[Event, ...] = ()
    balls = rational = 0
    try:
        twin = Twin(_only_instance(claim))
        if twin.unmet(variant):
            outcome = Outcome(instances=1)
        else:
            decision = twin.decide(variant.relation)
            outcome = dataclasses.replace(Outcome(), **{"instances": 1, "met": 1, _COUNTED[decision.outcome]: 1})
            rational, balls = int(decision.is_rational), int(_is_proved_in_balls(decision))
            if outcome.violated:
                lhs, rhs = float(decision.lhs), float(decision.rhs)
                margin = float(relative(-abs(rhs - lhs), lhs, rhs))
                events = (Event(index=0, margin=margin, certificate=twin.certificate(variant, decision)),)
    except FirstmoverError as problem:
        outcome = Outcome(failures=(str(problem),))
    return Tally(
        claim=claim.id,
        variant=variant.name,
        block=block,
        family="",
        outcome=outcome,
        rational=rational,
        balls=balls,
        events=events,
        seconds=time.perf_counter() - started,
    )


def _is_proved_in_balls(decision: Decision) -> bool:
    """Balls that no precision separates support equality and prove nothing: such a tie has the evidence of floats."""
    return not decision.is_rational and decision.outcome in ("holds", "violated")


class _Batch:
    """The block's instances of one family, with what was already computed on them."""

    def __init__(self, name: str, rng: np.random.Generator, block: int) -> None:
        self.family = name
        self.block = block
        started = time.perf_counter()
        self.game: Game = family(name).sample(rng, BLOCK)
        self.seconds = time.perf_counter() - started  # the first variant pays for the sample
        self.known: dict[str, FloatBall] = {}
        self.twins: dict[int, Twin] = {}
        self.met: dict[Relation, np.ndarray] = {}
        self.selected: dict[bytes, tuple[Game, dict[str, FloatBall]]] = {}
        self.failures: list[str] = []

    @functools.cached_property
    def fingerprint(self) -> bytes:
        """A hash of the instances, the same for all variants."""
        state = hashlib.sha256()
        for name in self.game.core:
            state.update(np.ascontiguousarray(getattr(self.game, name)).tobytes())
        return state.digest()

    def twin(self, place: int) -> Twin:
        if place not in self.twins:
            self.twins[place] = Twin(self.game[place].exact())
        return self.twins[place]

    def tally(self, variant: Variant, effort: Effort) -> Tally:
        started = time.perf_counter()
        work = _Work(self, variant, effort)
        try:
            tally = work.run()
        except FirstmoverError as problem:
            tally = Tally(
                claim=variant.claim,
                variant=variant.name,
                block=self.block,
                family=self.family,
                outcome=Outcome(failures=(f"block {self.block} ({self.family}): {problem}",)),
            )
        seconds = self.seconds + time.perf_counter() - started
        self.seconds = 0.0
        return dataclasses.replace(tally, seconds=seconds)


class _Work:
    """One variant on one batch."""

    def __init__(self, batch: _Batch, variant: Variant, effort: Effort) -> None:
        self.batch = batch
        self.variant = variant
        self.effort = effort
        self.spent = 0
        self.failures: dict[str, None] = {}
        self.events: list[Event] = []
        self.rational = self.balls = 0  # instances decided in rationals, in balls

    def run(self) -> Tally:
        met = self.hypotheses()
        codes = np.where(met, OPEN, UNMET).astype(np.int8)
        measures = np.full(BLOCK, np.nan)
        worst: Worst | None = None
        residual = 0.0
        if met.any():
            places = np.flatnonzero(met)
            game, known = self.selection(met)
            sides = Sides.of(evaluate(self.variant.relation, game, known, whose=self.variant.title))
            codes[places] = self.classify(sides)
            by_float = codes[places] == HELD
            if by_float.any():
                residual = float(np.max(relative(sides.error, sides.lhs, sides.rhs)[by_float]))
            self.decide(sides, places, codes)
            measures[places] = sides.measures()
            worst = self.worst(sides, places, codes, measures)
        counts = np.bincount(codes, minlength=6)
        binned = (codes != UNMET) & (codes != TIE) & np.isfinite(measures)
        return Tally(
            claim=self.variant.claim,
            variant=self.variant.name,
            block=self.batch.block,
            family=self.batch.family,
            outcome=Outcome(
                instances=BLOCK,
                met=int(BLOCK - counts[UNMET]),
                held=int(counts[HELD]),
                ties=int(counts[TIE]),
                open=int(counts[OPEN]),
                candidates=int(counts[CANDIDATE]),
                violated=int(counts[VIOLATED]),
                failures=tuple(self.failures),
            ),
            rational=self.rational,
            balls=self.balls,
            residual=residual,
            worst=worst,
            histogram=bins(np.abs(measures[binned]) if self.variant.relation.op == "=" else measures[binned]),
            events=tuple(self.events),
            digest=self.digest(codes),
        )

    def selection(self, met: np.ndarray) -> tuple[Game, dict[str, FloatBall]]:
        """The games that meet the hypotheses, with what is known of them."""
        if met.all():
            return self.batch.game, self.batch.known
        key = met.tobytes()
        if key not in self.batch.selected:  # mutants speak of the same games, and of much of the same about them
            known = {name: FloatBall(item.value[met], item.radius[met]) for name, item in self.batch.known.items()}
            self.batch.selected[key] = self.batch.game[met], known
        return self.batch.selected[key]

    def hypotheses(self) -> np.ndarray:
        """Which instances meet every hypothesis; what floats and a bounded number of decisions leave open does not."""
        met = np.ones(BLOCK, dtype=bool)
        for name, relation in self.variant.hypotheses:
            if relation not in self.batch.met:
                self.batch.met[relation] = self.meets(relation, f"{self.variant.claim}, hypothesis {name}")
            met &= self.batch.met[relation]
        return met

    def meets(self, relation: Relation, whose: str) -> np.ndarray:
        comparison = evaluate(relation, self.batch.game, self.batch.known, whose=whose)
        certain = settled(comparison)
        met = certain & (comparison.margin > 0 if relation.op == "<" else comparison.margin >= 0)
        for place in np.flatnonzero(~certain & (comparison.margin >= -comparison.error))[: FULL.exact].tolist():
            try:
                met[place] = self.batch.twin(place).decide(relation).outcome in ("holds", "tie")
            except FirstmoverError as problem:
                self.failures.setdefault(f"{whose} at instance {self.index(place)}: {problem}")
        return met

    def index(self, place: int) -> int:
        return self.batch.block * BLOCK + place

    def classify(self, sides: Sides) -> np.ndarray:
        """What floats say: equality within the error counts as held, which is all they can say of it."""
        certain, margin = sides.certain, sides.margin
        codes = np.where(margin >= 0, HELD, CANDIDATE)
        if sides.op != "=":
            codes[certain & (margin == 0)] = TIE if sides.op == "<=" else CANDIDATE
            codes[~certain] = OPEN
        else:
            codes[~certain] = np.where(np.isfinite(sides.error), HELD, OPEN)[~certain]
        return codes

    def decide(self, sides: Sides, places: np.ndarray, codes: np.ndarray) -> None:
        """Exact decisions: candidates, clearest first, then what is open, then audits of what floats decided."""
        state = codes[places]
        candidates = np.flatnonzero(state == CANDIDATE)
        with np.errstate(divide="ignore", invalid="ignore"):
            clarity = sides.margin[candidates] / sides.error[candidates]
        queue = [
            candidates[np.argsort(clarity, kind="stable")],
            np.flatnonzero(state == OPEN),
            np.flatnonzero(state == HELD)[: self.effort.audits],
        ]
        for at in np.concatenate(queue).tolist():
            if self.spent >= self.effort.exact or len(self.events) >= self.effort.confirm:
                return
            self.spent += 1
            place = int(places[at])
            try:
                codes[place] = self.confirm(sides, at, place, int(codes[place]))
            except FirstmoverError as problem:
                self.failures.setdefault(f"instance {self.index(place)}: {problem}")

    def confirm(self, sides: Sides, at: int, place: int, code: int) -> int:
        """The exact decision of one instance, held against what floats said of it."""
        twin = self.batch.twin(place)
        decision = twin.decide(self.variant.relation)
        if decision.outcome == "undecided":
            return code
        disagreement = sides.disagreement(at, decision)
        if disagreement:
            self.failures.setdefault(f"books disagree at instance {self.index(place)}: {disagreement}")
        if decision.outcome == "violated" and twin.unmet(self.variant):
            return UNMET  # the hypotheses hold in floats, not exactly: no counterexample
        sides.settle(at, decision)
        if decision.is_rational:
            self.rational += 1
        elif _is_proved_in_balls(decision):
            self.balls += 1
        if decision.outcome == "violated":
            margin = float(sides.measures()[at])
            certificate = self.simplified(twin, decision)
            self.events.append(Event(index=self.index(place), margin=margin, certificate=certificate))
            return VIOLATED
        return TIE if decision.outcome == "tie" else HELD

    def simplified(self, twin: Twin, decision: Decision) -> Any:
        """The certificate of the violation, or of a simpler one made from it."""
        if self.effort.simplify:
            twin = Twin(shrink(self.variant, twin.game, budget=self.effort.simplify))
            decision = twin.decide(self.variant.relation)
        return twin.certificate(self.variant, decision)

    def worst(self, sides: Sides, places: np.ndarray, codes: np.ndarray, measures: np.ndarray) -> Worst | None:
        """The instance with the smallest measure among those that meet the hypotheses."""
        known = np.where(codes[places] == UNMET, np.nan, measures[places])
        if not np.isfinite(known).any():
            return None
        at = int(np.nanargmin(known))
        return Worst(
            index=self.index(int(places[at])),
            measure=float(known[at]),
            lhs=float(sides.lhs[at]),
            rhs=float(sides.rhs[at]),
            margin=float(sides.margin[at]),
            error=float(sides.error[at]),
        )

    def digest(self, codes: np.ndarray) -> str:
        """A hash of the instances and of what was found of each.

        The same for any number of workers; on other machines and versions libraries may round samples otherwise.
        """
        return hashlib.sha256(codes.tobytes() + self.batch.fingerprint).hexdigest()
