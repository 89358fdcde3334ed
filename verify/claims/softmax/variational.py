"""The soft maximum less what a law gets, entropy counted, is tau times its divergence from the softmax law.

Hence tau log sum e^{q/tau} = max over p of <p, q> + tau Ent(p), attained by softmax(q/tau) alone.
"""

from __future__ import annotations

from games.choice import ChoiceWithPolicy
from verify.claims.softmax.hypotheses import PAPER, TEMPERATURE
from verify.comparison import equal
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.choice import free_energy_gap, policy_divergence, temperature

FAMILIES = ("with_policy",)


def witness() -> ChoiceWithPolicy:
    return ChoiceWithPolicy(values=["0", "1", "-1/2"], temperature="1/2", policy=["1/2", "1/3", "1/6"])


@claim(
    "softmax/variational",
    title="The variational principle: what a law misses is its divergence from softmax",
    paper=PAPER,
    place="variational principle, used by all papers",
    families=FAMILIES,
    expected=Verdict.PROVED,
    hypotheses=(TEMPERATURE,),
    witness=witness,
    derivation="softmax/variational",
    conclusion="gap",
    mutants=(
        Mutant(
            name="sign",
            text="the divergence with a minus sign",
            body=lambda game: equal(free_energy_gap(game), -temperature(game) * policy_divergence(game)),
        ),
        Mutant(
            name="constant",
            text="twice the divergence",
            body=lambda game: equal(free_energy_gap(game), 2 * temperature(game) * policy_divergence(game)),
        ),
        Mutant(
            name="rate",
            text="the temperature forgotten",
            body=lambda game: equal(free_energy_gap(game), policy_divergence(game)),
        ),
    ),
)
def variational(game):
    return equal(free_energy_gap(game), temperature(game) * policy_divergence(game))
