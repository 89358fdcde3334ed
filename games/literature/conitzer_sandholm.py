"""Conitzer and Sandholm's game: commitment beats a dominant strategy."""

from games.literature.source import Source
from games.matrix import BimatrixGame

GAME = BimatrixGame(
    leader=[[2, 4], [1, 3]],
    follower=[[1, 0], [0, 1]],
).exact()

SOURCE = Source(
    author="Vincent Conitzer and Tuomas Sandholm",
    year=2006,
    title="Computing the optimal strategy to commit to",
    place="7th ACM Conference on Electronic Commerce (EC), 82-90",
)

ANSWERS = {
    "sse": "7/2",
    "wse": "7/2",
    "pure": "3",
    "pure weak": "3",
    "minimax": "2",
    "best nash": "2",
    "worst nash": "2",
}

NOTE = (
    "The row player leads. The first row is dominant, so the only equilibrium pays 2; committing to the "
    "second row pays 3, to the even mixture 7/2, where the follower is indifferent and replies for the "
    "leader."
)
