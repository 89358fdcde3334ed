"""How often the two-level policy iteration does not converge: measured on random scalar games."""

from __future__ import annotations

from fractions import Fraction

from verify.claims.errl.policy_iteration import PLACE
from verify.claims.errl.solved import PAPER
from verify.claims.errl.two_level_runs import CLOSE, GAMES, STEPS, failing
from verify.comparison import at_least, at_most
from verify.experiment.plan import Contrast, Experiment, Quantity
from verify.statement import Mutant, claim
from verify.terms import maximum, minimum
from verify.verdict import Verdict

TOGETHER = Quantity(
    name="two_level_failures",
    latex=r"p_{\mathrm{both}}",
    text="the share of starts from which gains do not converge where both players evaluate and improve at every step",
)
SOLVED = Quantity(
    name="two_level_failures_solved",
    latex=r"p_{\mathrm{solved}}",
    text="the share where the follower solves his problem before each step of the leader's",
)
WEIGHT = 2.0


@claim(
    "errl/policy-iteration-frequency",
    title="From at least one random start in twenty the two-level iteration does not converge",
    paper=PAPER,
    place=PLACE,
    expected=Verdict.SUPPORTED,
    experiment=Experiment(
        plan=f"A replicate draws {GAMES} scalar games with normal coefficients and positive semidefinite normal costs, "
        f"and starts from normal gains that stabilise; it takes the share from which, after {STEPS} steps, the gains "
        f"have lost stability or still change by more than {CLOSE:g} of their size, for both forms of the iteration",
        quantities=(TOGETHER, SOLVED),
        measure=failing(together=TOGETHER.name, solved=SOLVED.name),
        contrasts=(
            Contrast(
                hypothesis="cheap actions",
                text="actions cost no more than the state, and the state may grow by itself",
                without=f"where actions cost {WEIGHT:g} more and the state is damped it fails far less often",
                expected="counterexample",
                measure=failing(together=TOGETHER.name, solved=SOLVED.name, weight=WEIGHT),
            ),
        ),
        quick=4,
        default=16,
    ),
    mutants=(
        Mutant(
            name="one in five",
            text="it is one start in five",
            body=lambda game: at_least(minimum(TOGETHER(game), SOLVED(game)), Fraction(1, 5)),
        ),
        Mutant(
            name="hardly ever",
            text="it is one start in a hundred at most",
            body=lambda game: at_most(maximum(TOGETHER(game), SOLVED(game)), Fraction(1, 100)),
        ),
    ),
    note="About one start in eleven where the follower solves his problem, one in seven where he improves along.",
)
def frequency(game):
    return at_least(minimum(TOGETHER(game), SOLVED(game)), Fraction(1, 20))
