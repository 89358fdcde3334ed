"""The derivations about soft Q-value iteration: what is proved, on which hypotheses, and what is not.

The words are held against the iteration itself, computed here from the rules of games.markov in floating point.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import numpy as np
import pytest
import sympy
from sympy import Rational, tanh

from proofs.catalogue import derive
from proofs.engine.argument import Argument
from proofs.engine.errors import DerivationError
from proofs.engine.numeric import evaluate
from proofs.engine.relation import Relation, at_most, equal, less
from proofs.engine.rules.algebra import Identity
from proofs.engine.step import Step
from proofs.engine.terms import Index
from proofs.markov import soft_entropy_warm, soft_lemmas, soft_warm
from proofs.markov.soft_vocabulary import HYPOTHESES, KINDS, THRESHOLD, VOCABULARY, matrix, threshold
from proofs.markov.soft_vocabulary import SYMBOLS as w
from proofs.markov.vocabulary import PLAYERS, a, b

alpha, gamma_L, gamma_F = w["step_size"], w["leader_discount"], w["follower_discount"]
tau_L, tau_F = w["leader_temperature"], w["follower_temperature"]
d_L, d_F = w["leader_start_distance"], w["follower_start_distance"]
ONCE = HYPOTHESES["one step"]
INVARIANT = tuple(HYPOTHESES[f"{player.name}_span within its invariant bound"] for player in PLAYERS)
REFERENCE = tuple(HYPOTHESES[f"{player.name}'s reference within its invariant bound"] for player in PLAYERS)


def _straight(kind: str, S_L: Any, S_F: Any) -> tuple[Any, Any]:
    """The linear bounds of theory section 3, with the factors that entropies would cancel."""
    k_L, k_F = (1, 1) if kind == "soft" else (1 + S_L / (2 * tau_L), 1 + S_F / (2 * tau_F))
    v = d_L + S_L / (2 * tau_F) * d_F
    leader = (1 - alpha) * d_L + alpha * gamma_L * k_L * v
    return leader, (1 - alpha) * d_F + alpha * gamma_F * (k_F * d_F + S_F / (2 * tau_L) * v)


def _bent(kind: str, S_L: Any, S_F: Any) -> tuple[Any, Any]:
    v = d_L + S_L * tanh(d_F / (2 * tau_F))
    more_L, more_F = (0, 0) if kind == "soft" else (S_L * tanh(v / (2 * tau_L)), S_F * tanh(d_F / (2 * tau_F)))
    leader = (1 - alpha) * d_L + alpha * gamma_L * (v + more_L)
    return leader, (1 - alpha) * d_F + alpha * gamma_F * (d_F + more_F + S_F * tanh(v / (2 * tau_L)))


def _claims() -> list[tuple[str, Relation, tuple[Relation, ...]]]:
    made: list[tuple[str, Relation, tuple[Relation, ...]]] = []
    R = [w[f"{player.name}_reward_span"] / (1 - player.discount) for player in PLAYERS]
    for kind, topic in zip(KINDS, ("entropy", "plain"), strict=True):
        ends = [w[f"{kind}_{player.name}_distance"] for player in PLAYERS]
        for form in (_straight, _bent):
            spans = {"reference_span": (), "span": ()}
            for word in spans:
                bounds = form(kind, *(w[f"{player.name}_{word}"] for player in PLAYERS))
                made += [(topic, at_most(end, bound), (ONCE,)) for end, bound in zip(ends, bounds, strict=True)]
            leader, follower = form(kind, *R)
            made.append((topic, at_most(ends[0], leader), (ONCE, INVARIANT[0])))
            made.append((topic, at_most(ends[1], follower), (ONCE, *INVARIANT)))
        weights = [w[f"{kind}_{player.name}_weight"] for player in PLAYERS]
        decay = w[f"{kind}_decay"]
        total = weights[0] * ends[0] + weights[1] * ends[1]
        made.append(
            (topic, at_most(total, decay * (weights[0] * d_L + weights[1] * d_F)), (*INVARIANT, *threshold(kind)))
        )
        for i, (own, other) in enumerate(((d_L, d_F), (d_F, d_L))):
            bound = decay * (own + weights[1 - i] / weights[i] * other)
            made.append((topic, at_most(ends[i], bound), (*REFERENCE, *threshold(kind))))
        radius = w[f"{kind}_radius"]
        made += [
            ("threshold", less(radius, 1), threshold(kind)),
            ("threshold", less(1 - alpha + alpha * radius, 1), threshold(kind)),
            ("threshold", equal(radius, matrix(kind)[0]), (equal(gamma_F, 0),)),
            *(("threshold", needed, (less(radius, 1),)) for needed in threshold(kind)),
        ]
        scales = [w[f"{kind}_{player.name}_scale"] for player in PLAYERS]
        C = matrix(kind)
        for i, scale in enumerate(scales):
            row = C[2 * i] * scales[0] + C[2 * i + 1] * scales[1]
            made += [
                ("threshold", less(0, scale), threshold(kind)),
                ("threshold", less(row, scale), threshold(kind)[:1]),
            ]
    spans = [w[f"{player.name}_span"] for player in PLAYERS]
    leader, follower = _straight("soft", *spans)
    warm_L, warm_F = soft_warm.HYPOTHESES.values()
    made.append(("plain-warm", at_most(w["plain_leader_distance"], leader), (ONCE, warm_L)))
    made.append(("plain-warm", at_most(w["plain_follower_distance"], follower), (ONCE, warm_F)))
    d = w["soft_follower_distance"]
    for own in (spans[1] / (2 * tau_L) * d_L, spans[1] * tanh(d_L / (2 * tau_L))):  # the follower's own entry gamma_F
        bound = (1 - alpha) * d_F + alpha * gamma_F * (d_F + own)
        made.append(("entropy-warm", at_most(d, bound), (ONCE, soft_entropy_warm.HYPOTHESIS)))
    return made


CLAIMS = _claims()


@pytest.mark.parametrize(("topic", "claim", "hypotheses"), CLAIMS, ids=lambda value: str(value)[:60])
def test_proved_and_no_hypothesis_is_idle(topic, claim, hypotheses) -> None:
    derivation = derive(f"markov/soft-{topic}")
    proved, why = derivation.is_proof_of(claim, hypotheses)
    assert proved, why
    assert why.endswith("exact")
    for dropped in hypotheses:
        assert not derivation.is_proof_of(claim, [h for h in hypotheses if h is not dropped])[0]


@pytest.mark.parametrize(("topic", "claim", "hypotheses"), CLAIMS, ids=lambda value: str(value)[:60])
def test_another_constant_is_not_what_was_proved(topic, claim, hypotheses) -> None:
    for factor in (Rational(99, 100), Rational(101, 100), Rational(-1)):
        lhs, rhs = (factor, claim.rhs) if claim.lhs == 0 else (claim.lhs, factor * claim.rhs)
        mutant = Relation(op=claim.op, lhs=lhs, rhs=rhs)
        assert not derive(f"markov/soft-{topic}").is_proof_of(mutant, hypotheses)[0]


def test_the_threshold_is_that_of_the_theory() -> None:
    R_L, R_F = (w[f"{player.name}_reward_span"] / (1 - player.discount) for player in PLAYERS)
    stated = less(gamma_F * R_L * R_F / (4 * (1 - gamma_L) * (1 - gamma_F)), tau_L * tau_F)
    (product,) = threshold("soft")
    factor = 4 * (1 - gamma_L) * (1 - gamma_F)  # positive
    assert sympy.simplify(product.difference - factor * stated.difference) == 0
    C = sympy.Matrix(2, 2, matrix("soft"))
    S = sympy.Matrix([[gamma_L, gamma_L * R_L / (2 * tau_F)], [0, 0]])
    S[1, 0], S[1, 1] = gamma_F * R_F / (2 * tau_L), gamma_F * (1 + R_L * R_F / (4 * tau_L * tau_F))
    assert sympy.simplify(C - S) == sympy.zeros(2)


# The words, held against the iteration.

SHAPE = (2, 3, 2)  # states, leader's actions, follower's actions
STEPS = 3


def _log_sum_exp(values: np.ndarray, tau: float) -> np.ndarray:
    top = values.max(-1)
    return top + tau * np.log(np.exp((values - top[..., None]) / tau).sum(-1))


def _softmax(values: np.ndarray, tau: float) -> np.ndarray:
    return np.exp((values - _log_sum_exp(values, tau)[..., None]) / tau)


def _stage(kind: str, Q_L: np.ndarray, Q_F: np.ndarray, tau: tuple[float, float]) -> dict[str, np.ndarray]:
    nu = _softmax(Q_F, tau[1])
    q_L = (nu * Q_L).sum(-1)
    pi = _softmax(q_L, tau[0])
    if kind == "soft":
        q_F = _log_sum_exp(Q_F, tau[1])
        V_L = _log_sum_exp(q_L, tau[0])
    else:
        q_F, V_L = (nu * Q_F).sum(-1), (pi * q_L).sum(-1)
    return {"q_L": q_L, "q_F": q_F, "V_L": V_L, "V_F": (pi * q_F).sum(-1)}


def _span(array: np.ndarray) -> float:
    return float(array.max() - array.min())


def _instance(kind: str, seed: int, steps: int, warmth: float = 1.0) -> dict[str, Any]:
    """Two runs of a random game, by name: vectors over time, and the scalars of the vocabulary."""
    rng = np.random.default_rng(seed)
    tau = (warmth * float(np.exp(rng.normal())), warmth * float(np.exp(rng.normal())))
    gamma = (float(rng.choice([0.0, 0.3, 0.9])), float(rng.choice([0.0, 0.3, 0.9])))
    step = float(rng.choice([0.25, 1.0]))
    P = rng.dirichlet(np.full(SHAPE[0], 0.3), size=SHAPE)
    rewards = [rng.integers(-2, 3, size=SHAPE).astype(float) for _ in range(2)]
    values: dict[str, Any] = {"P": P, "r_L": rewards[0], "r_F": rewards[1], "n": list(range(steps + 2)), "T": steps}
    for mark in ("", "__ref"):
        most = int(rng.choice([1, 3]))
        tables = [rng.integers(-most, most + 1, size=SHAPE).astype(float) for _ in range(2)]
        trace: dict[str, list[np.ndarray]] = {}
        for _ in range(steps + 2):
            found = _stage(kind, tables[0], tables[1], tau)
            for name, array in (("Q_L", tables[0]), ("Q_F", tables[1]), *found.items()):
                trace.setdefault(f"{name}{mark}", []).append(array)
            later = [r + g * P @ found[name] for r, g, name in zip(rewards, gamma, ("V_L", "V_F"), strict=True)]
            tables = [(1 - step) * old + step * new for old, new in zip(tables, later, strict=True)]
        values |= trace
    scalars = {"steps": steps, "step_size": step, "leader_discount": gamma[0], "follower_discount": gamma[1]}
    scalars |= {"leader_temperature": tau[0], "follower_temperature": tau[1]}
    sizes = dict(zip(("states", "leader_actions_count", "follower_actions_count"), SHAPE, strict=True))
    for name, letter, r in (("leader", "L", rewards[0]), ("follower", "F", rewards[1])):
        start, reference = values[f"Q_{letter}"], values[f"Q_{letter}__ref"]
        scalars |= {
            f"{name}_start_distance": abs(start[0] - reference[0]).max(),
            f"{name}_reward_span": _span(r),
            f"{name}_span": max(_span(start[0]), _span(reference[0])),
            f"{name}_reference_span": _span(reference[0]),
            f"{kind}_{name}_distance": abs(start[steps] - reference[steps]).max(),
            f"{kind}_{name}_span": max(_span(start[steps]), _span(reference[steps])),
        }
    values |= sizes | scalars
    return values | _comparison(kind, values, steps)


def _comparison(kind: str, values: dict[str, Any], steps: int) -> dict[str, Any]:
    """The words about the comparison matrix, from the matrix itself."""
    tau = values["leader_temperature"], values["follower_temperature"]
    g = values["leader_discount"], values["follower_discount"]
    R = [values[f"{name}_reward_span"] / (1 - d) for name, d in zip(("leader", "follower"), g, strict=True)]
    k = [1.0, 1.0] if kind == "soft" else [1 + r / (2 * x) for r, x in zip(R, tau, strict=True)]
    moves = np.array([[1, R[0] / (2 * tau[1])], [0, 1]])  # of the values of moves to the leader, and of Q_F
    leader = k[0] * moves[0]
    follower = k[1] * moves[1] + R[1] / (2 * tau[0]) * moves[0]
    C = np.array([g[0] * leader, g[1] * follower])
    margin = np.linalg.det(np.eye(2) - C)
    weights = np.array([1 - C[1, 1] + C[1, 0], 1 - C[0, 0] + C[0, 1]])
    rate = 1 - values["step_size"] * margin / weights.sum()
    words = {"margin": margin, "leader_weight": weights[0], "follower_weight": weights[1], "rate": rate}
    words |= {"decay": rate**steps, "radius": max(abs(np.linalg.eigvals(C)))}
    scales = [1 - C[1, 1] + C[0, 1], 1 - C[0, 0] + C[1, 0]]
    words |= {"leader_scale": scales[0], "follower_scale": scales[1]}
    return {f"{kind}_{name}": float(value) for name, value in words.items()} | {
        "theta": [rate**time for time in range(steps + 2)]
    }


def _holds(relation: Relation, values: dict[str, Any]) -> bool:
    """Whether a relation quantified over indices at most holds, up to rounding."""
    places = {"s": SHAPE[0], "z": SHAPE[0], "a": SHAPE[1], "b": SHAPE[2], "t": STEPS}
    ranges = [range(places[index.name]) for index in relation.bound if isinstance(index, Index)]
    assert len(ranges) == len(relation.bound)
    for position in itertools.product(*ranges):
        at = {**values, **{index.name: i for index, i in zip(relation.bound, position, strict=True)}}  # type: ignore[attr-defined]  # indices
        left, right = evaluate(relation.lhs, at), evaluate(relation.rhs, at)
        slack = 1e-9 * (1 + abs(left) + abs(right))  # of sums of doubles
        if not {"=": abs(left - right) <= slack, "<=": left <= right + slack, "<": left < right}[relation.op]:
            return False
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_are_those_of_the_iteration(kind: str) -> None:
    words = VOCABULARY[kind]
    values = _instance(kind, 7, STEPS)
    for name in words.definitions:
        assert _holds(words.definition(name), values), name
    for name, fact in words.facts.items():
        assert _holds(fact, values), name
    other = _instance(KINDS[1 - KINDS.index(kind)], 7, STEPS)
    mixed = values | {"V_L": other["V_L"]}
    assert not _holds(words.facts["start: leader's value of a state"], mixed)


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_of_the_threshold_by_eigenvalues(kind: str) -> None:
    for seed in range(5):
        values = _instance(kind, seed, 1, warmth=5.0**seed)
        for word in ("margin", "radius", "leader_scale", "follower_scale"):
            assert _holds(THRESHOLD.definition(f"{kind}_{word}"), values)
        above = all(_holds(needed, values) for needed in threshold(kind))
        assert above == (values[f"{kind}_radius"] < 1)


def test_every_conclusion_holds_of_random_runs() -> None:
    """Where its hypotheses hold; each claim is met at least once."""
    met: set[int] = set()
    for seed, (kind, topic), steps in itertools.product(
        range(12), zip(KINDS, ("entropy", "plain"), strict=True), (1, 4)
    ):
        values = _instance(kind, seed, steps, warmth=(1.0, 30.0, 1000.0)[seed % 3])
        for number, (of, claim, hypotheses) in enumerate(CLAIMS):
            if of.startswith(topic) and all(_holds(needed, values) for needed in hypotheses):
                assert _holds(claim, values), (seed, str(claim))
                met.add(number)
    assert met == {number for number, (of, *_) in enumerate(CLAIMS) if of != "threshold"}


# Lines that say more, and wrong words, end the arguments.


def _lemmas() -> tuple[Step, ...]:
    argument = Argument(topic="lemmas", title="lemmas", vocabulary=THRESHOLD)
    soft_lemmas.tanh_below_identity(argument)
    for lemma in (
        soft_lemmas.nonexpansive,
        soft_lemmas.average_bounds,
        soft_lemmas.coupling,
        soft_lemmas.warm_mean,
    ):
        lemma(argument, b)
    argument.conclude("last", argument.step(equal(0, 0), Identity()))
    return argument.derivation().steps


def _inferred(steps: tuple[Step, ...]) -> list[Step]:
    return [step for step in steps if step.rule.name not in ("hypothesis", "definition")]


@pytest.mark.parametrize("topic", ["lemmas", "soft-threshold", "soft-joint"])
def test_no_line_can_say_more(topic: str) -> None:
    """Every inferred line, a thousandth stronger, is refused by its rule from the same steps."""
    steps = _lemmas() if topic == "lemmas" else derive(f"markov/{topic}").steps
    for step in _inferred(steps):
        more = dataclasses.replace(step.relation, lhs=step.relation.lhs + Rational(1, 1000))
        with pytest.raises(DerivationError):
            Step(relation=more, rule=step.rule, uses=step.uses)


@pytest.mark.parametrize("topic", ["soft-entropy", "soft-plain", "soft-plain-warm", "soft-entropy-warm"])
def test_no_line_on_the_way_to_a_conclusion_can_say_more(topic: str) -> None:
    derivation = derive(f"markov/{topic}")
    for step in _inferred(derivation.steps)[::9]:  # a ninth of them, for time
        more = dataclasses.replace(step.relation, lhs=step.relation.lhs + Rational(1, 1000))
        with pytest.raises(DerivationError):
            Step(relation=more, rule=step.rule, uses=step.uses)


def test_the_coupling_is_attained_and_no_smaller_bound_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    argument = Argument(topic="lemma", title="lemma", vocabulary=THRESHOLD)
    claim = soft_lemmas.coupling(argument, a).relation
    c, tau = 0.7, 0.3
    at: dict[str, Any] = {"leader_actions_count": 2, "x": [c / 2, -c / 2], "y": [-c / 2, c / 2], "f": [1.0, 0.0]}
    at |= {"c": c, "tau": tau, "low": 0.0, "high": 1.0}
    assert evaluate(claim.lhs, at) == pytest.approx(evaluate(claim.rhs, at), rel=1e-12)
    monkeypatch.setattr(soft_lemmas, "tanh", lambda angle: Rational(99, 100) * tanh(angle))
    with pytest.raises(DerivationError, match="lemma"):
        soft_lemmas.coupling(argument, a)


def test_a_mean_of_cooler_values_magnifies_their_change() -> None:
    """Spans above the temperature: with a span of D tau the factor comes close to (D + 1 / D) / 2, and no further."""
    tau, D, h = 0.5, 3.0, 1e-6
    factors = []
    for many in range(1, 400):  # of actions at the low value, beside one at the high value
        q = tau * np.array([D, *([0.0] * many)])
        up = np.array([h, *([-h] * many)])
        means = [float(_softmax(x, tau) @ x) for x in (q + up, q - up)]
        factors.append((means[0] - means[1]) / (2 * h))
    assert 0.99 * (D + 1 / D) / 2 < max(factors) < (D + 1 / D) / 2 + 1e-6  # second differences
    assert max(factors) < 1 + D / 2  # the factor of the linear bound


def test_the_followers_own_change_alone() -> None:
    """V(F) <= V(G) + c where S_L S_F <= tau_L tau_F, at random, as evaluated; false where it is much colder."""
    derivation = derive("markov/soft-joint")
    assert derivation.evidence.kind == "exact"
    claim = derivation.conclusions["own change"].relation
    rng = np.random.default_rng(5)
    worst, at = {1.0: -np.inf, 0.1: -np.inf}, {}
    for _ in range(300):
        F, G, L = (rng.integers(0, 4, size=SHAPE[1:]) / 3.0 for _ in range(3))
        G = F + rng.choice([-1e-3, 1e-3], size=F.shape)
        c = abs(F - G).max()
        S_L, S_F = np.ptp(L), max(np.ptp(F), np.ptp(G))
        for cold in worst:
            tau = (cold * S_L + 1e-3, cold * S_F + 1e-3)
            V = [_stage("soft", L, table, tau)["V_F"] for table in (F, G)]
            worst[cold] = max(worst[cold], float((V[0] - V[1]) / c))
            at = {"F": F, "G": G, "L": L, "c": c, "leader_temperature": tau[0], "follower_temperature": tau[1]}
    assert worst[1.0] <= 1 + 1e-9  # rounding
    assert worst[0.1] > 1.5
    V = [
        _stage("soft", at["L"], at[name], (at["leader_temperature"], at["follower_temperature"]))["V_F"]
        for name in "FG"
    ]
    at |= {"leader_actions_count": SHAPE[1], "follower_actions_count": SHAPE[2]}
    assert evaluate(claim.lhs, at) == pytest.approx(float(V[0]), rel=1e-12)
    assert evaluate(claim.rhs, at) == pytest.approx(float(V[1]) + at["c"], rel=1e-12)
