"""In one stage, moving first is never worse for the leader than moving at the same time.

Her action of simultaneous play is among those she may announce, and the follower's answer to it is the one he gives
there: the minimum over announcements is at most that. Costs of a stage, without entropies, at equal values to come;
over time the values to come differ as well, and nothing of the kind need hold.
"""

from __future__ import annotations

from games.linear_quadratic import LinearQuadraticPoint
from verify.claims.errl.shared import DEFAULT, GENERIC, PAPER, QUICK, scalar_point, two_regimes
from verify.claims.errl.stackelberg_is_nash import uncoupled
from verify.comparison import at_most, equal, less
from verify.statement import Ablation, Hypothesis, Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.lq_point_reductions import (
    leader_commitment_gain,
    leader_nash_hamiltonian,
    leader_stackelberg_hamiltonian,
    nash_determinant,
)


def singular() -> LinearQuadraticPoint:
    """Both players want the sum of their actions to be something else: no simultaneous play is an equilibrium."""
    return scalar_point([[0, 0, 0], [0, 1, 1], [0, 1, 3]], [[0, 0, 0], [0, 1, 1], [0, 1, 1]], leader_m=(0, 1, 0))


ONE_EQUILIBRIUM = Hypothesis(
    name="one equilibrium",
    text="simultaneous play has exactly one equilibrium: its first-order conditions are not singular",
    body=lambda game: less(0, abs(nash_determinant(game))),
    means="N is invertible",
    ablation=Ablation(
        expected="undefined",
        text="without an equilibrium, or with many, there is no cost of simultaneous play to compare with",
        instance=lambda: leader_nash_hamiltonian(singular()),
    ),
)


@claim(
    "errl/commitment-value/one-shot",
    title="In one stage, moving first is never worse for the leader than simultaneous play",
    paper=PAPER,
    place="value of commitment",
    families=GENERIC,
    expected=Verdict.SUPPORTED,
    hypotheses=(ONE_EQUILIBRIUM,),
    witness=two_regimes,
    tightness=uncoupled,
    quick=QUICK,
    default=16_384,  # where she cannot move the reply both costs are the same, and exact arithmetic decides
    mutants=(
        Mutant(
            name="worth nothing",
            text="as if the order of play did not matter",
            body=lambda game: equal(leader_stackelberg_hamiltonian(game), leader_nash_hamiltonian(game)),
        ),
        Mutant(
            name="reversed",
            text="as if simultaneous play were never worse for her",
            body=lambda game: at_most(leader_nash_hamiltonian(game), leader_stackelberg_hamiltonian(game)),
        ),
    ),
)
def never_worse(game):
    return at_most(leader_stackelberg_hamiltonian(game), leader_nash_hamiltonian(game))


@claim(
    "errl/commitment-value/one-shot/square",
    title="What moving first is worth in one stage is a square, weighed with Hhat_uu",
    paper=PAPER,
    place="value of commitment",
    families=GENERIC,
    expected=Verdict.PROVED,
    derivation="riccati/stackelberg-is-nash",
    conclusion="commitment value",
    hypotheses=(ONE_EQUILIBRIUM,),
    witness=two_regimes,
    tightness=uncoupled,
    quick=QUICK,
    default=DEFAULT,
    mutants=(
        Mutant(
            name="no half",
            text="twice the square",
            body=lambda game: equal(
                leader_nash_hamiltonian(game) - leader_stackelberg_hamiltonian(game), 2 * leader_commitment_gain(game)
            ),
        ),
    ),
    note="Hhat_uu > 0 makes it at least 0: the order of play is never worth less than nothing in one stage.",
)
def square(game):
    gain = leader_nash_hamiltonian(game) - leader_stackelberg_hamiltonian(game)
    return equal(gain, leader_commitment_gain(game))
