"""With common payoffs from any start: an error of order t rho^t, in the sup norm.

The reference run starts with equal tables (the optimum, say), the start run anywhere. With D = Q_L - Q_F the distance
after t steps is at most rho^t (||Q_0 - Q'_0|| + t (alpha gamma / rho) span D_0), and the span is at most twice the
norm. The bounds are written times rho, where they hold for rho = 0, too; and divided by it.
"""

from __future__ import annotations

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.markov.any_start_lemmas import conclude
from proofs.markov.contraction_mirror import ALIKE
from proofs.markov.vocabulary import ITERATION

TOPIC = "markov/any-start-common"
TITLE = "Q-value iteration with common payoffs from any start"


def derivation() -> Derivation:
    """rho ||Q_t - Q'_t|| <= rho^t (rho ||Q_0 - Q'_0|| + t alpha gamma span D_0) for either player, and for both."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=ITERATION)
    conclude(argument, ALIKE)
    return argument.derivation()
