r"""Linear-quadratic games with a horizon: both players' Riccati equations backward in time, by a method of order 8.

The pair of Dormand and Prince of order 8(5,3) (Hairer, Norsett and Wanner 1993, II.5) with compiled right-hand sides
takes steps backward from (G, g, 0). A step's error is held below `tolerance` times the largest entry so far, for P, p
and r of each player apart. Between two knots the answer at t is one step of the same method from the later knot, so
that it is of order 8 everywhere and continuous.

Where a matrix of `Stage.eigenvalues` ceases to be positive definite, or the values escape to infinity, steps shrink
geometrically towards that time. The status is ILL_POSED, and the certificate and the message say which of the two, at
which t and in which regime; values stay available between that time and the horizon. What tells them apart: near an
escape at distance delta the values grow like 1/delta, at the loss of a condition they have a limit.

`error_bound` compares two solutions: the one returned, and one with `COARSER` times its tolerance. It bounds the error
while the tighter solution is the better one by a factor of two; an enclosure that is proved is another program's.
`residual` is the largest defect dV/dt - (right-hand side) of the answer, see `_defect`.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any

import numpy as np

from games.linear_quadratic import PLAYERS, LinearQuadraticGame, Sees
from solvers.errors import SolverError
from solvers.riccati import finite_kernel
from solvers.riccati.hamiltonian import ORDERS, Values, stage, symmetric, terminal
from solvers.riccati.solution import LinearQuadraticSolution
from solvers.solution import Status

COARSER = 16.0
"""How much looser the second solution is, which the error bound compares with."""

SMALLEST_TOLERANCE = 1e-14

ROOM = 256
"""Knots to make room for at first; the integration returns for more, and can be interrupted there."""

GROWTH = 0.25
"""Values that grow like delta^-GROWTH or faster towards a time at distance delta escape there."""

FAR, NEAR = 1e-5, 1e-9
"""Distances delta, in horizons, between which growth is measured."""

LOST = 1e-3
"""An eigenvalue that fell to this share of what it was at the distance FAR is on its way to zero."""

SAMPLED = 4
"""Steps on which the defect is measured."""

NODES = 12
"""Points of a step at which it is interpolated where many of its times are asked for."""


@functools.cache
def _tableau() -> np.ndarray:
    """Stages (12 rows), weights, and weights of the errors of order 5 and 3, (15, 12); the problem is autonomous."""
    from scipy.integrate import DOP853

    return np.ascontiguousarray(
        np.concatenate([DOP853.A[:12, :12], DOP853.B[None], DOP853.E5[None, :12], DOP853.E3[None, :12]])
    )


def equations(game: LinearQuadraticGame, order: str) -> finite_kernel.Equations:
    """The single game as the kernel reads it, affine terms as one more state where there are any.

    A player with costs of his own actions only, and none at the end, has P = 0 and p = 0 whatever the other does.
    """
    n, ku, kv, d, m = game.states, game.leader_actions, game.follower_actions, game.channels, game.regimes
    moves = [_has_values(game, player) for player in PLAYERS]
    affine = any(np.any(getattr(game, name)) for name in ("b", "s", "leader_m", "follower_m", "leader_g", "follower_g"))
    b = n + 1 if affine else n
    c = b + ku + kv
    place = np.concatenate([np.arange(n), b + np.arange(ku + kv)])  # of z in (x, 1, u, v)
    wide = np.zeros((m, b, (1 + d) * c))
    noise = np.zeros((m, d, b, c))
    drift = wide[..., :c]
    drift[:, :n, place] = np.concatenate([game.A, game.B, game.E], axis=-1)
    noise[:, :, :n, place] = np.concatenate([game.C, game.D, game.F], axis=-1)
    M = np.zeros((2, m, c, c))
    for k, player in enumerate(PLAYERS):
        M[k][:, place[:, None], place] = symmetric(getattr(game, f"{player}_M"))
        if affine:
            M[k][:, n, place] = M[k][:, place, n] = getattr(game, f"{player}_m")
    if affine:
        drift[:, :n, n] = game.b
        noise[:, :, :n, n] = game.s
    wide[..., c:] = np.moveaxis(noise, 1, 2).reshape(m, b, d * c)
    rows, columns = np.tril_indices(c)
    dense = b * (b + 1) // 2 if b <= finite_kernel.DENSE else 0
    found = finite_kernel.Equations(
        wide=wide,
        noise=noise.reshape(m, d * b, c),
        operator=np.zeros((m, dense, len(rows))),
        M=np.ascontiguousarray(M[..., rows, columns]),
        generator=np.array(game.generator),
        scalars=np.array([game.discount, game.leader_temperature, game.follower_temperature], dtype=float),
        slots=np.array([0 if moves[0] else -1, sum(moves[:1]) if moves[1] else -1]),
        switches=np.array([order == "nash", order != "nash" and game.follower_sees == Sees.ACTION, ku, kv, d, n]),
    )
    if dense:
        finite_kernel.fill_operator(found)
    return found


def _has_values(game: LinearQuadraticGame, player: str) -> bool:
    """Whether a player's P or p can differ from zero."""
    own = game.blocks()[1 + PLAYERS.index(player)]
    costs = np.array(getattr(game, f"{player}_M"))
    costs[:, own, own] = 0
    return any(np.any(entries) for entries in (costs, *(getattr(game, f"{player}_{name}") for name in "mGg")))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Knots:
    """The values at s = T - t of the steps, packed as the kernel's state, and rates there: a path between them."""

    equations: finite_kernel.Equations
    horizon: float
    until: float  # the least t the values reach
    s: np.ndarray  # (knots,)
    states: np.ndarray  # (knots, size)
    rates: np.ndarray  # (knots, size)

    def at(self, t: np.ndarray) -> tuple[Values, Values]:
        """Coefficients at times t (*pts,). Raises `SolverError` for times the values do not reach."""
        early = t < self.until
        if early.any():
            raise SolverError(f"t: expected times of ({self.until:.6g}, {self.horizon:g}], found {t[early].min():.6g}")
        states = self.states_at(np.minimum(self.horizon - t, self.s[-1]).ravel())
        leader, follower = unpack(self.equations, states)
        return tuple(
            Values(
                **{name: getattr(values, name).reshape(*t.shape, *getattr(values, name).shape[1:]) for name in "Ppr"}
            )
            for values in (leader, follower)
        )  # type: ignore[return-value]  # a pair

    def states_at(self, s: np.ndarray) -> np.ndarray:
        """States (pts, size) at s (pts,) by steps from the knots before; steps crowded with times are interpolated."""
        last = np.clip(np.searchsorted(self.s, s, side="right") - 1, 0, None)
        found = np.empty((len(s), self.states.shape[1]))
        here = self.s[last] == s
        found[here] = self.states[last[here]]
        crowded = np.bincount(last[~here], minlength=len(self.s)) > NODES
        alone = ~here & ~crowded[last]
        found[alone] = self.stepped(last[alone], s[alone] - self.s[last[alone]])
        for knot in np.flatnonzero(crowded):
            those = ~here & (last == knot)
            length = self.s[knot + 1] - self.s[knot]
            nodes = (1 - np.cos(np.pi * np.arange(NODES + 1) / NODES)) / 2
            inner = self.stepped(np.full(NODES - 1, knot), nodes[1:-1] * length)
            values = np.concatenate([self.states[None, knot], inner, self.states[None, knot + 1]])
            found[those] = _interpolated(nodes, values, (s[those] - self.s[knot]) / length)
        return found

    def stepped(self, knots: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """States (pts, size) one step of these lengths beyond the knots."""
        found = np.empty((len(knots), self.states.shape[1]))
        inside = finite_kernel.steps(self.equations, _tableau(), knots, lengths, self.states, self.rates, found)
        if not inside:
            raise SolverError("values: expected steps of the stored path to be well posed, found one that is not")
        return found


def _interpolated(nodes: np.ndarray, values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The polynomial through values (nodes, size) at Chebyshev's nodes, by the barycentric formula."""
    weights = (-1.0) ** np.arange(len(nodes))
    weights[[0, -1]] /= 2
    apart = at[:, None] - nodes
    exact = apart == 0
    shares = np.where(exact.any(axis=1)[:, None], exact, weights / np.where(exact, 1.0, apart))
    return shares @ values / shares.sum(axis=1)[:, None]


def pack(equations: finite_kernel.Equations, leader: Values, follower: Values) -> np.ndarray:
    """The state of the kernel, (size,)."""
    m, n = leader.p.shape[-2:]
    b = equations.wide.shape[1]
    rows, columns = np.tril_indices(b)
    parts = []
    for k, values in enumerate((leader, follower)):
        if equations.slots[k] >= 0:
            full = np.zeros((m, b, b))
            full[:, :n, :n] = values.P
            if b > n:
                full[:, n, :n] = values.p
            parts.append(full[:, rows, columns].ravel())
    return np.concatenate([*parts, leader.r, follower.r])


def unpack(equations: finite_kernel.Equations, states: np.ndarray) -> tuple[Values, Values]:
    """The coefficients of states (pts, size), led by (pts,)."""
    m, b, n = len(equations.generator), equations.wide.shape[1], int(equations.switches[5])
    rows, columns = np.tril_indices(b)
    size = len(rows)
    found = []
    for k in range(2):
        full = np.zeros((len(states), m, b, b))
        if equations.slots[k] >= 0:
            start = int(equations.slots[k]) * m * size
            packed = states[:, start : start + m * size].reshape(-1, m, size)
            full[..., rows, columns] = packed
            full[..., columns, rows] = packed
        r = states[:, states.shape[1] - (2 - k) * m :][:, :m]
        if b > n:
            r = r + full[..., n, n] / 2
        found.append(
            Values(
                P=full[..., :n, :n].copy(),
                p=full[..., n, :n].copy() if b > n else np.zeros((len(states), m, n)),
                r=r.copy(),
            )
        )
    return found[0], found[1]


def solve(
    game: LinearQuadraticGame,
    *,
    order: str = "stackelberg",
    tolerance: float = 1e-11,
    budget: int = 100_000,
    check: bool = True,
) -> LinearQuadraticSolution:
    """Feedback Stackelberg (or Nash) values of a game with a horizon, or of each game of a batch.

    `tolerance` bounds the error of a step relative to the largest entry so far, `budget` the steps tried in each game;
    without `check` residual and `error_bound` are NaN, which saves the time of the second solution. Statuses:
    CONVERGED; ILL_POSED with the condition lost or the finite escape; BUDGET; UNDECIDED where steps collapse for
    neither reason.

    Raises `SolverError` for a game without horizon, for an unknown order, a tolerance outside [1e-14, 1e-2], and where
    the game is ill posed at the horizon already.
    """
    if order not in ORDERS:
        raise SolverError(f"order: expected one of {', '.join(ORDERS)}, found {order!r}")
    if game.horizon is None:
        raise SolverError("horizon: expected a number > 0, found none; solve a stationary game by `stationary`")
    if not SMALLEST_TOLERANCE <= tolerance <= 1e-2:
        raise SolverError(f"tolerance: expected a number of [{SMALLEST_TOLERANCE:g}, 0.01], found {tolerance!r}")
    game = game.float()
    _refuse_ill_posed(game, order)
    options: dict[str, Any] = {"order": order, "tolerance": tolerance, "budget": budget, "check": check}
    if not game.batch_shape:
        return _assembled(game, order, [_solve_one(game, **options)])
    flat = [game[tuple(index)] for index in np.ndindex(*game.batch_shape)]
    return _assembled(game, order, [_solve_one(one, **options) for one in flat])


def _refuse_ill_posed(game: LinearQuadraticGame, order: str) -> None:
    for condition, eigenvalues in stage(game, *terminal(game), order).eigenvalues.items():
        wrong = ~(eigenvalues > 0)
        if wrong.any():
            *batch, regime = (int(i) for i in np.argwhere(wrong)[0])
            where = f"{condition} at the horizon in regime {regime}" + (f" of game {batch}" if batch else "")
            expected = "regular" if condition == "stage equations" else "positive definite"
            raise SolverError(
                f"{where}: expected a {expected} matrix, found the eigenvalue {eigenvalues[wrong][0]:.6g}"
            )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Run:
    """How one integration of one game went."""

    knots: Knots
    stopped: int
    condition: int
    regime: int


def _integrate(game: LinearQuadraticGame, *, order: str, tolerance: float, budget: int) -> _Run:
    system = equations(game, order)
    start = pack(system, *terminal(game))
    end = float(game.horizon)
    times, states, rates = np.zeros(ROOM), np.zeros((ROOM, len(start))), np.zeros((ROOM, len(start)))
    states[0] = start
    scales = np.zeros((int((system.slots >= 0).sum()) + 1, 3))
    progress, flags = np.zeros(1), np.array([1, 0, 0, 0])
    least = 1e-14 * end
    while True:
        stopped = finite_kernel.integrate(
            system, _tableau(), end, tolerance, least, budget, times, states, rates, scales, progress, flags
        )
        if stopped != finite_kernel.FULL:
            break
        times, states, rates = (np.concatenate([old, np.zeros_like(old)]) for old in (times, states, rates))
    count = int(flags[0])
    knots = Knots(
        equations=system,
        horizon=end,
        until=0.0 if stopped == finite_kernel.DONE else end - times[count - 1],
        s=times[:count].copy(),
        states=states[:count].copy(),
        rates=rates[:count].copy(),
    )
    return _Run(knots=knots, stopped=stopped, condition=int(flags[2]), regime=int(flags[3]))


def _solve_one(game: LinearQuadraticGame, *, order: str, tolerance: float, budget: int, check: bool) -> dict[str, Any]:
    """What `_assembled` puts together: path, state at t = 0, status, reason, certificate, residual, error bound."""
    run = _integrate(game, order=order, tolerance=tolerance, budget=budget)
    knots = run.knots
    answer = {"path": knots, "state": np.full(knots.states.shape[1], np.nan), "status": Status.CONVERGED, "reason": ""}
    answer |= {"certificate": None, "error_bound": math.nan, "residual": _defect(knots) if check else math.nan}
    if run.stopped == finite_kernel.DONE:
        answer["state"] = knots.states[-1]
        if check:
            other = _integrate(game, order=order, tolerance=COARSER * tolerance, budget=budget)
            if other.stopped == finite_kernel.DONE:
                answer["error_bound"] = _distance(knots, other.knots)
        return answer
    if run.stopped == finite_kernel.SPENT:
        reached = f"t = {knots.until:.6g} was reached after {budget} steps"
        return answer | {"status": Status.BUDGET, "reason": f"{Status.BUDGET.message} {reached}."}
    return answer | _singularity(game, order, run)


def _distance(fine: Knots, coarse: Knots) -> float:
    """The largest difference of an entry at t = 0."""
    pairs = zip(unpack(fine.equations, fine.states[-1:]), unpack(coarse.equations, coarse.states[-1:]), strict=True)
    return max(float(np.abs(getattr(one, name) - getattr(other, name)).max()) for one, other in pairs for name in "Ppr")


def _defect(knots: Knots) -> float:
    """By how much the answer misses its equations over steps, a rate, relative to the largest rate of all.

    With the answer at the nodes of Lobatto's rule of five points, exact to degree 7, it is the mean over the step of
    the answer's rate minus the right-hand side; the steps are at most `SAMPLED`, spread over all of them.
    """
    if len(knots.s) < 2:
        return math.nan
    chosen = np.unique(np.linspace(0, len(knots.s) - 2, SAMPLED).round().astype(int))
    lengths = np.diff(knots.s)[chosen]
    inner = np.array([(1 - math.sqrt(3 / 7)) / 2, 0.5, (1 + math.sqrt(3 / 7)) / 2])
    states = knots.stepped(np.repeat(chosen, 3), (lengths[:, None] * inner).ravel())
    rates = np.empty_like(states)
    if not finite_kernel.rates_of(knots.equations, states, rates):
        return math.nan
    mean = np.tensordot(rates.reshape(len(chosen), 3, -1), np.array([49.0, 64.0, 49.0]) / 180, axes=(1, 0))
    mean += (knots.rates[chosen] + knots.rates[chosen + 1]) / 20
    taken = (knots.states[chosen + 1] - knots.states[chosen]) / lengths[:, None]
    largest = float(np.abs(knots.rates).max())
    return float(np.abs(taken - mean).max()) / largest if largest > 0 else 0.0


def _singularity(game: LinearQuadraticGame, order: str, run: _Run) -> dict[str, Any]:
    """Status, reason and certificate where steps collapsed: a condition lost, or values that escape."""
    knots = run.knots
    end, last = knots.horizon, knots.s[-1]
    values = [unpack(knots.equations, knots.states[j : j + 1]) for j in _approach(knots)]
    sizes = [np.array([np.abs(of.P[0]).max(axis=(-2, -1)) for of in pair]) for pair in values]  # (2, m) each
    distances = [last - knots.s[j] for j in _approach(knots)]
    grown = sizes[1].max() / max(sizes[0].max(), np.finfo(float).tiny)
    if distances[0] > 0 and grown > (distances[0] / distances[1]) ** GROWTH:
        player, regime = (int(i) for i in np.unravel_index(sizes[1].argmax(), sizes[1].shape))
        return _escape(knots, player, regime)
    at = [
        stage(game, *_first(pair), order).eigenvalues for pair in [*values, unpack(knots.equations, knots.states[-1:])]
    ]
    lost = {(name, i): at[2][name][i] / at[0][name][i] for name in at[2] for i in range(game.regimes)}
    (condition, regime), ratio = min(lost.items(), key=lambda item: item[1])
    if run.condition:
        condition, regime = finite_kernel.CONDITIONS[run.condition], run.regime
    elif ratio > LOST:
        why = f"undecided: steps collapsed at t = {end - last:.6g}, and neither values nor conditions say why."
        return {"status": Status.UNDECIDED, "reason": why}
    time, eigenvalue = float(end - last), float(at[2][condition][regime])
    what = "became singular" if condition == "stage equations" else "ceased to be positive definite"
    return {
        "status": Status.ILL_POSED,
        "reason": f"ill-posed: {condition} {what} at t = {time:.10g} in regime {regime} (smallest eigenvalue "
        f"{eigenvalue:.3g}); there is no equilibrium from there on backward: shorten the horizon or raise the costs "
        "of actions.",
        "certificate": {
            "kind": "loss of well-posedness",
            "condition": condition,
            "eigenvalue": eigenvalue,
            "time": time,
            "regime": regime,
        },
    }


def _approach(knots: Knots) -> tuple[int, int]:
    """Two knots before the last, far enough apart to see how values grow towards it."""
    distance = knots.s[-1] - knots.s
    far = np.flatnonzero(distance >= FAR * knots.horizon)
    near = np.flatnonzero(distance >= NEAR * knots.horizon)
    return (int(far[-1]) if len(far) else 0), (int(near[-1]) if len(near) else 0)


def _escape(knots: Knots, player: int, regime: int) -> dict[str, Any]:
    """Status, reason and certificate of an escape; near it V = C / (t - t*), so that t* is t - |V| / |dV/dt|."""
    P = unpack(knots.equations, knots.states[-1:])[player].P[0, regime]
    rate = unpack(knots.equations, knots.rates[-1:])[player].P[0, regime]
    entry = np.unravel_index(np.abs(P).argmax(), P.shape)
    time = float(knots.horizon - (knots.s[-1] + abs(P[entry] / rate[entry])))
    return {
        "status": Status.ILL_POSED,
        "reason": f"ill-posed: finite escape, the {PLAYERS[player]}'s P grows without bound towards t = {time:.10g} in "
        f"regime {regime} while every condition holds; shorten the horizon.",
        "certificate": {"kind": "finite escape", "player": PLAYERS[player], "time": time, "regime": regime},
    }


def _first(pair: tuple[Values, Values]) -> tuple[Values, Values]:
    leader, follower = (Values(P=of.P[0], p=of.p[0], r=of.r[0]) for of in pair)
    return leader, follower


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Paths:
    """The paths of a batch of games."""

    batch_shape: tuple[int, ...]
    paths: tuple[Knots, ...]

    def at(self, t: np.ndarray) -> tuple[Values, Values]:
        """Coefficients at times t (*pts,), led by (*batch, *pts)."""
        return _stacked([path.at(t) for path in self.paths], self.batch_shape)


def _stacked(pairs: list[tuple[Values, Values]], batch_shape: tuple[int, ...]) -> tuple[Values, Values]:
    def joined(k: int) -> Values:
        columns = {name: np.stack([getattr(pair[k], name) for pair in pairs]) for name in "Ppr"}
        return Values(**{name: entries.reshape(*batch_shape, *entries.shape[1:]) for name, entries in columns.items()})

    return joined(0), joined(1)


def _assembled(game: LinearQuadraticGame, order: str, answers: list[dict[str, Any]]) -> LinearQuadraticSolution:
    batch = game.batch_shape
    states = [_first(unpack(answer["path"].equations, answer["state"][None])) for answer in answers]
    leader, follower = _stacked(states, batch)
    at = stage(game, leader, follower, order)

    def each(name: str, dtype: type) -> Any:
        if not batch:
            return answers[0][name]
        column = np.empty(len(answers), dtype=dtype)
        column[:] = [answer[name] for answer in answers]
        return column.reshape(batch)

    return LinearQuadraticSolution(
        concept=order,
        values={"leader": leader.r, "follower": follower.r},
        policies={
            "leader": {"gain": at.leader_gain, "offset": at.leader_offset, "covariance": at.leader_covariance},
            "follower": {"K": at.K, "T": at.T, "kappa": at.kappa, "covariance": at.follower_covariance},
        },
        residual=each("residual", float),
        error_bound=each("error_bound", float),
        status=each("status", int),
        certificate=each("certificate", object),
        game=game,
        leader=leader,
        follower=follower,
        path=Paths(batch_shape=batch, paths=tuple(a["path"] for a in answers)) if batch else answers[0]["path"],
        reason="" if batch else answers[0]["reason"],
    )
