"""The comparison matrix C of soft Q-value iteration where Q spans at most span(r) / (1 - gamma), and its threshold.

C >= 0. Its margin mu = det(I - C) is positive, and both diagonal entries are below one, exactly above the threshold.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from proofs.engine.argument import Argument
from proofs.engine.relation import at_most, equal, less
from proofs.engine.rules.algebra import Combine, Evident, Identity, Rewrite
from proofs.engine.step import Step
from proofs.engine.terms import Scalar
from proofs.markov.soft_lemmas import at
from proofs.markov.soft_ranges import range_of
from proofs.markov.soft_vocabulary import SYMBOLS, matrix, tau_F, tau_L, threshold
from proofs.markov.vocabulary import PLAYERS, Player, a, b, s

ENTRIES = tuple(Scalar(f"C_{name}", f"C_{{{name}}}") for name in ("LL", "LF", "FL", "FF"))
C_LL, C_LF, C_FL, C_FF = ENTRIES
MARGIN = (1 - C_LL) * (1 - C_FF) - C_LF * C_FL


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The entries of C as local symbols, and what is known of them."""

    kind: str
    facts: tuple[Step, ...]  # the signs of temperatures, discounts and spans
    entries: tuple[Step, ...]  # the definitions of the entries
    nonnegative: tuple[Step, ...]  # 0 <= C_LL, C_LF, C_FL
    margin: Step  # mu = (1 - C_LL) (1 - C_FF) - C_LF C_FL

    def word(self, argument: Argument, name: str, term: Any) -> Step:
        """A word of the vocabulary that is defined by C, written in its entries."""
        meaning = argument.define(f"{self.kind}_{name}", None, *self.facts)
        return argument.step(
            equal(meaning.relation.lhs, term), Identity(), meaning, *self.entries, *self.facts, *self.nonnegative
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Above:
    """What holds above the threshold."""

    margin: Step  # 0 < mu
    leader: Step  # C_LL < 1
    follower: Step  # C_FF < 1

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.margin, self.leader, self.follower


def comparison(argument: Argument, kind: str) -> Matrix:
    """Names the entries of C."""
    facts = [argument.fact(f"{player.name}_{what}") for player in PLAYERS for what in ("temperature", "discount")]
    facts += [argument.fact(f"{player.name}_discount below one") for player in PLAYERS]
    entries = tuple(argument.define(entry, term, *facts) for entry, term in zip(ENTRIES, matrix(kind), strict=True))
    spans = [_nonnegative_span(argument, player) for player in PLAYERS]
    signs = []
    for meaning in entries[:3]:
        term = argument.step(at_most(0, meaning.relation.rhs), Evident(), *spans, *facts)
        signs.append(argument.step(at_most(0, meaning.relation.lhs), Rewrite(), term, meaning))
    meaning = argument.define(f"{kind}_margin", None, *facts)
    margin = equal(SYMBOLS[f"{kind}_margin"], MARGIN)
    return Matrix(
        kind=kind,
        facts=(*facts, *spans),
        entries=entries,
        nonnegative=tuple(signs),
        margin=argument.step(margin, Identity(), meaning, *entries, *facts),
    )


def above_threshold(argument: Argument, known: Matrix) -> Above:
    """Assumes the threshold."""
    product, *own = (
        argument.assume(name, relation, *known.facts)
        for name, relation in zip(("threshold", "own threshold"), threshold(known.kind), strict=False)
    )
    meaning = argument.define(f"{known.kind}_margin", None, *known.facts)
    margin = argument.step(
        less(0, meaning.relation.lhs), Combine((1 / (4 * tau_L * tau_F),)), product, meaning, *known.facts
    )
    below_one = own[0] if own else argument.fact("leader_discount below one")
    leader = argument.step(less(C_LL, 1), Rewrite(), below_one, known.entries[0], *known.facts)
    share = 1 / (1 - C_LL)
    follower = argument.step(
        less(C_FF, 1), Combine((share,), plus=(C_LF * C_FL * share,)), margin, known.margin, leader, *known.nonnegative
    )
    return Above(margin=margin, leader=leader, follower=follower)


def _nonnegative_span(argument: Argument, player: Player) -> Step:
    """0 <= span r."""
    rewards = range_of(argument, player.reward[s, a, b])
    meaning = argument.define(f"{player.name}_reward_span")
    ends = at(argument, rewards.floor), at(argument, rewards.ceiling)
    return argument.step(at_most(0, meaning.relation.lhs), Combine((1, 1)), *ends, meaning)
