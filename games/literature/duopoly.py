"""Quantity leadership: Stackelberg's duopoly on a grid of quantities."""

from games.literature.source import Source
from games.matrix import BimatrixGame

GAME = BimatrixGame(
    leader=[[0, 0, 0, 0], [27, 18, 15, 9], [32, 20, 16, 8], [36, 18, 12, 0]],
    follower=[[0, 27, 32, 36], [0, 18, 20, 18], [0, 15, 16, 12], [0, 9, 8, 0]],
).exact()

SOURCE = Source(
    author="Heinrich von Stackelberg",
    year=1934,
    title="Marktform und Gleichgewicht",
    place="Springer, Vienna",
    after=True,
)

ANSWERS = {
    "sse": "19",
    "wse": "19",
    "pure": "18",
    "pure weak": "18",
    "minimax": "9",
    "best nash": "16",
    "worst nash": "16",
}

NOTE = (
    "Price 12 - q1 - q2, no costs, quantities 0, 3, 4 and 6: the grid holds the Cournot quantities (4, 4) with profits "
    "(16, 16) and Stackelberg's (6, 3) with (18, 9). On a grid mixing pays: 19."
)
