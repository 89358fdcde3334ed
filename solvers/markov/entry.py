"""The one door to all solvers of Stackelberg Markov games."""

from __future__ import annotations

import importlib
from typing import Any

from games.markov import EpisodicMarkovGame, MarkovGame, Ties
from solvers.errors import SolverError
from solvers.markov.rules import as_ties, check_step_size, refuse_overflow
from solvers.markov.solution import MarkovSolution

CONCEPTS = ("stackelberg", "soft")
COMMITMENTS = ("pure", "mixed")


def solve(
    game: MarkovGame | EpisodicMarkovGame,
    *,
    concept: str | None = None,
    commitment: str = "pure",
    ties: str | Ties = Ties.STRONG,
    temperatures: tuple[float, float] | float | None = None,
    entropy: bool = True,
    step_size: Any = 1.0,
    start: tuple[Any, Any] | None = None,
    tolerance: float = 1e-10,
    budget: int | None = None,
    exact: bool = False,
    threads: int = 1,
) -> MarkovSolution:
    """Where Stackelberg Q-value iteration on a Markov game, or on a batch of them, goes.

    With pure commitment the leader commits to an action in every state and the follower's ties are broken by `ties`;
    with mixed commitment she commits to a mixture, his ties for her. With `temperatures` (one, or leader's and
    follower's) both choose by softmax (concept "soft"), `entropy` counted in the values or not. `step_size` in (0, 1]
    damps, `start` is (Q_L, Q_F) instead of zeros, `budget` the most steps. Episodic games are solved by backward
    induction. Exact twins, and single games with exact=True, are answered in Fractions, with a fact as certificate.

    Which solver answers: a batch `solvers.markov.batch`, `batch_mixed` or `batch_soft`, a single game `iteration`,
    `mixed` or `soft`, an exact twin `exact`, an episodic game `episodic`; their docstrings say what is proved. With
    mixed commitment and soft choices batches are answered from how values move, without proofs, single games with them.

    Raises `SolverError` for an unknown concept or commitment, for options that do not go together, for a batch of exact
    twins, and for rewards so large that values may leave the floats.
    """
    if commitment not in COMMITMENTS:
        raise SolverError(f"commitment: expected one of {', '.join(COMMITMENTS)}, found {commitment!r}")
    if concept is None:
        concept = "stackelberg" if temperatures is None else "soft"
    if concept not in CONCEPTS:
        raise SolverError(f"solve: expected a concept among {', '.join(CONCEPTS)}, found {concept!r}")
    rule = as_ties(ties)
    refuse_overflow(game)
    exactly = exact or game.is_exact
    if commitment == "mixed" and rule != Ties.STRONG:
        raise SolverError(f"ties: expected strong with mixed commitment, found {rule.label}")
    if (concept == "soft") != (temperatures is not None):
        raise SolverError(f"temperatures: expected them for the concept soft, and for no other, found {temperatures}")
    if concept == "soft" and (commitment == "mixed" or rule != Ties.STRONG):
        raise SolverError("soft: expected neither mixed commitment nor a rule for ties, for softmax has none")
    if exactly and (concept == "soft" or commitment == "mixed"):
        which = "soft choices" if concept == "soft" else "mixed commitment"
        raise SolverError(f"exact: expected pure commitment, found {which}; answer in floats instead")
    limit = {} if budget is None else {"budget": budget}
    if isinstance(game, EpisodicMarkovGame):
        if concept == "soft" or start is not None or step_size != 1:
            raise SolverError("episodic: expected no temperature, step size or start, for nothing is iterated")
        played = game.exact() if exactly else game
        return _solver("episodic")(played, commitment=commitment, ties=rule, threads=threads)
    if exactly:
        if start is not None:
            raise SolverError("exact: expected the start Q = 0, found another")
        check_step_size(step_size)
        return _solver("exact")(game.exact(), ties=rule, step_size=step_size, **limit)
    options = {"step_size": step_size, "tolerance": tolerance, **limit}
    if concept == "soft":
        options |= {"temperatures": temperatures if isinstance(temperatures, tuple) else (temperatures,) * 2}
        options |= {"entropy": entropy}
    if game.batch_shape and (concept == "soft" or commitment == "mixed"):
        if start is not None:
            raise SolverError("start: expected none for a batch with mixed commitment or soft choices, found one")
        return _solver("batch_soft" if concept == "soft" else "batch_mixed")(game, threads=threads, **options)
    options |= {"start": start}
    if concept == "soft":
        return _solver("soft")(game, **options)
    if commitment == "mixed":
        return _solver("mixed")(game, threads=threads, **options)
    if game.batch_shape:
        return _solver("batch")(game, ties=rule, threads=threads, **options)
    return _solver("iteration")(game, ties=rule, **options)


def _solver(name: str) -> Any:
    return importlib.import_module(f"solvers.markov.{name}").solve
