"""A duopoly in which the price follows its demand slowly; two firms choose quantities, one of them first."""

from games.files import from_json
from games.literature.source import Source

# dx = (10 - x - u - v) dt for the price x; profits (x - 1) u - u^2 / 2 and (x - 1) v - v^2 / 2, discounted by 1/2.
GAME = from_json(
    {
        "kind": "lq",
        "discount": "1/2",
        "horizon": None,
        "regimes": [
            {
                "A": [[-1]],
                "B": [[-1]],
                "E": [[-1]],
                "b": [10],
                "leader": {"M": [[0, -1, 0], [-1, 1, 0], [0, 0, 0]], "m": [0, 1, 0]},
                "follower": {"M": [[0, 0, -1], [0, 0, 0], [-1, 0, 1]], "m": [0, 0, 1]},
            }
        ],
        "temperature": {"leader": 0, "follower": 0},
        "follower_sees": "action",
    }
)

SOURCE = Source(
    author="Chaim Fershtman and Morton I. Kamien",
    year=1987,
    title="Dynamic duopolistic competition with sticky prices",
    place="Econometrica 55, 1151-1164",
    after=True,
)

ANSWERS = {
    "leader_P": "-1/6",
    "leader_p": "-1/3",
    "leader_r": "-28/3",
    "follower_P": "-1/6",
    "follower_p": "-1/3",
    "follower_r": "-28/3",
}

NOTE = (
    "The model and its stationary feedback Nash solution, 3 K^2 - (6 + r) K + 1 = 0 at speed 1, are Fershtman "
    "and Kamien's; the numbers (demand 10, unit cost 1, r = 1/2, so that K = 1/6) and the order of play are "
    "ours. A firm's profit depends on the other only through the price, so moving first at every instant gains "
    "nothing: feedback Stackelberg is feedback Nash. Costs are profits with the other sign; both supply "
    "5x/6 - 4/3, and the price tends to 19/4."
)
