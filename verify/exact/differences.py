"""Differences of two values as values of their own: what commitment adds to equilibrium, and equilibrium to security.

Stated as one concept, a difference that is zero can be known as zero where each side is known to many digits only.
"""

from __future__ import annotations

from fractions import Fraction

from games.core import Game
from games.errors import shown
from verify.exact.commitment import Fact, minimax, sse, wse
from verify.exact.equilibria import best_nash, worst_nash
from verify.exact.errors import CertificateError
from verify.exact.payload import entry


def commitment_gain(game: Game, fact: Fact, bits: int) -> Fraction:
    """The strong Stackelberg value minus the best Nash payoff; the fact holds that of `sse`."""
    return sse(game, _part(fact, "sse"), bits) - best_nash(game, {}, bits)


def weak_commitment_gain(game: Game, fact: Fact, bits: int) -> Fraction:
    """The weak Stackelberg value minus the worst Nash payoff; the fact holds that of `wse`."""
    return wse(game, _part(fact, "wse"), bits) - worst_nash(game, {}, bits)


def equilibrium_gain(game: Game, fact: Fact, bits: int) -> Fraction:
    """The worst Nash payoff minus the security level; the fact holds that of `minimax`."""
    return worst_nash(game, {}, bits) - minimax(game, _part(fact, "minimax"), bits)


def _part(fact: Fact, name: str) -> Fact:
    part = entry(fact, name)
    if not isinstance(part, dict):
        raise CertificateError(f"{fact.get('concept')}.{name}: expected a fact, found {shown(part)}")
    return part
