"""Opposite costs: the part of riccati/reductions about zero-sum games.

The hypotheses say that costs, P and p are opposite, block by block and by name. Then the Hamiltonians are opposite, so
are the rates of P and p; the Stackelberg pair is a saddle; the constants accumulate minus the rewarded entropies.
"""

from __future__ import annotations

from fractions import Fraction

from proofs.engine.free_algebra import Expression, dimension, zero
from proofs.engine.step import Step
from proofs.riccati.consequence_lemmas import Consequence
from proofs.riccati.consequence_pair import follower_answers, follower_slope, leader_optimal, simultaneous
from proofs.riccati.consequence_words import QUIET, SLOPE_U, SLOPE_V
from proofs.riccati.vocabulary import (
    BETA,
    BOTH,
    FOLLOWER,
    HHAT_UU,
    LEADER,
    MEAN,
    SCHUR_F,
    SEES,
    Sees,
    T,
    X,
    commitment,
    reply,
)

HALF = Fraction(1, 2)

OPPOSITE = {f"opposite M_{name}": (FOLLOWER.M[name], LEADER.M[name]) for name in LEADER.M}
OPPOSITE |= {f"opposite m_{name}": (FOLLOWER.m[name], LEADER.m[name]) for name in LEADER.m}
OPPOSITE |= {
    "opposite P": (FOLLOWER.P, LEADER.P),
    "opposite P of the channels": (FOLLOWER.stacked_P, LEADER.stacked_P),
    "opposite P of the regimes": (FOLLOWER.switched_P, LEADER.switched_P),
    "opposite p": (FOLLOWER.p, LEADER.p),
    "opposite p of the regimes": (FOLLOWER.switched_p, LEADER.switched_p),
}
"""A zero-sum game at opposite values, by the names of the hypotheses: follower's = -leader's."""


def zero_sum(argument: Consequence) -> None:
    """Hypotheses, opposite Hamiltonians and rates, the constants, the saddle, and what the follower sees."""
    argument.section(
        "Opposite costs",
        """Let the costs be opposite, block by block, and the values' P and p too, in this regime and in the sums over
        the others. The follower's Hamiltonian is then the opposite of the leader's.""",
    )
    opposite = {
        name: argument.suppose(name, hers, -his, reason=f"Opposite costs and values: {name.removeprefix('opposite ')}.")
        for name, (hers, his) in OPPOSITE.items()
    }
    f, k = FOLLOWER, LEADER
    blocks: list[Step] = []
    for letter, mine, theirs in (("M", f.H, k.H), ("m", f.h, k.h)):
        for name in mine:
            blocks.append(
                argument.identity(
                    mine[name],
                    -theirs[name],
                    mine[name],
                    theirs[name],
                    opposite[f"opposite {letter}_{name}"],
                    *(opposite[f"opposite {part}"] for part in ("P", "P of the channels", "p")),
                    reason="The Hamiltonians are opposite, block by block.",
                )
            )
    blocks.append(
        argument.identity(
            f.c,
            -k.c,
            f.c,
            k.c,
            *(opposite[f"opposite {part}"] for part in ("P of the channels", "p")),
            reason="So are their constants.",
        )
    )
    values = [opposite[f"opposite {part}"] for part in ("P", "P of the regimes", "p", "p of the regimes")]
    rates = _opposite_rates(argument, blocks, values)
    argument.section(
        "The constants",
        """They do not sum to zero: each player is rewarded for his own entropy, and the other does not pay for it.""",
    )
    _accumulated(argument, blocks, values, rates)
    argument.section(
        "The saddle",
        """At the Stackelberg pair the follower's condition is the leader's in v. With it, her own condition along the
        reply becomes one with the reply fixed.""",
    )
    _saddle(argument, blocks)
    argument.section(
        "What the follower sees",
        """The leader's own exploration is worth tau_L k_u / 2 to the follower in both structures.""",
    )
    _information(argument, blocks)


