"""The distances of two soft runs decay like theta^T where the comparison matrix contracts.

One step takes (d_L, d_F) at most to ((1 - alpha) I + alpha C) (d_L, d_F). With w = (1 - C_FF + C_FL, 1 - C_LL + C_LF)
and mu = det(I - C) the row w C is w - mu, so that w d falls by at least alpha mu (d_L + d_F), hence by the factor
theta = 1 - alpha mu / (w_L + w_F). C is that of spans span(r) / (1 - gamma), which the reference run never leaves.
"""

from __future__ import annotations

from typing import Any

from sympy import Integer

from proofs.engine.argument import Argument
from proofs.engine.relation import at_most, equal, less
from proofs.engine.rules.algebra import Combine, Evident, Identity, Rewrite
from proofs.engine.rules.induction import Induction
from proofs.engine.rules.quantifiers import Generalise, Instantiate
from proofs.engine.step import Step
from proofs.engine.terms import Scalar
from proofs.markov.soft_iterated import for_all_limits
from proofs.markov.soft_lemmas import at
from proofs.markov.soft_ranges import range_of, span_after, span_kept
from proofs.markov.soft_stage import DISTANCE, LIMIT, Stage
from proofs.markov.soft_vocabulary import SYMBOLS, decay, invariant_span, matrix, tau_F, tau_L, threshold
from proofs.markov.vocabulary import PLAYERS, REFERENCE, Player, T, a, alpha, apart, b, s, t

entries = tuple(Scalar(f"C_{name}", f"C_{{{name}}}") for name in ("LL", "LF", "FL", "FF"))
C_LL, C_LF, C_FL, C_FF = entries
d_L, d_F = (DISTANCE[player] for player in PLAYERS)


def conclude_decay(argument: Argument, known: Stage, bounds: dict[Player, Step], limits: dict[str, Any]) -> None:
    """w_L d_L(T) + w_F d_F(T) <= theta^T (w_L d_L(0) + w_F d_F(0)) above the threshold, where both runs' spans start
    within their invariant bounds; what it says of each distance alone, where those of the reference run do.
    """
    comparison = _Comparison(argument, known.kind)
    later = {player: span_after(argument, known.known, REFERENCE, player, known.within) for player in PLAYERS}
    general = {player: for_all_limits(argument, bounds[player]) for player in PLAYERS}
    for name in ("rewards", "kept"):
        steps = []
        for player in PLAYERS:
            below_one = known.known.discounts[player]
            limit = invariant_span(player)
            reward = SYMBOLS[f"{player.name}_reward_span"]
            paid = argument.step(at_most(reward, (1 - player.discount) * limit), Evident(), *below_one)
            kept = span_kept(argument, known.known, REFERENCE, player, later[player], limit, limits[name][player], paid)
            steps.append(at(argument, kept))
        one_step = []
        for player in PLAYERS:
            values: dict[Any, Any] = {t: t}
            values |= {LIMIT[p]: invariant_span(p) for p in PLAYERS if LIMIT[p] in general[player].relation.bound}
            relation = general[player].relation.body.substitute(values)
            facts = (*steps, *(step for p in PLAYERS for step in known.known.discounts[p]))
            one_step.append(argument.step(relation, Instantiate(values), general[player], *facts))
        decays = comparison.decays(one_step, known)
        if name == "rewards":
            argument.conclude("decay", decays)
        else:
            comparison.conclude_each(decays, known)


def _nonnegative_span(argument: Argument, player: Player) -> Step:
    """0 <= span r."""
    rewards = range_of(argument, player.reward[s, a, b])
    meaning = argument.define(f"{player.name}_reward_span")
    ends = at(argument, rewards.floor), at(argument, rewards.ceiling)
    return argument.step(at_most(0, meaning.relation.lhs), Combine((1, 1)), *ends, meaning)


