"""Reductions to known theory: Riccati equations without a leader, and the saddle of opposite costs.

Where the leader's action moves nothing of the follower's, neither the state nor his cost, his equation is the coupled
Riccati equation of Markov jump linear systems (Fragoso and Costa), with multiplicative noise; with one regime it is the
Riccati equation of stochastic control, and without noise in state and control the classical one (Kalman).

Where costs are opposite, P_F = -P_L and p_F = -p_L stay so: their rates sum to zero. Then H_F = -H_L, and the
Stackelberg pair satisfies both first-order conditions of the zero-sum game. With H_L,uu > 0 > H_L,vv it is a saddle,
and the order of play does not matter; with Hhat_uu > 0 alone her value is the upper one.
The values do not sum to zero: each player is rewarded for his own entropy, so that r_L + r_F accumulates
-tau_L Ent_L - tau_F Ent_F. Hhat_uu = H_L,uu + T'H_F,vv T is not below H_L,uu, so that the leader whose action is seen
pays (tau_L / 2) log(det Hhat_uu / det H_L,uu) >= 0 more (riccati/information); the follower's cost is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from proofs.engine.free_algebra import Expression, dimension, zero
from proofs.engine.free_algebra_derivation import MatrixDerivation
from proofs.engine.step import Step
from proofs.riccati.consequence_lemmas import Consequence
from proofs.riccati.consequence_pair import follower_answers, leader_optimal, simultaneous
from proofs.riccati.consequence_words import QUIET, SLOPE_U, SLOPE_V
from proofs.riccati.vocabulary import (
    BETA,
    BOTH,
    CLOSED,
    FOLLOWER,
    HHAT_UU,
    LEADER,
    MEAN,
    SCHUR_F,
    SEES,
    A,
    B,
    C,
    D,
    E,
    F,
    K,
    Sees,
    T,
    X,
    commitment,
    reply,
)

TOPIC = "riccati/reductions"
TITLE = "Reductions: Riccati equations of one player, and zero-sum games"

HALF = Fraction(1, 2)

IDLE = {
    "the leader moves no drift": B,
    "the leader moves no noise": D,
    "no cost of the follower in u": FOLLOWER.M["uu"],
    "no cost of the follower in u and x": FOLLOWER.M["ux"],
    "no cost of the follower in v and u": FOLLOWER.M["vu"],
}
"""What the leader's action must not move, by the names of the hypotheses: all of it zero."""

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


ONE_REGIME = "one regime"
QUIET_CHANNELS = {"no noise on the state": C, "no noise on the follower's action": F}
NO_CROSS_COST = "no cost of the follower in v and x"


def derivation() -> MatrixDerivation:
    """No leader: Riccati equations. Opposite costs: a saddle."""
    argument = Consequence(topic=TOPIC, title=TITLE)
    argument.section(
        "No leader",
        """Let the leader's action move neither the state nor the follower's cost. His equation must then be the one
        that is known, in the form in which textbooks write it.""",
    )
    _no_leader(argument)
    _zero_sum(argument)
    return argument.derivation()


def _nothing(argument: Consequence, hypotheses: Mapping[str, Expression]) -> list[Step]:
    return [argument.suppose(name, matrix, zero(*matrix.shape)) for name, matrix in hypotheses.items()]


def _no_leader(argument: Consequence) -> None:
    """The follower's equation in the form of the textbooks."""
    f, H = FOLLOWER, FOLLOWER.H
    idle = _nothing(argument, IDLE)
    blocks = [
        argument.identity(
            H[name],
            zero(*H[name].shape),
            H[name],
            *idle,
            reason="Without influence the leader's action leaves no block in the follower's Hessian.",
        )
        for name in ("uu", "ux", "vu")
    ]
    still = argument.identity(T, zero(*T.shape), T, *blocks, reason="He does not answer her.")
    schur = H["xx"] - H["vx"].T @ H["vv"].inverse() @ H["vx"]
    closed = argument.identity(
        f.closed_P,
        schur,
        f.closed_P,
        CLOSED,
        K,
        still,
        *blocks,
        reason="The leader's gain drops out of the follower's equation, whatever she plays; his own leaves a Schur "
        "complement.",
    )
    rate, textbook, coupling = (
        argument.word(f"follower_{name}") for name in ("quadratic_rate", "are_rate", "coupling")
    )
    reduced = argument.identity(
        rate,
        X.T @ (BETA * f.P - schur - f.switched_P) @ X / 2,
        rate,
        f.Pdot,
        closed,
        reason="His equation, with that closed loop;",
    )
    written = argument.identity(
        X.T @ (BETA * f.P - schur - f.switched_P) @ X / 2,
        textbook - coupling,
        textbook,
        coupling,
        H["xx"],
        H["vx"],
        H["vv"],
        reason="with the Hessian written out it is that of the textbooks.",
    )
    coupled = argument.combine(
        rate,
        textbook - coupling,
        reduced,
        written,
        reason="The coupled Riccati equations of Markov jump linear systems.",
    )
    argument.conclude("coupled Riccati equations", coupled)
    alone = argument.suppose(ONE_REGIME, f.switched_P, zero("n", "n"), reason="With one regime nothing switches.")
    single = argument.combine(
        rate,
        textbook,
        coupled,
        argument.identity(coupling, zero("1", "1"), coupling, alone, reason="The coupling vanishes,"),
        coefficients=(1, -1),
        reason="and it is the Riccati equation of control with noise on state and action.",
    )
    argument.conclude("Riccati equation", single)
    quiet = _nothing(argument, {**QUIET_CHANNELS, NO_CROSS_COST: f.M["vx"]})
    P, M = f.P, f.M
    classical = BETA * P - A.T @ P - P @ A - M["xx"] + P @ E @ M["vv"].inverse() @ E.T @ P
    kalman = argument.identity(
        textbook,
        X.T @ classical @ X / 2,
        textbook,
        *quiet,
        reason="Without multiplicative noise and cross costs: the classical equation.",
    )
    argument.conclude("classical Riccati equation", kalman)


def _zero_sum(argument: Consequence) -> None:
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
    his = follower_answers(argument)
    in_v = argument.combine(
        SLOPE_V,
        zero("k_v", "1"),
        SLOPE_V,
        argument.identity(
            SLOPE_V + (his.relation.lhs if isinstance(his.relation.lhs, Expression) else SLOPE_V),
            zero("k_v", "1"),
            SLOPE_V,
            *blocks,
            reason="Her slope in v is the opposite of his,",
        ),
        his,
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
    other_u, other_v = MEAN["leader"], MEAN["follower"]
    for name, moved, square, slope in (
        ("saddle in u", (other_u, v), (other_u - u).T @ H["uu"] @ (other_u - u) / 2, (SLOPE_U, in_u)),
        ("saddle in v", (u, other_v), (other_v - v).T @ H["vv"] @ (other_v - v) / 2, (SLOPE_V, in_v)),
    ):
        direction = moved[0] - u if name == "saddle in u" else moved[1] - v
        expanded = argument.identity(
            LEADER.hamiltonian(X, *moved) - LEADER.hamiltonian(X, u, v),
            direction.T @ slope[0] + square,
            slope[0],
            reason="Her cost expanded at the pair;",
        )
        argument.conclude(
            name,
            argument.identity(
                LEADER.hamiltonian(X, *moved) - LEADER.hamiltonian(X, u, v),
                square,
                expanded,
                slope[1],
                reason="who deviates alone changes her cost by a square: against her if H_L,uu > 0, against him if "
                "H_L,vv < 0.",
            ),
        )


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
