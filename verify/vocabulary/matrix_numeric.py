"""From the solvers of one-shot games to the two things a concept needs: floats with radii, and facts to check.

numeric functions take a batch of float games and return (values, radii) of the batch shape; the true value lies within
the radius, which is infinite where rounding leaves the answer open. `prove_NAME` takes a single exact game and returns
the fact of that concept. Solvers are imported where they are used, since the vocabulary is read by commands that solve
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from games.matrix import BimatrixGame

Ball = tuple[np.ndarray, np.ndarray]
Fact = dict[str, Any]

EPSILON = 2.0**-52

AGREEMENT = 1e-7
"""The part of the leader's payoff range within which an LP solver with tolerance 1e-9 must agree to be called right."""


# Strong and weak values, proved by the batch kernel where floats can prove them, and solved exactly elsewhere.


def sse(game: BimatrixGame) -> Ball:
    from solvers.matrix.batch import solve

    return _ball(solve(game))


def wse(game: BimatrixGame) -> Ball:
    from solvers.matrix.weak import solve

    return _ball(solve(game))


def _ball(found: Any) -> Ball:
    """The leader's value and its error bound, infinite where the solver did not settle the game."""
    return np.asarray(found.leader_value), np.where(found.converged, found.error_bound, np.inf)


def minimax(game: BimatrixGame) -> Ball:
    """What the opponent concedes when he is the one to commit: minus his strong value in the game -A', A'."""
    transposed = np.swapaxes(game.leader, -1, -2)
    values, radii = sse(BimatrixGame(leader=-transposed, follower=transposed))
    return -values, radii


def rescaled_sse(game: BimatrixGame) -> Ball:
    return sse(_rescaled(game))


def _rescaled(game: BimatrixGame) -> BimatrixGame:
    leader_unit, follower_unit = (
        (Fraction(2) ** 40, Fraction(2) ** -40) if game.is_exact else (2.0**40, 2.0**-40)
    )  # powers of two round nothing
    return BimatrixGame(leader=game.leader * leader_unit, follower=game.follower * follower_unit)


# Values found by comparing payoffs, and by enumerating equilibria.


def pure(game: BimatrixGame) -> Ball:
    return _pure(game, "strong")


def pure_weak(game: BimatrixGame) -> Ball:
    return _pure(game, "weak")


def _pure(game: BimatrixGame, ties: Any) -> Ball:
    from solvers.matrix.pure import solve

    return np.asarray(solve(game, ties=ties).leader_value), np.zeros(game.batch_shape)


def best_nash(game: BimatrixGame) -> Ball:
    return _nash(game, "best")[0]


def worst_nash(game: BimatrixGame) -> Ball:
    return _nash(game, "worst")[0]


# Differences of two values: where their floats do not tell them apart, exact values do, as far as there are any.

Exactly = Callable[[int], Fraction | None]


def commitment_gain(game: BimatrixGame) -> Ball:
    game, shape = _singles(game), game.batch_shape
    committed = sse(game)
    return _difference((committed, _exact_value(game, "sse", committed)), _nash(game, "best"), shape)


def weak_commitment_gain(game: BimatrixGame) -> Ball:
    game, shape = _singles(game), game.batch_shape
    committed = wse(game)
    return _difference((committed, _exact_value(game, "wse", committed)), _nash(game, "worst"), shape)


def equilibrium_gain(game: BimatrixGame) -> Ball:
    game, shape = _singles(game), game.batch_shape
    secured = minimax(game)
    return _difference(_nash(game, "worst"), (secured, _exact_value(game, "minimax", secured)), shape)


def _nash(game: BimatrixGame, which: Literal["best", "worst"]) -> tuple[Ball, Exactly]:
    """The leader's best or worst Nash payoff, and its exact value game by game."""
    from solvers.matrix.nash_values import nash_values

    found = nash_values(game)
    ball = (found.best, found.best_radius) if which == "best" else (found.worst, found.worst_radius)
    return ball, lambda place: found.exactly(which, place)


def _exact_value(game: BimatrixGame, concept: str, ball: Ball) -> Exactly:
    """The exact value of one game: its float where the radius is zero, else solved for."""
    values, radii = ball

    def exactly(place: int) -> Fraction:
        if radii[place] == 0:
            return Fraction(float(values[place]))
        return Fraction(_fact(game[place].exact(), concept)["value"])

    return exactly