class _Comparison:
    """What is said of C, its margin and weights; the entries of C are local symbols."""

    def __init__(self, argument: Argument, kind: str) -> None:
        self.argument, self.kind = argument, kind
        names = ("margin", "leader_weight", "follower_weight", "rate", "decay")
        self.mu, self.w_L, self.w_F, self.theta, self.final = (SYMBOLS[f"{kind}_{name}"] for name in names)
        facts = [argument.fact(f"{player.name}_{what}") for player in PLAYERS for what in ("temperature", "discount")]
        facts += [argument.fact(f"{player.name}_discount below one") for player in PLAYERS]
        self.facts = facts
        self.C = [argument.define(entry, term, *facts) for entry, term in zip(entries, matrix(kind), strict=True)]
        self.meanings = [
            self._in_entries(name, symbol, term)
            for name, symbol, term in (
                ("margin", self.mu, (1 - C_LL) * (1 - C_FF) - C_LF * C_FL),
                ("leader_weight", self.w_L, 1 - C_FF + C_FL),
                ("follower_weight", self.w_F, 1 - C_LL + C_LF),
            )
        ]
        self.signs = self._signs()

    def _in_entries(self, name: str, symbol: Any, term: Any) -> Step:
        """A word of the vocabulary, written in the entries of C."""
        meaning = self.argument.define(f"{self.kind}_{name}", None, *self.facts)
        return self.argument.step(equal(symbol, term), Identity(), meaning, *self.C, *self.facts)

    def _signs(self) -> tuple[Step, ...]:
        """Off the diagonal C >= 0; 1 - C_LL, 1 - C_FF, the margin and the weights are positive; so is theta."""
        step = self.argument.step
        spans = [_nonnegative_span(self.argument, player) for player in PLAYERS]
        off = [
            step(
                at_most(0, entry),
                Rewrite(),
                step(at_most(0, meaning.relation.rhs), Evident(), *spans, *self.facts),
                meaning,
            )
            for entry, meaning in ((C_LF, self.C[1]), (C_FL, self.C[2]), (C_LL, self.C[0]))
        ]
        assumed = [
            self.argument.assume(name, relation, *self.facts)
            for name, relation in zip(("threshold", "own threshold"), threshold(self.kind), strict=False)
        ]
        weight = 1 / (4 * tau_L * tau_F)
        margin = self.argument.define(f"{self.kind}_margin", None, *self.facts)
        positive = step(less(0, self.mu), Combine((weight,)), assumed[0], margin, *self.facts)
        if self.kind == "soft":
            leader = step(less(C_LL, 1), Rewrite(), self.argument.fact("leader_discount below one"), self.C[0])
        else:
            leader = step(less(C_LL, 1), Rewrite(), assumed[1], self.C[0], *self.facts)
        follower = step(
            less(C_FF, 1),
            Combine((1 / (1 - C_LL),), plus=(C_LF * C_FL / (1 - C_LL),)),
            positive,
            self.meanings[0],
            leader,
            *off,
        )
        w_L = step(less(0, self.w_L), Combine((1, 1)), follower, off[1], self.meanings[1])
        w_F = step(less(0, self.w_F), Combine((1, 1)), leader, off[0], self.meanings[2])
        return (positive, leader, follower, w_L, w_F, *off)

    def decays(self, one_step: list[Step], known: Stage) -> Step:
        """The decay of the weighted distances, from one step of each in the entries of C."""
        argument, step = self.argument, self.argument.step
        weights = w_L, w_F = self.w_L, self.w_F
        near = [known.tables[player].nonnegative(argument) for player in PLAYERS]
        signs = (*self.signs, *near, *known.known.damped)
        rate = argument.define(f"{self.kind}_rate", None, *self.signs)
        rows = []
        for player, found in zip(PLAYERS, one_step, strict=True):
            own = DISTANCE[player][t]
            first, second = entries[:2] if player == PLAYERS[0] else entries[2:]
            claim = at_most(DISTANCE[player][t + 1], (1 - alpha) * own + alpha * (first * d_L[t] + second * d_F[t]))
            rows.append(step(claim, Rewrite(), found, *self.C, *self.facts))

        def weighted(time: Any) -> Any:
            return w_L * d_L[time] + w_F * d_F[time]

        fall = alpha * self.mu * (w_F * d_L[t] + w_L * d_F[t]) / (w_L + w_F)
        falls = step(
            at_most(weighted(t + 1), self.theta * weighted(t)),
            Combine(weights, plus=(fall,)),
            *rows,
            rate,
            *self.meanings,
            *signs,
        )
        rest = ((1 - C_FF) * (1 - alpha * (1 - C_LL)), C_FL, C_LF, 1 - C_LL, alpha * C_LF * C_FL)
        some = step(
            at_most(0, self.theta),
            Combine((), plus=tuple(part / (w_L + w_F) for part in rest)),
            rate,
            *self.meanings,
            *signs,
        )
        start, more = argument.fact("decay at the start"), argument.fact("decay")
        more = step(more.relation.body, Instantiate({t: t}), more)
        claim = at_most(weighted(t), decay[t] * weighted(0))
        before = argument.assume("decay so far", claim)
        base = step(claim.substitute({t: Integer(0)}), Combine((-weighted(0),)), start)
        later = step(claim.substitute({t: t + 1}), Combine((1, self.theta, -weighted(0))), falls, before, more, some)
        always = step(claim.for_all(t), Induction(claim, t), base, later)
        final = step(claim.substitute({t: T}), Instantiate({t: T}), always)
        meanings = [argument.define(f"{player.name}_start_distance") for player in PLAYERS]
        meanings += [argument.define(f"{self.kind}_{player.name}_distance") for player in PLAYERS]
        meanings += [argument.define(DISTANCE[player][t], apart(player)) for player in PLAYERS]
        meanings.append(argument.define(f"{self.kind}_decay"))
        ends = [SYMBOLS[f"{self.kind}_{player.name}_distance"] for player in PLAYERS]
        starts = [SYMBOLS[f"{player.name}_start_distance"] for player in PLAYERS]
        first = w_L * starts[0] + w_F * starts[1]
        claim = at_most(w_L * ends[0] + w_F * ends[1], self.final * first)
        return step(claim, Rewrite(), final, *meanings)

    def conclude_each(self, decays: Step, known: Stage) -> None:
        """Each distance alone: the other one is not negative."""
        argument = self.argument
        ends = {player: SYMBOLS[f"{self.kind}_{player.name}_distance"] for player in PLAYERS}
        weights = dict(zip(PLAYERS, (self.w_L, self.w_F), strict=True))
        starts = {player: SYMBOLS[f"{player.name}_start_distance"] for player in PLAYERS}
        for player, other in zip(PLAYERS, reversed(PLAYERS), strict=True):
            d = DISTANCE[other]
            near = known.tables[other].nonnegative(argument)
            near = argument.step(near.relation.for_all(t), Generalise((t,)), near)
            near = argument.step(at_most(0, d[T]), Instantiate({t: T}), near)
            meaning = argument.define(f"{self.kind}_{other.name}_distance")
            near = argument.step(at_most(0, ends[other]), Rewrite(), near, meaning, argument.define(d[t], apart(other)))
            bound = self.final * (starts[player] + weights[other] / weights[player] * starts[other])
            each = argument.step(
                at_most(ends[player], bound),
                Combine((1 / weights[player], weights[other] / weights[player])),
                decays,
                near,
                *self.signs,
            )
            argument.conclude(f"{player.name} decay", each)
