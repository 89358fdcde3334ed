"""The quality game: a provider gains by committing to good service half of the time."""

from games.literature.source import Source
from games.matrix import BimatrixGame

GAME = BimatrixGame(
    leader=[[2, 0], [3, 1]],
    follower=[[2, 1], [0, 1]],
).exact()

SOURCE = Source(
    author="Theodore L. Turocy and Bernhard von Stengel",
    year=2001,
    title="Game theory",
    place="CDAM Research Report LSE-CDAM-2001-09, London School of Economics",
)

ANSWERS = {
    "sse": "5/2",
    "wse": "5/2",
    "pure": "2",
    "pure weak": "2",
    "minimax": "1",
    "best nash": "1",
    "worst nash": "1",
}

NOTE = "The provider leads. Rows: high, low quality; columns: buy, do not buy. Low quality is dominant."
