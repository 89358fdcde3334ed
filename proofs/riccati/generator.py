"""The controlled generator on quadratic values, the sums over channels and regimes, and the Hamiltonian's blocks.

For V(x, i) = x'Px/2 + p'x + r Taylor's formula ends: V(x + y) - V(x) = V_x'y + y'Py/2. An increment y of mean f dt and
covariance sum_l sigma_l sigma_l' dt changes V, in the mean, at the rate (Px + p)'f + sum_l sigma_l'P sigma_l/2, and a
switch of regime adds sum_j lam_ij V(x, j). With f and sigma_l affine in z = (x, u, v) and the running cost added this
is z'Hz/2 + h'z + c (errl, section 1).
"""

from __future__ import annotations

from proofs.engine.free_algebra import expectation, matrix, scalar, symmetric, vector, zero
from proofs.engine.free_algebra_argument import MatrixArgument
from proofs.engine.free_algebra_blocks import BlockMatrix, BlockProduct
from proofs.engine.free_algebra_derivation import MatrixDerivation
from proofs.engine.step import Step
from proofs.riccati.vocabulary import BOTH, Player, U, V, X, vocabulary

TOPIC = "riccati/generator"
TITLE = "The controlled generator on quadratic values, and the Hamiltonian of a regime"

STEP = vector("y", "n")
LENGTH = scalar("delta", latex=r"\delta")
DRIFT, SPREAD = vector("f", "n"), symmetric("Q", "n")

Hamiltonians = dict[str, Step]
"""The equation stage = hamiltonian of each player, for every u and v."""


def derivation() -> MatrixDerivation:
    argument = MatrixArgument(topic=TOPIC, title=TITLE, vocabulary=vocabulary())
    write(argument)
    return argument.derivation()


def write(argument: MatrixArgument) -> Hamiltonians:
    """The steps, concluding with the Hamiltonian of both players."""
    argument.section(
        "The controlled generator",
        """In regime i, over a short time delta, the state moves by y: of mean f delta and covariance Q delta, where
        Q is the sum of sigma_l sigma_l' over the channels. The generator is what the mean of V changes by, divided by
        delta, as delta tends to 0; that is how it is defined. V is quadratic, so nothing is left out.""",
    )
    _taylor(argument, BOTH[0])
    argument.section(
        "Any number of channels and of regimes",
        """The channels stand below one another, in C, D, F and s, with the matrix P repeated along the diagonal; the
        terms of the other regimes are collected in (Lambda P), (Lambda p), (Lambda r). With no channel, and with no
        regime, all sums are zero; the equations below add one more. So sums over every number of channels and of
        regimes are covered by the letters used from here on.""",
    )
    _one_more_channel(argument)
    _one_more_regime(argument, BOTH[0])
    argument.section(
        "The Hamiltonian",
        """Drift and volatility are affine in the state and the actions; with the running cost, the generator of each
        player's value is one quadratic in z = (x, u, v), whose Hessian H, gradient h and constant c are these.""",
    )
    return {player.name: _hamiltonian(argument, player) for player in BOTH}


def _taylor(argument: MatrixArgument, k: Player) -> None:
    slope = k.P @ X + k.p
    change = k.value(X + STEP) - k.value()
    expanded = argument.identity(
        change, slope.T @ STEP + STEP.T @ k.P @ STEP / 2, reason="Taylor's formula of a quadratic ends"
    )
    averaged = argument.average(
        expanded, STEP, LENGTH * DRIFT, LENGTH * SPREAD, reason="the mean of both sides over the increment"
    )
    rate = slope.T @ DRIFT + (k.P @ SPREAD).trace() / 2
    argument.conclude(
        "the mean change of a value",
        argument.combine(
            expectation(change, STEP, LENGTH * DRIFT, LENGTH * SPREAD),
            LENGTH * rate + LENGTH * LENGTH * (DRIFT.T @ k.P @ DRIFT) / 2,
            averaged,
            reason="only mean and covariance of the increment matter; divided by delta, the last term vanishes with it",
        ),
    )


def _one_more_channel(argument: MatrixArgument) -> None:
    P, stacked, spread = symmetric("P", "n"), symmetric("Pi", "N", latex=r"\left(I \otimes P\right)"), SPREAD
    so_far, added = vector("sigma", "N", latex=r"\sigma"), vector("sigma_l", "n", latex=r"\sigma_l")
    diagonal = BlockMatrix(((stacked, zero("N", "n")), (zero("n", "N"), P)))
    tall = BlockMatrix(((so_far,), (added,)))
    argument.conclude(
        "one more channel, second-order term",
        argument.identity(
            (P @ (spread + added @ added.T)).trace(),
            (P @ spread).trace() + added.T @ P @ added,
            reason="the second-order term tr(P Q) of V grows by sigma_l' P sigma_l",
        ),
    )
    argument.conclude(
        "one more channel, stacked",
        argument.identity(
            BlockProduct((tall.T, diagonal, tall)),
            BlockMatrix(((so_far.T @ stacked @ so_far + added.T @ P @ added,),)),
            reason="so does sigma' (I x P) sigma, where sigma_l stands below the others",
        ),
    )
    J, K = matrix("J", "N", "k"), matrix("J_l", "n", "k")
    columns = BlockMatrix(((J,), (K,)))
    argument.conclude(
        "one more channel, in a Hessian",
        argument.identity(
            BlockProduct((columns.T, diagonal, columns)),
            BlockMatrix(((J.T @ stacked @ J + K.T @ P @ K,),)),
            reason="and J' (I x P) J grows by J_l' P J_l",
        ),
    )


def _one_more_regime(argument: MatrixArgument, k: Player) -> None:
    rate, P, p, r = scalar("lambda", latex=r"\lambda_{ij}"), symmetric("P_j", "n"), vector("p_j", "n"), scalar("r_j")
    switched = X.T @ k.switched_P @ X / 2 + k.switched_p.T @ X + k.switched_r
    value = X.T @ P @ X / 2 + p.T @ X + r
    with_it = X.T @ (k.switched_P + rate * P) @ X / 2 + (k.switched_p + rate * p).T @ X + k.switched_r + rate * r
    argument.conclude(
        "one more regime",
        argument.identity(
            switched + rate * value,
            with_it,
            reason="the values of the other regimes are summed coefficient by coefficient",
        ),
    )


def _hamiltonian(argument: MatrixArgument, k: Player) -> Step:
    for function in (k.flow, k.running, k.hamiltonian):
        argument.identity(function(X, U, V), function.body, reason="notation")
    blocks = (*k.H.values(), *k.h.values(), k.c)
    return argument.conclude(
        f"{k.name}, Hamiltonian",
        argument.identity(
            k.stage(X, U, V),
            k.hamiltonian(X, U, V),
            *blocks,
            reason=f"the {k.name}'s generator and running cost multiplied out and collected by blocks of z",
        ),
    )
