"""The compiled steps of `games.simulate.diffusion`: one block of paths a call, by a generator of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from games.kernel import kernel


@kernel
def euler(
    rng: Any,
    answer: np.ndarray,
    spread: np.ndarray,
    image: np.ndarray,
    rest: np.ndarray,
    quadratic: np.ndarray,
    linear: np.ndarray,
    constant: np.ndarray,
    entropy: np.ndarray,
    piece: np.ndarray,
    weight: np.ndarray,
    cumulative: np.ndarray,
    draws: int,
    x: np.ndarray,
    regime: np.ndarray,
    raw: np.ndarray,
    earned: np.ndarray,
    kept_x: np.ndarray,
    kept_regime: np.ndarray,
    kept_action: np.ndarray,
) -> None:
    """Take all paths of a block through all steps, in place; tables as in `StepTables`, (pieces, m, ...).

    Step k follows piece[k] of the laws, and weight[k] is its length times the discount to its beginning. Each of its
    normals is the normalised sum of `draws` of them, and so many draws from `cumulative` lead to the next regime: what
    as many shorter steps would draw, in their order. x (lanes, n), regime (lanes,) move; raw and earned (lanes, 2)
    gather both players' running costs and tau Ent. The first lanes are kept in kept_x (lanes, steps + 1, n),
    kept_regime and kept_action (lanes, steps, q), whose length says how many.
    """
    lanes, n = x.shape
    q, total, channels = spread.shape[3], linear.shape[3], image.shape[2] - 1
    columns, kept = rest.shape[3], kept_x.shape[0]
    y, moved = np.empty(total), np.empty(n)
    normals = np.empty((lanes, q + channels + columns))
    after = np.empty(lanes, dtype=np.int64)
    for k in range(piece.shape[0]):
        p, w = piece[k], weight[k]
        noise(rng, draws, cumulative, regime, normals, after)
        for lane in range(lanes):
            i = regime[lane]
            for a in range(n):
                y[a] = x[lane, a]
            for a in range(q):
                action = answer[p, i, a, n]
                for b in range(n):
                    action += answer[p, i, a, b] * y[b]
                for b in range(q):
                    action += spread[p, i, a, b] * normals[lane, b]
                y[n + a] = action
            if lane < kept:
                for a in range(n):
                    kept_x[lane, k, a] = y[a]
                for a in range(q):
                    kept_action[lane, k, a] = y[n + a]
                kept_regime[lane, k] = i
            for player in range(2):
                cost = constant[p, i, player]
                for a in range(total):
                    slope = linear[p, i, player, a]
                    for b in range(a + 1):
                        slope += quadratic[p, i, player, a, b] * y[b]
                    cost += slope * y[a]
                raw[lane, player] += w * cost
                earned[lane, player] += w * entropy[p, i, player]
            for a in range(n):
                place = image[p, i, 0, a, total]
                for b in range(total):
                    place += image[p, i, 0, a, b] * y[b]
                moved[a] = place
            for channel in range(1, channels + 1):
                zeta = normals[lane, q + channel - 1]
                for a in range(n):
                    push = image[p, i, channel, a, total]
                    for b in range(total):
                        push += image[p, i, channel, a, b] * y[b]
                    moved[a] += push * zeta
            for b in range(columns):
                eta = normals[lane, q + channels + b]
                for a in range(b, n):  # lower triangular
                    moved[a] += rest[p, i, a, b] * eta
            for a in range(n):
                x[lane, a] = moved[a]
            regime[lane] = after[lane]
    for lane in range(kept):
        for a in range(n):
            kept_x[lane, -1, a] = x[lane, a]
        kept_regime[lane, -1] = regime[lane]


@kernel
def noise(
    rng: Any, draws: int, cumulative: np.ndarray, regime: np.ndarray, normals: np.ndarray, after: np.ndarray
) -> None:
    """The normals of one step of every lane, (lanes, columns), and the regime it leads to, (lanes,)."""
    lanes, columns = normals.shape
    regimes, scale = cumulative.shape[0], 1 / np.sqrt(draws)
    for draw in range(draws):
        for lane in range(lanes):
            for column in range(columns):
                drawn = scale * rng.standard_normal()
                normals[lane, column] = drawn if draw == 0 else normals[lane, column] + drawn
            i = regime[lane] if draw == 0 else after[lane]
            after[lane] = switched(cumulative[i], rng.random()) if regimes > 1 else i


@kernel(forceinline=True)
def switched(cumulative: np.ndarray, uniform: float) -> int:
    """The first regime whose cumulative probability exceeds `uniform`; the last entry is 1, and uniform below it."""
    j = 0
    while cumulative[j] <= uniform:
        j += 1
    return j


@kernel
def moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means and sums of squared deviations of the columns of values (count, columns), by Welford's update."""
    mean, squares = np.zeros(values.shape[1]), np.zeros(values.shape[1])
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            away = values[row, column] - mean[column]
            mean[column] += away / (row + 1)
            squares[column] += away * (values[row, column] - mean[column])
    return mean, squares
