"""Double entry of words: what a claim measures on a game is what the derivations mean by the same word.

A derivation proves a relation between words of `proofs.riccati.vocabulary`; a claim measures concepts of
`verify.vocabulary`, written apart from it. Here every word of the former is computed from its meaning, expectations
written out in moments, and compared with the concept of that name on points of several families.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from games.families import family
from games.linear_quadratic import PLAYERS, LinearQuadraticPoint
from proofs.engine.free_algebra_numeric import as_function, generators_of
from proofs.riccati.consequence_words import consequences
from proofs.riccati.vocabulary import MEAN, U, V, X
from verify.exact.lq_point import Stage, as_fraction
from verify.exact.lq_point_laws import _follower_trace, _leader_cross
from verify.vocabulary import concept, concepts

FAMILIES = ("lq_point", "lq_point_switching", "lq_point_zero_sum")
VOCABULARY = consequences()  # the words of the Hamiltonian system and those of what follows from it
OWN = {f"{player}_{word}" for player in PLAYERS for word in ("rate_cold", "raw_cold")}
"""Words of derivations alone, of which no claim speaks."""
ROUNDING = 1e-8
"""Relative to the values that a word is a difference of: the families' Hessians have condition up to thousands."""


def letters(game: LinearQuadraticPoint) -> dict[str, Any]:
    """The primitive generators at the point, in its regime."""
    i, channels = int(game.regime), game.channels
    found = {"x": game.state[:, None], "u": game.leader_action[:, None], "beta": game.discount}
    found |= {name: getattr(game, name)[i] for name in ("A", "B", "E")} | {"b": game.b[i][:, None]}
    found |= {name: getattr(game, name)[i].reshape(channels * game.states, -1) for name in ("C", "D", "F", "s")}
    blocks = dict(zip("xuv", game.blocks(), strict=True))
    for k, player in zip("LF", PLAYERS, strict=True):
        of = {
            name: np.asarray(getattr(game, f"{player}_{name}")) for name in ("P", "p", "r", "M", "m", "mean", "factor")
        }
        M, m, rates = of["M"][i], of["m"][i], game.generator[i]
        found |= {f"M_{k}_{a}{c}": M[blocks[a], blocks[c]] for a, c in ("xx", "uu", "vv", "ux", "vx", "vu")}
        found |= {f"m_{k}_{a}": m[block][:, None] for a, block in blocks.items()}
        found |= {f"P_{k}": of["P"][i], f"p_{k}": of["p"][i][:, None], f"r_{k}": of["r"][i]}
        found |= {f"Pi_{k}": np.kron(np.eye(channels), of["P"][i]), f"tau_{k}": getattr(game, f"{player}_temperature")}
        found |= {f"LambdaP_{k}": np.einsum("j,jab->ab", rates, of["P"])}
        found |= {f"Lambdap_{k}": (rates @ of["p"])[:, None], f"Lambdar_{k}": rates @ of["r"]}
        found |= {f"mean_{k}": of["mean"][:, None], f"factor_{k}": of["factor"]}
    regimes = np.eye(game.regimes)
    found |= {"Lambda": game.generator, "ones": regimes.sum(axis=1, keepdims=True), "e_i": regimes[:, [i]]}
    return found | cross_traces(game) | {"log_2pi": math.log(2 * math.pi)}


def cross_traces(game: LinearQuadraticPoint) -> dict[str, Any]:
    """The traces that the other's exploration is multiplied by, in every regime."""
    stages = [Stage(game.exact(), regime) for regime in range(game.regimes)]
    traces = {
        "cross_L": [_leader_cross(stage) for stage in stages],
        "cross_F_action": [_follower_trace(stage, "action") for stage in stages],
        "cross_F_policy": [_follower_trace(stage, "policy") for stage in stages],
    }
    return {name: np.array([[float(as_fraction(x))] for x in column]) for name, column in traces.items()}


def points(name: str) -> tuple[Any, list[int]]:
    """A batch, and those of its games with discount and positive temperatures: without, some words are no numbers."""
    batch: Any = family(name).sample(np.random.default_rng(7), 32)
    warm = (batch.leader_temperature > 0) & (batch.follower_temperature > 0) & (batch.discount > 0)
    return batch, np.flatnonzero(warm)[:6].tolist()


@pytest.mark.parametrize("name", FAMILIES)
def test_words_measure_what_derivations_mean(name: str) -> None:
    batch, places = points(name)
    assert len(places) == 6
    given = [letters(batch[i]) | {"random_u": batch[i].leader_action[:, None]} for i in places]
    sizes = generators_of(X) + generators_of(U) + generators_of(MEAN["follower"])
    level = 1 + np.abs(concept("leader_value")(batch)[places])
    for word, expression in VOCABULARY.words.items():
        if word in OWN:
            continue
        function = as_function(expression, dimensions_from=sizes, meanings=VOCABULARY.meanings)
        meant = np.array([function(**values) for values in given])
        measured = np.broadcast_to(concept(word)(batch), len(batch.regime))[places]
        np.testing.assert_array_less(np.abs(meant - measured), ROUNDING * (level + np.abs(measured)), err_msg=word)
        constant = word.endswith(("_dimension", "discount", "_temperature"))
        assert constant or name != "lq_point" or np.ptp(meant) > 0, f"{word}: expected one that tells games apart"


def test_no_word_is_left_without_a_concept() -> None:
    assert {word for word in VOCABULARY.words if word not in concepts()} == OWN


def test_nothing_defined_depends_on_what_expectations_bind() -> None:
    """Else a letter would be taken for a constant under an expectation over what it is made of."""
    for generator, meaning in VOCABULARY.meanings.items():
        assert not {U, V} & set(VOCABULARY.behind([meaning])), f"{generator} speaks of a random action"
