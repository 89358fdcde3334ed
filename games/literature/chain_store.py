"""The chain store game: deterrence needs commitment."""

from games.literature.source import Source
from games.matrix import BimatrixGame

GAME = BimatrixGame(
    leader=[[2, 5], [0, 5]],
    follower=[[2, 1], [0, 1]],
).exact()

SOURCE = Source(
    author="Reinhard Selten",
    year=1978,
    title="The chain store paradox",
    place="Theory and Decision 9, 127-159",
)

ANSWERS = {
    "sse": "5",
    "wse": "5",
    "pure": "5",
    "pure weak": "5",
    "minimax": "2",
    "best nash": "5",
    "worst nash": "2",
}

NOTE = (
    "The stage game in strategic form. The chain store leads. Rows: cooperative, aggressive; columns: in, "
    "out. Threatening a fight with probability 1/2 keeps the entrant out."
)
