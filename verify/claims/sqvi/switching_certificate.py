"""How fast the switching system forgets, modulo constants: certified from both sides on single games.

Modulo constants the rate lies between the spectral radius of any product of modes and what a common form certifies. It
is at most Dobrushin's coefficient delta(P): rows of a mode are rows of P, so that the span of P_Pi x is at most
delta(P) times that of x. On the games below it is far less, and Dobrushin's coefficient may be 1 and say nothing.
Iteration with alpha = 1 and discount gamma forgets differences of Q at gamma times this rate, for whatever policies.
"""

from __future__ import annotations

from fractions import Fraction

from games.markov import MarkovGame
from verify.claims.sqvi.shared import PAPER
from verify.comparison import at_least, equal, less
from verify.statement import Mutant, claim
from verify.terms import minimum
from verify.verdict import Verdict
from verify.vocabulary.markov import dobrushin, lyapunov_limit, span_rate_lower, span_rate_upper

PLACE = "the switching-system view of Q-value iteration; Parrilo and Jadbabaie 2008"
GAP = Fraction(1, 1000)


def quarters(*rows: tuple[tuple[int, int, int], tuple[int, int, int]]) -> MarkovGame:
    """Three states, two actions of the leader, one of the follower; probabilities in quarters, no payoffs."""
    nothing = [[[0], [0]] for _ in rows]
    return MarkovGame(
        transition=[[[[Fraction(p, 4) for p in row]] for row in moves] for moves in rows],
        leader_reward=nothing,
        follower_reward=nothing,
        leader_discount="1/2",
        follower_discount="1/2",
    ).exact()


def ellipse() -> MarkovGame:
    """A quadratic form certifies the rate."""
    return quarters(((1, 2, 1), (1, 2, 1)), ((2, 0, 2), (1, 1, 2)), ((0, 3, 1), (1, 1, 2)))


def no_ellipse() -> MarkovGame:
    """No quadratic form certifies the rate; one of degree six nearly does. Dobrushin's coefficient is 1."""
    return quarters(((0, 0, 4), (1, 2, 1)), ((1, 3, 0), (3, 1, 0)), ((2, 1, 1), (1, 1, 2)))


MUTANTS = (
    Mutant(
        name="no gap",
        text="the bounds meet",
        body=lambda game: equal(span_rate_upper(game), span_rate_lower(game)),
    ),
    Mutant(
        name="Dobrushin is best",
        text="no certificate beats Dobrushin's coefficient",
        body=lambda game: at_least(span_rate_upper(game), dobrushin(game)),
    ),
)


@claim(
    "sqvi/switching-certificate",
    title="A quadratic form certifies the rate to a thousandth, below Dobrushin's coefficient",
    paper=PAPER,
    place=PLACE,
    families=(),
    expected=Verdict.PROVED,
    witness=ellipse,
    mutants=MUTANTS,
)
def by_ellipse(game):
    return less(span_rate_upper(game), minimum(dobrushin(game), span_rate_lower(game) + GAP))


@claim(
    "sqvi/switching-certificate/higher-degree",
    title="A form of higher degree certifies the rate to a thousandth where Dobrushin's coefficient is 1",
    paper=PAPER,
    place=PLACE,
    families=(),
    expected=Verdict.PROVED,
    witness=no_ellipse,
    mutants=MUTANTS,
)
def by_higher_degree(game):
    return less(span_rate_upper(game), minimum(dobrushin(game), span_rate_lower(game) + GAP))


@claim(
    "sqvi/switching-certificate/beyond-ellipses",
    title="No quadratic form certifies what one of higher degree does",
    paper=PAPER,
    place=PLACE,
    families=(),
    expected=Verdict.PROVED,
    witness=no_ellipse,
    mutants=(
        Mutant(
            name="ellipses suffice",
            text="the limit of quadratic forms is the rate",
            body=lambda game: less(lyapunov_limit(game), span_rate_lower(game) + GAP),
        ),
        Mutant(
            name="ellipses are useless",
            text="no quadratic form beats Dobrushin's coefficient",
            body=lambda game: at_least(lyapunov_limit(game), dobrushin(game)),
        ),
    ),
    note="The limit is shown by an exact dual: positive semidefinite weights on modes that no form shrinks together.",
)
def beyond_ellipses(game):
    return less(span_rate_upper(game) + Fraction(1, 50), lyapunov_limit(game))
