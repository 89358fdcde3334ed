"""Q-value iteration for every size and time: what is proved, on which hypotheses, and that the words mean the rule."""

from __future__ import annotations

import dataclasses
import importlib
import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

from games.markov import Ties
from proofs.catalogue import derive, modules
from proofs.engine.errors import DerivationError
from proofs.engine.numeric import evaluate
from proofs.engine.relation import Relation, at_most, equal, less
from proofs.engine.step import Step
from proofs.engine.terms import Index, Iverson, Minimum, Total
from proofs.markov.vocabulary import (
    FOLLOWER,
    HYPOTHESES,
    ITERATION,
    LEADER,
    REFERENCE,
    START,
    P,
    Run,
    a,
    alpha,
    b,
    count,
    rank,
    s,
    strongest,
    t,
    ties,
    weakest,
    z,
)
from proofs.markov.vocabulary import SYMBOLS as w

ZERO_SUM = ("zero-sum rewards", "zero-sum start", "zero-sum reference", "equal discounts")
COMMON = ("common rewards", "common start", "common reference", "equal discounts")
MYOPIC = ("myopic follower", "start at the rewards", "reference at the rewards")
ANY_ZERO_SUM = ("zero-sum rewards", "zero-sum reference", "equal discounts")
ANY_COMMON = ("common rewards", "common reference", "equal discounts")
gamma, gamma_F, n = w["leader_discount"], w["follower_discount"], w["steps"]
rho = 1 - alpha * (1 - gamma)


def decaying(player: str) -> Relation:
    """distance <= rho^t start distance."""
    return at_most(w[f"{player}_distance"], w[f"{player}_decay"] * w[f"{player}_start_distance"])


def drifting(defect: str, factor: int) -> Relation:
    """rho distance <= rho^t (rho start distance + factor t alpha gamma defect)."""
    start = rho * w["leader_start_distance"] + factor * n * alpha * gamma * w[defect]
    return at_most(rho * w["leader_distance"], w["leader_decay"] * start)


def divided(defect: str, factor: int = 2) -> Relation:
    """distance <= rho^t (start distance + factor t alpha gamma / rho defect), as the theory has it."""
    start = w["leader_start_distance"] + factor * n * (alpha * gamma / rho) * w[defect]
    return at_most(w["leader_distance"], w["leader_decay"] * start)


def stepped(player: str, own: int, other: int) -> Relation:
    """distance <= (1 - alpha) d + alpha gamma (own d + other d')."""
    mine, theirs = w[f"{player}_start_distance"], w[f"{'follower' if player == 'leader' else 'leader'}_start_distance"]
    moved = alpha * w[f"{player}_discount"] * (own * mine + other * theirs)
    return at_most(w[f"{player}_distance"], (1 - alpha) * mine + moved)


