"""Double entry: the right-hand sides that were derived against those that the solvers integrate, on random games.

`proofs.riccati` and `solvers.riccati` were written apart from one statement of the theory. What the derivation defines
as gains, reduced Hessians and rates is evaluated here as numeric functions, and must be what the solver computes, to
rounding error. A slip in either book must show.
"""

from __future__ import annotations

import dataclasses
import math
import sys
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from games.linear_quadratic import LinearQuadraticGame, Sees
from proofs.catalogue import derive
from proofs.engine.errors import DerivationError
from proofs.engine.free_algebra_argument import MatrixArgument
from proofs.engine.free_algebra_numeric import as_function
from proofs.riccati import equations, generator, reaction
from proofs.riccati import vocabulary as book
from proofs.riccati.vocabulary import FOLLOWER, LEADER, vocabulary
from solvers.riccati import hamiltonian as solver
from solvers.riccati.hamiltonian import Values

ROUNDING = 1e-13
"""Relative to the largest entry: some hundreds of operations, Hessians of actions of condition below 10."""

SIZES = [(1, 1, 1, 1, 1), (2, 1, 1, 2, 2), (3, 2, 1, 2, 1), (4, 1, 2, 3, 2), (4, 2, 2, 3, 3)]  # n, ku, kv, m, d


def random_game(rng: np.random.Generator, sizes: tuple[int, ...], sees: Sees) -> LinearQuadraticGame:
    """Every array full; actions expensive enough for the stage games to be well posed at moderate values."""
    n, ku, kv, m, d = sizes
    N = n + ku + kv
    rates = rng.uniform(0.1, 2, (m, m)) * (1 - np.eye(m))
    arrays: dict[str, Any] = {
        "A": (m, n, n),
        "B": (m, n, ku),
        "E": (m, n, kv),
        "b": (m, n),
        "C": (m, d, n, n),
        "D": (m, d, n, ku),
        "F": (m, d, n, kv),
        "s": (m, d, n),
    }
    arrays = {name: rng.normal(size=shape) for name, shape in arrays.items()}
    for player in ("leader", "follower"):
        costs = rng.normal(size=(m, N, N))
        costs = costs + np.swapaxes(costs, -1, -2)
        costs[..., n:, n:] += 200 * np.eye(N - n)
        arrays |= {f"{player}_M": costs, f"{player}_m": rng.normal(size=(m, N))}
        arrays |= {f"{player}_G": np.zeros((m, n, n)), f"{player}_g": np.zeros((m, n))}
    return LinearQuadraticGame(
        generator=rates - np.diag(rates.sum(axis=1)),
        discount=0.3,
        leader_temperature=0.7,
        follower_temperature=1.3,
        follower_sees=sees,
        **arrays,
    )


def random_values(rng: np.random.Generator, game: LinearQuadraticGame) -> Values:
    P = rng.normal(size=(game.regimes, game.states, game.states))
    return Values(
        P=P + np.swapaxes(P, -1, -2), p=rng.normal(size=(game.regimes, game.states)), r=rng.normal(size=game.regimes)
    )


def letters(game: LinearQuadraticGame, leader: Values, follower: Values, i: int) -> dict[str, Any]:
    """What the primitive generators of the derivation are in regime i: channels stacked, I (x) P a block diagonal."""
    channels = game.channels
    stacked = {name: getattr(game, name)[i].reshape(channels * game.states, -1) for name in ("C", "D", "F", "s")}
    found = {"A": game.A[i], "B": game.B[i], "E": game.E[i], "b": game.b[i][:, None], **stacked}
    found |= {"beta": game.discount, "log_2pi": math.log(2 * math.pi)}
    blocks = dict(zip("xuv", game.blocks(), strict=True))
    rates = game.generator[i]
    for k, name, values in (("L", "leader", leader), ("F", "follower", follower)):
        M, slope = getattr(game, f"{name}_M")[i], getattr(game, f"{name}_m")[i][:, None]
        found |= {f"M_{k}_{a}{c}": M[blocks[a], blocks[c]] for a, c in ("xx", "uu", "vv", "ux", "vx", "vu")}
        found |= {f"m_{k}_{a}": slope[block] for a, block in blocks.items()}
        found |= {f"P_{k}": values.P[i], f"p_{k}": values.p[i][:, None], f"r_{k}": values.r[i]}
        found |= {f"Pi_{k}": np.kron(np.eye(channels), values.P[i]), f"tau_{k}": getattr(game, f"{name}_temperature")}
        found |= {f"LambdaP_{k}": np.einsum("j,jab->ab", rates, values.P)}
        found |= {f"Lambdap_{k}": (rates @ values.p)[:, None], f"Lambdar_{k}": rates @ values.r}
    return found


