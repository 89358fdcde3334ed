"""The example of the paper that introduced DOBSS."""

from games.literature.source import Source
from games.matrix import BimatrixGame

GAME = BimatrixGame(
    leader=[[2, 4], [1, 3]],
    follower=[[1, 0], [0, 2]],
).exact()

SOURCE = Source(
    author="Praveen Paruchuri, Jonathan Pearce, Janusz Marecki, Milind Tambe, Fernando Ordonez and Sarit Kraus",
    year=2008,
    title="Playing games for security: an efficient exact algorithm for solving Bayesian Stackelberg games",
    place="7th International Conference on Autonomous Agents and Multiagent Systems (AAMAS), 895-902",
)

ANSWERS = {
    "sse": "11/3",
    "wse": "11/3",
    "pure": "3",
    "pure weak": "3",
    "minimax": "2",
    "best nash": "2",
    "worst nash": "2",
}

NOTE = (
    "The row player (security agent) leads; optimal is (2/3, 1/3). It differs from Conitzer and "
    "Sandholm's game in one payoff of the follower."
)
