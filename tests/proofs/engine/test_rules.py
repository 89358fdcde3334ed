"""Each rule proves what it should, and refuses what does not follow: the mutants of the engine.

Every entry of REFUSED is an unsound inference that a careless rule would accept.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sympy
from sympy import Abs, LambertW, Rational, exp, log, sqrt

from proofs.engine.errors import DerivationError
from proofs.engine.relation import Relation, at_most, equal, less
from proofs.engine.rules.algebra import Antisymmetry, Chain, Combine, Evident, Identity, Rewrite
from proofs.engine.rules.analysis import BoxSign, MeanValue, Monotone, Tangent
from proofs.engine.rules.assuming import Choice, Definition, Discard, Hypothesis
from proofs.engine.rules.heads import AbsoluteValue, BestBound, Bound, EntropyTerm, Indicator, Lambert
from proofs.engine.rules.quantifiers import Cases, Generalise, Instantiate, SumOver
from proofs.engine.step import Rule, Step
from proofs.engine.terms import (
    Index,
    IndexSet,
    Iverson,
    Maximum,
    Minimum,
    Scalar,
    Size,
    Total,
    XLogX,
    vector,
)

n, m = Size("n"), Size("m")
A, B = IndexSet("A", n), IndexSet("B", m)
a, b, star, other = Index("a", A), Index("b", A), Index("star", A), Index("other", B)
p, q = vector("p"), vector("q")
x, y, z, t, c = (Scalar(name) for name in "xyztc")


def assume(relation: Relation, *uses: Step) -> Step:
    return Step(relation=relation, rule=Hypothesis(str(relation)), uses=uses)


def infer(relation: Relation, rule: Rule, *uses: Step) -> Step:
    return Step(relation=relation, rule=rule, uses=uses)


def assumed(step: Step) -> set[str]:
    return {str(assumption.relation) for assumption in step.assumptions}


positive_x = assume(less(0, x))
ordered = assume(at_most(x, y))
entries = assume(at_most(0, p[a]).for_all(a))


def along(k: sympy.Expr | int, *hypotheses: Relation) -> Step:
    """k assumed to bound 2 t, the slope of t^2, under hypotheses about t."""
    bounds = [assume(hypothesis) for hypothesis in hypotheses]
    return infer(at_most(2 * t, k), Combine((2,)), *bounds)


unit = (at_most(0, t), at_most(t, 1))
in_unit = tuple(map(assume, unit))
slope_of_square = infer(at_most(2 * t, 2), Combine((2,)), in_unit[1], in_unit[0])
convex_square = infer(at_most(0, sympy.Integer(2)), Evident())
undefined = at_most(log(x), log(x) + 1)  # where x <= 0; the normal form is 0 <= 1
gibbs_like = infer(
    at_most(0, x * y).for_all(x, y, given=[at_most(0, x), at_most(0, y)]),
    Generalise((x, y), (at_most(0, x), at_most(0, y))),
    infer(at_most(0, x * y), Evident(), assume(at_most(0, x)), assume(at_most(0, y))),
)
product_zero = assume(equal(x * y, 0))
defined_inverse = infer(equal(c, 1 / x), Definition(), positive_x)


def highest_at_star() -> Step:
    """q[b] <= q[star] for the index star chosen where q[a] exp(s) is greatest; the scalar s is called star, too."""
    scale = exp(Scalar("star"))
    greatest = Maximum(q[a] * scale, a)
    chosen = infer(equal(q[star] * scale, greatest), Choice(star))
    bound = infer(at_most(q[b] * scale, greatest), Bound(greatest, b))
    return infer(at_most(q[b], q[star]), Combine((1 / scale, -1 / scale)), bound, chosen)


ACCEPTED: dict[str, Callable[[], Step]] = {
    "identity": lambda: infer(equal((x + y) ** 2, x**2 + 2 * x * y + y**2), Identity()),
    "identity by definition": lambda: infer(equal(c * x, 1), Identity(), defined_inverse),
    "rewrite": lambda: infer(
        at_most(c, y), Rewrite(), infer(at_most(1 / x, y), Hypothesis("h"), positive_x), defined_inverse
    ),
    "chain": lambda: infer(less(x, z), Chain(), ordered, assume(less(y, z))),
    "combine": lambda: infer(at_most(x * z, y * z), Combine((z,)), ordered, assume(at_most(0, z))),
    "strict": lambda: infer(less(2 * x, 2 * y + 1), Combine((2,), plus=(1,)), ordered),
    "sum": lambda: infer(at_most(0, Total(p[a], a)), SumOver(a), entries),
    "sum of ones": lambda: infer(at_most(x * n, Total(Abs(q[a]) + x, a)), SumOver(a), assume(at_most(0, x)) and infer(
        at_most(x, Abs(q[a]) + x), Evident())),
    "instance": lambda: infer(
        at_most(0, p[b]), Instantiate({a: b}), entries
    ),
    "conditions met": lambda: infer(
        at_most(0, p[a] * exp(z)), Instantiate({x: p[a], y: exp(z)}), gibbs_like, entries
    ),
    "cases": lambda: infer(
        at_most(x, Abs(x)),
        Cases(at_most(0, x), at_most(x, 0)),
        infer(at_most(x, Abs(x)), AbsoluteValue(x), assume(at_most(0, x))),
        infer(at_most(x, Abs(x)), AbsoluteValue(x), assume(at_most(x, 0))),
    ),
    "antisymmetry": lambda: infer(equal(x, y), Antisymmetry(), ordered, assume(at_most(y, x))),
    "monotone": lambda: infer(at_most(exp(x), exp(y)), Monotone("exp"), ordered),
    "reciprocal": lambda: infer(at_most(1 / y, 1 / x), Monotone("reciprocal"), ordered, positive_x),
    "upper bound": lambda: infer(at_most(q[b], Maximum(q[a], a)), Bound(Maximum(q[a], a), b)),
    "least upper bound": lambda: infer(
        at_most(Maximum(-p[a], a), 0), BestBound(Maximum(-p[a], a), a), infer(at_most(-p[a], 0), Evident(), entries)
    ),
    "attained": lambda: infer(equal(q[star], Maximum(q[a], a)), Choice(star)),
    "absolute bound": lambda: infer(
        at_most(Abs(x), y), AbsoluteValue(x), ordered, assume(at_most(-x, y))
    ),
    "indicator": lambda: infer(equal(Iverson(x, y) * (x - y), 0), Indicator(Iverson(x, y))),
    "entropy term": lambda: infer(equal(XLogX(x), x * log(x)), EntropyTerm(x), positive_x),
    "lambert": lambda: infer(equal(LambertW(x) * exp(LambertW(x)), x), Lambert(x), positive_x),
    "tangent": lambda: infer(at_most(2 * x - 1, x**2), Tangent(x**2, x, sympy.Integer(1)), convex_square),
    "mean value": lambda: infer(at_most(1, 2), MeanValue(t**2, t, 1), slope_of_square),
    "taylor": lambda: infer(at_most(1, 1), MeanValue(t**2, t, 2), infer(at_most(2, 2), Evident())),
    "box": lambda: infer(
        at_most(x * (1 - x), Rational(1, 3)),
        BoxSign({x: (sympy.Integer(0), sympy.Integer(1))}),
        assume(at_most(0, x)),
        assume(at_most(x, 1)),
    ),
    "discard": lambda: infer(
        at_most(0, x**2), Discard(c), infer(at_most(0, x**2), Combine((0,), plus=(x**2,)), defined_inverse)
    ),
}  # fmt: skip # one case a line


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str) -> None:
    step = ACCEPTED[name]()
    step.check()
    assert step.evidence.proves


REFUSED: dict[str, tuple[str, Callable[[], Step]]] = {
    # between two true steps
    "non sequitur": ("off by", lambda: infer(at_most(x, z), Combine((1,)), ordered, assume(at_most(y, z)))),
    "links that do not join": ("join", lambda: infer(at_most(x, z), Chain(), ordered, assume(at_most(z, y)))),
    "a chain made strict": ("follows from", lambda: infer(less(x, z), Chain(), ordered, assume(at_most(y, z)))),
    "equality from inequality": ("follows from", lambda: infer(equal(x, y), Combine((1,)), ordered)),
    "one side of antisymmetry": ("says", lambda: infer(equal(x, y), Antisymmetry(), ordered)),
    "a wrong identity": ("different normal forms", lambda: infer(equal((x + y) ** 2, x**2 + y**2), Identity())),
    "a wrong definition used": (
        "different normal forms",
        lambda: infer(equal(c * y, 1), Identity(), defined_inverse, assume(less(0, y))),
    ),
    "definitions in a circle": (
        "circle",
        lambda: infer(equal(x, z), Identity(), assume(equal(x, y + 1)), assume(equal(y, x + 1))),
    ),
    # signs
    "scaling by a negative": ("nonnegative", lambda: infer(at_most(-y, -x), Combine((-1,)), ordered)),
    "scaling by an unknown": ("nonnegative", lambda: infer(at_most(x * z, y * z), Combine((z,)), ordered)),
    "adding an unknown term": ("nonnegative", lambda: infer(at_most(x, y + z), Combine((1,), plus=(z,)), ordered)),
    "strict from a factor that may vanish": (
        "follows from",
        lambda: infer(less(0, x * y**2), Combine((y**2,)), positive_x),
    ),
    "no sign": ("no proof", lambda: infer(at_most(0, x - y), Evident(), positive_x)),
    # definedness
    "division by a possibly zero factor": ("defined", lambda: infer(equal(x / x**2, 1 / x), Identity())),
    "multiplier with a zero denominator": (
        "defined",
        lambda: infer(equal(x, y), Combine((1 / z,)), assume(equal(x * z, y * z))),
    ),
    "log of an unknown": ("defined", lambda: infer(at_most(log(x), x - 1), Hypothesis("log"))),
    "root of an unknown": ("defined", lambda: infer(at_most(0, sqrt(y)), Evident())),
    "definition without a value": ("defined", lambda: infer(equal(c, 1 / y), Definition())),
    "instance without a value": (
        "defined",
        lambda: infer(equal(0, 0), Instantiate({x: 1 / y}), infer(
            equal(x - x, 0).for_all(x), Generalise((x,)), infer(equal(x - x, 0), Identity()))),
    ),
    "minimum over nothing": (
        "is 1 somewhere",
        lambda: infer(at_most(0, Minimum(q[a] ** 2, a, Iverson(q[a], x))), Evident()),
    ),
    # sums
    "sum over the wrong set": (
        "expected the sum",
        lambda: infer(at_most(0, Total(p[other], other)), SumOver(a), entries),
    ),
    "sum of a constant counted wrongly": (
        "expected the sum",
        lambda: infer(at_most(x, Total(y, a)), SumOver(a), ordered),
    ),
    "sum over an index that is fixed": (
        "arbitrary",
        lambda: infer(at_most(0, Total(q[a], a)), SumOver(a), assume(at_most(0, q[a]))),
    ),
    "sum of one factor only": (
        "expected the sum",
        lambda: infer(at_most(0, Total(p[a], a) * q[a]), SumOver(a), assume(at_most(0, p[a] * q[a]).for_all(a))),
    ),
    "sum over an index that a choice fixed": (
        "arbitrary",
        lambda: infer(
            equal(Total(q[star], star), n * Maximum(q[a], a)),
            SumOver(star),
            infer(equal(q[star], Maximum(q[a], a)), Choice(star)),
        ),
    ),
    # quantifiers
    "for all of a fixed variable": (
        "arbitrary",
        lambda: infer(less(0, x).for_all(x), Generalise((x,)), positive_x),
    ),
    "for all of a fixed index": (
        "arbitrary",
        lambda: infer(less(0, q[a]).for_all(a), Generalise((a,)), assume(less(0, q[a]))),
    ),
    "for all of a size": (
        "distinct bound scalars",
        lambda: infer(at_most(1, n).for_all(n), Generalise((n,)), infer(at_most(1, n), Evident())),
    ),
    "a side condition forgotten": (
        "side condition",
        lambda: infer(at_most(0, z * y), Instantiate({x: z, y: y}), gibbs_like, assume(at_most(0, z))),
    ),
    "a side condition of the wrong sign": (
        "side condition",
        lambda: infer(at_most(0, -(y**2)), Instantiate({x: -exp(y), y: y**2 * exp(-y)}), gibbs_like),
    ),
    "a quantifier captured": (
        "instance",
        lambda: infer(
            at_most(Total(q[a] * q[a], a), 0),
            Instantiate({x: q[a]}),
            infer(
                at_most(Total(q[a] * x, a), Total(q[b] * x, b)).for_all(x),
                Generalise((x,)),
                infer(at_most(Total(q[a] * x, a), Total(q[b] * x, b)), Identity()),
            ),
        ),
    ),
    "an instance of another relation": ("instance", lambda: infer(at_most(1, p[b]), Instantiate({a: b}), entries)),
    "an index of another set": ("same set", lambda: infer(at_most(0, p[other]), Instantiate({a: other}), entries)),
    "an instance for an unbound variable": (
        "bound variables",
        lambda: infer(less(0, y), Instantiate({x: y}), positive_x),
    ),
    # cases
    "a case left out": (
        "leave nothing out",
        lambda: infer(
            at_most(x, 2),
            Cases(less(x, 1), less(1, x)),
            infer(at_most(x, 2), Combine((1,), plus=(1,)), assume(less(x, 1))),
            assume(at_most(x, 2)),
        ),
    ),
    "cases of different numbers": (
        "leave nothing out",
        lambda: infer(
            at_most(x, 2),
            Cases(at_most(x, 1), at_most(2, x)),
            infer(at_most(x, 2), Combine((1,), plus=(1,)), assume(at_most(x, 1))),
            assume(at_most(x, 2)),
        ),
    ),
    "zero factors of another product": (
        "leave nothing out",
        lambda: infer(
            equal(x * z, 0),
            Cases(equal(x, 0), equal(z, 0)),
            infer(equal(x * z, 0), Combine((z,)), assume(equal(x, 0))),
            infer(equal(x * z, 0), Combine((x,)), assume(equal(z, 0))),
            product_zero,
        ),
    ),
    "another relation in a case": (
        "in each case",
        lambda: infer(
            at_most(x, 1),
            Cases(at_most(x, 1), at_most(1, x)),
            assume(at_most(x, 1)),
            infer(at_most(x, 2), Combine((1,)), assume(at_most(x, 2))),
        ),
    ),
    # maps
    "square of an unknown": ("nonnegative", lambda: infer(at_most(x**2, y**2), Monotone("square"), ordered)),
    "reciprocal of a negative": (
        "positive",
        lambda: infer(at_most(1 / y, 1 / x), Monotone("reciprocal"), ordered, assume(less(x, 0)), assume(less(0, y))),
    ),
    "reciprocal not reversed": (
        "both sides",
        lambda: infer(at_most(1 / x, 1 / y), Monotone("reciprocal"), ordered, positive_x),
    ),
    "log not of the sides": ("both sides", lambda: infer(at_most(log(x), y), Monotone("log"), ordered, positive_x)),
    # heads
    "maximum too small": (
        "bound",
        lambda: infer(at_most(q[b] + 1, Maximum(q[a], a)), Bound(Maximum(q[a], a), b)),
    ),
    "maximum for minimum": ("bound", lambda: infer(at_most(q[b], Minimum(q[a], a)), Bound(Minimum(q[a], a), b))),
    "bound at one index only": (
        "arbitrary",
        lambda: infer(at_most(Maximum(q[a], a), x), BestBound(Maximum(q[a], a), b), assume(at_most(q[b], x))),
    ),
    "bound that depends on the index": (
        "free of",
        lambda: infer(
            at_most(Maximum(q[a], a), q[b] ** 2 + 1),
            BestBound(Maximum(q[a], a), b),
            infer(at_most(q[b], q[b] ** 2 + 1), Combine((), plus=((q[b] - Rational(1, 2)) ** 2, Rational(3, 4)))),
        ),
    ),
    "chosen index not new": (
        "new",
        lambda: infer(equal(q[star] + q[star], Maximum(q[a] + q[star], a)), Choice(star)),
    ),
    "attained elsewhere": ("body", lambda: infer(equal(q[b], Maximum(q[a], a)), Choice(star))),
    "half an absolute bound": ("says", lambda: infer(at_most(Abs(x), y), AbsoluteValue(x), ordered)),
    "absolute value without sign": ("property", lambda: infer(equal(Abs(x), x), AbsoluteValue(x))),
    "absolute value too small": ("property", lambda: infer(at_most(2 * x, Abs(x)), AbsoluteValue(x))),
    "indicator one without reason": ("property", lambda: infer(equal(Iverson(x, y), 1), Indicator(Iverson(x, y)))),
    "entropy term at zero": (
        "positive",
        lambda: infer(equal(XLogX(x), x * log(x)), EntropyTerm(x), assume(at_most(0, x))),
    ),
    "lambert below zero": ("nonnegative", lambda: infer(equal(LambertW(y) * exp(LambertW(y)), y), Lambert(y))),
    # analysis
    "tangent of a function not convex": (
        "for arbitrary",
        lambda: infer(at_most(3 * x - 2, x**3), Tangent(x**3, x, sympy.Integer(1)), convex_square),
    ),
    "tangent at a point outside": (
        "proof",
        lambda: infer(
            at_most(3 * x + 2, x**3),
            Tangent(x**3, x, sympy.Integer(-1)),
            infer(at_most(0, 6 * x), Evident(), assume(at_most(0, x))),
        ),
    ),
    "tangent of wrong slope": (
        "tangent",
        lambda: infer(at_most(x, x**2), Tangent(x**2, x, sympy.Integer(1)), convex_square),
    ),
    "tangent where convexity needs more than a bound": (
        "only bounds",
        lambda: infer(
            at_most(3 * x - 2, x**3),
            Tangent(x**3, x, sympy.Integer(1)),
            infer(at_most(0, 6 * x), Combine((6,)), assume(at_most(0, x)), assume(at_most(1, x**2))),
        ),
    ),
    "tangent of a function with a kink": (
        "smooth",
        lambda: infer(at_most(Abs(x), Abs(x)), Tangent(Abs(x), x, sympy.Integer(1)), convex_square),
    ),
    "mean value with a bound at one point": (
        "arbitrary",
        lambda: infer(
            at_most(1, 1),
            MeanValue(t**2, t, 1),
            infer(at_most(2 * t, 1), Combine((2,)), assume(at_most(t, Rational(1, 2)))),
        ),
    ),
    "mean value with a bound that moves": (
        "free of",
        lambda: infer(at_most(1, 2 * t), MeanValue(t**2, t, 1), infer(at_most(2 * t, 2 * t), Identity())),
    ),
    "mean value of another function": (
        "for arbitrary",
        lambda: infer(at_most(1, 2), MeanValue(t**3, t, 1), slope_of_square),
    ),
    "remainder without its factorial": (
        "remainder",
        lambda: infer(at_most(1, Rational(1, 2)), MeanValue(t**2, t, 2), infer(at_most(2, 2), Evident())),
    ),
    "mean value across a pole": (
        "arbitrary",
        lambda: infer(
            at_most(4, 0),
            MeanValue(1 / (t - Rational(1, 2)), t, 1),
            infer(at_most(-1 / (t - Rational(1, 2)) ** 2, 0), Hypothesis("slope"), assume(less(Rational(1, 2), t))),
        ),
    ),
    "box without its edges": (
        "edge",
        lambda: infer(
            at_most(x * (1 - x), Rational(1, 3)),
            BoxSign({x: (sympy.Integer(0), sympy.Integer(1))}),
            assume(at_most(0, x)),
        ),
    ),
    "box of a false sign": (
        "1/4|x = ",
        lambda: infer(
            at_most(x * (1 - x), Rational(1, 5)),
            BoxSign({x: (sympy.Integer(0), sympy.Integer(1))}),
            assume(at_most(0, x)),
            assume(at_most(x, 1)),
        ),
    ),
    "mean value with the interval still in use": (
        "conclusion free of t",
        lambda: infer(
            at_most(1 + Abs(1 + t), 2 + t), MeanValue(t, t, 1), infer(at_most(1, 1), Combine((0, 0)), *in_unit)
        ),
    ),
    # relations of one normal form, of which only one is defined everywhere
    "for all of a form that is not defined": (
        "x is positive",
        lambda: infer(undefined.for_all(y), Generalise((y,)), infer(at_most(0, 1), Evident())),
    ),
    "a case in another form": (
        "x is positive",
        lambda: infer(
            undefined,
            Cases(less(0, x), at_most(x, 0)),
            infer(undefined, Evident(), positive_x),
            infer(at_most(0, 1), Evident(), assume(at_most(x, 0))),
        ),
    ),
    "discarding into another form": (
        "x is positive",
        lambda: infer(
            undefined, Discard(c), infer(at_most(0, 1), Evident(), infer(equal(c, x), Definition()))
        ),
    ),
    # names
    "a condition captured by an inner quantifier": (
        "for all",
        lambda: infer(
            Relation(op="<", lhs=sympy.Integer(0), rhs=z, bound=(x, y), given=(less(0, y),)),
            Generalise((x,), (less(0, y),)),
            infer(
                less(0, z).for_all(y),
                Generalise((t,)),
                infer(less(0, z), Chain(), assume(less(0, y)), assume(less(y, z))),
            ),
        ),
    ),
    "discarding a scalar of the chosen index's name": (
        "0 times",
        lambda: infer(at_most(q[b], q[star]), Discard(Scalar("star")), highest_at_star()),
    ),
    # definitions
    "a definition of itself": ("other symbols", lambda: infer(equal(x, x + 1), Definition())),
    "a definition of a size": ("expected symbol", lambda: infer(equal(n, 3), Definition())),
    "a definition with a free index": ("free indices", lambda: infer(equal(x, q[a]), Definition())),
    "discarding what is used": ("alone", lambda: infer(equal(c, 1 / x), Discard(c), defined_inverse)),
    "discarding what may not exist": (
        "needs it",
        lambda: infer(
            at_most(0, x**2),
            Discard(c),
            infer(
                at_most(0, x**2),
                Cases(less(0, x), at_most(x, 0)),
                infer(at_most(0, x**2), Combine((0,), plus=(x**2,)), defined_inverse),
                infer(at_most(0, x**2), Combine((0,), plus=(x**2,)), assume(at_most(x, 0))),
            ),
        ),
    ),
    "discarding a hypothesis": ("defined or chosen", lambda: infer(less(0, x), Discard(x), positive_x)),
}  # fmt: skip # one case a line


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    why, infer_it = REFUSED[name]
    with pytest.raises(DerivationError, match=why) as refusal:
        infer_it()
    assert "\n" not in str(refusal.value)


def test_a_refusal_names_the_step_the_rule_and_the_reason() -> None:
    with pytest.raises(DerivationError, match=r"step `x <= z` \(chain, by the triangle\): expected links that join"):
        Step(relation=at_most(x, z), rule=Chain(), uses=(ordered,), reason="by the triangle")


def test_assumptions_are_those_of_the_steps_used() -> None:
    step = infer(less(x, z), Chain(), ordered, assume(less(y, z)))
    assert assumed(step) == {"x <= y", "y < z"}


def test_cases_discharge_their_own_case_only() -> None:
    extra = assume(at_most(0, z))
    claim = at_most(0, x**2 + z)
    first = infer(claim, Combine((1,), plus=(x**2,)), extra, assume(at_most(0, x)))
    second = infer(claim, Combine((1,), plus=(x**2,)), extra, assume(at_most(x, 0)))
    both = infer(claim, Cases(at_most(0, x), at_most(x, 0)), first, second)
    assert assumed(both) == {"0 <= z"}


def test_for_all_turns_assumptions_into_conditions() -> None:
    assert assumed(gibbs_like) == set()
    assert len(gibbs_like.relation.given) == 2


def test_mean_value_discharges_the_interval() -> None:
    step = infer(at_most(1, 2), MeanValue(t**2, t, 1), slope_of_square)
    assert assumed(slope_of_square) == {"0 <= t", "t <= 1"}
    assert assumed(step) == set()


def test_a_tampered_step_is_found_out() -> None:
    step = infer(at_most(x, y + 1), Combine((1,), plus=(1,)), ordered)
    object.__setattr__(step, "assumptions", ())
    with pytest.raises(DerivationError, match="on record"):
        step.check()
    lie = infer(at_most(x, y + 1), Combine((1,), plus=(1,)), ordered)
    object.__setattr__(lie, "relation", at_most(x, y))
    with pytest.raises(DerivationError, match="off by"):
        lie.check()