Functions = Mapping[str, Callable[..., Any]]


def entries(
    functions: Functions, module: Any, sizes: tuple[int, ...], sees: Sees, seed: int = 0
) -> dict[str, tuple[Any, Any]]:
    """Name -> (derived, solved), over all regimes of a random game."""
    rng = np.random.default_rng([seed, *sizes])
    game = random_game(rng, sizes, sees)
    leader, follower = random_values(rng, game), random_values(rng, game)
    stage = module.stage(game, leader, follower)
    assert stage.well_posed.all()
    rates = module.rates(game, leader, follower, stage)
    us = slice(game.states, game.states + game.leader_actions)
    solved = {
        "K": stage.K,
        "T": stage.T,
        "kappa": stage.kappa[..., None],
        "Hhat_uu": stage.reduced_H[..., us, us],
        "Hhat_ux": stage.reduced_H[..., us, : game.states],
        "hhat_u": stage.reduced_h[..., us, None],
        "Gamma": stage.leader_gain,
        "gamma": stage.leader_offset[..., None],
        f"Sigma_L_{sees}": stage.leader_covariance,
        "Sigma_F": stage.follower_covariance,
    }
    for k, values in zip("LF", rates, strict=True):
        solved |= {f"Pdot_{k}": values.P, f"pdot_{k}": values.p[..., None], f"rdot_{k}_{sees}": values.r}
    given = [letters(game, leader, follower, i) for i in range(game.regimes)]
    derived = {name: np.array([functions[name](**values) for values in given]) for name in solved}
    shaped = {name: value.reshape(solved[name].shape) for name, value in derived.items()}
    return {name: (shaped[name], solved[name]) for name in solved}


def differing(found: Mapping[str, tuple[Any, Any]]) -> set[str]:
    """The entries on which the books differ by more than rounding."""
    return {name for name, (a, b) in found.items() if np.abs(a - b).max() > ROUNDING * max(1.0, np.abs(b).max())}


@pytest.fixture(scope="module")
def functions() -> Functions:
    return derive("riccati/hjbi").functions()


@pytest.mark.parametrize("sees", list(Sees))
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_both_books_agree(functions: Functions, sizes: tuple[int, ...], sees: Sees) -> None:
    for seed in range(3):
        assert differing(entries(functions, solver, sizes, sees, seed)) == set()


L, F = LEADER, FOLLOWER
MEANINGS = vocabulary().meanings
SLIPS: dict[str, tuple[Any, Any, set[str]]] = {
    # generator, what it is made to mean, entries that must differ (others may)
    "sign of the discount": (L.Pdot, MEANINGS[L.Pdot] - 2 * book.BETA * L.P, {"Pdot_L"}),
    "no switching in P": (L.Pdot, MEANINGS[L.Pdot] + L.switched_P, {"Pdot_L"}),
    "no switching in p": (F.pdot, MEANINGS[F.pdot] + F.switched_p, {"pdot_F"}),
    "no switching in r": (F.rdot["policy"], MEANINGS[F.rdot["policy"]] + F.switched_r, {"rdot_F_policy"}),
    "a half of the noise": (L.rdot["policy"], MEANINGS[L.rdot["policy"]] - L.noise["policy"] / 2, {"rdot_L_policy"}),
    "a half of s'Ps": (L.c, MEANINGS[L.c] + book.s.T @ L.stacked_P @ book.s / 2, {"rdot_L_policy"}),
    "a transpose of A": (F.H["xx"], MEANINGS[F.H["xx"]] - F.P @ book.A + F.P @ book.A.T, set()),
    "a transpose of H_vu": (book.HHAT_UU, MEANINGS[book.HHAT_UU] + book.T.T @ book.T, {"Hhat_uu", "Gamma", "Pdot_L"}),
    "sign of the reply": (book.T, -MEANINGS[book.T], {"T", "Gamma", "Pdot_F"}),
    "no P b": (F.h["x"], MEANINGS[F.h["x"]] - F.P @ book.b, {"pdot_F"}),
    "sign of the entropy": (
        L.rdot["policy"],
        MEANINGS[L.rdot["policy"]] - 2 * L.temperature * L.entropy["policy"],
        {"rdot_L_policy"},
    ),
}


