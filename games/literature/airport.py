"""A security game of two targets."""

from games.literature.source import Source
from games.matrix import BimatrixGame

GAME = BimatrixGame(
    leader=[[5, -1], [-5, 2]],
    follower=[[-3, 1], [5, -1]],
).exact()

SOURCE = Source(
    author="James Pita, Manish Jain, Fernando Ordonez, Christopher Portway, Milind Tambe, Craig Western, "
    "Praveen Paruchuri and Sarit Kraus",
    year=2009,
    title="Using game theory for Los Angeles airport security",
    place="AI Magazine 30(1), 43-57",
    after=True,
)

ANSWERS = {
    "sse": "1",
    "wse": "1",
    "pure": "-1",
    "pure weak": "-1",
    "minimax": "5/13",
    "best nash": "5/13",
    "worst nash": "5/13",
}

NOTE = "The defender leads. Rows: the terminal she protects; columns: the terminal attacked."