def _opposite_rates(argument: Consequence, blocks: list[Step], values: list[Step]) -> list[Step]:
    """P_F = -P_L and p_F = -p_L are invariant."""
    f, k = FOLLOWER, LEADER
    made = []
    for name, of_f, of_k, closed in (
        ("P", f.Pdot, k.Pdot, (f.closed_P, k.closed_P)),
        ("p", f.pdot, k.pdot, (f.closed_p, k.closed_p)),
    ):
        step = argument.identity(
            of_f,
            -of_k,
            of_f,
            of_k,
            *closed,
            *blocks,
            *values,
            reason=f"One closed loop in opposite Hamiltonians: the rates of {name} are opposite, so that opposite "
            "values stay opposite.",
        )
        argument.conclude(f"opposite rates of {name}", step)
        made.append(step)
    return made


def _accumulated(argument: Consequence, blocks: list[Step], values: list[Step], rates: list[Step]) -> None:
    """The constants do not cancel: what is left are the entropies."""
    f, k = FOLLOWER, LEADER
    u = commitment(X)
    v = reply(X, u)
    quiet = argument.combine(
        QUIET["leader"] + QUIET["follower"],
        zero("1", "1"),
        QUIET["leader"],
        QUIET["follower"],
        *(argument.quadratic(player, X, u, v) for player in BOTH),
        argument.identity(
            k.hamiltonian(X, u, v) + f.hamiltonian(X, u, v),
            zero("1", "1"),
            *blocks,
            reason="Opposite Hamiltonians cancel at every pair of actions.",
        ),
        reason="Without entropies the stage costs are opposite.",
    )
    for sees in SEES:
        noise = argument.identity(
            k.noise[sees] + f.noise[sees],
            zero("1", "1"),
            k.noise[sees],
            f.noise[sees],
            *blocks,
            reason="What exploration costs one player the other gains.",
        )
        entropies = argument.word(f"leader_entropy_{sees}"), argument.word("follower_entropy")
        left = -entropies[0] - entropies[1]
        paid = argument.combine(
            argument.word(f"leader_hamiltonian_{sees}") + argument.word(f"follower_hamiltonian_{sees}"),
            left,
            *(argument.paid(player, sees) for player in BOTH),
            quiet,
            noise,
            *entropies,
            coefficients=(1, 1, 1, HALF),
            reason="The two players together pay minus both rewarded entropies.",
        )
        argument.conclude(f"sum of Hamiltonians, {sees}", paid)
        constants = argument.identity(
            k.closed_r + f.closed_r,
            zero("1", "1"),
            k.closed_r,
            f.closed_r,
            *blocks,
            reason="At the origin the closed loops cost opposite amounts.",
        )
        scalars = argument.combine(
            k.rdot[sees] + f.rdot[sees],
            BETA * (k.r + f.r) - k.switched_r - f.switched_r - left,
            k.rdot[sees],
            f.rdot[sees],
            constants,
            noise,
            *entropies,
            coefficients=(-1, -HALF),
            reason="The scalar equations added: r_L + r_F is paid minus the entropies, discounted and switched.",
        )
        argument.conclude(f"sum of the scalar equations, {sees}", scalars)
        _rates_in_words(argument, sees, scalars, values, rates, left)


def _rates_in_words(
    argument: Consequence, sees: Sees, scalars: Step, values: list[Step], rates: list[Step], left: Expression
) -> None:
    of = {
        part: [argument.word(f"{player.name}_{part}") for player in BOTH]
        for part in (f"rate_{sees}", "value", "switching")
    }
    constant = {
        f"rate_{sees}": LEADER.rdot[sees] + FOLLOWER.rdot[sees],
        "value": LEADER.r + FOLLOWER.r,
        "switching": LEADER.switched_r + FOLLOWER.switched_r,
    }
    sums = [
        argument.identity(
            of[part][0] + of[part][1],
            constant[part],
            *of[part],
            *values,
            *rates,
            reason="Opposite quadratic and linear parts cancel: the constants are left.",
        )
        for part in of
    ]
    step = argument.combine(
        of[f"rate_{sees}"][0] + of[f"rate_{sees}"][1],
        BETA * (of["value"][0] + of["value"][1]) - of["switching"][0] - of["switching"][1] - left,
        *sums,
        scalars,
        coefficients=(1, -BETA, 1, 1),
        reason="So the sum of the values is the accumulated sum of minus the entropies, not zero.",
    )
    argument.conclude(f"sum of the rates, {sees}", step)


