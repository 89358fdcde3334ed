"""A small stochastic game in which value iteration for the Stackelberg stage game cycles."""

from games.literature.source import Source
from games.markov import MarkovGame

GAME = MarkovGame(
    transition=[[[[1, 0], [0, 1]], [[0, 1], [0, 1]]], [[[1, 0], [0, 1]], [[1, 0], [0, 1]]]],
    leader_reward=[[[1, 0], [0, 1]], [[0, 0], [0, 0]]],
    follower_reward=[[[0, 0], [0, 1]], [[1, 0], [0, 1]]],
    leader_discount=0.5,
    follower_discount=0.5,
).exact()

SOURCE = Source(
    author="Víctor Bucarey, Eugenio Della Vecchia, Alain Jean-Marie and Fernando Ordóñez",
    year=2019,
    title="Stationary strong Stackelberg equilibrium in discounted stochastic games",
    place="Research Report RR-9271, INRIA",
    after=True,
)

ANSWERS = {
    "fixed_points": "0",
    "orbit_period": "2",
    "best_markov_nash": "1",
    "worst_markov_nash": "1/2",
    "pure_nash_count": "2",
}

NOTE = (
    "The report shows that value iteration with a strong Stackelberg equilibrium in each stage need not "
    "converge; this instance, of rewards 0 and 1 and deterministic transitions, is not from it. With pure "
    "commitment Q-value iteration from Q = 0 is caught by an orbit of period 2 on which every choice is "
    "strict. There is no fixed point, though two pure equilibria of simultaneous moves."
)
