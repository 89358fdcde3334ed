"""The words of the derivations of soft Q-value iteration: those of Q-value iteration, with softmax for both choices.

The follower answers by softmax of Q_F at his temperature, the leader moves by softmax of her values q_L of moves
against that answer. SOFT counts the entropies in the values of states, PLAIN does not: their tables differ after the
first step, so that each vocabulary knows its own distances and spans only. THRESHOLD compares two matrices. Symbols,
indices and runs are those of `proofs.markov.vocabulary`.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import exp, log

from proofs.engine.relation import Relation, at_most, equal, less
from proofs.engine.substitution import rename
from proofs.engine.terms import Index, Scalar, Total, vector
from proofs.engine.vocabulary import Vocabulary
from proofs.markov.vocabulary import (
    FOLLOWER,
    ITERATION,
    LEADER,
    PLAYERS,
    REFERENCE,
    RUNS,
    SIZES,
    START,
    P,
    Player,
    Run,
    T,
    a,
    alpha,
    apart,
    b,
    backup,
    count,
    greatest,
    larger,
    least,
    s,
    t,
    z,
)
from proofs.markov.vocabulary import SYMBOLS as COMMON

_SHARED = ("steps", "step_size", "leader_discount", "follower_discount", "leader_start_distance")
_SHARED += ("follower_start_distance",)
_OWN = {
    "leader_temperature": r"\tau_{L}",
    "follower_temperature": r"\tau_{F}",
    "leader_reward_span": r"\operatorname{span} r_{L}",
    "follower_reward_span": r"\operatorname{span} r_{F}",
    "leader_span": r"\operatorname{span} Q_{L,0}",
    "follower_span": r"\operatorname{span} Q_{F,0}",
    "leader_reference_span": r"\operatorname{span} Q_{L,0}^{\mathrm{ref}}",
    "follower_reference_span": r"\operatorname{span} Q_{F,0}^{\mathrm{ref}}",
}
_FINAL = {
    "{}_leader_distance": r"\left\|Q_{L,T} - Q_{L,T}^{\mathrm{ref}}\right\|",
    "{}_follower_distance": r"\left\|Q_{F,T} - Q_{F,T}^{\mathrm{ref}}\right\|",
    "{}_leader_span": r"\operatorname{span} Q_{L,T}",
    "{}_follower_span": r"\operatorname{span} Q_{F,T}",
    "{}_margin": r"\mu",
    "{}_leader_weight": "w_{L}",
    "{}_follower_weight": "w_{F}",
    "{}_leader_scale": "h_{L}",
    "{}_follower_scale": "h_{F}",
    "{}_radius": r"\varrho\left(C\right)",
    "{}_rate": r"\theta",
    "{}_decay": r"\theta^{T}",
}
KINDS: tuple[str, ...] = ("soft", "plain")
SYMBOLS: dict[str, Scalar] = {**SIZES, **{name: COMMON[name] for name in _SHARED}}
SYMBOLS |= {name: Scalar(name, letters) for name, letters in _OWN.items()}
SYMBOLS |= {name.format(kind): Scalar(name.format(kind), letters) for kind in KINDS for name, letters in _FINAL.items()}
tau_L, tau_F = SYMBOLS["leader_temperature"], SYMBOLS["follower_temperature"]
TEMPERATURE = {LEADER: tau_L, FOLLOWER: tau_F}
decay = vector("theta")


def softmax(values: Any, temperature: Any, index: Index) -> sympy.Expr:
    """exp(values / temperature) over its sum, both written at the index."""
    other = Index(f"{index.name}'", index.domain)
    weight = exp(values / temperature)
    return weight / Total(rename(weight, index, other), other)


def log_sum_exp(values: Any, temperature: Any, index: Index) -> sympy.Expr:
    """temperature log sum exp(values / temperature)."""
    return temperature * log(Total(exp(values / temperature), index))


def span(entry: Any) -> Any:
    """The largest entry over s, a, b less the smallest."""
    return greatest(entry) - least(entry)


def spread(run: Run, player: Player, at: Any = t) -> Any:
    """span Q at a time."""
    return span(run.table(player)[at, s, a, b])


def replied(run: Run, entry: Any) -> sympy.Expr:
    """<nu, entry>, nu = softmax(Q_F / tau_F) over the replies, at t, s, a."""
    return Total(softmax(run.table(FOLLOWER)[t, s, a, b], tau_F, b) * entry, b)


def moved(run: Run, entry: Any) -> sympy.Expr:
    """<pi, entry>, pi = softmax(q_L / tau_L) over the leader's moves, at t, s."""
    return Total(softmax(run.answered(LEADER)[t, s, a], tau_L, a) * entry, a)


