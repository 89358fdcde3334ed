"""The Big Match: predicting wrongly once, at the wrong moment, costs the game."""

from games.literature.source import Source
from games.markov import MarkovGame

WON, LOST = [[1, 1], [1, 1]], [[0, 0], [0, 0]]

GAME = MarkovGame(
    transition=[
        [[[1, 0, 0], [1, 0, 0]], [[0, 0, 1], [0, 1, 0]]],
        [[[0, 1, 0], [0, 1, 0]], [[0, 1, 0], [0, 1, 0]]],
        [[[0, 0, 1], [0, 0, 1]], [[0, 0, 1], [0, 0, 1]]],
    ],
    leader_reward=[[[1, 0], [0, 1]], WON, LOST],
    follower_reward=[[[-1, 0], [0, -1]], [[-1, -1], [-1, -1]], LOST],
    leader_discount=0.5,
    follower_discount=0.5,
).exact()

SOURCE = Source(
    author="David Blackwell and Thomas S. Ferguson",
    year=1968,
    title="The Big Match",
    place="The Annals of Mathematical Statistics 39, 159-163",
    after=True,
)

ANSWERS = {
    "fixed_points": "1",
    "orbit_period": "1",
    "best_fixed_point": "2/3",
    "worst_fixed_point": "2/3",
    "reached_fixed_point": "2/3",
    "pure_nash_count": "0",
}

NOTE = (
    "Zero-sum, here with discount 1/2. The follower names 0 or 1, the leader predicts; a right prediction pays "
    "1. Once she predicts 1 the day repeats for ever: states are undecided, won (1 a day) and lost (0 a day). "
    "A pure prediction that the follower sees is worth 0 while undecided, 2 when won; randomising secures 1 at "
    "the start."
)
