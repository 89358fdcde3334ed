"""What a constant rate costs over a finite horizon: the factor (1 - e^{-beta T}) / beta (errl/exploration-cost).

The excess cost of exploration obeys -dr_i/dt + beta r_i = f_i + sum_j lam_ij r_j, r_i(T) = 0, one linear equation whose
solution is unique. Where the source is one constant f in every regime and at every time, as each player's own term
tau k / 2 is, the solution is f (1 - e^{-beta (T - t)}) / beta in every regime: rows of a generator sum to zero. The
same holds for the leading term (tau k / 2) log(1 / tau) of the entropies (errl/vanishing). Sources that vary, as the
cross terms do, have no such closed form; on an infinite horizon they are summed by (beta I - Lambda)^{-1}.
"""

from __future__ import annotations

import sympy
from sympy import exp

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.differentiation import derivative
from proofs.engine.relation import at_most, equal, less
from proofs.engine.rules.algebra import Combine, Identity
from proofs.engine.rules.calculus import Derivative
from proofs.engine.rules.quantifiers import Generalise, Instantiate
from proofs.engine.step import Step
from proofs.engine.terms import Index, IndexSet, Scalar, Size, Total, vector
from proofs.engine.vocabulary import Vocabulary

TOPIC = "riccati/exploration-horizon"
TITLE = "The cost of a constant rate over a finite horizon"

m = Size("m")
REGIMES = IndexSet("regimes", m)
i, j = Index("i", REGIMES), Index("j", REGIMES)
rates = vector("lambda")
discount, horizon, time = Scalar("lq_discount", r"\beta"), Scalar("lq_horizon", "T"), Scalar("time", "t")
source, cost, slope = Scalar("rate_source", "f"), Scalar("rate_cost", "r"), Scalar("rate_slope", r"\dot r")
start = Scalar("rate_cost_start", "r(0)")
SYMBOLS = {"m": m} | {str(symbol): symbol for symbol in (discount, horizon, time, source, cost, slope, start)}


def _cost(remaining: sympy.Expr) -> sympy.Expr:
    return source * (1 - exp(-discount * remaining)) / discount


HORIZON = Vocabulary(
    symbols=SYMBOLS,
    vectors={"lambda": rates},
    definitions={"rate_cost": _cost(horizon - time), "rate_cost_start": _cost(horizon)},
    facts={"rows of the generator sum to zero": equal(Total(rates[i, j], j), 0).for_all(i)},
    sizes={"m": ("lambda", 0)},
)


def derivation() -> Derivation:
    """-dr/dt + beta r = f + sum_j lam_ij r, r(T) = 0, and the distance of r from f / beta."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=HORIZON)
    discounting = argument.assume("discounting", less(0, discount))
    meaning = argument.define("rate_cost", None, discounting)
    _solves(argument, discounting, meaning)
    _ends(argument, discounting, meaning)
    return argument.derivation()


def _solves(argument: Argument, discounting: Step, meaning: Step) -> None:
    moving = argument.step(
        equal(slope, derivative(HORIZON.definitions["rate_cost"], time)),
        Derivative(cost, time),
        meaning,
        discounting,
        reason="the time derivative of r",
    )
    rows = argument.fact("rows of the generator sum to zero")
    row = argument.step(equal(Total(rates[i, j], j), 0), Instantiate({i: i}), rows, reason="of regime i")
    switching = argument.step(
        equal(Total(rates[i, j] * cost, j), 0),
        Combine((cost,)),
        row,
        discounting,
        reason="a cost that is the same in all regimes does not change when they switch",
    )
    balance = argument.step(
        equal(-slope + discount * cost, source + Total(rates[i, j] * cost, j)),
        Combine((-1,)),
        switching,
        moving,
        meaning,
        discounting,
        reason="r solves the equation of the excess cost in regime i",
    )
    argument.conclude("equation", argument.step(balance.relation.for_all(i), Generalise((i,)), balance))


def _ends(argument: Argument, discounting: Step, meaning: Step) -> None:
    at_the_end = argument.assume("at the horizon", equal(time, horizon))
    terminal = argument.step(
        equal(cost, 0), Identity(), meaning, at_the_end, discounting, reason="at the horizon nothing is left to pay"
    )
    argument.conclude("terminal value", terminal)
    opening = argument.define("rate_cost_start", None, discounting)
    argument.conclude(
        "start",
        argument.step(
            equal(start, source / discount - source / discount * exp(-discount * horizon)),
            Identity(),
            opening,
            discounting,
            reason="the cost over the whole horizon falls short of the infinite one, f / beta, by a factor that decays",
        ),
    )
    paying = argument.assume("a rate that costs", at_most(0, source))
    argument.conclude(
        "below the infinite horizon",
        argument.step(
            at_most(start, source / discount),
            Combine((), (source / discount * exp(-discount * horizon),)),
            opening,
            discounting,
            paying,
            reason="what is missing is not negative",
        ),
    )