@pytest.mark.parametrize("slip", [name for name in SLIPS if name != "a transpose of A"])
def test_a_slip_in_the_derived_book_shows(functions: Functions, slip: str) -> None:
    generator_, meaning, caught = SLIPS[slip]
    meanings = {**MEANINGS, generator_: meaning}
    slipped = {g.name: as_function(g, meanings=meanings) for g in meanings if g.name in functions}
    found = differing(entries(slipped, solver, (3, 2, 2, 2, 2), Sees.POLICY))
    assert found >= caught and found


@pytest.mark.parametrize("slip", list(SLIPS))
def test_a_slip_in_the_derived_book_is_no_derivation(slip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one meaning changed some step does not follow: the derivation does not exist."""
    generator_, meaning, _ = SLIPS[slip]
    slipped = dataclasses.replace(vocabulary())
    object.__setattr__(slipped, "meanings", {**MEANINGS, generator_: meaning})  # unchecked
    for module in (generator, equations):
        monkeypatch.setattr(module, "vocabulary", lambda: slipped)
    argument = MatrixArgument(topic="riccati/slip", title="Slip", vocabulary=slipped)
    with pytest.raises(DerivationError):
        hamiltonians = generator.write(argument)
        reaction.write(argument)
        equations.write(argument, hamiltonians)


SOURCE = Path(str(solver.__file__)).read_text(encoding="utf-8")
SLIPS_OF_THE_SOLVER = {
    "no switching in P": (" - _switched(game, values.P, 2)", "", {"Pdot_L", "Pdot_F"}),
    "no switching in r": (" - _switched(game, values.r, 0)", "", {"rdot_L_action", "rdot_F_action"}),
    "sign of the reply": ("answer = -_solved(", "answer = _solved(", {"K", "T", "kappa", "Pdot_L"}),
    "a half of the noise": ("axis=(-2, -1)) / 2 - getattr", "axis=(-2, -1)) - getattr", {"rdot_L_action"}),
    "sign of the entropy": (
        '/ 2 - getattr(stage, f"{player}_entropy',
        '/ 2 + getattr(stage, f"{player}_entropy',
        set(),
    ),
    "a half of s'Ps": ("moved[..., -1:]).sum(axis=(-2, -1)) / 2", "moved[..., -1:]).sum(axis=(-2, -1))", set()),
    "a transpose of T": ("cross @ np.swapaxes(T, -1, -2)", "cross @ T", {"rdot_L_action", "rdot_F_action"}),
    "no P b": ("    h[..., :n] += _times(values.P, game.b)\n", "", {"pdot_L", "pdot_F"}),
    "sign of the discount": ("P=beta[..., None, None]", "P=-beta[..., None, None]", {"Pdot_L", "Pdot_F"}),
    "no correlation of actions": ("        S[..., us, vs] = np.swapaxes(cross, -1, -2)\n", "", {"rdot_L_action"}),
}


@pytest.mark.parametrize("slip", list(SLIPS_OF_THE_SOLVER))
def test_a_slip_in_the_solvers_book_shows(functions: Functions, slip: str) -> None:
    text, replacement, caught = SLIPS_OF_THE_SOLVER[slip]
    assert SOURCE.count(text) == 1, f"{slip}: the line to spoil is not there any more"
    slipped = types.ModuleType("slipped")
    slipped.__dict__["__name__"] = "slipped"
    sys.modules["slipped"] = slipped  # dataclasses look their module up
    try:
        exec(
            compile(SOURCE.replace(text, replacement), "slipped", "exec"), slipped.__dict__
        )  # the solver, one line off
        found = differing(entries(functions, slipped, (3, 2, 2, 2, 2), Sees.ACTION))
    finally:
        del sys.modules["slipped"]
    assert found >= caught and found
