"""Words of linear-quadratic points: floats with radii against rationals and balls."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq

from games.families import family
from games.linear_quadratic import LinearQuadraticPoint
from verify.concept import resolve
from verify.exact.errors import CertificateError
from verify.exact.facts import check
from verify.float_ball import FloatBall
from verify.vocabulary import concepts
from verify.vocabulary.lq_point_algebra import inverse, largest, pivots, product, solved, total, trace

F = Fraction
NAMES = sorted(name for name, item in concepts().items() if item.game == "lq point" and ".lq_point" in item.numeric)
FAMILIES = ("lq_point", "lq_point_zero_sum", "lq_point_no_leader", "lq_point_uncoupled", "lq_point_nearly_ill_posed")


def as_ball(value):
    return arb(fmpq(value.numerator, value.denominator)) if isinstance(value, F) else value


@pytest.fixture(scope="module", params=FAMILIES)
def games(request):
    batch = family(request.param).sample(np.random.default_rng([7, len(request.param)]), 40)
    well_conditioned = request.param != "lq_point_nearly_ill_posed"
    return batch, {place: batch[place].exact() for place in (0, 13, 39)}, well_conditioned


@pytest.mark.parametrize("name", NAMES)
def test_the_exact_value_lies_within_the_radius(name, games):
    batch, twins, well_conditioned = games
    values, radii = resolve(concepts()[name].numeric)(batch)
    assert values.shape == radii.shape == (40,)
    for place, twin in twins.items():
        try:
            exactly = as_ball(check(twin, {"concept": name}, 128))
        except CertificateError:  # it has no value
            assert np.isnan(values[place]) or np.isinf(radii[place])
            continue
        assert not abs(exactly - values[place]) > radii[place]
        # An enclosure that says nothing would pass the line above; where a game is nearly ill-posed it may.
        assert radii[place] <= 1e-6 * (1 + abs(values[place])) or not well_conditioned


@pytest.mark.parametrize("name", NAMES)
def test_single_games_and_grids_of_games(name):
    batch = family("lq_point").sample(np.random.default_rng(3), 6)
    numeric = resolve(concepts()[name].numeric)
    fields = {field: getattr(batch, field).reshape(2, 3, *getattr(batch, field).shape[1:]) for field in batch.core}
    values, radii = numeric(LinearQuadraticPoint(**fields))
    alone, radius = numeric(batch[4])
    assert values.shape == radii.shape == (2, 3) and np.shape(alone) == np.shape(radius) == ()
    if np.isnan(alone) or np.isinf(radius):
        assert np.isnan(values[1, 1]) or np.isinf(radii[1, 1])
    else:
        assert abs(alone - values[1, 1]) <= radius + radii[1, 1]


def test_what_vanishes_is_known_to_vanish():
    """Hypotheses are settled in floats, so that few games go to exact arithmetic."""
    for name, kind in (
        ("zero_sum_defect_lq", "lq_point_zero_sum"),
        ("leader_idle_defect", "lq_point_no_leader"),
        ("follower_cross", "lq_point_uncoupled"),
    ):
        values, radii = resolve(concepts()[name].numeric)(family(kind).sample(np.random.default_rng(1), 256))
        assert (values == 0).all() and (radii == 0).all()


# The algebra.


def exact(array):
    return np.vectorize(F, otypes=[object])(array)


def random_balls(rng, *shape):
    return FloatBall.of(rng.standard_normal(shape), np.abs(rng.standard_normal(shape)) * 2.0**-40)


def inside(rng, ball):
    """Some matrix of the ball."""
    return exact(ball.value) + exact(ball.radius) * exact(rng.uniform(-1, 1, ball.value.shape).round(3))


def assert_holds(ball, truth):
    assert np.isfinite(ball.radius).all()
    assert (abs(exact(ball.value) - truth) <= exact(ball.radius)).all()


@pytest.mark.parametrize("seed", range(4))
def test_products_and_sums_hold_the_true_ones(seed):
    rng = np.random.default_rng(seed)
    X, Y = random_balls(rng, 5, 3, 4), random_balls(rng, 5, 4, 2)
    x, y = inside(rng, X), inside(rng, Y)
    assert_holds(product(X, Y), x @ y)
    assert_holds(total(X, (-2, -1)), x.sum(axis=(-2, -1)))
    square = FloatBall(X.value[..., :3], X.radius[..., :3])
    assert_holds(trace(square), np.trace(x[..., :3], axis1=1, axis2=2))


def test_products_of_short_dyadics_are_exact():
    rng = np.random.default_rng(1)
    X, Y = (FloatBall.of(rng.integers(-64, 64, (9, 3, 3)) / 64) for _ in range(2))
    found = product(X, Y)
    assert (found.radius == 0).all() and (exact(found.value) == exact(X.value) @ exact(Y.value)).all()


def test_products_that_round_have_radii():
    third = FloatBall.of(np.full((1, 2, 2), 1 / 3))
    found = product(third, third)
    assert (found.radius > 0).all()
    assert_holds(found, exact(third.value) @ exact(third.value))
    tiny = FloatBall.of(np.full((1, 1, 1), 2.0**-700))
    assert product(tiny, tiny).value == 0 < product(tiny, tiny).radius  # underflow is no zero


@pytest.mark.parametrize("seed", range(4))
def test_elimination_holds_the_true_solution(seed):
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((4, 3, 3))
    S = FloatBall.of(root @ root.swapaxes(-1, -2) + np.eye(3) / 8, 2.0**-45)
    R = random_balls(rng, 4, 3, 2)
    s, r = inside(rng, S), inside(rng, R)
    found = solved(S, R)
    # s X = r for the true X: what the centre misses of it, the radii must make good.
    residual = abs(s @ exact(found.value) - r)
    assert (residual <= abs(s) @ exact(found.radius)).all()
    assert_holds(product(FloatBall.of(np.eye(3)), inverse(FloatBall.of(np.eye(3) * 4))), exact(np.eye(3) / 4))
    first, second = (FloatBall(*(array[:, k] for array in (pivots(S).value, pivots(S).radius))) for k in (0, 1))
    assert_holds(first, s[:, 0, 0])
    assert_holds(second, s[:, 1, 1] - s[:, 1, 0] * s[:, 0, 1] / s[:, 0, 0])


def test_a_pivot_that_may_be_zero_leaves_nothing_known():
    S = FloatBall.of(np.array([[[0.0, 1.0], [1.0, 0.0]]]))
    found = solved(S, FloatBall.of(np.ones((1, 2, 1))))
    assert np.isinf(found.radius).all()


def test_the_largest_entry():
    X = FloatBall.of(np.array([[[-3.0, 1.0]]]), np.array([[[0.0, 0.5]]]))
    found = largest([X, FloatBall.of(np.array([[[2.0]]]))])
    assert found.value == 3 and found.radius >= 0
    assert np.isinf(largest([FloatBall.of(np.array([[[np.inf]]]))]).radius)