def _saddle(argument: Consequence, blocks: list[Step]) -> None:
    H = LEADER.H
    u = commitment(X)
    v = reply(X, u)
    in_v = argument.combine(
        SLOPE_V,
        zero("k_v", "1"),
        SLOPE_V,
        argument.identity(
            SLOPE_V + follower_slope(),
            zero("k_v", "1"),
            SLOPE_V,
            *blocks,
            reason="Her slope in v is the opposite of his,",
        ),
        follower_answers(argument),
        coefficients=(1, -1),
        reason="which vanishes at his reply.",
    )
    in_u = argument.combine(
        SLOPE_U,
        zero("k_u", "1"),
        leader_optimal(argument),
        argument.identity(T.T @ SLOPE_V, zero("k_u", "1"), in_v, reason="The reply then moves her cost in no way,"),
        coefficients=(1, -1),
        reason="and her slope in u alone vanishes: both conditions of the zero-sum game hold at the Stackelberg pair.",
    )
    gain = argument.word("leader_simultaneous_gain")
    nothing = argument.identity(
        gain,
        zero("1", "1"),
        simultaneous(argument),
        in_u,
        reason="Against the reply held fixed she would save nothing: u* minimises, as in a saddle.",
    )
    argument.conclude("saddle", nothing)
    away_u, away_v = MEAN["leader"] - u, MEAN["follower"] - v
    for name, there, away, hessian, slope, flat in (
        ("saddle in u", (MEAN["leader"], v), away_u, H["uu"], SLOPE_U, in_u),
        ("saddle in v", (u, MEAN["follower"]), away_v, H["vv"], SLOPE_V, in_v),
    ):
        change = LEADER.hamiltonian(X, *there) - LEADER.hamiltonian(X, u, v)
        square = away.T @ hessian @ away / 2
        expanded = argument.identity(
            change, away.T @ slope + square, slope, reason="Her cost, where one of them deviates from the pair;"
        )
        step = argument.identity(
            change,
            square,
            expanded,
            flat,
            reason="it changes by a square: against her if H_L,uu > 0, against him if H_L,vv < 0, who deviates. Then "
            "the pair is a saddle point, and its cost is the upper and the lower value.",
        )
        argument.conclude(name, step)


def _information(argument: Consequence, blocks: list[Step]) -> None:
    f, H = FOLLOWER, FOLLOWER.H
    steeper = argument.identity(
        HHAT_UU,
        LEADER.H["uu"] + T.T @ H["vv"] @ T,
        HHAT_UU,
        T,
        *blocks,
        reason="His reply makes her cost steeper by T'H_F,vv T >= 0: Hhat_uu >= H_L,uu, as are the determinants.",
    )
    argument.conclude("reduced Hessian", steeper)
    schur = argument.combine(
        SCHUR_F,
        -HHAT_UU,
        steeper,
        argument.identity(
            SCHUR_F,
            H["uu"] - T.T @ H["vv"] @ T,
            SCHUR_F,
            T,
            reason="His reduced Hessian is a Schur complement:",
        ),
        next(step for step in blocks if step.relation.lhs == H["uu"]),
        coefficients=(1, 1, 1),
        reason="the opposite of hers.",
    )
    traces = {
        "action": argument.word("follower_trace_action"),
        "policy": argument.word("follower_trace_policy"),
    }
    ends = [
        argument.identity(
            trace,
            -dimension("k_u"),
            trace,
            *((schur,) if sees == "action" else blocks),
            reason="So her exploration is worth tau_L k_u / 2 to him, whatever he sees.",
        )
        for sees, trace in traces.items()
    ]
    words = [argument.word(f"follower_hamiltonian_{sees}") for sees in SEES]
    step = argument.combine(
        words[0],
        words[1],
        *(argument.paid(f, sees) for sees in SEES),
        *(argument.trace(f, sees) for sees in SEES),
        *ends,
        coefficients=(1, -1, HALF, -HALF, LEADER.temperature / 2, -(LEADER.temperature / 2)),
        reason="The follower pays the same in both information structures.",
    )
    argument.conclude("follower in both structures", step)
