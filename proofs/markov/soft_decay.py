"""The distances of two soft runs decay like theta^T where the comparison matrix contracts.

One step takes (d_L, d_F) at most to ((1 - alpha) I + alpha C) (d_L, d_F). With w = (1 - C_FF + C_FL, 1 - C_LL + C_LF)
and mu = det(I - C) the row w C is w - mu, so that w d falls by at least alpha mu (d_L + d_F), hence by the factor
theta = 1 - alpha mu / (w_L + w_F). C is that of spans span(r) / (1 - gamma), which the reference run never leaves.
"""

from __future__ import annotations

from typing import Any

from sympy import Integer

from proofs.engine.argument import Argument
from proofs.engine.relation import at_most, less
from proofs.engine.rules.algebra import Combine, Evident, Rewrite
from proofs.engine.rules.induction import Induction
from proofs.engine.rules.quantifiers import Generalise, Instantiate
from proofs.engine.step import Step
from proofs.markov.soft_iterated import for_all_limits
from proofs.markov.soft_lemmas import at
from proofs.markov.soft_matrix import C_FF, C_FL, C_LF, C_LL, ENTRIES, above_threshold, comparison
from proofs.markov.soft_ranges import span_after, span_kept
from proofs.markov.soft_stage import DISTANCE, LIMIT, Stage
from proofs.markov.soft_vocabulary import SYMBOLS, decay, invariant_span
from proofs.markov.vocabulary import PLAYERS, REFERENCE, Player, T, alpha, apart, t

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


class _Comparison:
    """C with its weights w, and what is known of them above the threshold."""

    def __init__(self, argument: Argument, kind: str) -> None:
        self.argument, self.kind = argument, kind
        names = ("margin", "leader_weight", "follower_weight", "rate", "decay")
        self.mu, self.w_L, self.w_F, self.theta, self.final = (SYMBOLS[f"{kind}_{name}"] for name in names)
        self.matrix = comparison(argument, kind)
        self.meanings = (
            self.matrix.margin,
            self.matrix.word(argument, "leader_weight", 1 - C_FF + C_FL),
            self.matrix.word(argument, "follower_weight", 1 - C_LL + C_LF),
        )
        above = above_threshold(argument, self.matrix)
        signs = (*above.steps, *self.matrix.nonnegative)
        weights = (
            argument.step(less(0, self.w_L), Combine((1, 1)), above.follower, signs[5], self.meanings[1]),
            argument.step(less(0, self.w_F), Combine((1, 1)), above.leader, signs[4], self.meanings[2]),
        )
        self.signs = (*weights, *signs)

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
            first, second = ENTRIES[:2] if player == PLAYERS[0] else ENTRIES[2:]
            claim = at_most(DISTANCE[player][t + 1], (1 - alpha) * own + alpha * (first * d_L[t] + second * d_F[t]))
            rows.append(step(claim, Rewrite(), found, *self.matrix.entries, *self.matrix.facts))

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
