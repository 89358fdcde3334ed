"""No law gets more than the soft maximum, entropy counted: <p, q> + tau Ent(p) <= tau log sum e^{q/tau}.

Equality at p = softmax(q/tau) alone, here shown at the uniform law for equal values.
"""

from __future__ import annotations

from games.choice import ChoiceWithPolicy
from verify.claims.softmax.hypotheses import PAPER, TEMPERATURE
from verify.claims.softmax.variational import FAMILIES, witness
from verify.comparison import at_least, at_most
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.choice import free_energy_gap, policy_entropy, temperature


@claim(
    "softmax/variational-gap",
    title="The variational principle: no law beats the soft maximum",
    paper=PAPER,
    place="variational principle, used by all papers",
    families=FAMILIES,
    expected=Verdict.PROVED,
    hypotheses=(TEMPERATURE,),
    witness=witness,
    tightness=lambda: ChoiceWithPolicy(values=["0", "0", "0"], temperature="1", policy=["1/3", "1/3", "1/3"]),
    derivation="softmax/variational",
    conclusion="upper bound",
    mutants=(
        Mutant(
            name="entropy",
            text="the entropy counted one and a half times",
            body=lambda game: at_least(2 * free_energy_gap(game), temperature(game) * policy_entropy(game)),
        ),
        Mutant(
            name="reversed",
            text="every law gets at least the soft maximum",
            body=lambda game: at_most(free_energy_gap(game), 0),
        ),
    ),
)
def variational_gap(game):
    return at_least(free_energy_gap(game), 0)
