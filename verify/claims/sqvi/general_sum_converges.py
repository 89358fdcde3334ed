"""To be refuted: Q-value iteration of general-sum Stackelberg games converges.

Of random games with two or three states and actions about one in ten does not: its policies go round in a cycle for
ever. A certificate holds the periodic orbit, shows that the iterates from Q = 0 come so near that they follow it from
then on, and where choices on the orbit are ties, that they are told in one way forever.
"""

from __future__ import annotations

from verify.claims.sqvi.shared import GENERIC, PAPER, knife_edge, strict_cycle, two_ones
from verify.comparison import at_least, at_most, equal
from verify.statement import Ablation, Hypothesis, Mutant, claim
from verify.terms import minimum
from verify.verdict import Verdict
from verify.vocabulary.markov import (
    follower_actions_count,
    leader_actions_count,
    orbit_period,
    orbit_ties,
)

MUTANTS = (
    Mutant(
        name="never",
        text="it converges nowhere",
        body=lambda game: at_least(orbit_period(game), 2),
    ),
    Mutant(
        name="two phases at most",
        text="where it does not converge, it alternates between two policies",
        body=lambda game: at_most(orbit_period(game), 2),
    ),
)


@claim(
    "sqvi/general-sum-converges",
    title="Q-value iteration converges in general-sum games",
    paper=PAPER,
    place="what the relaxed policy condition is there for",
    families=(*GENERIC, "markov_integers", "markov_tie_rich"),
    expected=Verdict.REFUTED,
    witness=two_ones,
    tightness=strict_cycle,
    smallest=True,
    quick=12_288,
    default=40_960,
    mutants=MUTANTS,
    note="The smallest counterexample has two payoffs of 1, all others 0, deterministic transitions and discount 1/2; "
    "its policies have period four, and ties of the leader that last are broken by the names of her actions. Without "
    "any tie four payoffs of size 1 suffice, with period two (shown under tightness); such an orbit outlives every "
    "small change of the game. One state never fails: there the policy of the first rewards is kept.",
)
def general_sum_converges(game):
    return equal(orbit_period(game), 1)


@claim(
    "sqvi/general-sum-converges/without-ties",
    title="Q-value iteration converges where no choice of its orbit is a tie",
    paper=PAPER,
    place="what the relaxed policy condition is there for",
    families=GENERIC,
    expected=Verdict.REFUTED,
    witness=strict_cycle,
    hypotheses=(
        Hypothesis(
            name="no ties",
            text="no choice on the orbit that the iteration tends to is a tie",
            body=lambda game: equal(orbit_ties(game), 0),
            ablation=Ablation(
                expected="counterexample",
                text="with ties it fails as well",
            ),
        ),
    ),
    quick=12_288,
    default=40_960,
    mutants=MUTANTS,
    note="Cycles are no matter of ties: those of random games have none.",
)
def without_ties(game):
    return equal(orbit_period(game), 1)


@claim(
    "sqvi/general-sum-converges/one-sided",
    title="Q-value iteration converges where one player has no choice",
    paper=PAPER,
    place="the single-agent case, where value iteration contracts",
    families=(),
    expected=Verdict.REFUTED,
    witness=knife_edge,
    hypotheses=(
        Hypothesis(
            name="one player has no choice",
            text="one of the players has a single action",
            body=lambda game: at_most(minimum(leader_actions_count(game), follower_actions_count(game)), 1),
            ablation=Ablation(
                expected="counterexample",
                text="with two choices each about one random game in ten cycles",
                families=("markov_dense", "markov_garnet"),
            ),
        ),
    ),
    mutants=(
        Mutant(
            name="three phases", text="its policies have period three", body=lambda game: equal(orbit_period(game), 3)
        ),
    ),
    note="A knife edge: the values of the player who chooses do converge. But where two of her actions are tied in the "
    "limit, the differences of her iterates may alternate in sign while they vanish, her policy never settles, and the "
    "other player's values do not converge. Random games have no such ties.",
)
def one_sided(game):
    return equal(orbit_period(game), 1)
