"""Coupled Riccati equations with a horizon beside scipy's integrators, at equal true error.

Run as `python -m benchmarks.riccati_finite [--rounds 15]`. One player: a jump-linear problem with multiplicative noise
of the state and of the control, n = 10 states, m = 4 regimes, 4 controls, 2 noise channels, T = 5; its P(0) in all
regimes. Two players: the same dynamics, both players with two of the controls, costs of their own and the follower
answering the leader; both P(0). No affine terms and no temperatures, so that P is all there is.

The contenders integrate the same equation: scipy's LSODA and DOP853 by `solve_ivp` with a right-hand side in numpy
that treats all regimes (and both players) at once by batched products, and again with the compiled right-hand side
that firstmover itself uses, on packed symmetric matrices. Each runs at the loosest of its tolerances (rtol = atol, in
steps of 10^(1/8)) whose true error, the largest of an entry of P(0) against DOP853 at 3e-14 beside firstmover at
1e-14, is at most 2e-10. firstmover is timed as `solve` runs by default, which includes building its equations, a
residual and an error bound from a second solution, and without these two checks. Times are processor time (everything
here runs on one thread), medians of the rounds, contenders take turns within a round, BLAS is pinned to one thread.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

from benchmarks.results_file import write
from games.linear_quadratic import LinearQuadraticGame
from solvers.riccati import finite, finite_kernel, finite_path

STATES, REGIMES, CONTROLS, CHANNELS, HORIZON, ERROR = 10, 4, 4, 2, 5.0, 2e-10
TOLERANCES = tuple(10.0 ** (-exponent / 8) for exponent in range(56, 108))  # 1e-7 to 4e-14

Solve = Callable[[float], np.ndarray]


def dynamics(seed: int) -> dict[str, np.ndarray]:
    """A, controls B, noise C and D, generator: closed loops are stable, norms stay in the hundreds."""
    rng = np.random.default_rng(seed)
    n, m, k, d = STATES, REGIMES, CONTROLS, CHANNELS
    rates = rng.uniform(0, 1, (m, m))
    rates[np.arange(m), np.arange(m)] = 0
    rates[np.arange(m), np.arange(m)] = -rates.sum(axis=1)
    return {
        "A": rng.normal(size=(m, n, n)) / np.sqrt(n),
        "B": rng.normal(size=(m, n, k)) / np.sqrt(n),
        "C": 0.3 * rng.normal(size=(m, d, n, n)) / np.sqrt(n),
        "D": 0.3 * rng.normal(size=(m, d, n, k)) / np.sqrt(n),
        "generator": rates,
    }


def game(parts: dict[str, np.ndarray], leaders: int) -> LinearQuadraticGame:
    """The follower has the controls that are not the leader's; alone he has all, and her action does nothing."""
    n, m, d = STATES, REGIMES, CHANNELS
    ku = max(leaders, 1)
    kv = CONTROLS - leaders
    N = n + ku + kv
    follower = np.diag([1.0] * n + [0.0] * ku + [1.0] * kv)
    leader = np.diag([0.5 if leaders else 0.0] * n + [1.0] * ku + [0.0] * kv)
    if leaders:  # she minds other states than he, and his effort
        leader[: n // 2, : n // 2] *= 2
        leader[n + ku :, n + ku :] += 0.2 * np.eye(kv)
    nothing = np.zeros
    return LinearQuadraticGame(
        generator=parts["generator"],
        A=parts["A"],
        B=parts["B"][..., :leaders] if leaders else nothing((m, n, 1)),
        E=parts["B"][..., leaders:],
        b=nothing((m, n)),
        C=parts["C"],
        D=parts["D"][..., :leaders] if leaders else nothing((m, d, n, 1)),
        F=parts["D"][..., leaders:],
        s=nothing((m, d, n)),
        leader_M=[leader] * m,
        leader_m=nothing((m, N)),
        leader_G=[(1.0 if leaders else 0.0) * np.eye(n)] * m,
        leader_g=nothing((m, n)),
        follower_M=[follower] * m,
        follower_m=nothing((m, N)),
        follower_G=[np.eye(n)] * m,
        follower_g=nothing((m, n)),
        discount=0.0,
        leader_temperature=0.0,
        follower_temperature=0.0,
        horizon=HORIZON,
    )


def one_player_rates(parts: dict[str, np.ndarray]) -> tuple[Callable[..., np.ndarray], np.ndarray]:
    """The batched right-hand side in numpy: as few and as large products as there can be."""
    n, m, k, d = STATES, REGIMES, CONTROLS, CHANNELS
    drift = np.concatenate([parts["A"], parts["B"]], axis=-1)
    noise = np.concatenate([parts["C"], parts["D"]], axis=-1)  # (m, d, n, n + k)
    onto = np.ascontiguousarray(np.swapaxes(noise.reshape(m, d * n, n + k), -1, -2))
    costs = np.eye(n + k)
    generator = parts["generator"]

    def rates(_: float, y: np.ndarray) -> np.ndarray:
        P = y.reshape(m, n, n)
        H = onto @ (P[:, None] @ noise).reshape(m, d * n, n + k) + costs
        first = P @ drift
        H[:, :n] += first
        H[..., :n] += first.swapaxes(-1, -2)
        cross = H[:, n:, :n]
        gain = np.linalg.solve(H[:, n:, n:], cross)
        return (H[:, :n, :n] - cross.swapaxes(-1, -2) @ gain + (generator @ y.reshape(m, -1)).reshape(m, n, n)).ravel()

    return rates, np.array([np.eye(n)] * m).ravel()


def two_player_rates(played: LinearQuadraticGame) -> tuple[Callable[..., np.ndarray], np.ndarray]:
    """The same for both players at once: P and H lead with (player, regime)."""
    n, m, d = STATES, REGIMES, CHANNELS
    ku, kv = played.leader_actions, played.follower_actions
    N = n + ku + kv
    drift = np.concatenate([played.A, played.B, played.E], axis=-1)
    noise = np.concatenate([played.C, played.D, played.F], axis=-1)
    onto = np.ascontiguousarray(np.swapaxes(noise.reshape(m, d * n, N), -1, -2))
    costs = np.stack([played.leader_M, played.follower_M])
    generator = np.array(played.generator)
    answered = np.zeros((m, N, n + ku))
    answered[:, : n + ku] = np.eye(n + ku)
    loop = np.zeros((m, n + ku, n))
    loop[:, :n] = np.eye(n)

    def rates(_: float, y: np.ndarray) -> np.ndarray:
        P = y.reshape(2, m, n, n)
        H = onto @ (P[:, :, None] @ noise).reshape(2, m, d * n, N) + costs
        first = P @ drift
        H[:, :, :n] += first
        H[..., :n] += first.swapaxes(-1, -2)
        leader, follower = H
        G, u = answered.copy(), loop.copy()
        G[:, n + ku :] = -np.linalg.solve(follower[:, n + ku :, n + ku :], follower[:, n + ku :, : n + ku])
        reduced = G[..., n:].swapaxes(-1, -2) @ leader @ G
        u[:, n:] = -np.linalg.solve(reduced[..., n:], reduced[..., :n])
        Phi = G @ u
        return (Phi.swapaxes(-1, -2) @ H @ Phi + (generator @ y.reshape(2, m, -1)).reshape(2, m, n, n)).ravel()

    return rates, np.stack([played.leader_G, played.follower_G]).ravel()


def compiled_rates(played: LinearQuadraticGame) -> tuple[Callable[..., np.ndarray], np.ndarray, Callable[..., Any]]:
    """firstmover's own right-hand side, its start, and what unpacks a state."""
    system = finite_path.equations(played, "stackelberg")
    start = finite_path.pack(system, *finite_path.terminal(played))

    def rates(_: float, y: np.ndarray) -> np.ndarray:
        found = np.empty((1, len(y)))
        finite_kernel.rates_of(system, y[None], found)
        return found[0]

    return rates, start, lambda y: finite_path.unpack(system, y[None])


def contenders(parts: dict[str, np.ndarray], leaders: int) -> dict[str, Solve]:
    """Name -> what gives all P(0) of the players that move, (players, m, n, n), at a tolerance."""
    played = game(parts, leaders)
    rates, start = two_player_rates(played) if leaders else one_player_rates(parts)
    fast, packed, unpacked = compiled_rates(played)
    shape = (2 if leaders else 1, REGIMES, STATES, STATES)

    def ours(check: bool) -> Solve:
        def solve(tolerance: float) -> np.ndarray:
            found = finite.solve(played, tolerance=tolerance, check=check)
            return np.stack([found.leader.P, found.follower.P][-shape[0] :])

        return solve

    def by(method: str) -> Solve:
        def solve(tolerance: float) -> np.ndarray:
            return solve_ivp(rates, (0, HORIZON), start, method, rtol=tolerance, atol=tolerance).y[:, -1].reshape(shape)

        return solve

    def compiled_by(method: str) -> Solve:
        def solve(tolerance: float) -> np.ndarray:
            last = solve_ivp(fast, (0, HORIZON), packed, method, rtol=tolerance, atol=tolerance).y[:, -1]
            return np.stack([of.P[0] for of in unpacked(last)][-shape[0] :])

        return solve

    found = {"firstmover": ours(check=False), "firstmover, with residual and error bound": ours(check=True)}
    for method in ("LSODA", "DOP853"):
        found[f"scipy {method}, batched numpy"] = by(method)
        found[f"scipy {method}, compiled by firstmover"] = compiled_by(method)
    return found


def loosest(solve: Solve, truth: np.ndarray) -> tuple[float, float]:
    """The first tolerance that reaches the error, and the error."""
    for tolerance in TOLERANCES:
        error = float(np.abs(solve(tolerance) - truth).max())
        if error <= ERROR:
            return tolerance, error
    raise AssertionError(f"expected an error of {ERROR} at some tolerance")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args(arguments).rounds
    parts = dynamics(7)
    rows, raw = [], {"seed": 7, "rounds": rounds}
    for leaders, problem in ((0, "one player"), (CONTROLS // 2, "two players, Stackelberg")):
        found = contenders(parts, leaders)
        truth = found["scipy DOP853, batched numpy"](3e-14)
        apart = float(np.abs(found["firstmover"](1e-14) - truth).max())
        assert apart < ERROR / 20, apart  # two programs agree far below the error that is asked for
        settings = {name: loosest(solve, truth) for name, solve in found.items()}
        clocks: dict[str, list[float]] = {name: [] for name in found}
        for _ in range(rounds):
            for name, solve in found.items():
                start = time.process_time()
                solve(settings[name][0])
                clocks[name].append(time.process_time() - start)
        medians = {name: statistics.median(clock) for name, clock in clocks.items()}
        for name, (tolerance, error) in settings.items():
            plain, checked = (medians[ours] for ours in list(found)[:2])
            rows.append(
                [
                    problem,
                    name,
                    f"{medians[name] * 1e3:.2f} ms",
                    f"{medians[name] / plain:.2f}",
                    f"{medians[name] / checked:.2f}",
                    f"{error:.1e}",
                    f"{tolerance:.1e}",
                ]
            )
            print(" | ".join(rows[-1]))
        raw[problem] = {"clocks": clocks, "settings": settings, "references apart": apart}
    columns = ["problem", "solver", "time", "times firstmover's", "times its checked solve", "true error", "tolerance"]
    title = f"Coupled Riccati equations: n = {STATES}, m = {REGIMES}, T = {HORIZON:g}, true error at most {ERROR:g}"
    write("riccati_finite", title, columns, rows, raw)


if __name__ == "__main__":
    main()
