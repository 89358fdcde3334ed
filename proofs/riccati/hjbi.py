"""From the controlled generator and the entropy-regularised objectives to the Riccati equations, in one piece.

Exploratory linear-quadratic Stackelberg games with regime switching (errl, section 1), every number of states, actions,
noise channels and regimes, both information structures, both players.
"""

from __future__ import annotations

from proofs.engine.free_algebra_argument import MatrixArgument
from proofs.engine.free_algebra_derivation import MatrixDerivation
from proofs.riccati import equations, gaussian_laws, generator, reaction
from proofs.riccati.vocabulary import vocabulary

TOPIC = "riccati/hjbi"
TITLE = "The exploratory HJBI system and the coupled Riccati equations"


PLAYERS, SEES = ("follower", "leader"), ("action", "policy")
FINAL = (
    "follower, first-order condition",
    "follower, any law",
    "leader, reduced Hessian",
    "leader, reduced gradient",
    "leader, first-order condition",
    *(f"leader, any law, {sees} seen" for sees in SEES),
    *(f"{player}, {equation} equation" for equation in ("Riccati", "linear") for player in PLAYERS),
    *(f"{player}, scalar equation, {sees} seen" for player in PLAYERS for sees in SEES),
    *(f"{player}, HJBI equation, {sees} seen" for player in PLAYERS for sees in SEES),
)


def derivation() -> MatrixDerivation:
    argument = MatrixArgument(topic=TOPIC, title=TITLE, vocabulary=vocabulary())
    hamiltonians = generator.write(argument)
    equations.write_dynamic_programming(argument)
    follower, leader = reaction.write(argument)
    gaussian_laws.write(argument, hamiltonians, follower, leader)
    equations.write(argument, hamiltonians)
    return argument.derivation(final=FINAL)
