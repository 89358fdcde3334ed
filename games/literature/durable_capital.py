"""Entry deterred by capital that is renewed before it wears out."""

from games.literature.source import Source
from games.markov import MarkovGame

# States: the incumbent's capital is new, old, or she has lost the market. Rows: wait, renew (at cost 2); columns: stay
# out, enter. Capital lasts two periods; an entrant stays only where he meets none the next period.
_NEW, _OLD, _LOST = [1, 0, 0], [0, 1, 0], [0, 0, 1]

GAME = MarkovGame(
    transition=[
        [[_OLD, _OLD], [_NEW, _NEW]],
        [[_NEW, _LOST], [_NEW, _NEW]],
        [[_LOST, _LOST], [_LOST, _LOST]],
    ],
    leader_reward=[[[4, 1], [2, -1]], [[2, 0], [2, 0]], [[0, 0], [0, 0]]],
    follower_reward=[[[0, -2], [0, -2]], [[0, -1], [0, -2]], [[3, 3], [3, 3]]],
    leader_discount=0.75,
    follower_discount=0.75,
).exact()

SOURCE = Source(
    author="B. Curtis Eaton and Richard G. Lipsey",
    year=1980,
    title="Exit barriers are entry barriers: the durability of capital as a barrier to entry",
    place="The Bell Journal of Economics 11, 721-729",
    after=True,
)

ANSWERS = {
    "fixed_points": "1",
    "orbit_period": "1",
    "best_fixed_point": "8",
    "worst_fixed_point": "8",
    "reached_fixed_point": "8",
    "best_markov_nash": "8",
    "worst_markov_nash": "8",
}

NOTE = (
    "The incumbent leads. With old capital and no renewal she replaces it only if nobody has come: an entrant "
    "then takes the market, worth 3 a period to him. Renewing early costs her 2, and keeps him out."
)
