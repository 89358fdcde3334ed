"""Stone, paper, scissors."""

from games.literature.source import Source
from games.matrix import BimatrixGame

GAME = BimatrixGame(
    leader=[[0, -1, 1], [1, 0, -1], [-1, 1, 0]],
    follower=[[0, 1, -1], [-1, 0, 1], [1, -1, 0]],
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

NOTE = "Zero-sum; rows and columns: rock, paper, scissors."
