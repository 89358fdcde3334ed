"""Chicken: who commits to daring wins."""

from games.literature.source import Source
from games.matrix import BimatrixGame

GAME = BimatrixGame(
    leader=[[6, 2], [7, 0]],
    follower=[[6, 7], [2, 0]],
).exact()

SOURCE = Source(
    author="Robert J. Aumann",
    year=1974,
    title="Subjectivity and correlation in randomized strategies",
    place="Journal of Mathematical Economics 1, 67-96",
    after=True,
)

ANSWERS = {
    "sse": "7",
    "wse": "7",
    "pure": "7",
    "pure weak": "7",
    "minimax": "2",
    "best nash": "7",
    "worst nash": "2",
}

NOTE = "Rows and columns: yield, dare. Committing to dare makes the follower yield."
