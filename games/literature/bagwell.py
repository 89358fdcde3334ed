"""Bagwell's game on the observability of commitment."""

from games.literature.source import Source
from games.matrix import BimatrixGame

GAME = BimatrixGame(
    leader=[[5, 3], [6, 4]],
    follower=[[2, 1], [3, 4]],
).exact()

SOURCE = Source(
    author="Kyle Bagwell",
    year=1995,
    title="Commitment and observability in games",
    place="Games and Economic Behavior 8, 271-280",
)

ANSWERS = {
    "sse": "11/2",
    "wse": "11/2",
    "pure": "5",
    "pure weak": "5",
    "minimax": "4",
    "best nash": "4",
    "worst nash": "4",
}

NOTE = (
    "Rows and columns: S, C. Leading with S pays 5, the only equilibrium (C, C) pays 4; a mixed "
    "commitment pays more than either."
)
