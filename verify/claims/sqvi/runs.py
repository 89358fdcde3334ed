"""What claims on two runs of Q-value iteration share: games, and hypotheses with what happens without them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from games.markov import MarkovIteration, Ties
from verify.comparison import at_most, equal, less
from verify.concept import Concept
from verify.exact.evaluate import decide
from verify.statement import Ablation, Hypothesis, Mutant
from verify.terms import GAME, Relation, Term
from verify.vocabulary.markov_iteration import (
    common_reference_defect,
    common_reward_defect,
    common_start_defect,
    discount_difference,
    follower_discount,
    follower_reference_reward_defect,
    follower_start_reward_defect,
    reference_residual,
    step_size,
    steps,
    zero_sum_reference_defect,
    zero_sum_reward_defect,
    zero_sum_start_defect,
)

PAPER = "sqvi"

Rows = Sequence[Sequence[Any]]  # a table of a game with one state: a row is a leader action


def single_state(
    *,
    leader_reward: Rows,
    follower_reward: Rows,
    leader_start: Rows,
    follower_start: Rows,
    leader_reference: Rows,
    follower_reference: Rows,
    discounts: tuple[Any, Any] = ("1/2", "1/2"),
    step_size: Any = "1/2",
    steps: int = 3,
    ties: Ties = Ties.STRONG,
) -> MarkovIteration:
    """The exact pair of runs in a game with one state; strings are read as rationals."""
    return MarkovIteration(
        transition=[[[["1"] for _ in row] for row in leader_reward]],
        leader_reward=_table(leader_reward),
        follower_reward=_table(follower_reward),
        leader_discount=str(discounts[0]),
        follower_discount=str(discounts[1]),
        leader_start=_table(leader_start),
        follower_start=_table(follower_start),
        leader_reference=_table(leader_reference),
        follower_reference=_table(follower_reference),
        step_size=str(step_size),
        steps=str(steps),
        ties=str(int(ties)),
    )


def _table(rows: Rows) -> list[list[list[str]]]:
    return [[[str(entry) for entry in row] for row in rows]]


def shifted(rows: Rows, by: Any) -> list[list[Fraction]]:
    """The table with every entry moved by the same amount."""
    return [[Fraction(entry) + Fraction(by) for entry in row] for row in rows]


def opposite(rows: Rows) -> list[list[Fraction]]:
    """The table with the other sign."""
    return [[-Fraction(entry) for entry in row] for row in rows]


def longer(game: MarkovIteration, counts: Sequence[int]) -> Iterator[tuple[float, str, MarkovIteration]]:
    """The same runs after other numbers of steps, as the points of a series."""
    arrays = {name: getattr(game, name) for name in game.core}
    for count in counts:
        yield float(count), f"t = {count}", type(game)(**arrays | {"steps": Fraction(count)})


def rate(game: Any, discount: Concept) -> Term:
    """rho = 1 - alpha (1 - gamma) for the player whose discount it is."""
    return 1 - step_size(game) * (1 - discount(game))


ZERO_SUM_REWARDS = Hypothesis(
    name="zero-sum rewards",
    text="the players' rewards are opposite",
    body=lambda game: equal(zero_sum_reward_defect(game), 0),
    ablation=Ablation(
        expected="counterexample",
        text="the tables of rewards of other kinds do not stay opposite",
        families=("iteration_own_rewards",),
    ),
)

ZERO_SUM_START = Hypothesis(
    name="zero-sum start",
    text="the first run starts from opposite tables",
    body=lambda game: equal(zero_sum_start_defect(game), 0),
    ablation=Ablation(
        expected="counterexample",
        text="from other starts the follower misjudges what hurts the leader, and one step can triple the distance",
        families=("iteration_misjudged",),
    ),
)

ZERO_SUM_REFERENCE = Hypothesis(
    name="zero-sum reference",
    text="the second run starts from opposite tables, as it does at a fixed point",
    body=lambda game: equal(zero_sum_reference_defect(game), 0),
    ablation=Ablation(
        expected="counterexample",
        text="a second run from other tables may move apart from the first",
        families=("iteration_from_fixed",),
    ),
)


ONE_DISCOUNT = Hypothesis(
    name="one discount",
    text="the players' discounts are equal",
    body=lambda game: equal(discount_difference(game), 0),
    ablation=Ablation(
        expected="counterexample",
        text="players who discount differently do not keep their tables opposite, or equal",
        families=("iteration_close",),
    ),
)

COMMON_REWARDS = Hypothesis(
    name="common rewards",
    text="both players are rewarded alike",
    body=lambda game: equal(common_reward_defect(game), 0),
    ablation=Ablation(
        expected="counterexample",
        text="the tables of rewards of other kinds do not stay equal",
        families=("iteration_own_rewards",),
    ),
)

COMMON_START = Hypothesis(
    name="common start",
    text="the first run starts from equal tables",
    body=lambda game: equal(common_start_defect(game), 0),
    ablation=Ablation(
        expected="counterexample",
        text="from other starts the follower misses what is best for both, and one step can triple the distance",
        families=("iteration_misjudged",),
    ),
)

COMMON_REFERENCE = Hypothesis(
    name="common reference",
    text="the second run starts from equal tables, as it does at a fixed point",
    body=lambda game: equal(common_reference_defect(game), 0),
    ablation=Ablation(
        expected="counterexample",
        text="a second run from other tables may move apart from the first",
        families=("iteration_from_fixed",),
    ),
)

MYOPIC_FOLLOWER = Hypothesis(
    name="myopic follower",
    text="the follower's discount is 0",
    body=lambda game: equal(follower_discount(game), 0),
    ablation=Ablation(
        expected="counterexample",
        text="a follower who looks ahead changes his replies from step to step",
        families=("iteration_free",),
    ),
)

REWARD_START = Hypothesis(
    name="start at rewards",
    text="the follower's table is his rewards when the first run starts",
    body=lambda game: equal(follower_start_reward_defect(game), 0),
    ablation=Ablation(
        expected="counterexample",
        text="from elsewhere the follower's replies are other ones, for some time, or for ever where they tie",
        families=("iteration_myopic_start",),
    ),
)

REWARD_REFERENCE = Hypothesis(
    name="reference at rewards",
    text="the follower's table is his rewards when the second run starts, as it is at a fixed point",
    body=lambda game: equal(follower_reference_reward_defect(game), 0),
    ablation=Ablation(
        expected="counterexample",
        text="a second run from elsewhere may move apart from the first",
        families=("iteration_from_fixed",),
    ),
)

FIXED_POINT = Hypothesis(
    name="fixed point",
    text="the second run starts, and so stays, at a fixed point",
    body=lambda game: equal(reference_residual(game), 0),
    ablation=Ablation(
        expected="counterexample",
        text="what moves is no point to measure errors from",
        families=("iteration_free",),
    ),
)

ONE_STEP = Hypothesis(
    name="one step",
    text="one step is taken",
    body=lambda game: equal(steps(game), 1),
    ablation=Ablation(
        expected="counterexample",
        text="where no step is taken, nothing shrinks",
    ),
)


def without_in(hypothesis: Hypothesis, *families: str, text: str = "") -> Hypothesis:
    """The hypothesis, whose ablation is looked for in other families."""
    ablation = hypothesis.ablation
    return dataclasses.replace(
        hypothesis, ablation=dataclasses.replace(ablation, families=families, text=text or ablation.text)
    )


def contraction_mutants(distance: Concept, start: Concept, decay: Concept, discount: Concept) -> tuple[Mutant, ...]:
    """Wrong versions of distance <= decay * start, all of them violated where one run is the other one shifted."""
    return (
        Mutant(
            name="constant",
            text="19 twentieths of the bound",
            body=lambda game: at_most(distance(game), decay(game) * start(game) * Fraction(19, 20)),
        ),
        Mutant(
            name="rate",
            text="one step more in the exponent",
            body=lambda game: at_most(distance(game), decay(game) * rate(game, discount) * start(game)),
        ),
        Mutant(
            name="step size",
            text="the discount in place of the rate: as if steps were not damped, and only one of them",
            body=lambda game: at_most(distance(game), discount(game) * start(game)),
        ),
        Mutant(
            name="step size in excess",
            text="the step size times the bound, as if nothing of the old tables stayed",
            body=lambda game: at_most(distance(game), step_size(game) * decay(game) * start(game)),
        ),
    )


def _inverse_rate_of_nothing(discount: Concept) -> Any:
    """1 / rho in a game whose next tables forget the old ones and the values."""
    nothing = [["0"]]
    game = single_state(
        leader_reward=nothing,
        follower_reward=nothing,
        leader_start=nothing,
        follower_start=nothing,
        leader_reference=nothing,
        follower_reference=nothing,
        discounts=("0", "0"),
        step_size="1",
    )
    return decide(Relation("<=", 1 / rate(GAME, discount), Term.of(1)), game).lhs


def positive_rate(discount: Concept) -> Hypothesis:
    """That rho > 0 for the player whose discount it is, so that a bound can divide by it."""
    return Hypothesis(
        name="positive rate",
        text="the step size is below 1 or the discount positive",
        body=lambda game: less(0, rate(game, discount)),
        ablation=Ablation(
            expected="undefined",
            text="with step size 1 and discount 0 the rate, by which the bound divides, is 0",
            instance=lambda: _inverse_rate_of_nothing(discount),
        ),
    )


def drift(game: Any, *, start: Concept, decay: Concept, discount: Concept, defect: Concept, factor: Any = 2) -> Term:
    """rho^t (e_0 + 2 t alpha gamma D_0 / rho): what a contraction with a decaying disturbance leaves."""
    pushed = factor * steps(game) * step_size(game) * discount(game) / rate(game, discount) * defect(game)
    return decay(game) * (start(game) + pushed)


def drift_mutants(
    distance: Concept, *, start: Concept, decay: Concept, discount: Concept, defect: Concept
) -> tuple[Mutant, ...]:
    """Wrong versions of distance <= drift."""
    parts = {"start": start, "decay": decay, "discount": discount, "defect": defect}
    return (
        Mutant(
            name="constant",
            text="1 in place of 2",
            body=lambda game: at_most(distance(game), drift(game, factor=1, **parts)),
        ),
        Mutant(
            name="no drift",
            text="as if the start did not matter",
            body=lambda game: at_most(distance(game), decay(game) * start(game)),
        ),
        Mutant(
            name="rate",
            text="one step more in the exponent",
            body=lambda game: at_most(distance(game), rate(game, discount) * drift(game, **parts)),
        ),
        Mutant(
            name="step size in excess",
            text="the disturbance damped twice",
            body=lambda game: at_most(distance(game), drift(game, factor=2 * step_size(game), **parts)),
        ),
    )


def step_bound(game: Any, discount: Concept, own: Concept, other: Concept, factor: Any, other_factor: Any) -> Term:
    """(1 - alpha) d + alpha gamma (factor d + other_factor d'), d' the start distance of the other player."""
    alpha = step_size(game)
    pushed = discount(game) * (factor * own(game) + other_factor * other(game))
    return (1 - alpha) * own(game) + alpha * pushed


def step_mutants(distance: Concept, discount: Concept, own: Concept, other: Concept, factor: int) -> tuple[Mutant, ...]:
    """Wrong versions of distance <= step_bound with the other player's factor 2."""
    return (
        Mutant(
            name="contraction",
            text="as if the values moved no more than the player's own table",
            body=lambda game: at_most(distance(game), step_bound(game, discount, own, other, 1, 0)),
        ),
        Mutant(
            name="other player",
            text="1 in place of 2",
            body=lambda game: at_most(distance(game), step_bound(game, discount, own, other, factor, 1)),
        ),
        Mutant(
            name="own table",
            text=f"{factor - 1} in place of {factor}",
            body=lambda game: at_most(distance(game), step_bound(game, discount, own, other, factor - 1, 2)),
        ),
        Mutant(
            name="nothing stays",
            text="without the old tables",
            body=lambda game: at_most(
                distance(game), step_bound(game, discount, own, other, factor, 2) - (1 - step_size(game)) * own(game)
            ),
        ),
    )
