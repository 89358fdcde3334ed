"""Inspections over a fixed time, of which there are fewer than days: a zero-sum game of finite horizon."""

from games.literature.source import Source
from games.markov import EpisodicMarkovGame

# States: no inspection left, one left, over. Rows: do not inspect, inspect; columns: act legally, violate.
_OVER = [0, 0, 1]

_DAY = [
    [[[1, 0, 0], _OVER], [[1, 0, 0], _OVER]],
    [[[0, 1, 0], _OVER], [[1, 0, 0], _OVER]],
    [[_OVER, _OVER], [_OVER, _OVER]],
]

_PAID = [[[0, -1], [0, -1]], [[0, -1], [0, 1]], [[0, 0], [0, 0]]]

GAME = EpisodicMarkovGame(
    transition=[_DAY] * 3,
    leader_reward=[_PAID] * 3,
    follower_reward=[[[[-entry for entry in row] for row in state] for state in _PAID]] * 3,
).exact()

SOURCE = Source(
    author="Melvin Dresher",
    year=1962,
    title="A sampling inspection problem in arms control agreements: a game-theoretic analysis",
    place="Memorandum RM-2972-ARPA, RAND Corporation",
    after=True,
)

ANSWERS = {
    "pure": "-1",
    "minimax": "-1/2",
}

NOTE = (
    "The inspector leads; three days, one inspection at most, one violation at most. A violation that is met "
    "by an inspection pays her 1, any other -1, and the game is over; a legal day pays nothing. Without an "
    "inspection left the two rows are the same. Answers are her values on the first day with one inspection "
    "left: with n days and m inspections randomising is worth -C(n-1, m) / (C(n, 0) + ... + C(n, m)), here "
    "-2/4, while inspections that are announced are worth nothing."
)
