"""A weak Stackelberg value that is approached and not attained."""

from games.literature.source import Source
from games.matrix import BimatrixGame

GAME = BimatrixGame(
    leader=[[0, 2], [4, 0]],
    follower=[[0, 0], [-1, 0]],
).exact()

SOURCE = Source(
    author="Bernhard von Stengel and Shmuel Zamir",
    year=2010,
    title="Leadership games with convex strategy sets",
    place="Games and Economic Behavior 69, 446-457",
    after=True,
)

ANSWERS = {
    "sse": "2",
    "wse": "2",
    "pure": "2",
    "pure weak": "0",
    "minimax": "4/3",
    "best nash": "2",
    "worst nash": "4/3",
}

NOTE = (
    "At the first row, the only optimum, the follower is indifferent and may reply with 0 instead of 2; "
    "any mixture near it is strict."
)