def invariant_span(player: Player) -> sympy.Expr:
    """span(r) / (1 - gamma): spans of Q that are below it stay below it."""
    return SYMBOLS[f"{player.name}_reward_span"] / (1 - player.discount)


def own_factor(kind: str, player: Player, width: Any) -> sympy.Expr:
    """How much a softmax mean of own values that span at most `width` magnifies a change of them, entropies aside."""
    return sympy.Integer(1) if kind == "soft" else 1 + width / (2 * TEMPERATURE[player])


def coefficient(kind: str, of: Player, by: Player, width_L: Any, width_F: Any) -> sympy.Expr:
    """The entries of C: one step takes (d_L, d_F) at most to ((1 - alpha) I + alpha C) (d_L, d_F)."""
    gamma = of.discount
    if of == LEADER:
        factor = own_factor(kind, LEADER, width_L)
        return gamma * factor if by == LEADER else gamma * factor * width_L / (2 * tau_F)
    if by == LEADER:
        return gamma * width_F / (2 * tau_L)
    return gamma * (own_factor(kind, FOLLOWER, width_F) + width_L * width_F / (4 * tau_L * tau_F))


def matrix(kind: str) -> tuple[sympy.Expr, ...]:
    """C where Q spans at most span(r) / (1 - gamma): its entries by rows."""
    widths = [invariant_span(player) for player in PLAYERS]
    return tuple(coefficient(kind, of, by, *widths) for of in PLAYERS for by in PLAYERS)


def _rule(run: Run, kind: str) -> dict[str, Relation]:
    """Values of moves and of states, and the next tables."""
    table_L, table_F = (run.table(player)[t, s, a, b] for player in PLAYERS)
    q_L, q_F = (run.answered(player)[t, s, a] for player in PLAYERS)
    entropies = kind == "soft"
    answers = replied(run, table_L), log_sum_exp(table_F, tau_F, b) if entropies else replied(run, table_F)
    values = log_sum_exp(q_L, tau_L, a) if entropies else moved(run, q_L), moved(run, q_F)
    found = {}
    for player, answer, value in zip(PLAYERS, answers, values, strict=True):
        table, state_value = run.table(player), run.value(player)
        stepped = (1 - alpha) * table[t, s, a, b] + alpha * backup(player, state_value[t, z])
        found |= {
            f"{run.name}: {player.name}'s value of a move": equal(run.answered(player)[t, s, a], answer).for_all(
                t, s, a
            ),
            f"{run.name}: {player.name}'s value of a state": equal(state_value[t, s], value).for_all(t, s),
            f"{run.name}: {player.name}'s step": equal(table[t + 1, s, a, b], stepped).for_all(t, s, a, b),
        }
    return found


_NUMBERS = ("probabilities", "they sum to one", "step_size", "step_size at most one", "steps at the start")
_NUMBERS += ("one more step", "leader_discount", "leader_discount below one", "follower_discount")
_NUMBERS += ("follower_discount below one",)


