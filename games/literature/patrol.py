"""Patrolling two targets against an attacker who waits for his moment."""

from games.literature.source import Source
from games.markov import MarkovGame

# States: the guard is at the first target, at the second, the attack is over. Rows: guard the first or the second
# target next, who stays saves the way's cost 1; columns: wait, attack the first, attack the second.
_FIRST, _SECOND, _OVER = [1, 0, 0], [0, 1, 0], [0, 0, 1]

_NEXT = [[_FIRST, _OVER, _OVER], [_SECOND, _OVER, _OVER]]

_AT_FIRST = [[0, 0, -6], [-1, -5, -1]]
_AT_SECOND = [[-1, -1, -7], [0, -4, 0]]

_GAIN = [[0, -2, 6], [0, 4, -2]]

_NOTHING = [[0, 0, 0], [0, 0, 0]]

GAME = MarkovGame(
    transition=[_NEXT, _NEXT, [[_OVER] * 3] * 2],
    leader_reward=[_AT_FIRST, _AT_SECOND, _NOTHING],
    follower_reward=[_GAIN, _GAIN, _NOTHING],
    leader_discount=0.75,
    follower_discount=0.5,
).exact()

SOURCE = Source(
    author="Yevgeniy Vorobeychik, Bo An, Milind Tambe and Satinder Singh",
    year=2014,
    title="Computing solutions in infinite-horizon discounted adversarial patrolling games",
    place="Proceedings of the International Conference on Automated Planning and Scheduling 24",
    after=True,
)

ANSWERS = {
    "fixed_points": "1",
    "orbit_period": "1",
    "best_fixed_point": "-3",
    "worst_fixed_point": "-3",
    "reached_fixed_point": "-3",
    "pure_nash_count": "0",
}

NOTE = (
    "The patroller leads. The targets are worth 4 and 6, to her as losses; an attack on the target she moves "
    "to fails and costs the attacker 2; any attack ends the game. She discounts by 3/4, he by 1/2. He sees "
    "where she goes and attacks the other target at once."
)
