"""The toymaker: a decision problem of one agent, whose follower has nothing to decide."""

from games.literature.source import Source
from games.markov import MarkovGame

GAME = MarkovGame(
    transition=[[[["1/2", "1/2"]], [["4/5", "1/5"]]], [[["2/5", "3/5"]], [["7/10", "3/10"]]]],
    leader_reward=[[[6], [4]], [[-3], [-5]]],
    follower_reward=[[[0], [0]], [[0], [0]]],
    leader_discount="9/10",
    follower_discount="9/10",
)

SOURCE = Source(
    author="Ronald A. Howard",
    year=1960,
    title="Dynamic Programming and Markov Processes",
    place="MIT Press and Wiley",
)

ANSWERS = {
    "fixed_points": "1",
    "best_fixed_point": "1570/91",
    "worst_fixed_point": "1570/91",
    "reached_fixed_point": "1570/91",
    "orbit_period": "1",
    "best_markov_nash": "1570/91",
    "worst_markov_nash": "1570/91",
    "pure_nash_count": "1",
}

NOTE = (
    "States: a successful toy, an unsuccessful one. Rows: do nothing extra; advertise in the first state, "
    "research in the second. With discount 9/10 both efforts are worth their cost: values 22.2 and 12.3."
)
