"""One state, one action each: the residual of the Hamiltonian system once more, in numbers.

Two channels and two regimes are written out, nothing is stacked, and expectations are taken by Taylor's formula: of a
quadratic f, E f(u, v) = f(means) + (f_uu var u + 2 f_uv cov(u, v) + f_vv var v) / 2. Nothing here is taken from the
derivations for matrices.
"""

from __future__ import annotations

from typing import Any

import sympy

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import equal
from proofs.engine.rules.algebra import Identity
from proofs.engine.step import Step
from proofs.engine.terms import Scalar
from proofs.engine.vocabulary import Vocabulary

TOPIC = "riccati/scalar"
TITLE = "The Hamiltonian system with one state and one action each"

CHANNELS = REGIMES = (1, 2)  # the regime at hand is the first


def _family(letter: str, indices: tuple[Any, ...]) -> dict[Any, Any]:
    return {i: Scalar(f"{letter}_{i}", rf"{letter}_{{{i}}}") for i in indices}


x, u, v = (Scalar(name) for name in "xuv")
beta = Scalar("beta", r"\beta")
A, B, E, b = (Scalar(name) for name in "ABEb")
C, D, F, s = (_family(letter, CHANNELS) for letter in "CDFs")
rates = _family("lambda", REGIMES)
K, T, kappa = Scalar("K"), Scalar("T"), Scalar("kappa", r"\kappa")
gain, offset = Scalar("Gamma", r"\Gamma"), Scalar("gamma", r"\gamma")
variance_u, variance_v = Scalar("S_u"), Scalar("S_v")
ACTIONS = {u: gain * x + offset, v: K * x + T * (gain * x + offset) + kappa}  # the means of both laws

PAIRS = ("xx", "uu", "vv", "ux", "vx", "vu")


