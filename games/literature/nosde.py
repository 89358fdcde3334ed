"""A game of turns without a deterministic stationary equilibrium, on which value iteration cycles."""

from games.literature.source import Source
from games.markov import MarkovGame

GAME = MarkovGame(
    transition=[[[[1, 0], [1, 0]], [[0, 1], [0, 1]]], [[[0, 1], [1, 0]], [[0, 1], [1, 0]]]],
    leader_reward=[[[1, 1], [0, 0]], [[3, 0], [3, 0]]],
    follower_reward=[[[0, 0], [3, 3]], [[1, 0], [1, 0]]],
    leader_discount=0.75,
    follower_discount=0.75,
).exact()

SOURCE = Source(
    author="Martin Zinkevich, Amy Greenwald and Michael L. Littman",
    year=2006,
    title="Cyclic equilibria in Markov games",
    place="Advances in Neural Information Processing Systems 18, MIT Press, 1641-1648",
)

ANSWERS = {
    "fixed_points": "0",
    "orbit_period": "5",
    "pure_nash_count": "0",
}

NOTE = (
    "Two states; in the first the leader moves, in the second the follower, each may keep or send (the other's "
    "action counts for nothing there). A player who keeps is paid 1, the other 0 in the first state and 3 in "
    "the second; who sends is paid 0, the other 3 in the first and 0 in the second. In the only stationary "
    "equilibrium the leader sends with probability 2/3, the follower with 5/12: no table of pure choices is a "
    "fixed point, and the choices of Q-value iteration from Q = 0 go round with period 5."
)
