"""The battle of the sexes: the leader gets her favourite equilibrium."""

from games.literature.source import Source
from games.matrix import BimatrixGame

GAME = BimatrixGame(
    leader=[[2, -1], [-1, 1]],
    follower=[[1, -1], [-1, 2]],
).exact()

SOURCE = Source(
    author="R. Duncan Luce and Howard Raiffa",
    year=1957,
    title="Games and decisions",
    place="Wiley, New York, section 5.3",
)

ANSWERS = {
    "sse": "2",
    "wse": "2",
    "pure": "2",
    "pure weak": "2",
    "minimax": "1/5",
    "best nash": "2",
    "worst nash": "1/5",
}

NOTE = (
    "The first row and column are the leader's favourite, the second ones the follower's. The mixed "
    "equilibrium is the worst."
)
