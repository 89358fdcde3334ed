"""Where the values of a soft run lie: values of moves and states between the extremes of Q, and spans that persist.

Softmax means lie between the extremes of what they average; tau LSE(x / tau) less tau log n does, too. Hence a state's
value spans at most what Q spans, and span Q_{t+1} <= (1 - alpha) span Q_t + alpha (span r + gamma span Q_t): once Q
spans at most S with span r <= (1 - gamma) S, it always does.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from sympy import log

from proofs.engine.argument import Argument
from proofs.engine.relation import at_most
from proofs.engine.rules.algebra import Chain, Combine, Rewrite
from proofs.engine.rules.heads import BestBound, Bound
from proofs.engine.rules.induction import Induction
from proofs.engine.rules.quantifiers import Generalise, Instantiate, SumOver
from proofs.engine.step import Step
from proofs.engine.substitution import Entries
from proofs.engine.terms import Extremum, Index, Maximum, Total
from proofs.markov import soft_lemmas as lemmas
from proofs.markov.soft_lemmas import at
from proofs.markov.soft_vocabulary import SYMBOLS, VOCABULARY, log_sum_exp, softmax, spread
from proofs.markov.vocabulary import FOLLOWER, LEADER, P, Player, Run, a, alpha, b, greatest, least, s, t, z


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """A quantity between two bounds, for all indices it has."""

    entry: Any
    low: Any
    high: Any
    floor: Step  # low <= entry
    ceiling: Step  # entry <= high


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """Where a run's tables and its values of moves and states lie at time t, by player."""

    tables: dict[Player, Between]
    moves: dict[Player, Between]
    states: dict[Player, Between]


def everywhere(argument: Argument, step: Step, *indices: Index) -> Step:
    """The step for all values of the indices."""
    return argument.step(step.relation.for_all(*indices), Generalise(indices), step)


def over(argument: Argument, index: Index, *steps: Step) -> list[Step]:
    """The steps for all values of the one index, at their own values of the others."""
    return [everywhere(argument, at(argument, step), index) for step in steps]


def bound(argument: Argument, extremum: Any, *indices: Index) -> Step:
    """For all indices, and all s, a, b: the entry is at most its maximum, or at least its minimum."""
    upper = isinstance(extremum, Maximum)
    links: list[Step] = []
    inner = extremum
    while isinstance(inner, Extremum):
        body: Any = inner.args[0]
        links.append(argument.step(at_most(*((body, inner) if upper else (inner, body))), Bound(inner, inner.index)))
        inner = body
    links = links[::-1] if upper else links
    chain = argument.step(at_most(links[0].relation.lhs, links[-1].relation.rhs), Chain(), *links)
    return everywhere(argument, chain, *indices, s, a, b)


def best_bound(argument: Argument, extremum: Any, pointwise: Step) -> Step:
    """The maximum over s, a, b is at most what bounds the entry everywhere; a minimum mirrored."""
    if isinstance(extremum.args[0], Extremum):
        pointwise = best_bound(argument, extremum.args[0], pointwise)
    lhs, rhs = pointwise.relation.lhs, pointwise.relation.rhs
    claim = at_most(extremum, rhs) if isinstance(extremum, Maximum) else at_most(lhs, extremum)
    return argument.step(claim, BestBound(extremum, extremum.index), pointwise)


def range_of(argument: Argument, entry: Any, *indices: Index) -> Between:
    """An entry at s, a, b lies between its minimum and its maximum."""
    low, high = least(entry), greatest(entry)
    floor, ceiling = (bound(argument, extremum, *indices) for extremum in (low, high))
    return Between(entry=entry, low=low, high=high, floor=floor, ceiling=ceiling)


def outside(index: Index) -> tuple[Index, ...]:
    """What a sum over replies, or over moves, leaves free."""
    return (t, s, a) if index == b else (t, s)