class _Player:
    """Costs, values in both regimes, and the equations of theory section 1 in regime 1."""

    def __init__(self, name: str, index: str) -> None:
        self.name = name
        self.P, self.p, self.r = (_family(f"{letter}{index}", REGIMES) for letter in "Ppr")
        self.M, self.m = _family(f"M{index}", PAIRS), _family(f"m{index}", ("x", "u", "v"))
        self.tau, self.entropy = Scalar(f"tau_{index}", rf"\tau_{index}"), Scalar(f"Ent_{index}")
        self.H, self.h = _family(f"H{index}", PAIRS), _family(f"h{index}", ("x", "u", "v"))
        self.c = Scalar(f"c_{index}")
        self.dot = {letter: Scalar(f"{letter}dot_{index}", rf"\dot {letter}_{index}") for letter in "Pp"}
        self.rdot = {sees: Scalar(f"rdot_{index}_{sees}", rf"\dot r_{index}") for sees in ("action", "policy")}

    def value(self, regime: int) -> sympy.Expr:
        return self.P[regime] * x**2 / 2 + self.p[regime] * x + self.r[regime]

    def stage(self) -> sympy.Expr:
        """Generator and running cost: V_x drift + V_xx (sum of squared volatilities) / 2 + z'Mz/2 + m'z."""
        value, M, m = self.value(1), self.M, self.m
        drift = A * x + B * u + E * v + b
        squares = sum((C[i] * x + D[i] * u + F[i] * v + s[i]) ** 2 for i in CHANNELS)
        running = (M["xx"] * x**2 + M["uu"] * u**2 + M["vv"] * v**2) / 2
        running += M["ux"] * u * x + M["vx"] * v * x + M["vu"] * v * u + m["x"] * x + m["u"] * u + m["v"] * v
        return value.diff(x) * drift + value.diff(x, 2) * squares / 2 + running

    def hamiltonian(self) -> dict[Any, Any]:
        """H, h and c as theory section 1 writes them."""
        P, p, M, m = self.P[1], self.p[1], self.M, self.m
        columns = {"x": (A, C), "u": (B, D), "v": (E, F)}
        found: dict[Any, Any] = {}
        for i, j in PAIRS:
            first = {"xx": 2 * P * A, "ux": P * B, "vx": P * E}.get(i + j, 0)
            found[self.H[i + j]] = M[i + j] + first + P * sum(columns[i][1][n] * columns[j][1][n] for n in CHANNELS)
        for i, (drift, noise) in columns.items():
            shift = P * b if i == "x" else 0
            found[self.h[i]] = m[i] + p * drift + shift + P * sum(noise[n] * s[n] for n in CHANNELS)
        found[self.c] = p * b + P * sum(s[n] ** 2 for n in CHANNELS) / 2
        return found

    def equations(self) -> dict[Any, Any]:
        """The rates: -dP/dt + beta P = Phi'H Phi + sum_j lam_j P_j, and so on."""
        H, h = self.H, self.h
        slope, level = (1, gain, K + T * gain), (0, offset, T * offset + kappa)  # Phi and phi
        square = ((H["xx"], H["ux"], H["vx"]), (H["ux"], H["uu"], H["vu"]), (H["vx"], H["vu"], H["vv"]))
        gradient = (h["x"], h["u"], h["v"])

        def form(left: tuple[Any, ...], right: tuple[Any, ...]) -> Any:
            return sum(left[i] * square[i][j] * right[j] for i in range(3) for j in range(3))

        def along(vector: tuple[Any, ...]) -> Any:
            return sum(gradient[i] * vector[i] for i in range(3))

        found = {
            self.dot["P"]: beta * self.P[1] - form(slope, slope) - self.switched(self.P),
            self.dot["p"]: beta * self.p[1] - form(slope, level) - along(slope) - self.switched(self.p),
        }
        for sees, rate in self.rdot.items():
            spread = H["uu"] * variance_u + H["vv"] * variance_v
            if sees == "action":
                spread += 2 * H["vu"] * T * variance_u + H["vv"] * T**2 * variance_u
            closed = form(level, level) / 2 + along(level) + self.c + spread / 2 - self.tau * self.entropy
            found[rate] = beta * self.r[1] - closed - self.switched(self.r)
        return found

    @staticmethod
    def switched(family: dict[Any, Any]) -> Any:
        return sum(rates[j] * family[j] for j in REGIMES)

    def averaged(self, sees: str) -> sympy.Expr:
        """E of the stage cost, less the temperature times the entropy."""
        stage = self.stage()
        reply = T if sees == "action" else 0  # of his action to hers, about the means
        second = stage.diff(u, 2) * variance_u + 2 * stage.diff(u, v) * reply * variance_u
        second += stage.diff(v, 2) * (reply**2 * variance_u + variance_v)
        return stage.subs(ACTIONS, simultaneous=True) + second / 2 - self.tau * self.entropy


def derivation() -> Derivation:
    vocabulary = Vocabulary(symbols={}, vectors={}, definitions={})
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=vocabulary)
    for player in (_Player("leader", "L"), _Player("follower", "F")):
        blocks = [argument.define(symbol, meaning) for symbol, meaning in player.hamiltonian().items()]
        _hamiltonian(argument, player, blocks)
        equations = {symbol: argument.define(symbol, meaning) for symbol, meaning in player.equations().items()}
        for sees, rate in player.rdot.items():
            level = player.dot["P"] * x**2 / 2 + player.dot["p"] * x + rate
            switching = _Player.switched({j: player.value(j) for j in REGIMES})
            argument.conclude(
                f"{player.name}, {sees} seen",
                argument.step(
                    equal(beta * player.value(1), level + player.averaged(sees) + switching),
                    Identity(),
                    *blocks,
                    *(equations[symbol] for symbol in (*player.dot.values(), rate)),
                    reason=f"the {player.name}'s HJBI equation where the follower sees the {sees}",
                ),
            )
    return argument.derivation()


def _hamiltonian(argument: Argument, player: _Player, blocks: list[Step]) -> None:
    H, h = player.H, player.h
    squares = (H["xx"] * x**2 + H["uu"] * u**2 + H["vv"] * v**2) / 2 + H["ux"] * u * x + H["vx"] * v * x
    written = squares + H["vu"] * v * u + h["x"] * x + h["u"] * u + h["v"] * v + player.c
    argument.conclude(
        f"{player.name}, Hamiltonian",
        argument.step(
            equal(player.stage(), written), Identity(), *blocks, reason="multiplied out, both channels written out"
        ),
    )
