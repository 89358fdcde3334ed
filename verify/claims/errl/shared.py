"""What claims on linear-quadratic games at a point share: points, hypotheses, and the four frames of a claim.

A frame is a player and what the follower sees; a statement about the Hamiltonian system is one claim a frame.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from games.linear_quadratic import LinearQuadraticPoint
from verify.comparison import equal, less
from verify.concept import Concept
from verify.statement import Ablation, Hypothesis
from verify.vocabulary import concept
from verify.vocabulary.lq_point import (
    follower_dimension,
    leader_dimension,
    lq_discount,
    lq_follower_temperature,
    lq_leader_temperature,
)
from verify.vocabulary.lq_point_reductions import zero_sum_defect_lq

PAPER = "errl"
GENERIC = ("lq_point",)
SWITCHING = ("lq_point_switching",)
"""Several regimes always: a batch of one regime says nothing of switching."""

QUICK, DEFAULT = 4_096, 32_768

Rows = Sequence[Sequence[Any]]

_COEFFICIENTS = {"A": 2, "B": 2, "E": 2, "b": 1, "C": 3, "D": 3, "F": 3, "s": 2}
"""Axes of length 1 of the arrays of a scalar game with one noise channel, the regimes aside."""

_VALUES = {"P": 2, "p": 1, "r": 0}


def _nested(number: Any, depth: int) -> Any:
    return str(number) if depth == 0 else [_nested(number, depth - 1)]


def scalar_point(
    leader_M: Rows,
    follower_M: Rows,
    *,
    leader_m: Sequence[Any] = (0, 0, 0),
    follower_m: Sequence[Any] = (0, 0, 0),
    generator: Rows = ((0,),),
    discount: Any = 1,
    temperatures: tuple[Any, Any] = (1, 1),
    regime: int = 0,
    state: Any = 1,
    leader_action: Any = 0,
    leader_law: tuple[Any, Any] = (0, 1),
    follower_law: tuple[Any, Any] = (0, 1),
    **coefficients: Any,
) -> LinearQuadraticPoint:
    """The exact point with one state, one action each and one noise channel; strings are read as rationals.

    Costs are the same in all regimes. A coefficient (A, ..., s; leader_P, ..., follower_r) is a number, or a list over
    the regimes; what is not given is 0. A law is (mean, factor) of the deviation.
    """
    m = len(generator)
    fields: dict[str, Any] = {}
    depths = _COEFFICIENTS | {f"{player}_{name}": d for player in ("leader", "follower") for name, d in _VALUES.items()}
    for name, depth in depths.items():
        given = coefficients.pop(name, 0)
        numbers = given if isinstance(given, list) else [given] * m
        fields[name] = [_nested(number, depth) for number in numbers]
    if coefficients:
        raise TypeError(
            f"scalar_point: expected coefficients among {', '.join(depths)}; found {', '.join(coefficients)}"
        )

    def rows(table: Rows) -> list[list[str]]:
        return [[str(entry) for entry in row] for row in table]

    for player, M, linear, law in (
        ("leader", leader_M, leader_m, leader_law),
        ("follower", follower_M, follower_m, follower_law),
    ):
        fields[f"{player}_M"] = [rows(M)] * m
        fields[f"{player}_m"] = [[str(entry) for entry in linear]] * m
        fields[f"{player}_G"], fields[f"{player}_g"] = [[["0"]]] * m, [["0"]] * m
        fields[f"{player}_mean"], fields[f"{player}_factor"] = [str(law[0])], [[str(law[1])]]
    return LinearQuadraticPoint(
        generator=rows(generator),
        discount=str(discount),
        leader_temperature=str(temperatures[0]),
        follower_temperature=str(temperatures[1]),
        regime=str(regime),
        state=[str(state)],
        leader_action=[str(leader_action)],
        **fields,
    )


def two_regimes(**changes: Any) -> LinearQuadraticPoint:
    """Two regimes, noise that both actions move, cross terms, linear terms: nothing is zero that could be wrong."""
    fields: dict[str, Any] = {
        "leader_M": [[1, 1, 0], [1, 3, 1], [0, 1, 1]],
        "follower_M": [[2, 0, 1], [0, 1, 1], [1, 1, 2]],
        "leader_m": (0, 1, 1),
        "follower_m": (1, 0, 1),
        "generator": [[-1, 1], [2, -2]],
        "discount": "1/2",
        "temperatures": (1, "1/2"),
        "state": 2,
        "leader_action": 1,
        "leader_law": (1, 2),
        "follower_law": (-1, "1/2"),
        "A": [-1, 1],
        "B": 1,
        "E": [1, 2],
        "b": 1,
        "C": "1/2",
        "D": 1,
        "F": ["1/2", 1],
        "s": 1,
        "leader_P": [1, 2],
        "leader_p": [1, 0],
        "leader_r": [0, 1],
        "follower_P": [2, 1],
        "follower_p": [0, 1],
        "follower_r": [1, -1],
    }
    return scalar_point(**(fields | changes))


def opposed(**changes: Any) -> LinearQuadraticPoint:
    """The two regimes with the follower's costs and values those of the leader with the sign changed."""
    M = [[1, 1, 1], [1, 3, 1], [1, 1, -2]]
    m = (1, 0, 1)
    fields: dict[str, Any] = {
        "leader_M": M,
        "follower_M": [[-entry for entry in row] for row in M],
        "leader_m": m,
        "follower_m": tuple(-entry for entry in m),
        "D": "1/2",
        "leader_P": [1, "1/2"],
        "follower_P": [-1, "-1/2"],
        "leader_p": [1, 0],
        "follower_p": [-1, 0],
        "leader_r": [1, 0],
        "follower_r": [1, 0],
    }
    return two_regimes(**(fields | changes))


