"""An indifferent follower: weak and strong Stackelberg values apart."""

from games.literature.source import Source
from games.matrix import BimatrixGame

GAME = BimatrixGame(
    leader=[[2, 0], [0, 1]],
    follower=[[0, 0], [0, 0]],
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
    "wse": "2/3",
    "pure": "2",
    "pure weak": "0",
    "minimax": "2/3",
    "best nash": "2",
    "worst nash": "2/3",
}

NOTE = (
    "The follower does not care: ties for the leader give her 2, ties against her the maxmin value 2/3. "
    "Their results are for games without payoff-equivalent replies."
)
