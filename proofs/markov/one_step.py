"""One step against opposite tables: with one discount the distance grows by at most 1 - alpha + 3 alpha gamma.

Nothing is asked of the game, nor of the other tables. A full step expands by at most 3 gamma; the leader attains it.
"""

from __future__ import annotations

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.markov.contraction_mirror import OPPOSITE
from proofs.markov.one_step_lemmas import conclude
from proofs.markov.vocabulary import ITERATION

TOPIC = "markov/one-step"
TITLE = "One step of Q-value iteration against opposite tables"


def derivation() -> Derivation:
    """The distance after one step, of either player and of both."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=ITERATION)
    conclude(argument, OPPOSITE)
    return argument.derivation()
