"""When does Stackelberg Q-value iteration converge, and what restores convergence where it does not?

Random games of two states, two moves and two replies from Q = 0: over the discount and the correlation of the players'
rewards, with damping, with softness and with mixed commitment; and how often the relaxed policy condition of the
comparison theorem holds without slack.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from games.families import family
from games.markov import MarkovGame
from solvers.markov.batch import solve
from solvers.markov.comparison import slack
from solvers.solution import Status
from verify.studies.study import Axis, Cell, Counts, Figure, Heatmap, Lines, Share, Study

DISCOUNTS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
CORRELATIONS = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)
STEP_SIZES = (0.75, 0.5, 0.25, 0.1)
SIZES = ((2, 2, 2), (2, 3, 3), (3, 3, 3), (4, 4, 4))

COMPARED = 1024
"""Games of a block on which the comparison condition is followed along the whole run."""


def games_of(
    rng: np.random.Generator, count: int, *, discount: float, correlation: float = 0.0, size: tuple[int, int, int]
) -> MarkovGame:
    """Random games of the family `markov_correlated` with one discount."""
    states, moves, replies = size
    drawn = dataclasses.replace(
        family("markov_correlated"),
        states=states,
        leader_actions=moves,
        follower_actions=replies,
        discounts=(discount,),
        shared_discount=True,
        correlation=correlation,
    )
    return drawn.sample(rng, count)


def _outcomes(status: Any, name: str) -> dict[str, int]:
    return {
        f"{name} converged": int((status == Status.CONVERGED).sum()),
        f"{name} cycled": int((status == Status.CYCLE).sum()),
        f"{name} open": int(((status != Status.CONVERGED) & (status != Status.CYCLE)).sum()),
    }


def _compared(game: MarkovGame) -> dict[str, int]:
    """How many of the games that converge do so without slack for the leader, and for both players."""
    status = solve(game).status
    game = game[np.flatnonzero(status == Status.CONVERGED)]
    if not len(game):
        return {}
    found = slack(game, solve(game))
    leader, both = found.leader == 0, (found.leader == 0) & (found.follower == 0)
    return {"compared": len(game), "slack-free for the leader": int(leader.sum()), "slack-free": int(both.sum())}


def _plane(rng: np.random.Generator, count: int, *, discount: float, correlation: float) -> Counts:
    game = games_of(rng, count, discount=discount, correlation=correlation, size=(2, 2, 2))
    return {"games": count, **_outcomes(solve(game).status, "plain"), **_compared(game[:COMPARED])}


def _damped(rng: np.random.Generator, count: int, *, discount: float) -> Counts:
    """The same games at every step size."""
    game = games_of(rng, count, discount=discount, size=(2, 2, 2))
    plain = solve(game).status
    counts = {"games": count, **_outcomes(plain, "plain")}
    for alpha in STEP_SIZES:
        status = solve(game, step_size=alpha).status
        counts |= _outcomes(status, f"alpha {alpha:g}")
        counts[f"alpha {alpha:g} restored"] = int(((plain == Status.CYCLE) & (status == Status.CONVERGED)).sum())
        counts[f"alpha {alpha:g} broken"] = int(((plain == Status.CONVERGED) & (status == Status.CYCLE)).sum())
    return counts


def _sized(rng: np.random.Generator, count: int, *, size: tuple[int, int, int]) -> Counts:
    game = games_of(rng, count, discount=0.9, size=size)
    return {"games": count, **_outcomes(solve(game).status, "plain"), **_compared(game[:COMPARED])}


def _cells() -> Sequence[Cell]:
    plane = [
        Cell(
            key=_plane_key(discount, correlation),
            draw=lambda rng, count, g=discount, c=correlation: _plane(rng, count, discount=g, correlation=c),
        )
        for discount in DISCOUNTS
        for correlation in CORRELATIONS
    ]
    damped = [
        Cell(key=f"damped {discount:g}", draw=lambda rng, count, g=discount: _damped(rng, count, discount=g))
        for discount in DISCOUNTS
    ]
    sized = [Cell(key=_size_key(size), draw=lambda rng, count, s=size: _sized(rng, count, size=s)) for size in SIZES]
    return [*plane, *damped, *sized]


def _plane_key(discount: float, correlation: float) -> str:
    return f"plane {discount:g} {correlation:g}"


def _size_key(size: tuple[int, int, int]) -> str:
    return "size " + "x".join(map(str, size))


def _share(counts: Counts, name: str, of: str = "games") -> Share:
    return Share(count=counts.get(name, 0), total=counts.get(of, 0))


_DISCOUNT_AXIS = Axis(label="discount", values=tuple(f"{discount:g}" for discount in DISCOUNTS))
_CORRELATION_AXIS = Axis(label="correlation of rewards", values=tuple(f"{c:g}" for c in CORRELATIONS))


def _over_plane(totals: Mapping[str, Counts], name: str, of: str = "games") -> list[list[Share]]:
    return [[_share(totals[_plane_key(g, c)], name, of) for c in CORRELATIONS] for g in DISCOUNTS]


def _figures(totals: Mapping[str, Counts]) -> Sequence[Figure]:
    damped = {discount: totals[f"damped {discount:g}"] for discount in DISCOUNTS}
    sizes = Axis(label="states x moves x replies", values=tuple("x".join(map(str, size)) for size in SIZES))
    by_size = [totals[_size_key(size)] for size in SIZES]
    return (
        Heatmap(
            title="Games that do not converge",
            caption="Per cent of random 2x2x2 games that are proved to end in a cycle of policies from Q = 0.",
            x=_CORRELATION_AXIS,
            y=_DISCOUNT_AXIS,
            cells=_over_plane(totals, "plain cycled"),
        ),
        Lines(
            title="Does damping restore convergence?",
            caption="Of the games that cycle undamped (correlation 0), those that are proved to converge at step size "
            "alpha; and of those that converge undamped, those that cycle.",
            x=_DISCOUNT_AXIS,
            y="share",
            lines={
                f"restored, alpha = {alpha:g}": [
                    _share(counts, f"alpha {alpha:g} restored", "plain cycled") for counts in damped.values()
                ]
                for alpha in STEP_SIZES
            },
        ),
        Lines(
            title="The relaxed policy condition, by discount",
            caption="Of the games that converge (correlation 0), those whose whole run has slack 0 in the sense of "
            "the comparison theorem, for the leader and for both players.",
            x=_DISCOUNT_AXIS,
            y="share",
            lines={
                "leader": [
                    _share(totals[_plane_key(g, 0.0)], "slack-free for the leader", "compared") for g in DISCOUNTS
                ],
                "both players": [_share(totals[_plane_key(g, 0.0)], "slack-free", "compared") for g in DISCOUNTS],
            },
        ),
        Heatmap(
            title="The relaxed policy condition, over discount and correlation",
            caption="Per cent of the converging games whose run has slack 0 for both players.",
            x=_CORRELATION_AXIS,
            y=_DISCOUNT_AXIS,
            cells=_over_plane(totals, "slack-free", "compared"),
        ),
        Lines(
            title="By size",
            caption="Discount 0.9, correlation 0: games that cycle, and converging games with slack 0.",
            x=sizes,
            y="share",
            lines={
                "cycle": [_share(counts, "plain cycled") for counts in by_size],
                "slack 0, leader": [_share(counts, "slack-free for the leader", "compared") for counts in by_size],
                "slack 0, both": [_share(counts, "slack-free", "compared") for counts in by_size],
            },
        ),
    )


def _findings(totals: Mapping[str, Counts]) -> Sequence[str]:
    plane = {(g, c): totals[_plane_key(g, c)] for g in DISCOUNTS for c in CORRELATIONS}
    ends = [counts for (_, c), counts in plane.items() if abs(c) == 1]
    worst = max(plane, key=lambda at: plane[at]["plain cycled"] / plane[at]["games"])
    left = sum(counts.get("plain open", 0) for counts in plane.values())
    drawn = sum(counts["games"] for counts in plane.values())
    restored, cycled, broken, converged = (
        sum(totals[f"damped {g:g}"][name] for g in DISCOUNTS)
        for name in ("alpha 0.1 restored", "plain cycled", "alpha 0.1 broken", "plain converged")
    )
    return (
        f"Most cycles are met at discount {worst[0]:g} and correlation {worst[1]:g}: "
        f"{_percent(plane[worst], 'plain cycled')} of the games. With opposite or equal rewards, where the operator "
        f"contracts, {sum(counts['plain cycled'] for counts in ends)} of {sum(c['games'] for c in ends):,} cycle.",
        f"With alpha = 0.1, {restored:,} of {cycled:,} games that cycle undamped converge "
        f"({100 * restored / cycled:.3g}%), and {broken:,} of {converged:,} that converge undamped begin to cycle.",
        f"{left:,} of {drawn:,} games of the plane were left undecided by floats and count on neither side.",
    )


def _percent(counts: Counts, name: str, of: str = "games") -> str:
    return f"{100 * counts[name] / counts[of]:.3g}%"


STUDY = Study(
    name="phases",
    title="When does Q-value iteration converge, and what restores convergence?",
    plan=(
        "Rewards are standard normal with the given correlation between the players, kernels are uniform on the "
        "simplex, both players have the same discount, ties are broken for the leader, and iteration starts at Q = 0. "
        "A game counts as converging or cycling only where floats with error bounds prove that its policies stay, or "
        "return, for ever; the rest is left open.",
        "The relaxed policy condition is followed along the whole run of some of the games that converge, in floats.",
    ),
    cells=_cells,
    figures=_figures,
    findings=_findings,
    games=2_000_000,
)
