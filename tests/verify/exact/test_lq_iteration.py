"""Policy iteration, of the follower and of both: closed forms, simulation in floats, refusals; floats with radii."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb

from games.errors import GameError
from games.families import family
from games.files import from_json, to_json
from verify.claims.errl.policy_iteration import regulator
from verify.claims.errl.policy_iteration_two_level import cycling, destabilising, growing
from verify.claims.errl.solved import scalar_iteration
from verify.exact import lq_iteration as exact
from verify.exact.errors import CertificateError
from verify.exact.lq_two_level import _is_trap, _ScalarStep, two_level_abscissa, two_level_growth, two_level_period
from verify.vocabulary import lq_iteration_numeric as numeric

FACT: dict[str, str] = {}
ONE = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
NAMES = (
    "start_abscissa",
    "bound_hessian",
    "bound_residual",
    "iteration_decrease",
    "iteration_abscissa",
    "newton_defect",
    "iteration_fall",
    "iteration_next_fall",
    "iteration_constant",
)


class TestFollower:
    """dx = (x + v) dt, (x^2 + v^2)/2: v = -g x costs P = (1 + g^2)/(2 (g - 1)), and the next gain is P."""

    def test_values_and_gains(self):
        P = Fraction(5, 2)
        following = (1 + P**2) / (2 * (P - 1))
        assert exact.iteration_fall(regulator(), FACT, 64) == P - following
        last = (1 + following**2) / (2 * (following - 1))
        assert exact.iteration_next_fall(regulator(), FACT, 64) == following - last
        assert exact.iteration_decrease(regulator(), FACT, 64) == following - last
        assert exact.start_abscissa(regulator(), FACT, 64) == -2
        assert exact.iteration_abscissa(regulator(), FACT, 64) == max(-2, 2 - 2 * P, 2 - 2 * following)

    def test_the_constant(self):
        """w = H |H^-1|^2 |E|^2 = 1 and y = 1/(2 (g - 1)) at the third gain."""
        P = Fraction(5, 2)
        following = (1 + P**2) / (2 * (P - 1))
        assert exact.iteration_constant(regulator(), FACT, 64) == 1 / (2 * (following - 1))

    def test_the_bound(self):
        """R(0) = 1 with the gain 0, H_F,vv = 1."""
        assert exact.bound_residual(regulator(), FACT, 64) == 1
        assert exact.bound_hessian(regulator(), FACT, 64) == 1

    def test_newton_on_another_path(self):
        assert exact.newton_defect(regulator(), FACT, 64) == 0

    def test_gains_without_a_value_are_refused(self):
        still = scalar_iteration(1, 0, 1, leader_M=ONE, follower_M=ONE, gains=(0, -1))
        with pytest.raises(CertificateError, match="one value"):
            exact.iteration_fall(still, FACT, 64)

    def test_iterates_too_long_for_exact_arithmetic_are_refused(self):
        """Digits triple with every step: 64 of them would fill any memory."""
        far = scalar_iteration(1, 0, 1, leader_M=ONE, follower_M=ONE, gains=(0, -2), steps=64)
        with pytest.raises(CertificateError, match="binary digits"):
            exact.iteration_decrease(far, FACT, 64)
        both = scalar_iteration(1, 1, 1, leader_M=ONE, follower_M=ONE, gains=(-1, -1), steps=64)
        with pytest.raises(CertificateError, match="binary digits"):
            two_level_abscissa(both, FACT, 64)


class TestTwoLevel:
    def test_a_cycle(self):
        assert two_level_period(cycling(), FACT, 128) == 2
        gains = simulated(cycling(), 400)
        assert np.allclose(gains[-1], gains[-3], atol=1e-9) and np.abs(gains[-1] - gains[-2]).max() > 0.3

    def test_convergence(self):
        good = scalar_iteration(1, 1, 1, leader_M=ONE, follower_M=ONE, gains=(-1, -1))
        assert two_level_period(good, FACT, 128) == 1

    def test_a_trap_holds_the_gains_that_it_is_said_to_catch(self):
        """Gains known to within 1/4 alone may lie outside a box of half that size, which is mapped into itself."""
        step = _ScalarStep.of(scalar_iteration(1, 1, 1, leader_M=ONE, follower_M=ONE, gains=(-1, -1)))
        y = step.start()
        for _ in range(40):
            y = [x.mid() for x in step.image(y)]
        radius = arb(2) ** -12
        assert _is_trap(step, y, radius, 1)
        assert not _is_trap(step, [x + arb(0, 2 * radius) for x in y], radius, 1)

    def test_stability_is_lost(self):
        """From (1, -1) on dx = -u dt: P_L = 4/2 ... the next gain of hers is -1/5, and x grows at rate 1/5."""
        assert two_level_abscissa(destabilising(), FACT, 64) == Fraction(2, 5)
        assert np.allclose(simulated(destabilising(), 1)[-1][0], -0.2)
        with pytest.raises(CertificateError, match="lost them after 1 steps"):
            two_level_period(destabilising(), FACT, 128)

    def test_growth(self):
        factor = two_level_growth(growing(), FACT, 128)
        gains = simulated(growing(), 20)[:, 0]  # after more steps floats cancel
        assert abs(float(factor) - gains[-1] / gains[-2]) < 1e-3 and float(factor.rad()) < 1e-4
        with pytest.raises(CertificateError):
            two_level_period(growing(), FACT, 64)

    def test_gains_that_converge_do_not_grow(self):
        with pytest.raises(CertificateError, match="grow"):
            two_level_growth(cycling(), FACT, 64)


def simulated(game: Any, steps: int) -> np.ndarray:
    """(L_k, V_k) in floats, written out for one state: (steps + 1, 2)."""
    a, b, e = (float(getattr(game, name)[0, 0, 0]) for name in "ABE")
    costs = [np.array(getattr(game, f"{player}_M")[0], dtype=float) for player in ("leader", "follower")]
    L, V = float(game.leader_gain[0, 0, 0]), float(game.follower_gain[0, 0, 0])
    found = [(L, V)]
    for _ in range(steps):
        z = np.array([1, L, V])
        leader, follower = (-(z @ M @ z) / (2 * (a + b * L + e * V)) for M in costs)
        ML, MF = costs
        K, T = -(MF[2, 0] + e * follower) / MF[2, 2], -MF[2, 1] / MF[2, 2]
        slope = ML[1, 0] + b * leader + ML[1, 2] * K + T * (ML[2, 0] + e * leader + ML[2, 2] * K)
        L = -slope / (ML[1, 1] + 2 * T * ML[1, 2] + T * T * ML[2, 2])
        V = K + T * L
        found.append((L, V))
    return np.array(found)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["lq_iteration", "lq_iteration_unstable", "lq_iteration_concave"])
def test_floats_enclose(name, kind):
    games: Any = family(kind).sample(np.random.default_rng(4), 24)
    found, radii = getattr(numeric, name)(games)
    assert np.isinf(radii).sum() <= 3
    for i in range(3):
        value = float(getattr(exact, name)(games[i].exact(), FACT, 64))
        assert abs(value - found[i]) <= radii[i] + 1e-15 * abs(value)


class TestInstances:
    def test_files(self):
        game: Any = family("lq_iteration").sample(np.random.default_rng(0), 1)[0]
        assert from_json(to_json(game)) == game.exact()

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"horizon": Fraction(1)}, "horizon: expected none"),
            ({"follower_sees": "policy"}, "follower_sees: expected 'action'"),
            ({"steps": Fraction(1, 2)}, "steps: expected a whole number"),
            ({"steps": Fraction(65)}, "steps: expected a whole number"),
        ],
    )
    def test_refusals(self, changes, message):
        import dataclasses

        with pytest.raises(GameError, match=message):
            dataclasses.replace(regulator(), **changes)

    @pytest.mark.parametrize("name", ["lq_iteration", "lq_iteration_concave", "lq_iteration_unbounded"])
    def test_families_say_what_they_break(self, name):
        games: Any = family(name).sample(np.random.default_rng(3), 4)
        for game in games:
            twin = game.exact()
            assert (exact.bound_hessian(twin, FACT, 64) > 0) == (name != "lq_iteration_concave")
            assert (exact.bound_residual(twin, FACT, 64) > 0) == (name != "lq_iteration_unbounded")