LARGER = at_most(w["distance"], w["leader_decay"] * w["start_distance"])
SLACK = {
    player: at_most(
        w[f"{player}_distance"], w[f"{player}_decay"] * w[f"{player}_start_distance"] + w[f"{player}_slack_sum"]
    )
    for player in ("leader", "follower")
}
CLAIMS: list[tuple[str, Relation, tuple[str, ...]]] = [
    *(("zero-sum", claim, ZERO_SUM) for claim in (decaying("leader"), decaying("follower"), LARGER)),
    *(("common-payoff", claim, COMMON) for claim in (decaying("leader"), decaying("follower"), LARGER)),
    *(("myopic", claim, MYOPIC) for claim in (decaying("leader"), LARGER, equal(w["follower_distance"], 0))),
    ("any-start", drifting("zero_sum_start_span", 1), ANY_ZERO_SUM),
    ("any-start", drifting("zero_sum_start_defect", 2), ANY_ZERO_SUM),
    ("any-start", divided("zero_sum_start_defect"), (*ANY_ZERO_SUM, "leader rate positive")),
    ("any-start-common", drifting("common_start_span", 1), ANY_COMMON),
    ("any-start-common", divided("common_start_defect"), (*ANY_COMMON, "leader rate positive")),
    *(
        (
            "any-start-uniform",
            at_most(
                w[f"{player}_distance"],
                w[f"{player}_decay"] * (w[f"{other}_start_distance"] + w["zero_sum_start_defect"]),
            ),
            ANY_ZERO_SUM,
        )
        for player, other in (("leader", "follower"), ("follower", "leader"))
    ),
    ("single-agent", decaying("leader"), ("one reply",)),
    ("single-agent", decaying("follower"), ("one move",)),
    ("one-step", stepped("leader", 1, 2), ("zero-sum reference", "one step")),
    ("one-step", stepped("follower", 1, 2), ("zero-sum reference", "one step")),
    (
        "one-step",
        at_most(w["distance"], 3 * gamma * w["start_distance"]),
        ("zero-sum reference", "one step", "full step", "equal discounts"),
    ),
    ("one-step-common", stepped("leader", 1, 2), ("common reference", "one step")),
    ("one-step-common", stepped("follower", 3, 2), ("common reference", "one step")),
    ("comparison", equal(w["leader_comparison_excess"], 0), ("fixed point",)),
    ("comparison", SLACK["leader"], ("fixed point",)),
    ("comparison", SLACK["follower"], ("fixed point",)),
    ("stopping", at_most(w["leader_distance"], w["leader_change"] / (alpha * (1 - gamma))), (*ZERO_SUM, "fixed point")),
    (
        "stopping",
        at_most(w["leader_start_distance"], w["start_residual"] / (1 - gamma)),
        ("zero-sum start", "zero-sum reference", "fixed point"),
    ),
    (
        "stopping-common",
        at_most(w["follower_start_distance"], w["start_residual"] / (1 - gamma_F)),
        ("common start", "common reference", "fixed point"),
    ),
    (
        "stopping-myopic",
        at_most(w["leader_distance"], w["leader_change"] / (alpha * (1 - gamma))),
        (*MYOPIC, "fixed point"),
    ),
]


@pytest.mark.parametrize(("topic", "claim", "names"), CLAIMS, ids=str)
def test_proved_from_its_hypotheses_and_from_no_fewer(topic: str, claim: Relation, names: tuple[str, ...]) -> None:
    derivation = derive(f"markov/{topic}")
    assert derivation.evidence.kind == "exact"
    assert derivation.is_proof_of(claim, {name: HYPOTHESES[name] for name in names})[0]
    for left_out in names:
        rest = {name: HYPOTHESES[name] for name in names if name != left_out}
        assert not derivation.is_proof_of(claim, rest)[0], left_out


@pytest.mark.parametrize(
    ("topic", "claim", "names"),
    [
        ("zero-sum", less(LARGER.lhs, LARGER.rhs), ZERO_SUM),
        ("zero-sum", at_most(w["leader_distance"], w["leader_start_distance"] * w["leader_decay"] * rho), ZERO_SUM),
        ("zero-sum", decaying("leader"), COMMON),
        ("common-payoff", decaying("leader"), ZERO_SUM),
        ("myopic", decaying("leader"), ZERO_SUM),
        ("any-start", drifting("zero_sum_start_defect", 1), ANY_ZERO_SUM),
        ("any-start", decaying("leader"), ANY_ZERO_SUM),
        ("any-start-common", divided("common_start_defect", 1), (*ANY_COMMON, "leader rate positive")),
        ("single-agent", decaying("leader"), ("one move",)),
        ("single-agent", decaying("follower"), ("one reply",)),
        ("one-step", stepped("leader", 1, 1), ("zero-sum reference", "one step")),
        ("one-step-common", stepped("follower", 1, 2), ("common reference", "one step")),
        ("comparison", decaying("leader"), ("fixed point",)),
        (
            "stopping",
            at_most(w["leader_distance"], w["leader_change"] / (1 - gamma)),
            (*ZERO_SUM, "fixed point"),
        ),
    ],
    ids=str,
)
def test_not_proved(topic: str, claim: Relation, names: tuple[str, ...]) -> None:
    assert not derive(f"markov/{topic}").is_proof_of(claim, {name: HYPOTHESES[name] for name in names})[0]


