"""Every conclusion about the Riccati system in numbers: stacks, sums over regimes and hypotheses as games have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest

from proofs.catalogue import derive
from proofs.engine.free_algebra import Expression
from proofs.engine.free_algebra_expressions import Generator
from proofs.engine.free_algebra_numeric import as_function
from proofs.riccati.consequence_words import LAMBDA, consequences
from proofs.riccati.vocabulary import BOTH, HHAT_UU, SEEN, SEES, A, B, C, E, X, commitment, reply

STATES, LEADER, FOLLOWER, CHANNELS, REGIMES = 3, 2, 2, 2, 3
SIZES = {"x": STATES, "u": LEADER, "v": FOLLOWER}
TOPICS = (
    "riccati/certainty-equivalence",
    "riccati/information",
    "riccati/exploration-cost",
    "riccati/vanishing",
    "riccati/stackelberg-is-nash",
    "riccati/reductions",
)
PLAYER = {k.index: k for k in BOTH}
PRIMITIVE = tuple(cast(Generator, generator) for generator in (A, B, C, E, LAMBDA))  # their shapes fix all dimensions
Numbers = dict[str, Any]


def _symmetric(rng: np.random.Generator, size: int, *, definite: float = 0.0) -> np.ndarray:
    root = rng.normal(size=(size, size)) / 2
    return root @ root.T + definite * np.eye(size) if definite else root + root.T


def game(seed: int) -> Numbers:
    """A point of a game in the generators' names: regime 0 of three, two channels stacked."""
    rng = np.random.default_rng(seed)
    found: Numbers = {"beta": 0.6, "tau_L": 0.3, "tau_F": 0.7, "log_2pi": np.log(2 * np.pi)}
    for name, size in (("A", STATES), ("B", LEADER), ("E", FOLLOWER)):
        found[name] = rng.normal(size=(STATES, size))
    for name, size in (("C", STATES), ("D", LEADER), ("F", FOLLOWER)):
        found[name] = 0.4 * rng.normal(size=(CHANNELS * STATES, size))
    found |= {"b": rng.normal(size=(STATES, 1)), "s": rng.normal(size=(CHANNELS * STATES, 1))}
    rates = rng.random((REGIMES, REGIMES))
    rates -= np.diag(rates.sum(axis=1))
    found |= {"Lambda": rates, "ones": np.ones((REGIMES, 1)), "e_i": np.eye(REGIMES)[:, :1]}
    for k in "LF":
        for i, size in SIZES.items():
            found[f"M_{k}_{i}{i}"] = _symmetric(rng, size, definite=4.0)  # well posed
            found[f"m_{k}_{i}"] = rng.normal(size=(size, 1))
        for i, j in ("ux", "vx", "vu"):
            found[f"M_{k}_{i}{j}"] = rng.normal(size=(SIZES[i], SIZES[j]))
        values = [0.3 * _symmetric(rng, STATES) for _ in range(REGIMES)]
        linear, constants = rng.normal(size=(REGIMES, STATES, 1)), rng.normal(size=REGIMES)
        found |= _values(k, values, linear, constants, rates[0])
    for k, size in (("L", LEADER), ("F", FOLLOWER)):
        found[f"mean_{k}"] = rng.normal(size=(size, 1))
        found[f"factor_{k}"] = np.tril(rng.normal(size=(size, size)), -1) + np.diag(rng.random(size) + 0.5)
    found |= {"x": rng.normal(size=(STATES, 1)), "u": rng.normal(size=(LEADER, 1))}
    return found


def _values(k: str, P: list[np.ndarray], p: np.ndarray, r: np.ndarray, rates: np.ndarray) -> Numbers:
    return {
        f"P_{k}": P[0],
        f"Pi_{k}": np.kron(np.eye(CHANNELS), P[0]),
        f"LambdaP_{k}": sum(rate * matrix for rate, matrix in zip(rates, P, strict=True)),
        f"p_{k}": p[0],
        f"Lambdap_{k}": sum(rate * vector for rate, vector in zip(rates, p, strict=True)),
        f"r_{k}": r[0],
        f"Lambdar_{k}": float(rates @ r),
    }


