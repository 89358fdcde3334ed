"""Softmax is Lipschitz: in l1 by a hyperbolic tangent of the span of the change, in l2 with modulus 1 / (2 tau).

l1: let w be softmax(q / tau), u_a = e^(d_a / tau), Z = sum w u, and L <= u_a <= U. Softmax moves to w_a u_a / Z. The
chord of |u - Z| over [L, U] gives sum w |u - Z| <= 2 (U - Z) (Z - L) / (U - L); with L = l^2, U = h^2 this is at most
2 Z (h - l) / (h + l), since Z (h - l)^2 - (U - Z) (Z - L) = (Z - l h)^2. The quotient is tanh(span / (4 tau)).
"""

from __future__ import annotations

from sympy import Abs, exp, tanh

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most, equal, less
from proofs.engine.rules.algebra import Chain, Combine, Evident, Identity, Rewrite
from proofs.engine.rules.analysis import Monotone
from proofs.engine.rules.heads import AbsoluteValue, BestBound, Bound
from proofs.engine.rules.quantifiers import Cases, SumOver
from proofs.engine.step import Step
from proofs.engine.terms import Maximum, Minimum, Total
from proofs.softmax.euclidean import euclidean
from proofs.softmax.lemmas import Range, range_of_change, unchanged
from proofs.softmax.vocabulary import SOFTMAX, SYMBOLS, a, d, q, softmax, tau

TOPIC = "softmax/lipschitz"
TITLE = "Softmax is Lipschitz"


