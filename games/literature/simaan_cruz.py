"""A scalar feedback Stackelberg game in which the follower minds the leader's action."""

from games.files import from_json
from games.literature.source import Source

# dx = (u + v) dt; the leader pays (13/2 x^2 + u^2) / 2, the follower (3 x^2 + v^2 + u v) / 2. With T = -1/2:
#   (3/4) P_L = 13/2 - P_L^2 / 4 - 2 P_L P_F,    (3/4) P_F = 3 - P_F^2 - P_L P_F / 2 - P_L^2 / 16
GAME = from_json(
    {
        "kind": "lq",
        "discount": "3/4",
        "horizon": None,
        "regimes": [
            {
                "A": [[0]],
                "B": [[1]],
                "E": [[1]],
                "leader": {"M": [["13/2", 0, 0], [0, 1, 0], [0, 0, 0]]},
                "follower": {"M": [[3, 0, 0], [0, 0, "1/2"], [0, "1/2", 1]]},
            }
        ],
        "temperature": {"leader": 0, "follower": 0},
        "follower_sees": "action",
    }
)

SOURCE = Source(
    author="Marwan Simaan and Jose B. Cruz",
    year=1973,
    title="Additional aspects of the Stackelberg strategy in nonzero-sum games",
    place="Journal of Optimization Theory and Applications 11, 613-626",
    after=True,
)

ANSWERS = {
    "leader_P": "2",
    "leader_p": "0",
    "leader_r": "0",
    "follower_P": "1",
    "follower_p": "0",
    "follower_r": "0",
}

NOTE = (
    "The feedback Stackelberg solution, in which the leader has her advantage at every instant, is Simaan and "
    "Cruz's; the discounted scalar game and its numbers, chosen for a rational solution, are ours. Her action "
    "is seen and answered by v = -x - u/2, hence u = -x and the state decays as e^(-3t/2)."
)