def idle(numbers: Numbers) -> Numbers:
    """The leader's action moves nothing of the follower's."""
    found = dict(numbers)
    for name in ("B", "D", "M_F_uu", "M_F_ux", "M_F_vu"):
        found[name] = np.zeros_like(found[name])
    return found


def opposite(numbers: Numbers) -> Numbers:
    """Costs and values of opposite sign; the follower's stay well posed, hers are convex in u and concave in v."""
    found = dict(numbers)
    for name in numbers:
        if "_F_" in f"{name}_" and name.split("_")[0] in {"M", "m", "P", "Pi", "LambdaP", "p", "Lambdap"}:
            found[name.replace("_F", "_L")] = -np.asarray(numbers[name])
    found["M_L_uu"] = 4 * np.eye(LEADER) + numbers["M_L_uu"]
    found["M_F_uu"] = -found["M_L_uu"]
    return found


def uncoupled(numbers: Numbers) -> Numbers:
    """H_F,vu = 0: the cross cost cancels what both actions' noises share."""
    return numbers | {"M_F_vu": -(numbers["F"].T @ numbers["Pi_F"] @ numbers["D"])}


def one_regime(numbers: Numbers) -> Numbers:
    return idle(numbers) | {"LambdaP_F": np.zeros((STATES, STATES))}


def without_noise(numbers: Numbers) -> Numbers:
    return numbers | {name: np.zeros_like(numbers[name]) for name in ("C", "F", "M_F_vx")}


HYPOTHESES: dict[str, Callable[[Numbers], Numbers]] = {
    "coupled Riccati equations": idle,
    "Riccati equation": one_regime,
    "classical Riccati equation": without_noise,
    "one pair": uncoupled,
    "no commitment value": uncoupled,
    "equal costs": uncoupled,
    "no simultaneous gain": uncoupled,
}
HYPOTHESES |= dict.fromkeys(
    ("opposite rates of P", "opposite rates of p", "saddle", "saddle in u", "saddle in v", "reduced Hessian"), opposite
)
HYPOTHESES |= {"follower in both structures": opposite}
for seen in SEES:
    kinds = ("sum of Hamiltonians", "sum of the scalar equations", "sum of the rates")
    HYPOTHESES |= dict.fromkeys((f"{kind}, {seen}" for kind in kinds), opposite)


def value(expression: Expression, numbers: Numbers) -> Any:
    """The expression with every meaning of the vocabulary put in, over the primitive generators."""
    return as_function(expression, meanings=consequences().meanings, dimensions_from=PRIMITIVE)(**numbers)


def of_word(name: str, numbers: Numbers) -> float:
    return value(consequences().words[name], numbers)


def _with_traces(numbers: Numbers) -> Numbers:
    """The vectors of the cross traces over the regimes: the one of regime 0 is this point's."""
    found = dict(numbers)
    others = {"cross_L": "leader_cross_trace"} | {f"cross_F_{seen}": f"follower_trace_{seen}" for seen in SEES}
    for name, trace in others.items():
        found[name] = np.array([[of_word(trace, numbers)], [1.5], [-0.4]])
    return found


@pytest.mark.parametrize("topic", TOPICS)
def test_both_sides_of_every_conclusion_agree(topic: str) -> None:
    numbers = game(17)
    for name, step in derive(topic).conclusions.items():
        point = _with_traces(HYPOTHESES.get(name, dict)(numbers))
        sides = cast(Expression, step.relation.lhs), cast(Expression, step.relation.rhs)
        left, right = (value(side, point) for side in sides)
        # Some hundred operations on matrices of condition below 1e3, on numbers below 1e3.
        np.testing.assert_allclose(left, right, rtol=1e-9, atol=1e-8, err_msg=f"{topic}: {name}")
        if name in HYPOTHESES:
            broken = [value(side, _with_traces(numbers)) for side in sides]
            assert np.abs(np.subtract(*broken)).max() > 1e-6, f"{name} holds without its hypotheses"