def mean_range(argument: Argument, index: Index, weights: Any, inner: Between, meaning: Step, warm: Step) -> Between:
    """The mean of f under softmax of the weights lies where f does; `meaning` says which quantity it is."""
    law = softmax(weights, warm.relation.rhs, index)
    entry = meaning.relation.lhs
    made = []
    for bounded in (inner.floor, inner.ceiling):
        step = at(argument, bounded)
        sides = step.relation.lhs, step.relation.rhs
        step = argument.step(at_most(law * sides[0], law * sides[1]), Combine((law,)), step, warm)
        whole = (inner.low, entry) if bounded is inner.floor else (entry, inner.high)
        total = at_most(Total(law * sides[0], index), Total(law * sides[1], index))
        step = argument.step(total, SumOver(index), step, warm)
        step = argument.step(at_most(*whole), Rewrite(), step, meaning, warm)
        made.append(everywhere(argument, step, *outside(index)))
    return Between(entry=entry, low=inner.low, high=inner.high, floor=made[0], ceiling=made[1])


def log_range(argument: Argument, index: Index, inner: Between, meaning: Step, warm: Step) -> Between:
    """tau LSE(f / tau) lies where f does, plus tau log n."""
    temperature = warm.relation.rhs
    shift = temperature * log(index.domain.size)
    value = log_sum_exp(inner.entry, temperature, index) - shift
    entry = meaning.relation.lhs
    along = {lemmas.x: Entries((index,), inner.entry), lemmas.tau: temperature}
    below, above = lemmas.average_bounds(argument, index)
    low, high = over(argument, index, inner.floor, inner.ceiling)
    floor = argument.step(at_most(inner.low, value), Instantiate({**along, lemmas.low: inner.low}), below, low, warm)
    floor = argument.step(at_most(inner.low + shift, entry), Rewrite(), floor, meaning, warm)
    ceiling = argument.step(
        at_most(value, inner.high), Instantiate({**along, lemmas.high: inner.high}), above, high, warm
    )
    ceiling = argument.step(at_most(entry, inner.high + shift), Rewrite(), ceiling, meaning, warm)
    return Between(
        entry=entry,
        low=inner.low + shift,
        high=inner.high + shift,
        floor=everywhere(argument, floor, *outside(index)),
        ceiling=everywhere(argument, ceiling, *outside(index)),
    )


def meanings(argument: Argument, kind: str, run: Run, *warm: Step) -> dict[str, Step]:
    """The facts that say what a run's values of moves and states are, as "leader's value of a move"."""
    words = [f"{player.name}'s value of a {what}" for what in ("move", "state") for player in (LEADER, FOLLOWER)]
    facts = VOCABULARY[kind].facts
    return {word: argument.assume(f"{run.name}: {word}", facts[f"{run.name}: {word}"], *warm) for word in words}


def ranges(argument: Argument, kind: str, run: Run, words: dict[str, Step], warm: dict[Player, Step]) -> Ranges:
    """Where everything lies at every time, in terms of the extremes of the tables then; `words` are its `meanings`."""
    soft = kind == "soft"
    tables = {player: range_of(argument, run.table(player)[t, s, a, b], t) for player in (LEADER, FOLLOWER)}
    replies = run.table(FOLLOWER)[t, s, a, b]
    q_L = mean_range(argument, b, replies, tables[LEADER], words["leader's value of a move"], warm[FOLLOWER])
    word = words["follower's value of a move"]
    if soft:
        q_F = log_range(argument, b, tables[FOLLOWER], word, warm[FOLLOWER])
    else:
        q_F = mean_range(argument, b, replies, tables[FOLLOWER], word, warm[FOLLOWER])
    word = words["leader's value of a state"]
    if soft:
        V_L = log_range(argument, a, q_L, word, warm[LEADER])
    else:
        V_L = mean_range(argument, a, q_L.entry, q_L, word, warm[LEADER])
    V_F = mean_range(argument, a, q_L.entry, q_F, words["follower's value of a state"], warm[LEADER])
    return Ranges(tables=tables, moves={LEADER: q_L, FOLLOWER: q_F}, states={LEADER: V_L, FOLLOWER: V_F})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """The facts about the game and the step size."""

    warm: dict[Player, Step]  # 0 < tau
    discounts: dict[Player, tuple[Step, Step]]  # 0 <= gamma < 1
    damped: tuple[Step, Step]  # 0 < alpha <= 1
    law: Step  # 0 <= P[s, a, b, z]
    one: Step  # sum_z P[s, a, b, z] = 1

    def signs(self, *players: Player) -> tuple[Step, ...]:
        """What gives temperatures, the step size and the players' discounts their signs."""
        return (*self.warm.values(), *self.damped, *(step for player in players for step in self.discounts[player]))