def test_the_comparison_systems_enclose_every_entry_at_every_time() -> None:
    conclusions = derive("markov/comparison").conclusions
    for name in ("below", "above"):
        assert {str(variable) for variable in conclusions[name].relation.bound} == {"t", "s", "a", "b"}


@pytest.mark.parametrize("topic", ["comparison", "one-step-common"])
def test_no_line_can_say_more(topic: str) -> None:
    """Every inferred line, a thousandth stronger, is refused by its rule from the same steps."""
    for step in derive(f"markov/{topic}").steps:
        if step.rule.name not in ("hypothesis", "definition"):
            more = dataclasses.replace(step.relation, lhs=step.relation.lhs + sympy.Rational(1, 1000))
            with pytest.raises(DerivationError):
                Step(relation=more, rule=step.rule, uses=step.uses)


def _reply(run: Run) -> Any:
    return run.reply[t, s, a, b]


MUTANTS: dict[str, tuple[str, str, Relation]] = {
    "he replies worst": (
        "zero-sum",
        "start: replies are best",
        equal(_reply(START) * (Minimum(START.table(FOLLOWER)[t, s, a, b], b) - START.table(FOLLOWER)[t, s, a, b]), 0),
    ),
    "she moves worst": (
        "common-payoff",
        "reference: moves are best",
        equal(
            REFERENCE.move[t, s, a]
            * (Minimum(REFERENCE.answered(LEADER)[t, s, a], a) - REFERENCE.answered(LEADER)[t, s, a]),
            0,
        ),
    ),
    "probabilities of any sign": ("zero-sum", "probabilities", at_most(P[s, a, b, z], P[s, a, b, z])),
    "probabilities that sum to two": ("any-start", "they sum to one", equal(Total(P[s, a, b, z], z), 2)),
    "replies of weight two": ("any-start", "start: replies sum to one", equal(Total(_reply(START), b), 2)),
    "long steps": ("any-start", "step_size at most one", at_most(alpha, 2)),
    "a lax strong rule": (
        "myopic",
        "start: strong",
        equal(Iverson(ties, 0) * _reply(START) * (weakest(START) - START.table(LEADER)[t, s, a, b]), 0),
    ),
    "a lax weak rule": (
        "myopic",
        "reference: weak",
        equal(Iverson(ties, 1) * _reply(REFERENCE) * (REFERENCE.table(LEADER)[t, s, a, b] - strongest(REFERENCE)), 0),
    ),
    "any first reply": (
        "myopic",
        "start: first",
        equal(Iverson(ties, 2) * _reply(START) * (rank[b] - rank[b]), 0),
    ),
    "one rank for all": ("myopic", "ranks differ", equal(0, 0)),
    "a fourth rule": ("myopic", "ties strong, weak or first", equal(ties * (ties - 3), 0)),
    "choices by more than the values": (
        "comparison",
        "reference: moves see the values alone",
        equal(REFERENCE.move[t, s, a], REFERENCE.move[t, s, a]),
    ),
    "slack that bounds no gain": ("comparison", "leader_slack bounds the gain", at_most(0, LEADER.slack[t])),
    "a rate of one": ("zero-sum", "leader_decay", equal(LEADER.decay[t + 1], LEADER.decay[t])),
    "two steps counted as one": ("any-start", "one more step", equal(count[t + 1], count[t])),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_word_ends_the_argument(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    topic, word, wrong = MUTANTS[name]
    true = ITERATION.facts[word]
    monkeypatch.setitem(ITERATION.facts, word, wrong.for_all(*true.bound, given=true.given))
    with pytest.raises(DerivationError):
        importlib.import_module(modules()[f"markov/{topic}"]).derivation()


# The words against the rule, computed here from its description alone.

HALF = Fraction(1, 2)


def chosen(leader: Any, follower: Any, rule: Ties) -> tuple[list[int], list[list[int]]]:
    """The moves and the replies of the stage rule, the smallest index where all else is tied."""
    moves, replies = [], []
    for mine, his in zip(leader, follower, strict=True):
        row = []
        for values, worth in zip(mine, his, strict=True):
            best = [i for i, value in enumerate(worth) if value == max(worth)]
            if rule is not Ties.FIRST:
                wanted = (max if rule is Ties.STRONG else min)(values[i] for i in best)
                best = [i for i in best if values[i] == wanted]
            row.append(best[0])
        paid = [values[reply] for values, reply in zip(mine, row, strict=True)]
        moves.append(paid.index(max(paid)))
        replies.append(row)
    return moves, replies


def play(seed: int, rule: Ties, times: int = 4) -> dict[str, Any]:
    """Every word of the vocabulary as a number, or as nested lists of fractions."""
    rng = np.random.default_rng(seed)
    S, A, B = 2, 2, 3
    shape = (S, A, B)

    def integers() -> Any:
        return np.vectorize(Fraction, otypes=[object])(rng.integers(-2, 3, size=shape))

    kernel = np.empty((*shape, S), dtype=object)
    for place in itertools.product(*map(range, shape)):
        share = Fraction(int(rng.integers(0, 5)), 4)
        kernel[place] = [share, 1 - share]
    words: dict[str, Any] = {"P": kernel, "r_L": integers(), "r_F": integers(), "k": list(range(B))}
    words |= {"states": S, "leader_actions_count": A, "follower_actions_count": B, "ties": int(rule), "step_size": HALF}
    words |= {"leader_discount": HALF, "follower_discount": Fraction(1, 4), "n": list(range(times)), "T": times - 2}
    rates = {"L": 1 - HALF * HALF, "F": 1 - HALF * Fraction(3, 4)}
    gammas = {"L": HALF, "F": Fraction(1, 4)}
    for mark in ("", "__ref"):
        tables = {"L": [integers()], "F": [integers()]}
        made: dict[str, list[Any]] = {word: [] for word in ("pi", "nu", "q_L", "q_F", "V_L", "V_F")}
        for _ in range(times):
            moves, replies = chosen(tables["L"][-1], tables["F"][-1], rule)
            made["pi"].append([[int(i == moves[x]) for i in range(A)] for x in range(S)])
            made["nu"].append([[[int(j == replies[x][i]) for j in range(B)] for i in range(A)] for x in range(S)])
            for letter, table in tables.items():
                now = table[-1]
                answers = [[now[x, i, replies[x][i]] for i in range(A)] for x in range(S)]
                value = [answers[x][moves[x]] for x in range(S)]
                made[f"q_{letter}"].append(answers)
                made[f"V_{letter}"].append(value)
                table.append(
                    (1 - HALF) * now + HALF * (words[f"r_{letter}"] + gammas[letter] * (kernel @ np.array(value)))
                )
        words |= {f"Q_{letter}{mark}": table for letter, table in tables.items()}
        words |= {f"{word}{mark}": entries for word, entries in made.items()}

    def along(mark: str, time: int, table: Any, state: int) -> Fraction:
        i = words[f"pi{mark}"][time][state].index(1)
        return table[state, i, words[f"nu{mark}"][time][state][i].index(1)]

    for letter in "LF":
        fixed = words[f"Q_{letter}__ref"][0]
        slacks = []
        for time in range(times):
            now = words[f"Q_{letter}"][time]
            gains = [along("", time, fixed, x) - along("__ref", 0, fixed, x) for x in range(S)]
            losses = [along("__ref", 0, now, x) - along("", time, now, x) for x in range(S)]
            slacks.append(max(Fraction(0), *gains, *losses))
        sums, powers = [Fraction(0)], [Fraction(1)]
        for slack in slacks:
            sums.append(rates[letter] * sums[-1] + HALF * gammas[letter] * slack)
            powers.append(rates[letter] * powers[-1])
        words |= {f"epsilon_{letter}": slacks, f"sigma_{letter}": sums, f"rho_{letter}": powers}

    errors = [table - words["Q_L__ref"][0] for table in words["Q_L"]]
    bounds = {"l": [errors[0]], "h": [errors[0]]}
    for time, (name, sign) in itertools.product(range(times), (("l", -1), ("h", 1))):
        now = bounds[name][-1]
        where = ("__ref", 0) if name == "l" else ("", time)
        path = np.array([along(*where, now, x) for x in range(S)])
        bounds[name].append(HALF * now + HALF * HALF * (kernel @ path + sign * words["epsilon_L"][time]))
    excess = max(
        Fraction(0),
        *(
            (gap).max()
            for time in range(times - 1)
            for gap in (bounds["l"][time] - errors[time], errors[time] - bounds["h"][time])
        ),
    )
    return words | bounds | {"leader_comparison_excess": excess}


def holds(relation: Relation, values: dict[str, Any]) -> bool:
    """Whether a relation holds at the values of its free variables; bound ones run over all elements, times and c."""
    for places in itertools.product(*(_range(variable, values) for variable in relation.bound)):
        here = values | dict(zip(map(str, relation.bound), places, strict=True))
        if all(holds(given, here) for given in relation.given):
            difference = evaluate(relation.difference, here)
            if not (difference == 0 if relation.op == "=" else difference >= (1e-30 if relation.op == "<" else 0)):
                return False
    return True


def _range(variable: Any, values: dict[str, Any]) -> Any:
    if not isinstance(variable, Index):
        return [Fraction(step, 8) for step in range(-8, 33)]  # a bound: every eighth up to four
    size = variable.domain.elements
    return range(values[size.name] if size is not None else values["T"] + 1)


@pytest.mark.parametrize("rule", Ties)
def test_what_is_said_of_the_rule_is_true_of_it(rule: Ties) -> None:
    values = play(10 + rule, rule)
    for name, relation in ITERATION.facts.items():
        if name.startswith("leader_comparison_excess"):
            continue  # true where the reference is a fixed point or not, but slow to enumerate: tested below
        assert holds(relation, values), name


def test_the_excess_is_the_least_that_bounds_both_sides() -> None:
    name = "leader_comparison_excess"
    sides = [ITERATION.facts[f"{name} bounds what is {side}"] for side in ("below", "above")]
    left = 0
    for seed in range(6):  # references that are no fixed points: the errors leave the bounds
        values = play(seed, Ties.STRONG, times=3)
        assert all(holds(side, values) for side in sides)
        if values[name] > 0:
            left += 1
            assert not all(holds(side, values | {name: values[name] - Fraction(1, 64)}) for side in sides)
    assert left >= 3


def largest(table: Any) -> Fraction:
    return abs(np.array(table, dtype=object)).max()


def stage(leader: Any, follower: Any, rule: Ties) -> tuple[Fraction, Fraction]:
    """Both players' values of the one state of a game."""
    (move,), (replies,) = chosen([leader], [follower], rule)
    return leader[move][replies[move]], follower[move][replies[move]]


def test_one_step_against_opposite_tables_can_triple_both_distances() -> None:
    """Of the leader where he ties for her; of the follower where she ties and he likes her choice."""
    replies = [[Fraction(0), Fraction(2)]]
    value, _ = stage([[Fraction(1), Fraction(3)]], [[Fraction(-1), Fraction(-1)]], Ties.STRONG)  # all tables 1 away
    best, _ = stage(replies, [[-entry for entry in replies[0]]], Ties.STRONG)
    assert value - best == 3

    moves = [[Fraction(0)], [Fraction(2)]]
    _, value = stage([[Fraction(1)], [Fraction(1)]], [[Fraction(1)], [Fraction(-1)]], Ties.STRONG)  # all tables 1 away
    _, best = stage(moves, [[Fraction(0)], [Fraction(-2)]], Ties.STRONG)
    assert value - best == 3


def test_one_step_against_equal_tables_can_multiply_the_followers_distance_by_nearly_five() -> None:
    for h in (Fraction(1, 10), Fraction(1, 1000)):
        fixed = [[Fraction(0), Fraction(-2)], [Fraction(-4), Fraction(-4)]]
        his = [[-1 - h, Fraction(-1)], [Fraction(-5), Fraction(-5)]]
        hers = [[Fraction(0), Fraction(-3)], [-3 + h, -3 + h]]
        start = max(largest(np.array(table) - np.array(fixed)) for table in (his, hers))
        for rule in Ties:
            _, value = stage(hers, his, rule)
            _, best = stage(fixed, fixed, rule)
            assert (best - value, start) == (5, 1 + h)
