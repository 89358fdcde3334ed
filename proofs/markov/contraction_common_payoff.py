"""With common payoffs two runs come together at the rate rho from equal tables, whatever the follower's tie-breaking.

With r_F = r_L, one discount and Q_F = Q_L at the start, Q_F = Q_L for ever. The follower's best replies are then the
best for the leader: V_L(s) = max_a max_b Q_L(s, a, b), which moves by no more than Q_L does.
"""

from __future__ import annotations

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.markov.contraction_mirror import ALIKE, conclude
from proofs.markov.vocabulary import ITERATION

TOPIC = "markov/common-payoff"
TITLE = "Q-value iteration contracts in games of common payoffs"


def derivation() -> Derivation:
    """||Q_t - Q'_t|| <= rho^t ||Q_0 - Q'_0|| for either player, and for the larger of both norms."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=ITERATION)
    conclude(argument, ALIKE)
    return argument.derivation()
