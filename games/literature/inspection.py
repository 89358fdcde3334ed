"""An inspection game: announcing inspections deters."""

from games.literature.source import Source
from games.matrix import BimatrixGame

GAME = BimatrixGame(
    leader=[[0, -10], [-1, -6]],
    follower=[[0, 10], [0, -90]],
).exact()

SOURCE = Source(
    author="Theodore L. Turocy and Bernhard von Stengel",
    year=2001,
    title="Game theory",
    place="CDAM Research Report LSE-CDAM-2001-09, London School of Economics",
)

ANSWERS = {
    "sse": "-1/10",
    "wse": "-1/10",
    "pure": "-1",
    "pure weak": "-1",
    "minimax": "-6",
    "best nash": "-2",
    "worst nash": "-2",
}

NOTE = (
    "The inspector leads. Rows: do not inspect, inspect; columns: comply, cheat. In equilibrium she "
    "inspects with probability 1/10 and is cheated with 1/5; announcing 1/10 makes compliance a best "
    "reply."
)