@dataclasses.dataclass(frozen=True, slots=True)
class Frame:
    """A player, and what the follower sees."""

    player: str
    sees: str

    @property
    def name(self) -> str:
        return f"{self.player}-{self.sees}"

    @property
    def text(self) -> str:
        return f"the {self.player}, {self.sees} seen"

    def word(self, pattern: str) -> Concept:
        """The concept of that name: k stands for the player, s for what is seen."""
        return concept(pattern.format(k=self.player, s=self.sees))

    @property
    def entropy(self) -> Concept:
        return self.word("leader_entropy_{s}" if self.player == "leader" else "follower_entropy")

    @property
    def dimension(self) -> Concept:
        return leader_dimension if self.player == "leader" else follower_dimension

    @property
    def temperature(self) -> Concept:
        return lq_leader_temperature if self.player == "leader" else lq_follower_temperature

    @property
    def other_temperature(self) -> Concept:
        return lq_follower_temperature if self.player == "leader" else lq_leader_temperature

    @property
    def trace(self) -> Concept:
        """What the other player's exploration costs, a unit of temperature, doubled."""
        return self.word("leader_cross_trace" if self.player == "leader" else "follower_trace_{s}")

    @property
    def cross_cost(self) -> Concept:
        """The discounted sum of `trace` over the regimes to come."""
        return self.word("leader_cross_cost" if self.player == "leader" else "follower_cross_cost_{s}")


FRAMES = tuple(Frame(player, sees) for player in ("leader", "follower") for sees in ("action", "policy"))


def warm(player: str, undefined: Callable[[Any], Any]) -> Hypothesis:
    """The player's temperature is positive; at 0 what `undefined` computes has no value."""
    temperature = lq_leader_temperature if player == "leader" else lq_follower_temperature
    cold = {"leader": (0, 1), "follower": (1, 0)}[player]
    return Hypothesis(
        name=f"{player}'s temperature",
        text=f"the {player}'s temperature is positive",
        body=lambda game: less(0, temperature(game)),
        ablation=Ablation(
            expected="undefined",
            text="at temperature 0 the law is a point mass: it has neither density nor logarithm",
            instance=lambda: undefined(two_regimes(temperatures=cold)),
        ),
    )


def discounted(undefined: Callable[[Any], Any]) -> Hypothesis:
    """beta > 0; without discount what `undefined` computes has no value."""
    return Hypothesis(
        name="discount",
        text="the discount rate is positive",
        body=lambda game: less(0, lq_discount(game)),
        means="beta_less_Lambda is invertible",
        ablation=Ablation(
            expected="undefined",
            text="without discount the cost of exploring forever is infinite: beta I - Lambda is singular",
            instance=lambda: undefined(two_regimes(discount=0)),
        ),
    )


ZERO_SUM = Hypothesis(
    name="zero-sum",
    text="running costs and coefficients of the values are opposite: M, m, P and p of the players sum to zero",
    body=lambda game: equal(zero_sum_defect_lq(game), 0),
    means=(
        *(f"opposite M_{block}" for block in ("xx", "uu", "vv", "ux", "vx", "vu")),
        *(f"opposite m_{block}" for block in "xuv"),
        *(f"opposite {name}" for name in ("P", "P of the channels", "P of the regimes", "p", "p of the regimes")),
    ),
    ablation=Ablation(
        expected="counterexample",
        text="players who are not opposed: neither values nor costs of exploration balance",
        families=GENERIC,
    ),
)
