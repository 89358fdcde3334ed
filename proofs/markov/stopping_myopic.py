"""When to stop with a myopic follower: ||Q_t - Q*|| <= ||Q_{t+1} - Q_t|| / (alpha (1 - gamma)) of the leader."""

from __future__ import annotations

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.markov.contraction_myopic import contraction
from proofs.markov.stopping_lemmas import conclude
from proofs.markov.vocabulary import ITERATION, LEADER

TOPIC = "markov/stopping-myopic"
TITLE = "When to stop with a myopic follower"


def derivation() -> Derivation:
    """||Q_T - Q*|| <= ||Q_{T+1} - Q_T|| / (alpha (1 - gamma)) of the leader."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=ITERATION)
    conclude(argument, {LEADER: contraction(argument)})
    return argument.derivation()
