"""One step against equal tables: with one discount the distance grows by at most 1 - alpha + 5 alpha gamma.

Nothing is asked of the game, nor of the other tables. The leader's values move by at most three times the distance, the
follower's by five times: he loses by the leader's error about the move, too.
"""

from __future__ import annotations

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.markov.contraction_mirror import ALIKE
from proofs.markov.one_step_lemmas import conclude
from proofs.markov.vocabulary import ITERATION

TOPIC = "markov/one-step-common"
TITLE = "One step of Q-value iteration against equal tables"


def derivation() -> Derivation:
    """The distance after one step, of either player and of both."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=ITERATION)
    conclude(argument, ALIKE)
    return argument.derivation()