def _difference(left: tuple[Ball, Exactly], right: tuple[Ball, Exactly], shape: tuple[int, ...]) -> Ball:
    (ours, our_radii), (theirs, their_radii) = left[0], right[0]
    values = ours - theirs
    radii = (our_radii + their_radii + np.abs(values) * EPSILON) * (1 + 4 * EPSILON)  # 0 if both are 0 and equal
    for place in np.flatnonzero((np.abs(values) <= radii) & (radii > 0)).tolist():
        theirs_exactly = right[1](place)
        ours_exactly = left[1](place) if theirs_exactly is not None else None
        if ours_exactly is not None and theirs_exactly is not None:
            values[place], radii[place] = _rounded(ours_exactly - theirs_exactly)
    return values.reshape(shape), radii.reshape(shape)


def _rounded(exactly: Fraction) -> tuple[float, float]:
    """The nearest float and a bound on what it misses; zero where it misses nothing."""
    value = float(exactly)
    return value, 0.0 if Fraction(value) == exactly else float(np.spacing(abs(value)))


# Linear programs, game by game.


def single_lp(game: BimatrixGame) -> Ball:
    from solvers.matrix.single_lp import solve

    return _by_program(game, solve)


def multiple_lps(game: BimatrixGame) -> Ball:
    from solvers.matrix.multiple_lps import solve

    return _by_program(game, solve)


def correlated(game: BimatrixGame) -> Ball:
    from solvers.matrix.correlated import solve

    return _by_program(game, solve)


def _by_program(game: BimatrixGame, solve: Callable[[BimatrixGame], Any]) -> Ball:
    """Values of a linear-programming solver, which proves nothing, with radii from the proven strong value.

    The radius is the distance to the proven value plus that value's own, and infinite above `AGREEMENT` of the range:
    an answer that is plainly wrong is left to exact arithmetic, and never taken for an uncertain one.
    """
    values = np.array([float(solve(single).leader_value) for single in _singles(game)]).reshape(game.batch_shape)
    proven, radii = sse(game)
    size = np.ptp(game.leader, axis=(-2, -1)) + np.abs(game.leader).max(axis=(-2, -1)) * EPSILON
    distance = (np.abs(values - proven) + radii + EPSILON * np.abs(values)) * (1 + 4 * EPSILON)
    return values, np.where(distance <= AGREEMENT * size, distance, np.inf)


# Sizes and defects.


def leader_actions(game: BimatrixGame) -> Ball:
    return np.full(game.batch_shape, float(game.leader_actions)), np.zeros(game.batch_shape)


def follower_actions(game: BimatrixGame) -> Ball:
    return np.full(game.batch_shape, float(game.follower_actions)), np.zeros(game.batch_shape)


def zero_sum_defect(game: BimatrixGame) -> Ball:
    return _largest(game.leader + game.follower)


def common_payoff_defect(game: BimatrixGame) -> Ball:
    return _largest(game.leader - game.follower)


def _largest(cells: np.ndarray) -> Ball:
    """The largest |entry| of sums of two floats: each is rounded once, and zero exactly where the true sum is."""
    values = np.abs(cells).max(axis=(-2, -1))
    return values, np.where(np.isfinite(values), values * EPSILON, np.inf)


def degenerate_replies(game: BimatrixGame) -> Ball:
    """Replies that are best somewhere and nowhere alone: settled by comparing rows and columns where that is possible.

    The only best reply at some row is not degenerate, nor is one that another column beats in every row. One that is
    best at some row, while another column is at least as good in every row, is. The others are zero-sum games whose
    values have a sign: in floats where the error allows, else exactly.
    """
    follower = _singles(game).follower  # (games, m, n)
    rivals = follower[:, :, None, :] - follower[:, :, :, None]  # (games, m, n, n): B_b' - B_b, signs exact
    itself = np.eye(follower.shape[-1], dtype=bool)
    alone = np.any(((rivals < 0) | itself).all(axis=-1), axis=-2)  # (games, n)
    best = np.any((rivals <= 0).all(axis=-1), axis=-2)
    beaten = np.any((rivals > 0).all(axis=1), axis=-1)
    matched = np.any((rivals >= 0).all(axis=1) & ~itself, axis=-1)
    degenerate = np.logical_and(best, matched)
    places, replies = np.nonzero(~(alone | beaten | degenerate))
    if len(places):
        degenerate[places, replies] = _is_balanced(follower[places], replies)
    return degenerate.sum(axis=-1).astype(np.float64).reshape(game.batch_shape), np.zeros(game.batch_shape)


