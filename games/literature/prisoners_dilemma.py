"""The prisoner's dilemma: commitment does not help against a dominant strategy."""

from games.literature.source import Source
from games.matrix import BimatrixGame

GAME = BimatrixGame(
    leader=[[3, 0], [5, 1]],
    follower=[[3, 5], [0, 1]],
).exact()

SOURCE = Source(
    author="Robert Axelrod",
    year=1984,
    title="The evolution of cooperation",
    place="Basic Books, New York",
)

ANSWERS = {
    "sse": "1",
    "wse": "1",
    "pure": "1",
    "pure weak": "1",
    "minimax": "1",
    "best nash": "1",
    "worst nash": "1",
}

NOTE = (
    "Rows and columns: cooperate, defect, with the tournament's payoffs 5, 3, 1, 0. The follower defects "
    "whatever is announced."
)
