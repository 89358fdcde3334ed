"""When the order of play does not matter, and what committing first is worth (errl/stackelberg-is-nash).

Both games are played on the same Hamiltonians. In the simultaneous one u and v satisfy both first-order conditions,
which determine them where N = H_L,uu + H_L,uv T is invertible, T = -H_F,vv^{-1} H_F,vu. Both pairs lie on the
follower's reply, where her reduced cost is a quadratic with Hessian Hhat_uu that the Stackelberg pair minimises: so its
excess at the Nash pair is a square. Committing is never worse for her in one shot, given the same P and p; over time
those are not the same, and the comparison of values is another question (errl/commitment-value).

Where H_F,vu = 0, the follower's best action does not depend on hers: T = 0, and both pairs are one. With D and F acting
on one channel, or a cross term in his cost, H_F,vu contains P_F: the hypothesis is about every moment of the path.
"""

from __future__ import annotations

from proofs.engine.free_algebra import zero
from proofs.engine.free_algebra_derivation import MatrixDerivation
from proofs.engine.step import Step
from proofs.riccati.consequence_lemmas import Consequence
from proofs.riccati.consequence_pair import leader_optimal, simultaneous
from proofs.riccati.consequence_words import NASH_HESSIAN, NASH_U, NASH_V, SLOPE_U, SLOPE_V
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

TOPIC = "riccati/stackelberg-is-nash"
TITLE = "Feedback Stackelberg and feedback Nash at the same values"

UNCOUPLED = "the follower's Hessian has no cross term in the actions"


def derivation() -> MatrixDerivation:
    """The value of commitment in one shot; both pairs are one where H_F,vu = 0."""
    argument = Consequence(topic=TOPIC, title=TITLE)
    argument.section(
        "The simultaneous game",
        """Both players minimise their Hamiltonians at once, each with the other's action fixed.""",
    )
    _nash_pair(argument)
    argument.section(
        "The value of commitment in one shot",
        """Both pairs lie on the follower's reply; along it the leader's cost is a quadratic with Hessian Hhat_uu, and
        her commitment is where it is least.""",
    )
    _commitment(argument)
    argument.section(
        "No reply, no difference",
        """Where H_F,vu = 0 in a regime, the follower's action does not depend on hers there.""",
    )
    _uncoupled(argument)
    return argument.derivation()


def _nash_pair(argument: Consequence) -> None:
    """The pair by elimination satisfies both conditions."""
    H, h, f, g = LEADER.H, LEADER.h, FOLLOWER.H, FOLLOWER.h
    his = argument.identity(
        f["vx"] @ X + f["vu"] @ NASH_U + f["vv"] @ NASH_V + g["v"],
        zero("k_v", "1"),
        NASH_V,
        K,
        T,
        KAPPA,
        reason="In the simultaneous game the follower answers too.",
    )
    argument.conclude("Nash, follower's condition", his)
    eliminated = argument.identity(
        H["ux"] @ X + H["uu"] @ NASH_U + H["vu"].T @ NASH_V + h["u"],
        NASH_HESSIAN @ NASH_U + (H["ux"] + H["vu"].T @ K) @ X + H["vu"].T @ KAPPA + h["u"],
        NASH_V,
        NASH_HESSIAN,
        reason="His reply put into her condition, in which v is held fixed;",
    )
    hers = argument.combine(
        H["ux"] @ X + H["uu"] @ NASH_U + H["vu"].T @ NASH_V + h["u"],
        zero("k_u", "1"),
        eliminated,
        NASH_U,
        reason="the pair is the one at which it holds.",
    )
    argument.conclude("Nash, leader's condition", hers)


def _commitment(argument: Consequence) -> None:
    word = argument.word("leader_commitment_gain")
    nash, stackelberg = (argument.word(f"leader_{pair}_hamiltonian") for pair in ("nash", "stackelberg"))
    u = commitment(X)
    v = reply(X, u)
    away = NASH_U - u
    expanded = argument.identity(
        LEADER.hamiltonian(X, NASH_U, NASH_V) - LEADER.hamiltonian(X, u, v),
        away.T @ (SLOPE_U + T.T @ SLOPE_V) + away.T @ HHAT_UU @ away / 2,
        NASH_V,
        SLOPE_U,
        SLOPE_V,
        HHAT_UU,
        reason="Both pairs lie on the reply: the leader's cost along it, expanded at the Stackelberg pair.",
    )
    slope = leader_optimal(argument)
    flat = argument.identity(
        away.T @ (SLOPE_U + T.T @ SLOPE_V), zero("1", "1"), slope, reason="There it has no slope along the reply."
    )
    step = argument.combine(
        nash - stackelberg,
        word,
        nash,
        stackelberg,
        word,
        argument.quadratic(LEADER, X, NASH_U, NASH_V),
        argument.quadratic(LEADER, X, u, v),
        expanded,
        flat,
        coefficients=(1, -1, 1, 1),
        reason="What the leader gains by committing in one shot: a square with Hhat_uu, nonnegative where the game is "
        "well posed and zero only where the pairs are the same.",
    )
    argument.conclude("commitment value", step)


def _uncoupled(argument: Consequence) -> None:
    uncoupled = argument.suppose(
        UNCOUPLED, FOLLOWER.H["vu"], zero("k_v", "k_u"), reason="Let his best action not depend on hers, H_F,vu = 0."
    )
    still = argument.identity(T, zero("k_v", "k_u"), T, uncoupled, reason="Then he does not answer her action: T = 0.")
    same = _one_pair(argument, still)
    words = argument.word("nash_gain_distance"), argument.word("leader_commitment_gain")
    distance = argument.identity(
        words[0],
        zero("1", "1"),
        words[0],
        NASH_V,
        same,
        reason="Both pairs are one: feedback Stackelberg is feedback Nash, and so is the closed loop.",
    )
    argument.conclude("one pair", distance)
    nothing = argument.identity(
        words[1], zero("1", "1"), words[1], same, reason="Committing first is then worth nothing."
    )
    argument.conclude("no commitment value", nothing)
    values = argument.word("leader_nash_hamiltonian"), argument.word("leader_stackelberg_hamiltonian")
    argument.conclude(
        "equal costs",
        argument.identity(*values, *values, NASH_V, same, reason="The leader pays the same in both games."),
    )
    argument.conclude("no simultaneous gain", _no_gain(argument, still))


def _one_pair(argument: Consequence, still: Step) -> Step:
    hessian = argument.identity(
        NASH_HESSIAN, HHAT_UU, NASH_HESSIAN, HHAT_UU, still, reason="Her Hessian is H_L,uu in both games;"
    )
    return argument.identity(
        NASH_U,
        commitment(X),
        NASH_U,
        GAIN,
        OFFSET,
        HHAT_UX,
        HHAT_U,
        hessian,
        still,
        reason="her condition is the same, and so is what she plays.",
    )


def _no_gain(argument: Consequence, still: Step) -> Step:
    flat = argument.identity(
        SLOPE_U, zero("k_u", "1"), leader_optimal(argument), still, reason="Her slope in u alone vanishes as well."
    )
    gain = argument.word("leader_simultaneous_gain")
    return argument.identity(
        gain,
        zero("1", "1"),
        simultaneous(argument),
        flat,
        reason="Against his action held fixed she would save nothing.",
    )
