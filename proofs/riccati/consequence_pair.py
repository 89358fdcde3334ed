"""The Stackelberg pair (mu*, reply) beside the pair of the simultaneous game: first-order conditions.

The follower's condition, that his cost has no slope in v, holds at both pairs. The leader's slopes at the Stackelberg
pair, g_u and g_v, cancel along his reply: g_u + T'g_v = 0; in the simultaneous game her slope in u alone vanishes.
"""

from __future__ import annotations

from proofs.engine.free_algebra import Expression, zero
from proofs.engine.step import Step
from proofs.riccati.consequence_lemmas import Consequence
from proofs.riccati.consequence_words import SLOPE_U, SLOPE_V
from proofs.riccati.vocabulary import (
    FOLLOWER,
    GAIN,
    HHAT_U,
    HHAT_UU,
    HHAT_UX,
    KAPPA,
    LEADER,
    OFFSET,
    K,
    T,
    X,
    commitment,
    reply,
)


def follower_slope() -> Expression:
    """The slope of the follower's cost in v at the Stackelberg pair, H_F,vx x + H_F,vu u + H_F,vv v + h_F,v."""
    H, u = FOLLOWER.H, commitment(X)
    return H["vx"] @ X + H["vu"] @ u + H["vv"] @ reply(X, u) + FOLLOWER.h["v"]


def follower_answers(argument: Consequence) -> Step:
    """That slope is zero."""
    return argument.once(
        "the follower answers",
        lambda: argument.identity(
            follower_slope(),
            zero("k_v", "1"),
            K,
            T,
            KAPPA,
            reason="The follower's cost has no slope in v at his reply.",
        ),
    )


def leader_optimal(argument: Consequence) -> Step:
    """g_u + T'g_v = 0."""

    def write() -> Step:
        reduced = argument.identity(
            SLOPE_U + T.T @ SLOPE_V,
            HHAT_UU @ commitment(X) + HHAT_UX @ X + HHAT_U,
            SLOPE_U,
            SLOPE_V,
            HHAT_UU,
            HHAT_UX,
            HHAT_U,
            reason="The slope of her reduced cost: in u directly, and through the reply, which moves by T.",
        )
        vanishing = argument.identity(
            HHAT_UU @ commitment(X) + HHAT_UX @ X + HHAT_U,
            zero("k_u", "1"),
            GAIN,
            OFFSET,
            reason="Her mean minimises the reduced cost.",
        )
        return argument.combine(
            SLOPE_U + T.T @ SLOPE_V,
            zero("k_u", "1"),
            reduced,
            vanishing,
            reason="Along the reply the leader's cost has no slope.",
        )

    return argument.once("the leader is optimal", write)


def simultaneous(argument: Consequence) -> Step:
    """What the leader would save against a reply that is fixed: g_u'H_L,uu^{-1} g_u / 2."""

    def write() -> Step:
        word = argument.word("leader_simultaneous_gain")
        H, h = LEADER.H, LEADER.h
        u = commitment(X)
        v = reply(X, u)
        best = -(H["uu"].inverse() @ (H["ux"] @ X + H["vu"].T @ v + h["u"]))
        square = argument.identity(
            LEADER.hamiltonian(X, u, v) - LEADER.hamiltonian(X, best, v),
            SLOPE_U.T @ H["uu"].inverse() @ SLOPE_U / 2,
            SLOPE_U,
            reason="Completing the square in u with v fixed.",
        )
        return argument.combine(
            word,
            SLOPE_U.T @ H["uu"].inverse() @ SLOPE_U / 2,
            word,
            argument.quadratic(LEADER, X, u, v),
            argument.quadratic(LEADER, X, best, v),
            square,
            coefficients=(1, -1, 1),
            reason="Were his action fixed she would save a square in her slope g_u.",
        )

    return argument.once("simultaneous", write)
