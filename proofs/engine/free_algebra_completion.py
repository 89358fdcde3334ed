"""Rewriting of noncommutative polynomials by equations, and the completion of the rules (Knuth-Bendix, Buchberger).

Each equation becomes a rule "largest monomial -> the rest". Rules are closed under transposition and kept reduced. Two
rules that overlap give a critical pair: the two ways to rewrite the smallest monomial that contains both; what is left
of their difference is a new equation. Every rule is a consequence of the equations, however early completion stops, so
a polynomial that rewrites to zero is zero. Completion may not end; only when it ends is a nonzero normal form a proof
that the polynomial is no consequence of the equations.
"""

from __future__ import annotations

import dataclasses
import heapq
import itertools
from collections.abc import Iterator

import flint

from proofs.engine.errors import DerivationError
from proofs.engine.free_algebra_words import ONE, TRACE, Alphabet, Monomial, Polynomial, Word, combine

# Two spellings of equal degree and letters are ordered by spelling, which transposition does not respect: rewriting
# between them might run in circles. It then stops here, and no normal form counts as final.
MOST_STEPS = 5_000


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """scalars * word -> rest."""

    scalars: tuple[Word, ...]
    word: Word
    rest: Polynomial

    def equation(self) -> Polynomial:
        """scalars * word - rest, which is zero."""
        left = Polynomial(self.rest.rows, self.rest.cols, {(self.scalars, self.word): ONE})
        return combine(self.rest.rows, self.rest.cols, [(ONE, left), (-ONE, self.rest)])


@dataclasses.dataclass(frozen=True, slots=True)
class Overlap:
    """Where two rules meet: scalars and words around each of them that make both left sides one monomial."""

    first: tuple[tuple[Word, ...], Word, Word]
    second: tuple[tuple[Word, ...], Word, Word]


