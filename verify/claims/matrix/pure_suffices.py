"""To be refuted: the leader need not mix. She gains by mixing already in two by two games."""

from __future__ import annotations

from verify.claims.matrix.shared import GENERIC, PAPER, conitzer_sandholm, exact_game
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.matrix import minimax, pure, pure_weak, sse


def dominance():
    """One reply is best whatever the leader does, so that nothing is gained by mixing."""
    return exact_game([[1, 0], [0, 0]], [[1, 0], [1, 0]])


@claim(
    "matrix/pure-suffices",
    title="Committing to a single action is enough",
    paper=PAPER,
    place="the contrary is the point of Conitzer and Sandholm 2006",
    families=GENERIC,
    expected=Verdict.REFUTED,
    witness=conitzer_sandholm,
    tightness=dominance,
    smallest=True,
    quick=12_288,
    default=12_288,
    mutants=(
        Mutant(name="weak", text="ties broken against her", body=lambda game: at_most(sse(game), pure_weak(game))),
        Mutant(
            name="security", text="her security level is enough", body=lambda game: at_most(sse(game), minimax(game))
        ),
    ),
)
def pure_suffices(game):
    return at_most(sse(game), pure(game))
