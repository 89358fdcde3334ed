"""Softmax quantities of one exact choice, in ball arithmetic from their definitions; no solver, no rounding unseen.

Every function takes an exact game, a fact (these values need no proof: its name says all) and a precision, and returns
a Fraction where the value is rational, else a ball that encloses it. The only liberty taken is to subtract the largest
value before exponentials, exactly. Precision is raised until the ball is relatively as narrow as the bits asked for, so
that differences of nearly equal numbers lose nothing; a value that is zero without saying so stays a tiny ball.

Raises `GameError` where a value is not defined: the gap where all actions are best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq

from games.choice import Choice, ChoiceAtTwoTemperatures, ChoiceWithPolicy, PerturbedChoice
from games.errors import GameError
from verify.exact.precision import refined

Fact = Mapping[str, Any]
Balls = list[arb]

EXTRA_BITS = 4096
"""How far beyond the bits asked for precision is raised: enough for cancellation by 1200 digits."""


def _rational(number: Fraction) -> fmpq:
    return fmpq(number.numerator, number.denominator)


def _rationals(numbers: Iterable[Fraction]) -> list[fmpq]:
    return [_rational(number) for number in numbers]


def _ball(number: Fraction) -> arb:
    return arb(_rational(number))


def _refined(compute: Callable[[], arb], bits: int) -> arb:
    return refined(compute, bits, most=EXTRA_BITS)


def _sum(terms: Iterable[arb]) -> arb:
    return sum(terms, arb(0))


def _dot(law: Iterable[arb], numbers: Iterable[fmpq]) -> arb:
    return _sum(p * number for p, number in zip(law, numbers, strict=True))


class _Softmax:
    """The law softmax(v / tau) in balls of the current precision: e^{-g_a} / Z with g = (max v - v) / tau exact."""

    def __init__(self, values: list[fmpq], tau: fmpq) -> None:
        best = max(values)
        self.gaps = [best - value for value in values]
        self.scaled = [gap / tau for gap in self.gaps]
        # e^{-g} is relatively as accurate as g is absolutely: one bit more for every doubling of g.
        largest = max(self.scaled)
        with ctx.extraprec(max(0, int(largest.p).bit_length() - int(largest.q).bit_length()) + 8):
            self.weights = [arb(-g).exp() for g in self.scaled]
        self.total = _sum(self.weights)
        self.law = [weight / self.total for weight in self.weights]

    def log_total(self) -> arb:
        """log Z as log(1 + the weights of all actions but one best), which is exact near Z = 1."""
        best = self.gaps.index(fmpq(0))
        return _sum(weight for a, weight in enumerate(self.weights) if a != best).log1p()

    def loss(self) -> arb:
        """max v - <p, v>."""
        return _dot(self.law, self.gaps)

    def entropy(self) -> arb:
        """-sum p log p, where log p = -g - log Z."""
        return _dot(self.law, self.scaled) + self.log_total()


def _at(game: Choice) -> _Softmax:
    return _Softmax(_rationals(game.values), _rational(game.temperature[()]))


def _heated(game: ChoiceAtTwoTemperatures) -> _Softmax:
    return _Softmax(_rationals(game.values), _rational(game.hotter[()]))


def actions(game: Choice, fact: Fact, bits: int) -> Fraction:
    """n, the number of actions."""
    return Fraction(game.actions)


def temperature(game: Choice, fact: Fact, bits: int) -> Fraction:
    """tau."""
    return game.temperature[()]


def maximisers(game: Choice, fact: Fact, bits: int) -> Fraction:
    """k, the number of actions of the largest value."""
    best = max(game.values)
    return Fraction(sum(value == best for value in game.values))


def gap(game: Choice, fact: Fact, bits: int) -> Fraction:
    """delta = max q - the best of the other values. Raises `GameError` where there is no other value."""
    best = max(game.values)
    others = [value for value in game.values if value < best]
    if not others:
        raise GameError(f"gap: expected an action that is not best, found all {game.actions} equally good")
    return best - max(others)


def max_value(game: Choice, fact: Fact, bits: int) -> Fraction:
    """max q."""
    return max(game.values)


def soft_value(game: Choice, fact: Fact, bits: int) -> arb:
    """<p, q>, p = softmax(q / tau)."""
    return _refined(lambda: _dot(_at(game).law, _rationals(game.values)), bits)


def value_gap(game: Choice, fact: Fact, bits: int) -> Fraction | arb:
    """max q - <p, q>, p = softmax(q / tau)."""
    if _is_constant(game.values):
        return Fraction(0)
    return _refined(lambda: _at(game).loss(), bits)


def log_sum_exp(game: Choice, fact: Fact, bits: int) -> arb:
    """tau log sum e^{q / tau}."""
    return _refined(lambda: _ball(max(game.values)) + _ball(game.temperature[()]) * _at(game).log_total(), bits)


def lse_gap(game: Choice, fact: Fact, bits: int) -> arb:
    """tau log sum e^{q / tau} - max q."""
    return _refined(lambda: _ball(game.temperature[()]) * _at(game).log_total(), bits)


def soft_entropy(game: Choice, fact: Fact, bits: int) -> arb:
    """Ent(p) = -sum p log p, p = softmax(q / tau)."""
    return _refined(lambda: _at(game).entropy(), bits)


def policy_gap(game: Choice, fact: Fact, bits: int) -> Fraction | arb:
    """||softmax(q / tau) - uniform over the maximisers||_1.

    A maximiser's probability is 1/Z = 1/k - R / (k Z), R the weight of the others: what it lacks, without cancellation.
    """
    if _is_constant(game.values):
        return Fraction(0)

    def compute() -> arb:
        known = _at(game)
        others = [weight for weight, behind in zip(known.weights, known.gaps, strict=True) if behind]
        k = game.actions - len(others)
        lacking = _sum(others) / (k * known.total)
        return k * lacking + _sum(weight / known.total for weight in others)

    return _refined(compute, bits)


def _is_constant(numbers: Any) -> bool:
    return all(number == numbers[0] for number in numbers)


def span(game: PerturbedChoice, fact: Fact, bits: int) -> Fraction:
    """max d - min d."""
    return max(game.perturbation) - min(game.perturbation)


def sup_norm(game: PerturbedChoice, fact: Fact, bits: int) -> Fraction:
    """max |d|."""
    return max(abs(d) for d in game.perturbation)


def l2_norm(game: PerturbedChoice, fact: Fact, bits: int) -> arb:
    """||d||_2."""
    square = sum((d * d for d in game.perturbation), Fraction(0))
    return _refined(lambda: _ball(square).sqrt(), bits)


def _moved(game: PerturbedChoice) -> tuple[Balls, Balls]:
    """p = softmax(q / tau) and p' - p, p' = softmax((q + d) / tau)."""
    values, changes = _rationals(game.values), _rationals(game.perturbation)
    perturbed = [q + d for q, d in zip(values, changes, strict=True)]
    before, after = _at(game).law, _Softmax(perturbed, _rational(game.temperature[()])).law
    return before, [y - x for x, y in zip(before, after, strict=True)]


def response_distance(game: PerturbedChoice, fact: Fact, bits: int) -> Fraction | arb:
    """||softmax((q + d) / tau) - softmax(q / tau)||_1."""
    if _is_constant(game.perturbation):
        return Fraction(0)
    return _refined(lambda: _sum(abs(part) for part in _moved(game)[1]), bits)


def response_distance_l2(game: PerturbedChoice, fact: Fact, bits: int) -> Fraction | arb:
    """||softmax((q + d) / tau) - softmax(q / tau)||_2."""
    if _is_constant(game.perturbation):
        return Fraction(0)
    return _refined(lambda: _sum(part * part for part in _moved(game)[1]).nonnegative_part().sqrt(), bits)


def remainder(game: PerturbedChoice, fact: Fact, bits: int) -> Fraction | arb:
    """||softmax((q + d) / tau) - p - p (d - <p, d>) / tau||_1, p = softmax(q / tau)."""
    if _is_constant(game.perturbation):
        return Fraction(0)

    def compute() -> arb:
        law, moved = _moved(game)
        changes, tau = _rationals(game.perturbation), _rational(game.temperature[()])
        mean = _dot(law, changes)
        first = [p * (d - mean) / tau for p, d in zip(law, changes, strict=True)]
        return _sum(abs(x - y) for x, y in zip(moved, first, strict=True))

    return _refined(compute, bits)


def policy_value(game: ChoiceWithPolicy, fact: Fact, bits: int) -> Fraction:
    """<p, q>."""
    return sum((p * q for p, q in zip(game.policy, game.values, strict=True)), Fraction(0))


def _policy_entropy(game: ChoiceWithPolicy) -> arb:
    return _sum(-_ball(p) * _ball(p).log() for p in game.policy if p)


def policy_entropy(game: ChoiceWithPolicy, fact: Fact, bits: int) -> arb:
    """Ent(p) = -sum p log p."""
    return _refined(lambda: _policy_entropy(game), bits)


def free_energy_gap(game: ChoiceWithPolicy, fact: Fact, bits: int) -> arb:
    """tau log sum e^{q / tau} - <p, q> - tau Ent(p); max q is subtracted from both of the first."""
    behind = max(game.values) - policy_value(game, fact, bits)
    tau = game.temperature[()]
    return _refined(lambda: _ball(behind) + _ball(tau) * (_at(game).log_total() - _policy_entropy(game)), bits)


def policy_divergence(game: ChoiceWithPolicy, fact: Fact, bits: int) -> arb:
    """KL(p || s) = sum p log(p / s), s = softmax(q / tau)."""

    def compute() -> arb:
        played = [(_ball(p), s) for p, s in zip(game.policy, _at(game).law, strict=True) if p]
        return _sum(p * (p / s).log() for p, s in played)

    return _refined(compute, bits)


def hotter(game: ChoiceAtTwoTemperatures, fact: Fact, bits: int) -> Fraction:
    """tau', the second temperature."""
    return game.hotter[()]


def hotter_soft_value(game: ChoiceAtTwoTemperatures, fact: Fact, bits: int) -> arb:
    """<p', q>, p' = softmax(q / tau')."""
    return _refined(lambda: _dot(_heated(game).law, _rationals(game.values)), bits)


def hotter_soft_entropy(game: ChoiceAtTwoTemperatures, fact: Fact, bits: int) -> arb:
    """Ent(p') = -sum p' log p', p' = softmax(q / tau')."""
    return _refined(lambda: _heated(game).entropy(), bits)


def soft_value_drop(game: ChoiceAtTwoTemperatures, fact: Fact, bits: int) -> Fraction | arb:
    """<p, q> - <p', q>; max q is subtracted from both."""
    if game.hotter[()] == game.temperature[()] or _is_constant(game.values):
        return Fraction(0)
    return _refined(lambda: _heated(game).loss() - _at(game).loss(), bits)


def entropy_rise(game: ChoiceAtTwoTemperatures, fact: Fact, bits: int) -> Fraction | arb:
    """Ent(p') - Ent(p)."""
    if game.hotter[()] == game.temperature[()] or _is_constant(game.values):
        return Fraction(0)
    return _refined(lambda: _heated(game).entropy() - _at(game).entropy(), bits)
