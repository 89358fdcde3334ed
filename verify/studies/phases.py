"""When does Stackelberg Q-value iteration converge, and what restores convergence where it does not?

Random games of two states, two moves and two replies from Q = 0: over the discount and the correlation of the players'
rewards, with damping, with softness and with mixed commitment; and how often the relaxed policy condition of the
comparison theorem holds without slack.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from games.families import family
from games.markov import MarkovGame
from solvers.markov import batch_mixed, batch_soft
from solvers.markov.batch import solve
from solvers.markov.comparison import slack
from solvers.solution import Status
from verify.studies.figures import Axis, Figure, Heatmap, Lines, Share
from verify.studies.study import Cell, Counts, Study

DISCOUNTS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
CORRELATIONS = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)
STEP_SIZES = (0.75, 0.5, 0.25, 0.1)
TEMPERATURES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
SIZES = ((2, 2, 2), (2, 3, 3), (3, 3, 3), (4, 4, 4))

COMPARED = 1024
"""Games of a block on which the comparison condition is followed along the whole run."""


def games_of(
    rng: np.random.Generator, count: int, *, discount: float, correlation: float = 0.0, size: tuple[int, int, int]
) -> Any:
    """Random `MarkovGame`s of the family `markov_correlated` with one discount."""
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


def _compared(game: MarkovGame, status: Any) -> dict[str, int]:
    """How many of the first games that converge do so without slack for the leader, and for both players."""
    game = game[np.flatnonzero(status[:COMPARED] == Status.CONVERGED)]
    if not len(game):
        return {}
    found = slack(game, solve(game))
    leader, both = found.leader == 0, (found.leader == 0) & (found.follower == 0)
    return {"compared": len(game), "slack-free for the leader": int(leader.sum()), "slack-free": int(both.sum())}


def _plane(rng: np.random.Generator, count: int, *, discount: float, correlation: float) -> Counts:
    game = games_of(rng, count, discount=discount, correlation=correlation, size=(2, 2, 2))
    plain, mixed = solve(game).status, batch_mixed.solve(game).status
    return {
        "games": count,
        **_outcomes(plain, "plain"),
        **_outcomes(mixed, "mixed"),
        **_changed(plain, mixed, "mixed"),
        **_compared(game, plain),
    }


def _changed(plain: Any, other: Any, name: str) -> dict[str, int]:
    """What became of games that cycle, and of those that converge, under the plain iteration."""
    return {
        f"{name} restored": int(((plain == Status.CYCLE) & (other == Status.CONVERGED)).sum()),
        f"{name} broken": int(((plain == Status.CONVERGED) & (other == Status.CYCLE)).sum()),
    }


def _softened(rng: np.random.Generator, count: int, *, discount: float, correlation: float = 0.0) -> Counts:
    """The same games at every temperature, one for both players."""
    game = games_of(rng, count, discount=discount, correlation=correlation, size=(2, 2, 2))
    plain = solve(game).status
    counts = {"games": count, **_outcomes(plain, "plain")}
    for tau in TEMPERATURES:
        status = batch_soft.solve(game, temperatures=(tau, tau)).status
        counts |= _outcomes(status, f"tau {tau:g}") | _changed(plain, status, f"tau {tau:g}")
    return counts


def _damped(rng: np.random.Generator, count: int, *, discount: float) -> Counts:
    """The same games at every step size."""
    game = games_of(rng, count, discount=discount, size=(2, 2, 2))
    plain = solve(game).status
    counts = {"games": count, **_outcomes(plain, "plain")}
    for alpha in STEP_SIZES:
        status = solve(game, step_size=alpha).status
        counts |= _outcomes(status, f"alpha {alpha:g}") | _changed(plain, status, f"alpha {alpha:g}")
    return counts


def _sized(rng: np.random.Generator, count: int, *, size: tuple[int, int, int]) -> Counts:
    game = games_of(rng, count, discount=0.9, size=size)
    plain = solve(game).status
    return {"games": count, **_outcomes(plain, "plain"), **_compared(game, plain)}


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
    softened = [
        Cell(key=f"soft {discount:g}", draw=lambda rng, count, g=discount: _softened(rng, count, discount=g))
        for discount in DISCOUNTS
    ]
    softened += [
        Cell(
            key=_soft_key(correlation),
            draw=lambda rng, count, c=correlation: _softened(rng, count, discount=0.9, correlation=c),
        )
        for correlation in CORRELATIONS
    ]
    sized = [Cell(key=_size_key(size), draw=lambda rng, count, s=size: _sized(rng, count, size=s)) for size in SIZES]
    return [*plane, *damped, *softened, *sized]


def _plane_key(discount: float, correlation: float) -> str:
    return f"plane {discount:g} {correlation:g}"


def _soft_key(correlation: float) -> str:
    return f"soft 0.9 correlation {correlation:g}"


def _size_key(size: tuple[int, int, int]) -> str:
    return "size " + "x".join(map(str, size))


def _share(counts: Counts, name: str, of: str = "games") -> Share:
    return Share(count=counts.get(name, 0), total=counts.get(of, 0))


_DISCOUNT_AXIS = Axis(label="discount", values=tuple(f"{discount:g}" for discount in DISCOUNTS))
_CORRELATION_AXIS = Axis(label="correlation of rewards", values=tuple(f"{c:g}" for c in CORRELATIONS))


def _over_plane(totals: Mapping[str, Counts], name: str, of: str = "games") -> list[list[Share]]:
    return [[_share(totals[_plane_key(g, c)], name, of) for c in CORRELATIONS] for g in DISCOUNTS]


def _figures(totals: Mapping[str, Counts]) -> Sequence[Figure]:
    damped = [totals[f"damped {discount:g}"] for discount in DISCOUNTS]
    soft = [totals[f"soft {discount:g}"] for discount in DISCOUNTS]
    plane = [totals[_plane_key(discount, 0.0)] for discount in DISCOUNTS]
    temperatures = Axis(label="temperature of both players", values=("0", *(f"{tau:g}" for tau in TEMPERATURES)))
    steps = Axis(label="step size", values=("1", *(f"{alpha:g}" for alpha in STEP_SIZES)))
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
        Heatmap(
            title="The same with mixed commitment",
            caption="Per cent of the same games that cycle when the leader may commit to mixtures in every stage.",
            x=_CORRELATION_AXIS,
            y=_DISCOUNT_AXIS,
            cells=_over_plane(totals, "mixed cycled"),
        ),
        Heatmap(
            title="Damped",
            caption="Per cent of the games (correlation 0) that cycle at each step size; the same games in a row.",
            x=steps,
            y=_DISCOUNT_AXIS,
            cells=[
                [_share(c, "plain cycled"), *(_share(c, f"alpha {a:g} cycled") for a in STEP_SIZES)] for c in damped
            ],
        ),
        Heatmap(
            title="Softened, over discount and temperature",
            caption="Per cent of the games (correlation 0) that cycle or have not converged after 4,000 soft steps, "
            "entropies counted; the same games in a row, which at temperature 0 choose greedily.",
            x=temperatures,
            y=_DISCOUNT_AXIS,
            cells=[_tempered(counts) for counts in soft],
        ),
        Heatmap(
            title="Softened, over correlation and temperature",
            caption="The same at discount 0.9, by the correlation of the players' rewards.",
            x=temperatures,
            y=_CORRELATION_AXIS,
            cells=[_tempered(totals[_soft_key(c)]) for c in CORRELATIONS],
        ),
        Lines(
            title="What restores convergence",
            caption="Of the games that cycle (correlation 0), those that converge when damped, softened or mixed.",
            x=_DISCOUNT_AXIS,
            y="share",
            lines={
                "temperature 0.3": [_share(c, "tau 0.3 restored", "plain cycled") for c in soft],
                "mixed commitment": [_share(c, "mixed restored", "plain cycled") for c in plane],
                "step size 0.1": [_share(c, "alpha 0.1 restored", "plain cycled") for c in damped],
                "temperature 0.03": [_share(c, "tau 0.03 restored", "plain cycled") for c in soft],
            },
        ),
        Heatmap(
            title="The relaxed policy condition",
            caption="Per cent of the converging games whose whole run has slack 0 for both players.",
            x=_CORRELATION_AXIS,
            y=_DISCOUNT_AXIS,
            cells=_over_plane(totals, "slack-free", "compared"),
        ),
        Heatmap(
            title="The relaxed policy condition, for the leader alone",
            caption="Per cent of the converging games whose whole run has slack 0 for the leader.",
            x=_CORRELATION_AXIS,
            y=_DISCOUNT_AXIS,
            cells=_over_plane(totals, "slack-free for the leader", "compared"),
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


def _tempered(counts: Counts) -> list[Share]:
    """Games that do not converge, at temperature 0 and at every other."""
    failed = [
        Share(count=counts[f"tau {tau:g} cycled"] + counts[f"tau {tau:g} open"], total=counts["games"])
        for tau in TEMPERATURES
    ]
    return [_share(counts, "plain cycled"), *failed]


def _findings(totals: Mapping[str, Counts]) -> Sequence[str]:
    plane = {(g, c): totals[_plane_key(g, c)] for g in DISCOUNTS for c in CORRELATIONS}
    ends = [counts for (_, c), counts in plane.items() if abs(c) == 1]
    worst = max(plane, key=lambda at: plane[at]["plain cycled"] / plane[at]["games"])
    left = sum(counts["plain open"] for counts in plane.values())
    drawn = sum(counts["games"] for counts in plane.values())
    damped = [totals[f"damped {discount:g}"] for discount in DISCOUNTS]
    soft = [totals[f"soft {discount:g}"] for discount in DISCOUNTS]
    compared = totals[_plane_key(0.9, 0.0)]
    return (
        f"Most cycles are met at discount {worst[0]:g} and correlation {worst[1]:g}: "
        f"{_percent([plane[worst]], 'plain cycled', 'games')} of the games. With opposite or equal rewards, where the "
        f"operator contracts, {sum(c['plain cycled'] for c in ends)} of {sum(c['games'] for c in ends):,} games cycle.",
        f"Damping: at step size 0.1, {_percent(damped, 'alpha 0.1 restored', 'plain cycled')} of the games that cycle "
        f"undamped converge, and "
        f"{_percent(damped, 'alpha 0.1 broken', 'plain converged')} of those that converge begin to cycle.",
        f"Mixed commitment restores convergence of {_percent(plane.values(), 'mixed restored', 'plain cycled')} of the "
        f"cycling games, "
        f"and {_percent(plane.values(), 'mixed broken', 'plain converged')} of the converging ones begin to cycle.",
        f"Softness restores convergence of {_percent(soft, 'tau 0.03 restored', 'plain cycled')} at temperature 0.03, "
        f"{_percent(soft, 'tau 0.3 restored', 'plain cycled')} at 0.3 and "
        f"{_percent(soft, 'tau 1 restored', 'plain cycled')} at 1, rewards having standard deviation 1.",
        f"The relaxed policy condition holds without slack for the leader in "
        f"{_percent([compared], 'slack-free for the leader', 'compared')} of the converging games at discount 0.9 and "
        f"correlation 0, and for both players in {_percent([compared], 'slack-free', 'compared')}.",
        f"{left:,} of {drawn:,} games of the first figure were left undecided by floats and count on neither side.",
    )


def _percent(cells: Iterable[Counts], name: str, of: str) -> str:
    cells = list(cells)
    total = sum(counts[of] for counts in cells)
    return f"{100 * sum(counts[name] for counts in cells) / total:.3g}%" if total else "none"


STUDY = Study(
    name="phases",
    title="When does Q-value iteration converge, and what restores convergence?",
    plan=(
        "Rewards are standard normal with the given correlation between the players, kernels are uniform on the "
        "simplex, both players have the same discount, ties are broken for the leader, and iteration starts at Q = 0. "
        "A game counts as converging or cycling only where floats with error bounds prove that its policies stay, or "
        "return, for ever; the rest is left open.",
        "Mixed and soft iteration are followed in floats to a relative change of 1e-8, or until values return; these "
        "are observations, not proofs. The relaxed policy condition is followed along the whole run of some of the "
        "games that converge, in floats.",
    ),
    cells=_cells,
    figures=_figures,
    findings=_findings,
    games=2_000_000,
)
