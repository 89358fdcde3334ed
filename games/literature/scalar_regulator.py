"""The scalar regulator whose Riccati equation is solved by a hyperbolic tangent; the leader can do nothing."""

from games.files import from_json
from games.literature.source import Source

# dx = v dt, cost (x^2 + v^2) / 2 for the follower, u^2 / 2 for the leader: -dP/dt = 1 - P^2, P(1) = 0.
GAME = from_json(
    {
        "kind": "lq",
        "discount": 0,
        "horizon": 1,
        "regimes": [
            {
                "A": [[0]],
                "B": [[0]],
                "E": [[1]],
                "leader": {"M": [[0, 0, 0], [0, 1, 0], [0, 0, 0]]},
                "follower": {"M": [[1, 0, 0], [0, 0, 0], [0, 0, 1]]},
            }
        ],
        "temperature": {"leader": 0, "follower": 0},
        "follower_sees": "action",
    }
)

SOURCE = Source(
    author="Rudolf E. Kalman",
    year=1960,
    title="Contributions to the theory of optimal control",
    place="Boletin de la Sociedad Matematica Mexicana 5, 102-119",
    after=True,
)

ANSWERS = {
    "leader_P": "0",
    "leader_p": "0",
    "leader_r": "0",
    "follower_P": "tanh(1)",
    "follower_p": "0",
    "follower_r": "0",
}

NOTE = (
    "One integrator, unit weights, horizon 1: P(t) = tanh(1 - t). The regulator and its Riccati equation are "
    "Kalman's; the scalar case and the idle leader, whose best action is 0, are ours."
)
