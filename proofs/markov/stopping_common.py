"""When to stop with common payoffs: ||Q_t - Q*|| <= ||Q_{t+1} - Q_t|| / (alpha (1 - gamma)) from equal tables."""

from __future__ import annotations

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.markov.contraction_mirror import ALIKE, contraction, first_contraction, follower_contraction
from proofs.markov.stopping_lemmas import conclude, conclude_at_start
from proofs.markov.vocabulary import FOLLOWER, ITERATION, LEADER

TOPIC = "markov/stopping-common"
TITLE = "When to stop with common payoffs"


def derivation() -> Derivation:
    """||Q_T - Q*|| <= ||Q_{T+1} - Q_T|| / (alpha (1 - gamma)), and ||Q_0 - Q*|| <= ||T Q_0 - Q_0|| / (1 - gamma)."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=ITERATION)
    conclude(argument, {LEADER: contraction(argument, ALIKE), FOLLOWER: follower_contraction(argument, ALIKE)})
    conclude_at_start(argument, first_contraction(argument, ALIKE))
    return argument.derivation()
