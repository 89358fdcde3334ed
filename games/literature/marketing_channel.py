"""A manufacturer advertises and sells through a retailer: two margins on a demand that grows with goodwill."""

from games.files import from_json
from games.literature.source import Source

# Goodwill dx = (a - x/2) dt. Demand is D - v with D = 5 + 3x/4 at the retail price v. The leader chooses u = (w, a),
# wholesale price and advertising: w (D - v) - a^2 / 2; the follower earns (v - w)(D - v). Discount 1/4.
GAME = from_json(
    {
        "kind": "lq",
        "discount": "1/4",
        "horizon": None,
        "regimes": [
            {
                "A": [["-1/2"]],
                "B": [[0, 1]],
                "E": [[0]],
                "leader": {
                    "M": [[0, "-3/4", 0, 0], ["-3/4", 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0]],
                    "m": [0, -5, 0, 0],
                },
                "follower": {
                    "M": [[0, "3/4", 0, "-3/4"], ["3/4", 0, 0, -1], [0, 0, 0, 0], ["-3/4", -1, 0, 2]],
                    "m": [0, 5, 0, -5],
                },
            }
        ],
        "temperature": {"leader": 0, "follower": 0},
        "follower_sees": "action",
    }
)

SOURCE = Source(
    author="Xiuli He, Ashutosh Prasad, Suresh P. Sethi and Genaro J. Gutierrez",
    year=2007,
    title="A survey of Stackelberg differential game models in supply and marketing channels",
    place="Journal of Systems Science and Systems Engineering 16, 385-413",
    after=True,
)

ANSWERS = {
    "leader_P": "-1/8",
    "leader_p": "-3/2",
    "leader_r": "-17",
    "follower_P": "-9/128",
    "follower_p": "-147/160",
    "follower_r": "-941/80",
}

NOTE = (
    "The kind of game is the survey's: a manufacturer who leads, a retailer, Nerlove and Arrow's goodwill; the "
    "functional forms and numbers are ours. Two margins: w = D/2, v = 3D/4. Advertising a = x/8 + 3/2, and goodwill "
    "tends to 4. H_L,uu is singular: only a retailer who sees the wholesale price itself makes the game well posed."
)
