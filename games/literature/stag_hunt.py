"""Aumann's stag hunt: an announcement makes the good equilibrium safe."""

from games.literature.source import Source
from games.matrix import BimatrixGame

GAME = BimatrixGame(
    leader=[[9, 0], [8, 7]],
    follower=[[9, 8], [0, 7]],
).exact()

SOURCE = Source(
    author="Robert J. Aumann",
    year=1990,
    title="Nash equilibria are not self-enforcing",
    place="Economic Decision-Making: Games, Econometrics and Optimisation, Elsevier, 201-206",
)

ANSWERS = {
    "sse": "9",
    "wse": "9",
    "pure": "9",
    "pure weak": "9",
    "minimax": "7",
    "best nash": "9",
    "worst nash": "7",
}

NOTE = "Rows and columns: stag, hare."
