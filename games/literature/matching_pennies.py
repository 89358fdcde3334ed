"""Matching pennies: a mixture that may be announced."""

from games.literature.source import Source
from games.matrix import BimatrixGame

GAME = BimatrixGame(
    leader=[[1, -1], [-1, 1]],
    follower=[[-1, 1], [1, -1]],
).exact()

SOURCE = Source(
    author="John von Neumann and Oskar Morgenstern",
    year=1944,
    title="Theory of games and economic behavior",
    place="Princeton University Press",
)

ANSWERS = {
    "sse": "0",
    "wse": "0",
    "pure": "-1",
    "pure weak": "-1",
    "minimax": "0",
    "best nash": "0",
    "worst nash": "0",
}

NOTE = (
    "Zero-sum; the leader wants the pennies to match. Announcing the even mixture costs nothing, "
    "announcing a side costs everything."
)