class Rewriting:
    """Equations as rules, completed step by step."""

    def __init__(self, alphabet: Alphabet) -> None:
        self.alphabet = alphabet
        self.rules: list[Rule] = []
        self._starting: dict[int, list[Rule]] = {}  # by first letter of the word
        self._scalar_rules: list[Rule] = []
        self._pairs: list[tuple[tuple[int, int], int, Rule, Rule, Overlap]] = []
        self._alive: set[Rule] = set()
        self._count = itertools.count()
        self._skipped = False
        self.processed = 0  # critical pairs resolved
        self.steps = 0  # rewritings made, all in all

    @property
    def is_complete(self) -> bool:
        """True when every critical pair has been resolved, so that a nonzero normal form is final."""
        return not self._pairs and not self._skipped

    def forgo_completeness(self) -> None:
        """From now on no nonzero normal form counts as final: letters are related in ways the rules do not know."""
        self._skipped = True

    def reduce(self, polynomial: Polynomial) -> Polynomial:
        """Rewrite until no rule applies."""
        if not self.rules:
            return polynomial
        order = self.alphabet.order
        open_terms = dict(polynomial.terms)
        queue = [_Descending(order(monomial)) for monomial in open_terms]
        heapq.heapify(queue)
        done: dict[Monomial, flint.fmpq] = {}
        steps = 0
        while queue:
            monomial = heapq.heappop(queue).key[2]
            coefficient = open_terms.pop(monomial, None)
            if coefficient is None:
                continue
            result = self._rewritten(monomial, steps)
            if result is None:
                done[monomial] = done.get(monomial, 0) + coefficient
                continue
            steps += 1
            self.steps += 1
            for smaller, factor in result.items():
                if smaller not in open_terms:
                    heapq.heappush(queue, _Descending(order(smaller)))
                open_terms[smaller] = open_terms.get(smaller, 0) + coefficient * factor
                if not open_terms[smaller]:
                    del open_terms[smaller]
        return Polynomial(polynomial.rows, polynomial.cols, {m: c for m, c in done.items() if c})

    def add(self, equation: Polynomial) -> None:
        """Take `equation = 0` and its transpose into the rules. Raises `DerivationError` where 1 = 0 follows."""
        agenda = [equation]
        while agenda:
            current = self.reduce(agenda.pop())
            if current.is_zero:
                continue
            leading = self.alphabet.leading(current)
            if leading == ((), ()):
                raise DerivationError(
                    "relations: expected relations that some matrices satisfy, found that 1 = 0 follows"
                )
            if not any(word for _, word in current.terms):  # s I = t I of one dimension is s = t, of all
                current = Polynomial("1", "1", current.terms)
            elif not leading[1]:
                # s I = A, read as s -> A, would put A beside matrices of other dimensions: it is left out.
                self._skipped = True
                continue
            current = combine(current.rows, current.cols, [(ONE / current.terms[leading], current)])
            mirrored = self.alphabet.transpose(current)
            agenda.extend(self._insert(self._rule(current)))
            mirrored = self.reduce(mirrored)
            if not mirrored.is_zero:
                agenda.append(mirrored)

    def step(self) -> bool:
        """Resolve the smallest critical pair; False when none is left."""
        while self._pairs:
            _, _, first, second, overlap = heapq.heappop(self._pairs)
            if first not in self._alive or second not in self._alive:
                continue
            self.processed += 1
            one_way, other_way = self._around(overlap.first, first.rest), self._around(overlap.second, second.rest)
            self.add(combine(one_way.rows, one_way.cols, [(ONE, one_way), (-ONE, other_way)]))
            return True
        return False

    def _rule(self, equation: Polynomial) -> Rule:
        leading = self.alphabet.leading(equation)
        rest = {monomial: -c for monomial, c in equation.terms.items() if monomial != leading}
        return Rule(*leading, Polynomial(equation.rows, equation.cols, rest))

    def _insert(self, rule: Rule) -> list[Polynomial]:
        """Add a reduced rule, queue its overlaps, and hand back the rules it makes superfluous, as equations."""
        superseded = [old for old in self.rules if self._contains(old, rule)]
        for old in superseded:
            self._remove(old)
        self.rules.append(rule)
        self._alive.add(rule)
        (self._starting.setdefault(rule.word[0], []) if rule.word else self._scalar_rules).append(rule)
        if self._has_inner_cut(rule.word) or any(TRACE in word[:1] for word in rule.scalars):
            self._skipped = True
        for other in self.rules:
            pairs = [(rule, other), (other, rule)] if other is not rule else [(rule, rule)]
            for first, second in pairs:
                for overlap in self._overlaps(first, second):
                    self._queue(first, second, overlap)
        return [old.equation() for old in superseded]

    def _queue(self, first: Rule, second: Rule, overlap: Overlap) -> None:
        scalars, left, right = overlap.first
        size = self.alphabet.order((scalars + first.scalars, left + first.word + right))[:2]
        heapq.heappush(self._pairs, (size, next(self._count), first, second, overlap))

    def _remove(self, rule: Rule) -> None:
        self.rules.remove(rule)
        self._alive.discard(rule)
        (self._starting[rule.word[0]] if rule.word else self._scalar_rules).remove(rule)

    def _has_inner_cut(self, word: Word) -> bool:
        return any(self.alphabet.rows[letter] == "1" for letter in word[1:])

    def _contains(self, old: Rule, new: Rule) -> bool:
        """True where the left side of `new` rewrites the left side of `old`."""
        return any(True for _ in self._matches(new, (old.scalars, old.word)))

    def _rewritten(self, monomial: Monomial, steps: int) -> dict[Monomial, flint.fmpq] | None:
        """The monomial after one rewriting, None where no rule applies."""
        if steps >= MOST_STEPS:
            self._skipped = True
            return None
        scalars, word = monomial
        letters = {letter for piece in (*scalars, word) for letter in piece}
        for rules in (self._scalar_rules, *(self._starting.get(letter, ()) for letter in letters)):
            for rule in rules:
                for remaining, apply in self._matches(rule, monomial):
                    return self._replace(rule, remaining, apply)
        return None

    def _replace(
        self, rule: Rule, remaining: tuple[tuple[Word, ...], Word], site: tuple[str, Word, Word]
    ) -> dict[Monomial, flint.fmpq]:
        scalars, core = remaining
        kind, left, right = site
        terms: dict[Monomial, flint.fmpq] = {}
        for (others, word), coefficient in rule.rest.terms.items():
            if kind == "core":
                result = self.alphabet.monomial(scalars + others, left + word + right)
            elif kind == "scalar":
                result = self.alphabet.monomial((), left + word + right)
                result = tuple(sorted(scalars + others + result[0])), core
            else:
                result = self.alphabet.trace_monomial((), word + right, rule.rest.rows)
                result = tuple(sorted(scalars + others + result[0])), core
            terms[result] = terms.get(result, 0) + coefficient
        return {m: c for m, c in terms.items() if c}

    def _matches(
        self, rule: Rule, monomial: Monomial
    ) -> Iterator[tuple[tuple[tuple[Word, ...], Word], tuple[str, Word, Word]]]:
        """Where the rule applies: what remains of the monomial (scalars, core), and the words around the place."""
        scalars, core = monomial
        rest = _without(scalars, rule.scalars)
        if rest is None:
            return
        if not rule.word:
            yield (rest, core), ("core", core, ())
            return
        length = len(rule.word)
        for i in _positions(rule.word, core):
            yield (rest, core), ("core", core[:i], core[i + length :])
        for factor in dict.fromkeys(rest):
            others = _without(rest, (factor,)) or ()
            if factor[0] == TRACE:
                cycle = factor[1:]
                if length <= len(cycle):
                    for i in range(len(cycle)):
                        turned = cycle[i:] + cycle[:i]
                        if turned[:length] == rule.word:
                            yield (others, core), ("trace", (), turned[length:])
            else:
                for i in _positions(rule.word, factor):
                    yield (others, core), ("scalar", factor[:i], factor[i + length :])

    def _overlaps(self, first: Rule, second: Rule) -> Iterator[Overlap]:
        """Ways in which the end of `first` is the beginning of `second`, or `second` lies inside `first`."""
        extra = _without(first.scalars, second.scalars, partial=True) or ()
        missing = _without(second.scalars, first.scalars, partial=True) or ()
        if first.word and second.word:
            for p, q in _meetings(first.word, second.word):
                yield Overlap((missing, (), q), (extra, p, ()))
            if first is not second:
                for i in _positions(second.word, first.word):
                    yield Overlap((missing, (), ()), (extra, first.word[:i], first.word[i + len(second.word) :]))
        elif first is not second and set(first.scalars) & set(second.scalars):
            yield Overlap((missing, (), second.word), (extra, first.word, ()))
        if first.word and not second.word:
            yield from self._scalar_overlaps(first, second)
        elif first.word and any(word[0] != TRACE for word in second.scalars):
            # A word may also end inside a scalar of a rule that has a word of its own; such pairs are left out.
            self._skipped = self._skipped or self._touches_scalar(first, second)

    def _touches_scalar(self, first: Rule, second: Rule) -> bool:
        letters = set(first.word)
        return any(letters & {*word, *self.alphabet.transposed(word)} for word in second.scalars if word[0] != TRACE)

    def _scalar_overlaps(self, first: Rule, second: Rule) -> Iterator[Overlap]:
        """The word of `first` meets a scalar of `second`, which has no word: it ends in it, or lies inside it."""
        for factor in dict.fromkeys(second.scalars):
            if factor[0] == TRACE:
                continue
            others = _without(second.scalars, (factor,)) or ()
            missing = _without(others, first.scalars, partial=True) or ()
            extra = _without(first.scalars, others, partial=True) or ()
            for spelling in dict.fromkeys((factor, self.alphabet.transposed(factor))):
                for p, q in _meetings(first.word, spelling):
                    yield Overlap((missing, (), q), (extra, p, ()))
                for i in _positions(first.word, spelling):
                    yield Overlap((missing, spelling[:i], spelling[i + len(first.word) :]), (extra, (), ()))

    def _around(self, context: tuple[tuple[Word, ...], Word, Word], inner: Polynomial) -> Polynomial:
        scalars, left, right = context
        terms: dict[Monomial, flint.fmpq] = {}
        for (others, word), coefficient in inner.terms.items():
            monomial = self.alphabet.monomial(scalars + others, left + word + right)
            terms[monomial] = terms.get(monomial, 0) + coefficient
        return Polynomial(*self._shape(inner, left, right), {m: c for m, c in terms.items() if c})

    def _shape(self, inner: Polynomial, left: Word, right: Word) -> tuple[str, str]:
        alphabet = self.alphabet
        if inner.rows == inner.cols == "1" and (left or right):  # a scalar multiplies left right
            word = left + right
            return alphabet.rows[word[0]], alphabet.cols[word[-1]]
        return (
            alphabet.rows[left[0]] if left else inner.rows,
            alphabet.cols[right[-1]] if right else inner.cols,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class _Descending:
    """Turns the heap of monomials upside down: the largest comes first, so that each is rewritten once."""

    key: tuple[int, int, Monomial]

    def __lt__(self, other: _Descending) -> bool:
        return self.key > other.key


def _without(scalars: tuple[Word, ...], taken: tuple[Word, ...], *, partial: bool = False) -> tuple[Word, ...] | None:
    """The multiset difference; None where `taken` is not contained, unless a partial difference is asked for."""
    if not taken:
        return scalars
    remaining = list(scalars)
    for word in taken:
        if word in remaining:
            remaining.remove(word)
        elif not partial:
            return None
    return tuple(remaining)


def _positions(needle: Word, word: Word) -> Iterator[int]:
    length = len(needle)
    for i in range(len(word) - length + 1):
        if word[i : i + length] == needle:
            yield i


def _meetings(first: Word, second: Word) -> Iterator[tuple[Word, Word]]:
    """(p, q) with first = p o, second = o q for a nonempty o, not both words at once."""
    for length in range(1, min(len(first), len(second)) + 1):
        if first[-length:] == second[:length] and length < max(len(first), len(second)):
            yield first[:-length], second[length:]