def _is_balanced(follower: np.ndarray, replies: np.ndarray) -> np.ndarray:
    """Whether the lead of reply `replies[i]` in `follower[i]` is 0 as a zero-sum game, for each i."""
    from solvers.matrix.batch import solve

    games, m, n = follower.shape
    others = np.array([[b for b in range(n) if b != reply] for reply in range(n)])[replies]  # (games, n - 1)
    own = np.take_along_axis(follower, replies[:, None, None], axis=2)
    lead = own - np.take_along_axis(follower, np.broadcast_to(others[:, None, :], (games, m, n - 1)), axis=2)
    values, radii = _ball(solve(BimatrixGame(leader=lead, follower=-lead), settle=False))
    radii = radii + EPSILON * np.abs(lead).max(axis=(1, 2))  # each entry is rounded once
    balanced = np.zeros(games, dtype=bool)
    for place in np.flatnonzero(~(np.abs(values) > radii)).tolist():
        twin = np.vectorize(Fraction, otypes=[object])(follower[place])
        saddle = _fact(_lead(twin, int(replies[place])), "minimax")
        balanced[place] = Fraction(saddle["value"]) == 0
    return balanced


def _lead(follower: np.ndarray, reply: int) -> BimatrixGame:
    """The zero-sum game whose value says by how much `reply` can be made the only best one: B_b - B_b', b' != b."""
    lead = follower[:, [reply]] - np.delete(follower, reply, axis=1)
    return BimatrixGame(leader=lead, follower=-lead)


# Games one by one.


def _singles(game: BimatrixGame) -> BimatrixGame:
    """The games in one row."""
    if len(game.batch_shape) == 1:
        return game
    core = game.leader.shape[-2:]
    return BimatrixGame(leader=game.leader.reshape(-1, *core), follower=game.follower.reshape(-1, *core))


# Facts. The solvers call some of them by other names.


def _fact(game: BimatrixGame, concept: str) -> Fact:
    from solvers.matrix.exact import fact

    return fact(game, concept)


def prove_sse(game: BimatrixGame) -> Fact:
    return _fact(game, "sse")


def prove_wse(game: BimatrixGame) -> Fact:
    return _fact(game, "wse")


def prove_pure(game: BimatrixGame) -> Fact:
    return _fact(game, "pure")


def prove_pure_weak(game: BimatrixGame) -> Fact:
    return {**_fact(game, "pure weak"), "concept": "pure_weak"}


def prove_minimax(game: BimatrixGame) -> Fact:
    return _fact(game, "minimax")


def prove_correlated(game: BimatrixGame) -> Fact:
    return _fact(game, "correlated")


def prove_single_lp(game: BimatrixGame) -> Fact:
    return {**_fact(game, "correlated"), "concept": "single_lp"}


def prove_multiple_lps(game: BimatrixGame) -> Fact:
    return {**_fact(game, "sse"), "concept": "multiple_lps"}


def prove_commitment_gain(game: BimatrixGame) -> Fact:
    return {"concept": "commitment_gain", "sse": _fact(game, "sse")}


def prove_weak_commitment_gain(game: BimatrixGame) -> Fact:
    return {"concept": "weak_commitment_gain", "wse": _fact(game, "wse")}


def prove_equilibrium_gain(game: BimatrixGame) -> Fact:
    return {"concept": "equilibrium_gain", "minimax": _fact(game, "minimax")}


def prove_rescaled_sse(game: BimatrixGame) -> Fact:
    return {**_fact(_rescaled(game), "sse"), "concept": "rescaled_sse"}


def prove_degenerate_replies(game: BimatrixGame) -> Fact:
    if game.follower_actions == 1:
        return {"concept": "degenerate_replies", "value": "0", "replies": []}
    saddles = [_fact(_lead(game.follower, reply), "minimax") for reply in range(game.follower_actions)]
    count = sum(Fraction(saddle["value"]) == 0 for saddle in saddles)
    return {"concept": "degenerate_replies", "value": str(count), "replies": saddles}