def test_words_are_what_loops_over_channels_and_laws_compute() -> None:
    """The leader's raw cost where her action is seen, by quadrature over both laws; independent of every Hessian."""
    numbers = game(23)
    nodes, weights = np.polynomial.hermite_e.hermegauss(3)  # exact for polynomials of degree 5
    weights = weights / weights.sum()
    P, p, Pi = numbers["P_L"], numbers["p_L"], numbers["Pi_L"]

    def stage(u: np.ndarray, v: np.ndarray) -> float:
        x = numbers["x"]
        drift = numbers["A"] @ x + numbers["B"] @ u + numbers["E"] @ v + numbers["b"]
        noise = (numbers["C"] @ x + numbers["D"] @ u + numbers["F"] @ v + numbers["s"]).reshape(CHANNELS, STATES)
        z = {"x": x, "u": u, "v": v}
        cost = sum(z[i].T @ numbers[f"M_L_{i}{i}"] @ z[i] / 2 + numbers[f"m_L_{i}"].T @ z[i] for i in z)
        cost += sum(z[i].T @ numbers[f"M_L_{i}{j}"] @ z[j] for i, j in ("ux", "vx", "vu"))
        second = sum(row @ P @ row for row in noise) / 2
        return float(((P @ x + p).T @ drift + cost)[0, 0] + second)

    assert np.allclose(Pi, np.kron(np.eye(CHANNELS), P))
    mean, reply = _laws(numbers)
    hessians = value(HHAT_UU, numbers), value(PLAYER["F"].H["vv"], numbers)
    root_u, root_v = (np.linalg.cholesky(tau * np.linalg.inv(H)) for tau, H in zip((0.3, 0.7), hessians, strict=True))
    total = 0.0
    grid = [
        (np.array([[a], [b]]), wa * wb)
        for a, wa in zip(nodes, weights, strict=True)
        for b, wb in zip(nodes, weights, strict=True)
    ]
    for xi, weight_u in grid:
        u = mean + root_u @ xi
        for eta, weight_v in grid:
            total += weight_u * weight_v * stage(u, reply(u) + root_v @ eta)
    assert of_word("leader_raw_action", numbers) == pytest.approx(total, rel=1e-10)


def _laws(numbers: Numbers) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """The leader's mean and the follower's reply, found by solving their conditions, not from gains."""
    H = {(k, ij): value(PLAYER[k].H[ij], numbers) for k in "LF" for ij in ("uu", "vv", "ux", "vx", "vu")}
    h = {(k, i): value(PLAYER[k].h[i], numbers) for k in "LF" for i in "uv"}
    x = numbers["x"]

    def reply(u: np.ndarray) -> np.ndarray:
        return -np.linalg.solve(H["F", "vv"], H["F", "vx"] @ x + H["F", "vu"] @ u + h["F", "v"])

    zero = np.zeros((LEADER, 1))
    T = np.hstack([reply(np.eye(LEADER)[:, [i]]) - reply(zero) for i in range(LEADER)])

    def slope(u: np.ndarray) -> np.ndarray:
        v = reply(u)
        in_u = H["L", "ux"] @ x + H["L", "uu"] @ u + H["L", "vu"].T @ v + h["L", "u"]
        return in_u + T.T @ (H["L", "vx"] @ x + H["L", "vu"] @ u + H["L", "vv"] @ v + h["L", "v"])

    jacobian = np.hstack([slope(np.eye(LEADER)[:, [i]]) - slope(zero) for i in range(LEADER)])
    return -np.linalg.solve(jacobian, slope(zero)), reply


def test_means_contain_no_temperature() -> None:
    words = consequences()
    steady = (commitment(X), reply(X, SEEN), *(k.Pdot for k in BOTH), *(k.pdot for k in BOTH))
    temperatures = {k.temperature for k in BOTH}
    assert not temperatures & set(words.behind(steady))
    assert temperatures <= set(words.behind(tuple(k.rdot["action"] for k in BOTH)))
