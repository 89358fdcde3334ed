"""Soft Q-value iteration, entropies counted, moves two runs together as a 2 x 2 matrix does.

With d_L, d_F the distances of the two runs and S_L, S_F the spans of the reference run: the leader's values of moves,
q_L = <nu, Q_L>, differ by at most v = d_L + S_L tanh(d_F / (2 tau_F)), and so do V_L = tau_L LSE(q_L / tau_L). The
values of moves to the follower, q_F = tau_F LSE(Q_F / tau_F), differ by at most d_F and span at most S_F, so that
V_F = <pi, q_F> differs by at most d_F + S_F tanh(v / (2 tau_L)). The step multiplies both by alpha gamma, and
tanh x <= x makes the bounds linear.
"""

from __future__ import annotations

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.markov.soft_decay import conclude_decay
from proofs.markov.soft_iterated import below_limits, conclude_one_step, linear
from proofs.markov.soft_stage import stage
from proofs.markov.soft_vocabulary import SOFT

TOPIC = "markov/soft-entropy"
TITLE = "Soft Q-value iteration, entropies counted"


def derivation() -> Derivation:
    """The distances after a step, with tanh and linear, for the spans of the reference run and what bounds them.

    Where the comparison matrix of the invariant spans contracts: their decay.
    """
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=SOFT)
    known = stage(argument, "soft")
    bounds = linear(argument, known)
    limits = below_limits(argument)
    conclude_one_step(argument, known, bounds, limits)
    conclude_decay(argument, known, bounds, limits)
    return argument.derivation()