def derivation() -> Derivation:
    """response_distance <= 2 tanh(span / (4 tau)) <= 2 tanh(sup_norm / (2 tau)); its l2 norm <= l2_norm / (2 tau)."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=SOFTMAX)
    distance, span, sup_norm = (SYMBOLS[name] for name in ("response_distance", "span", "sup_norm"))

    warm = argument.assume("temperature", less(0, tau))
    known = range_of_change(argument)
    low, high = known.low, known.high
    moved = argument.define("response_distance", None, warm)
    bounded = argument.step(
        at_most(distance, 2 * tanh((high - low) / (4 * tau))),
        Cases(less(low, high), at_most(high, low)),
        _some_change(argument, known, warm, moved),
        _no_change(argument, known, warm, moved),
    )
    by_span = argument.step(at_most(distance, 2 * tanh(span / (4 * tau))), Rewrite(), bounded, known.span, warm)
    argument.conclude("span", by_span)

    norm = argument.define("sup_norm")
    size = argument.step(at_most(Abs(d[a]), Maximum(Abs(d[a]), a)), Bound(Maximum(Abs(d[a]), a), a))
    size = argument.step(at_most(Abs(d[a]), sup_norm), Rewrite(), size, norm)
    up = argument.step(at_most(d[a], Abs(d[a])), AbsoluteValue(d[a]))
    up = argument.step(at_most(d[a], sup_norm), Chain(), up, size)
    up = argument.step(at_most(Maximum(d[a], a), sup_norm), BestBound(Maximum(d[a], a), a), up)
    down = argument.step(at_most(-d[a], Abs(d[a])), AbsoluteValue(d[a]))
    down = argument.step(at_most(-sup_norm, d[a]), Combine((1, 1)), down, size)
    down = argument.step(at_most(-sup_norm, Minimum(d[a], a)), BestBound(Minimum(d[a], a), a), down)
    width = argument.define("span")
    width = argument.step(at_most(span, 2 * sup_norm), Combine((1, 1)), up, down, width)
    scaled = argument.step(at_most(span / (4 * tau), sup_norm / (2 * tau)), Combine((1 / (4 * tau),)), width, warm)
    scaled = argument.step(at_most(tanh(span / (4 * tau)), tanh(sup_norm / (2 * tau))), Monotone("tanh"), scaled)
    simple = argument.step(
        at_most(2 * tanh(span / (4 * tau)), 2 * tanh(sup_norm / (2 * tau))), Combine((2,)), scaled, warm
    )
    argument.conclude("span against sup norm", simple)
    argument.conclude(
        "sup norm", argument.step(at_most(distance, 2 * tanh(sup_norm / (2 * tau))), Chain(), by_span, simple)
    )
    argument.conclude("l2", euclidean(argument, warm))
    return argument.derivation()


u = exp(d[a] / tau)
w = softmax(q[a], tau)
Z = Total(w * u, a)


def _some_change(argument: Argument, known: Range, warm: Step, moved: Step) -> Step:
    """The bound where low < high."""
    low, high = known.low, known.high
    lower, upper = exp(low / (2 * tau)), exp(high / (2 * tau))
    L, U = lower**2, upper**2
    wide = argument.assume("some change", less(low, high))

    root = argument.step(less(low / (2 * tau), high / (2 * tau)), Combine((1 / (2 * tau),)), wide, warm)
    root = argument.step(less(lower, upper), Monotone("exp"), root)
    square = argument.step(less(L, U), Monotone("square"), root)
    bottom = argument.step(at_most(low / tau, d[a] / tau), Combine((1 / tau,)), known.above, warm)
    bottom = argument.step(at_most(L, u), Monotone("exp"), bottom)
    top = argument.step(at_most(d[a] / tau, high / tau), Combine((1 / tau,)), known.below, warm)
    top = argument.step(at_most(u, U), Monotone("exp"), top)

    mean_bottom = argument.step(at_most(w * L, w * u), Combine((w,)), bottom)
    mean_bottom = argument.step(at_most(L, Z), SumOver(a), mean_bottom)
    mean_top = argument.step(at_most(w * u, w * U), Combine((w,)), top)
    mean_top = argument.step(at_most(Z, U), SumOver(a), mean_top)

    chord = ((U - u) * (Z - L) + (u - L) * (U - Z)) / (U - L)
    facts = (bottom, top, mean_bottom, mean_top, square, warm)
    plus = argument.step(at_most(u - Z, chord), Combine((), plus=(2 * (U - u) * (Z - L) / (U - L),)), *facts)
    minus = argument.step(at_most(Z - u, chord), Combine((), plus=(2 * (u - L) * (U - Z) / (U - L),)), *facts)
    size = argument.step(at_most(Abs(u - Z), chord), AbsoluteValue(u - Z), plus, minus, square, warm, reason="chord")
    weighted = argument.step(at_most(w * Abs(u - Z) / Z, w * chord / Z), Combine((w / Z,)), size, square, warm)
    total = argument.step(
        at_most(Total(w * Abs(u - Z) / Z, a), 2 * (U - Z) * (Z - L) / (Z * (U - L))),
        SumOver(a),
        weighted,
        square,
        warm,
        reason="the mean of u is Z",
    )
    return argument.step(
        at_most(SYMBOLS["response_distance"], 2 * tanh((high - low) / (4 * tau))),
        Combine((1,), plus=(2 * (Z - lower * upper) ** 2 / (Z * (U - L)),)),
        total,
        moved,
        square,
        warm,
    )


def _no_change(argument: Argument, known: Range, warm: Step, moved: Step) -> Step:
    """The bound where high <= low: softmax does not move."""
    low, high = known.low, known.high
    narrow = argument.assume("no change", at_most(high, low))
    same = unchanged(argument, known, narrow)
    between = argument.step(at_most(low, high), Combine((1, 1)), known.above, known.below)
    bound = argument.step(at_most(0, tanh((high - low) / (4 * tau))), Evident(), between, warm)
    still = argument.step(equal(SYMBOLS["response_distance"], 0), Identity(), moved, same, warm)
    return argument.step(
        at_most(SYMBOLS["response_distance"], 2 * tanh((high - low) / (4 * tau))), Combine((1, 2)), still, bound, warm
    )
