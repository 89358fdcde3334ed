"""When the comparison matrix C of soft Q-value iteration contracts: exactly above a threshold of the temperatures.

With mu = det(I - C) and h = (1 - C_FF + C_LF, 1 - C_LL + C_FL), C h = h - mu. Above the threshold mu and h are
positive, so that C contracts the sup norm weighted by h. The spectral radius is r = (C_LL + C_FF + sqrt D) / 2 with
D = (C_LL - C_FF)^2 + 4 C_LF C_FL, and (2 - C_LL - C_FF)^2 - D = 4 mu: r < 1 says that mu > 0 and C_LL + C_FF < 2.
"""

from __future__ import annotations

from sympy import Abs, Rational, sqrt

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most, equal, less
from proofs.engine.rules.algebra import Combine, Identity, Rewrite
from proofs.engine.rules.analysis import Monotone
from proofs.engine.rules.heads import AbsoluteValue
from proofs.engine.step import Step
from proofs.markov.soft_matrix import C_FF, C_FL, C_LF, C_LL, ENTRIES, MARGIN, Matrix, above_threshold, comparison
from proofs.markov.soft_vocabulary import KINDS, THRESHOLD, matrix, tau_F, tau_L, threshold
from proofs.markov.vocabulary import FOLLOWER, alpha

gamma_F = FOLLOWER.discount

TOPIC = "markov/soft-threshold"
TITLE = "The threshold of soft Q-value iteration"

half = Rational(1, 2)
D = (C_LL - C_FF) ** 2 + 4 * C_LF * C_FL
WIDTH = 2 - C_LL - C_FF


def derivation() -> Derivation:
    """For both conventions: a weighted sup norm, and spectral radius < 1, above the threshold and only there."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=THRESHOLD)
    for kind in KINDS:
        known = comparison(argument, kind)
        radius = known.word(argument, "radius", (C_LL + C_FF + sqrt(D)) / 2)
        real = argument.step(at_most(0, D), Combine((), plus=((C_LL - C_FF) ** 2, 4 * C_LF * C_FL)), *known.nonnegative)
        eigenvalue = (radius.relation.lhs - C_LL) * (radius.relation.lhs - C_FF)
        characteristic = argument.step(equal(eigenvalue, C_LF * C_FL), Identity(), radius, real)
        _conclude(argument, known, "eigenvalue", characteristic)
        _sufficient(argument, known, radius, real)
        _necessary(argument, known, radius, real)
        _myopic(argument, known, radius)
    return argument.derivation()


def _conclude(argument: Argument, known: Matrix, name: str, step: Step) -> None:
    """Concludes a step with the entries of C written out."""
    written = dict(zip(ENTRIES, matrix(known.kind), strict=True))
    relation = step.relation.substitute(written)
    argument.conclude(f"{known.kind}, {name}", argument.step(relation, Rewrite(), step, *known.entries, *known.facts))


def _sufficient(argument: Argument, known: Matrix, radius: Step, real: Step) -> None:
    above = above_threshold(argument, known)
    r = radius.relation.lhs
    square = argument.step(less(D, WIDTH**2), Combine((4,)), above.margin, known.margin)
    root = argument.step(less(sqrt(D), Abs(WIDTH)), Monotone("sqrt"), square, real)
    size = argument.step(equal(Abs(WIDTH), WIDTH), AbsoluteValue(WIDTH), above.leader, above.follower)
    root = argument.step(less(sqrt(D), WIDTH), Combine((1, 1)), root, size, real)
    below_one = argument.step(less(r, 1), Combine((half,)), root, radius, real)
    argument.conclude(f"{known.kind}, radius", below_one)
    moving = argument.fact("step_size")
    damped = argument.step(less(1 - alpha + alpha * r, 1), Combine((alpha,)), below_one, moving)
    argument.conclude(f"{known.kind}, damped radius", damped)

    h_L = known.word(argument, "leader_scale", 1 - C_FF + C_LF)
    h_F = known.word(argument, "follower_scale", 1 - C_LL + C_FL)
    L, F = h_L.relation.lhs, h_F.relation.lhs
    facts = (*above.steps, *known.nonnegative)
    for name, scale, diagonal, off, meaning in (
        ("leader", L, above.follower, C_LF, h_L),
        ("follower", F, above.leader, C_FL, h_F),
    ):
        positive = argument.step(less(0, scale), Combine((1,), plus=(off,)), diagonal, *facts, meaning)
        argument.conclude(f"{known.kind}, {name} scale", positive)
    for name, scale, row in (("leader", L, C_LL * L + C_LF * F), ("follower", F, C_FL * L + C_FF * F)):
        falls = argument.step(less(row, scale), Combine((1,)), above.margin, known.margin, h_L, h_F)
        _conclude(argument, known, f"{name} row", falls)


def _necessary(argument: Argument, known: Matrix, radius: Step, real: Step) -> None:
    r = radius.relation.lhs
    below_one = argument.assume("radius below one", less(r, 1))
    root = argument.step(less(sqrt(D), WIDTH), Combine((2,)), below_one, radius, real)
    wide = argument.step(less(0, WIDTH), Combine((1,), plus=(sqrt(D),)), root, real)
    square = argument.step(less(D, WIDTH**2), Monotone("square"), root, wide, real)
    margin = argument.step(less(0, MARGIN), Combine((half / 2,)), square)
    temperatures = 4 * tau_L * tau_F
    product, *own = threshold(known.kind)
    enough = argument.step(product, Combine((temperatures,)), margin, *known.entries, *known.facts)
    argument.conclude(f"{known.kind}, necessary", enough)
    if own:
        share = 1 / WIDTH
        plus = ((1 - C_LL) ** 2 * share, C_LF * C_FL * share)
        leader = argument.step(less(0, 1 - C_LL), Combine((share,), plus=plus), margin, wide, *known.nonnegative)
        leader = argument.step(own[0], Rewrite(), leader, known.entries[0], *known.facts)
        argument.conclude(f"{known.kind}, own necessary", leader)


def _myopic(argument: Argument, known: Matrix, radius: Step) -> None:
    """Where gamma_F = 0 the radius is C_LL."""
    myopic = argument.assume("myopic follower", equal(gamma_F, 0))
    off, own = (
        argument.step(equal(entry, 0), Identity(), known.entries[place], myopic, *known.facts)
        for place, entry in ((2, C_FL), (3, C_FF))
    )
    r = radius.relation.lhs
    size = argument.step(equal(r, (C_LL + Abs(C_LL)) / 2), Identity(), radius, off, own)
    absolute = argument.step(equal(Abs(C_LL), C_LL), AbsoluteValue(C_LL), known.nonnegative[0])
    size = argument.step(equal(r, C_LL), Combine((1, half)), size, absolute)
    _conclude(argument, known, "myopic", size)
