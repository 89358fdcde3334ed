"""Samuelson's multiplier-accelerator economy in three moods, steered by a government and a private sector."""

from games.files import from_json
from games.literature.source import Source

# One year's x' = A x + (0, 1)' c becomes dx = (A - I) x dt + (0, 1)' (u + v) dt, and the chain's matrix P the generator
# P - I. Regimes: normal, boom, slump.


def _regime(A: list[list[str]], Q: list[list[str]], R: str) -> dict[str, object]:
    (a, b), (c, d) = A
    (p, q), (_, s) = Q
    return {
        "A": [[a, b], [c, d]],
        "B": [[0], [1]],
        "E": [[0], [1]],
        "noise": [{"D": [[0], ["1/10"]], "F": [[0], ["1/10"]]}],
        "leader": {"M": [[p, q, 0, 0], [q, s, 0, 0], [0, 0, R, 0], [0, 0, 0, 0]]},
        "follower": {"M": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, "1/8", "1/2"], [0, 0, "1/2", 2]]},
    }


GAME = from_json(
    {
        "kind": "lq",
        "discount": "1/20",
        "horizon": 5,
        "generator": [["-0.33", "0.17", "0.16"], ["0.30", "-0.53", "0.23"], ["0.26", "0.10", "-0.36"]],
        "regimes": [
            _regime([["-1", "1"], ["-2.5", "2.2"]], [["3.6", "-3.8"], ["-3.8", "4.87"]], "2.6"),
            _regime([["-1", "1"], ["-43.7", "44.4"]], [["10", "-3"], ["-3", "8"]], "1.165"),
            _regime([["-1", "1"], ["5.3", "-6.2"]], [["5", "-4.5"], ["-4.5", "4.5"]], "1.111"),
        ],
        "temperature": {"leader": "1/10", "follower": "1/10"},
        "follower_sees": "policy",
    }
)

SOURCE = Source(
    author="William P. Blair and David D. Sworder",
    year=1975,
    title="Feedback control of a class of linear discrete systems with jump parameters and quadratic cost criteria",
    place="International Journal of Control 21, 833-841",
    after=True,
)

ANSWERS = {"regime_shares": "1678/3689, 772/3689, 1239/3689"}

NOTE = (
    "The three-regime economy, normal, boom and slump, after Samuelson's multiplier and accelerator, with its chain "
    "and the first player's weights Q and R, is that of Blair and Sworder as the literature on Markov jump linear "
    "systems hands it on, quoted from memory; state: income of last year and of this year. Ours: continuous time "
    "(A - I for A, the chain less the identity for the generator), the private sector who answers the government, "
    "its cost (x'x + 2 (v + u/4)^2) / 2, which counts a quarter of the government's spending, volatility that spending "
    "brings (1/10 of it), discount, horizon and temperatures."
)