def game(argument: Argument) -> Game:
    """States the facts."""
    players = (LEADER, FOLLOWER)
    return Game(
        warm={player: argument.fact(f"{player.name}_temperature") for player in players},
        discounts={
            player: (argument.fact(f"{player.name}_discount"), argument.fact(f"{player.name}_discount below one"))
            for player in players
        },
        damped=(argument.fact("step_size"), argument.fact("step_size at most one")),
        law=at(argument, argument.fact("probabilities")),
        one=at(argument, argument.fact("they sum to one")),
    )


def expected(argument: Argument, known: Game, ahead: Step) -> Step:
    """sum_z P[s, a, b, z] of both sides of what holds in every state, written at z in place of s."""
    places: dict[Any, Any] = {index: z if index == s else index for index in ahead.relation.bound}
    step = argument.step(ahead.relation.body.substitute({s: z}), Instantiate(places), ahead)
    weight = P[s, a, b, z]
    sides = weight * step.relation.lhs, weight * step.relation.rhs
    step = argument.step(at_most(*sides), Combine((weight,)), step, known.law)
    return argument.step(at_most(Total(sides[0], z), Total(sides[1], z)), SumOver(z), step)


def span_after(argument: Argument, known: Game, run: Run, player: Player, within: Ranges) -> Step:
    """For all t: span Q_{t+1} <= (1 - alpha) span Q_t + alpha (span r + gamma span Q_t)."""
    gamma, table, state = player.discount, within.tables[player], within.states[player]
    rewards = range_of(argument, player.reward[s, a, b])
    later = run.table(player)[t + 1, s, a, b]
    moved = at(argument, argument.fact(f"{run.name}: {player.name}'s step"))
    ends = []
    for side, sign in (("low", -1), ("high", 1)):
        floor = side == "low"
        here, paid = (at(argument, found.floor if floor else found.ceiling) for found in (table, rewards))
        ahead = expected(argument, known, state.floor if floor else state.ceiling)
        old, reward, value = (getattr(found, side) for found in (table, rewards, state))
        limit = (1 - alpha) * old + alpha * (reward + gamma * value)
        pointwise = argument.step(
            at_most(*((limit, later) if floor else (later, limit))),
            Combine((1 - alpha, alpha, alpha * gamma, sign * alpha * gamma * value, sign)),
            here,
            paid,
            ahead,
            known.one,
            moved,
            *known.signs(player),
        )
        ends.append(best_bound(argument, (least if floor else greatest)(later), pointwise))
    step = argument.step(
        at_most(
            spread(run, player, t + 1),
            (1 - alpha) * spread(run, player)
            + alpha * (SYMBOLS[f"{player.name}_reward_span"] + gamma * spread(run, player)),
        ),
        Combine((1, 1)),
        *ends,
        argument.define(f"{player.name}_reward_span"),
    )
    return everywhere(argument, step, t)


def span_kept(
    argument: Argument, known: Game, run: Run, player: Player, after: Step, limit: Any, start: Step, rewards: Step
) -> Step:
    """For all t: span Q_t <= S, from span Q_0 <= S and span r <= (1 - gamma) S."""
    claim = at_most(spread(run, player), limit)
    before = argument.assume(f"the {run.name} run's {player.name} spans at most S", claim, *known.signs(player))
    gamma = player.discount
    later = argument.step(
        claim.substitute({t: t + 1}),
        Combine((1, 1 - alpha + alpha * gamma, alpha)),
        at(argument, after),
        before,
        rewards,
        *known.signs(player),
    )
    return argument.step(claim.for_all(t), Induction(claim, t), start, later)
