"""Shapley's game, in which fictitious play cycles."""

from games.literature.source import Source
from games.matrix import BimatrixGame

GAME = BimatrixGame(
    leader=[[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    follower=[[0, 0, 1], [1, 0, 0], [0, 1, 0]],
).exact()

SOURCE = Source(
    author="Lloyd S. Shapley",
    year=1964,
    title="Some topics in two-person games",
    place="Advances in Game Theory, Annals of Mathematics Studies 52, Princeton University Press, 1-28",
)

ANSWERS = {
    "sse": "1/2",
    "wse": "1/2",
    "pure": "0",
    "pure weak": "0",
    "minimax": "1/3",
    "best nash": "1/3",
    "worst nash": "1/3",
}

NOTE = (
    "Up to relabelling. The only equilibrium is uniform; the leader does better by leaving out a row and "
    "so inducing one match."
)
