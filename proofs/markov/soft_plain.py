"""Soft Q-value iteration without entropies: the values of states are the players' expected values alone.

A softmax mean of a player's own values that differ by c and span at most S differs by at most c + S tanh(c / (2 tau)),
the second term because the weights move, too. This enters twice where the entropies would have cancelled it: for
V_L = <pi, q_L> and for the follower's values of moves, q_F = <nu, Q_F>. Otherwise the argument is that of the iteration
with entropies.
"""

from __future__ import annotations

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.markov.soft_decay import conclude_decay
from proofs.markov.soft_iterated import below_limits, conclude_one_step, linear
from proofs.markov.soft_stage import stage
from proofs.markov.soft_vocabulary import PLAIN

TOPIC = "markov/soft-plain"
TITLE = "Soft Q-value iteration without entropies"


def derivation() -> Derivation:
    """The distances after a step, with tanh and linear, for the spans of the reference run and what bounds them.

    Where the comparison matrix of the invariant spans contracts: their decay.
    """
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=PLAIN)
    known = stage(argument, "plain")
    bounds = linear(argument, known)
    limits = below_limits(argument)
    conclude_one_step(argument, known, bounds, limits)
    conclude_decay(argument, known, bounds, limits)
    return argument.derivation()