def _vocabulary(kind: str) -> Vocabulary:
    definitions: dict[str, sympy.Expr] = {"steps": count[T]}
    for player in PLAYERS:
        name = player.name
        definitions |= {
            f"{name}_start_distance": apart(player, 0),
            f"{name}_reward_span": span(player.reward[s, a, b]),
            f"{name}_reference_span": spread(REFERENCE, player, 0),
            f"{name}_span": larger(spread(START, player, 0), spread(REFERENCE, player, 0)),
            f"{kind}_{name}_distance": apart(player, T),
            f"{kind}_{name}_span": larger(spread(START, player, T), spread(REFERENCE, player, T)),
        }
    LL, LF, FL, FF = matrix(kind)
    margin, w_L, w_F, rate = (
        SYMBOLS[f"{kind}_{word}"] for word in ("margin", "leader_weight", "follower_weight", "rate")
    )
    definitions |= {
        f"{kind}_margin": (1 - LL) * (1 - FF) - LF * FL,
        f"{kind}_leader_weight": 1 - FF + FL,
        f"{kind}_follower_weight": 1 - LL + LF,
        f"{kind}_rate": 1 - alpha * margin / (w_L + w_F),
        f"{kind}_decay": decay[T],
    }
    facts = {name: ITERATION.facts[name] for name in _NUMBERS}
    facts |= {
        "decay at the start": equal(decay[0], 1),
        "decay": equal(decay[t + 1], rate * decay[t]).for_all(t),
    }
    for player in PLAYERS:
        facts[f"{player.name}_temperature"] = less(0, TEMPERATURE[player])
    for run in RUNS:
        facts |= _rule(run, kind)
    vectors = [P, count, decay]
    for player in PLAYERS:
        vectors += [player.reward, *(word(player) for run in RUNS for word in (run.table, run.answered, run.value))]
    own = {
        name: symbol
        for name, symbol in SYMBOLS.items()
        if not name.startswith(tuple(other for other in KINDS if other != kind))
    }
    return Vocabulary(
        symbols=own,
        vectors={str(word): word for word in vectors},
        definitions=definitions,
        facts=facts,
        sizes=ITERATION.sizes,
    )


def _threshold_vocabulary() -> Vocabulary:
    """The comparison matrices of both conventions, without the runs: margins, radii, and scales of a sup norm."""
    definitions: dict[str, sympy.Expr] = {}
    for player in PLAYERS:
        definitions[f"{player.name}_reward_span"] = span(player.reward[s, a, b])
    for kind in KINDS:
        LL, LF, FL, FF = matrix(kind)
        definitions |= {
            f"{kind}_margin": (1 - LL) * (1 - FF) - LF * FL,
            f"{kind}_leader_scale": 1 - FF + LF,
            f"{kind}_follower_scale": 1 - LL + FL,
            f"{kind}_radius": (LL + FF + sympy.sqrt((LL - FF) ** 2 + 4 * LF * FL)) / 2,
        }
    names = (*SIZES, *_SHARED[1:4], *(name for name in _OWN if name.endswith("temperature")), *definitions)
    return Vocabulary(
        symbols={name: SYMBOLS[name] for name in names},
        vectors={str(player.reward): player.reward for player in PLAYERS},
        definitions=definitions,
        facts={name: SOFT.facts[name] for name in SOFT.facts if name.startswith((*_SHARED[1:4], *_OWN))},
        sizes=ITERATION.sizes,
    )


SOFT, PLAIN = (_vocabulary(kind) for kind in KINDS)
THRESHOLD = _threshold_vocabulary()
VOCABULARY: dict[str, Vocabulary] = dict(zip(KINDS, (SOFT, PLAIN), strict=True))


HYPOTHESES = {
    "one step": equal(SYMBOLS["steps"], 1),
    **{
        f"{player.name}_span within its invariant bound": at_most(
            SYMBOLS[f"{player.name}_span"], invariant_span(player)
        )
        for player in PLAYERS
    },
    **{
        f"{player.name}'s reference within its invariant bound": at_most(
            SYMBOLS[f"{player.name}_reference_span"], invariant_span(player)
        )
        for player in PLAYERS
    },
}


def threshold(kind: str) -> tuple[Relation, ...]:
    """What makes C a contraction: the leader's own entry below one, and the product of temperatures large enough."""
    R_L, R_F = (invariant_span(player) for player in PLAYERS)
    own_L, own_F = (
        1 - player.discount * own_factor(kind, player, width) for player, width in zip(PLAYERS, (R_L, R_F), strict=True)
    )
    product = less(FOLLOWER.discount * R_L * R_F, 4 * own_L * own_F * (tau_L * tau_F))
    return (product,) if kind == "soft" else (product, less(0, own_L))
