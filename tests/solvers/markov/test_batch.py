"""Batches of Markov games: what is proved holds in exact arithmetic, cycles are real, ties are never guessed."""

from fractions import Fraction

import numpy as np
import pytest

from games.markov import MarkovGame, Ties
from solvers.errors import SolverError
from solvers.markov import batch
from solvers.markov.stage import choose, values
from solvers.solution import Status


@pytest.fixture
def rng():
    return np.random.default_rng(20241121)


def dense(rng, count, S, A, B, discount, *, denominator=64):
    """Games whose floats are exact: kernels and payoffs are multiples of 1/64."""
    weights = rng.multinomial(denominator, rng.dirichlet(np.full(S, 0.7), size=(count, S, A, B)))
    rewards = rng.integers(-denominator, denominator + 1, (2, count, S, A, B)) / denominator
    leader_discount, follower_discount = np.broadcast_to(discount, 2)
    return MarkovGame(
        transition=weights / denominator,
        leader_reward=rewards[0],
        follower_reward=rewards[1],
        leader_discount=leader_discount,
        follower_discount=follower_discount,
    )


def exact_rule(L, F, ties):
    """Moves and replies, loops over Fractions."""
    S, A, B = L.shape
    moves, replies = [], []
    for s in range(S):
        row = []
        for a in range(A):
            tied = [b for b in range(B) if F[s, a, b] == max(F[s, a])]
            key = {"strong": lambda b: -L[s, a, b], "weak": lambda b: L[s, a, b], "first": lambda b: 0}[ties]  # noqa: B023 - used at once
            row.append(min(tied, key=lambda b: (key(b), b)))
        moves.append(min(range(A), key=lambda a: (-L[s, a, row[a]], a)))
        replies.append(row)
    return moves, replies


def exact_step(game, L, F, alpha, ties):
    """One step of iteration on an exact twin, and the policies it used."""
    moves, replies = exact_rule(L, F, ties)
    found = []
    for q, r, gamma in (
        (L, game.leader_reward, game.leader_discount),
        (F, game.follower_reward, game.follower_discount),
    ):
        v = np.array([q[s, moves[s], replies[s][moves[s]]] for s in range(len(moves))], dtype=object)
        found.append((1 - alpha) * q + alpha * (r + gamma[()] * (game.transition @ v)))
    return *found, (moves, replies)


def zeros(game):
    return np.full(game.leader_reward.shape, Fraction(0), dtype=object)


def exact_fixed_point(game, moves, replies):
    """Q of stationary policies, by a rational solve for each player."""
    S = game.states
    found = []
    for r, gamma in (
        (game.leader_reward, game.leader_discount[()]),
        (game.follower_reward, game.follower_discount[()]),
    ):
        at = [(s, moves[s], replies[s, moves[s]]) for s in range(S)]
        rows = [[int(s == k) - gamma * game.transition[at[s]][k] for k in range(S)] + [r[at[s]]] for s in range(S)]
        for k in range(S):
            rows[k] = [x / rows[k][k] for x in rows[k]]
            for s in range(S):
                if s != k:
                    rows[s] = [x - rows[s][k] * y for x, y in zip(rows[s], rows[k], strict=True)]
        found.append(r + gamma * (game.transition @ np.array([row[-1] for row in rows], dtype=object)))
    return found


def miss(q, exact):
    return max(abs(Fraction(x) - y) for x, y in zip(q.ravel(), exact.ravel(), strict=True))


@pytest.mark.parametrize("ties", ["strong", "weak", "first"])
@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 3, 2), (2, 2, 2), (3, 2, 3)])
def test_fixed_points_are_exact_ones_and_policies_are_those_of_exact_iteration(rng, shape, ties):
    games = dense(rng, 8, *shape, (0.75, 0.5))
    found = batch.solve(games, ties=ties)
    seen = 0
    for i in np.flatnonzero(found.converged):
        twin = games[i].exact()
        exact = exact_fixed_point(twin, found.policies["leader"][i], found.policies["follower"][i])
        for name, q in zip(("leader", "follower"), exact, strict=True):
            assert miss(found.q[name][i], q) <= Fraction(found.error_bound[i]) < Fraction(1, 10**10)
        moves, replies = exact_rule(*exact, ties)
        assert moves == found.policies["leader"][i].tolist() and replies == found.policies["follower"][i].tolist()
        L = F = zeros(twin)
        for _ in range(found.iterations[i] + 4):
            L, F, _policies = exact_step(twin, L, F, 1, ties)
        assert exact_rule(L, F, ties) == (moves, replies)
        seen += 1
    assert seen >= 4


@pytest.mark.parametrize("alpha", [1.0, 0.5])
def test_cycles_are_cycles_of_exact_iteration_and_orbits_close_exactly(rng, alpha):
    games = dense(rng, 400, 2, 2, 2, 0.875)
    found = batch.solve(games, step_size=alpha)
    cyclic = np.flatnonzero(found.status == Status.CYCLE)
    assert 8 <= len(cyclic) <= 60
    for i in cyclic[:4]:
        twin, period = games[i].exact(), int(found.period[i])
        assert period > 1
        L = F = zeros(twin)
        words = []
        for t in range(found.iterations[i] + 2 * period):
            if t >= found.iterations[i]:
                words.append(exact_rule(L, F, "strong"))
            L, F, _policies = exact_step(twin, L, F, Fraction(alpha), "strong")
        assert words[:period] == words[period:]
        assert all(words[:period] != words[q : q + period] for q in range(1, period))
        assert words[0] == (found.policies["leader"][i].tolist(), found.policies["follower"][i].tolist())
        # From the float orbit, p exact steps come back to it but for its error.
        L, F = start = [
            np.array([Fraction(x) for x in found.q[name][i].ravel()], dtype=object).reshape(2, 2, 2)
            for name in ("leader", "follower")
        ]
        for _ in range(period):
            L, F, _policies = exact_step(twin, L, F, Fraction(alpha), "strong")
        bound = 2 * Fraction(found.error_bound[i])
        assert max(abs(L - start[0]).max(), abs(F - start[1]).max()) <= bound < Fraction(1, 10**10)


@pytest.mark.parametrize("alpha", [1.0, 0.25])
def test_outcomes_are_those_of_long_float_iteration(rng, alpha):
    drawn = dense(rng, 600, 2, 2, 2, 0.9)
    noise = 1 + 1e-3 * rng.random((2, *drawn.leader_reward.shape))
    games = MarkovGame(
        transition=drawn.transition,
        leader_reward=drawn.leader_reward * noise[0],
        follower_reward=drawn.follower_reward * noise[1],
        leader_discount=0.9,
        follower_discount=0.9,
    )
    found = batch.solve(games, step_size=alpha)
    proved = found.status != Status.UNDECIDED
    assert proved.mean() > 0.95
    L = F = np.zeros(games.leader_reward.shape)
    history = []
    for t in range(2400 if alpha < 1 else 1100):
        moves, replies = choose(L, F)
        if t >= (2000 if alpha < 1 else 1000):
            history.append((moves, replies))
        vL, vF = values(L, moves, replies), values(F, moves, replies)
        L = (1 - alpha) * L + alpha * (games.leader_reward + 0.9 * np.einsum("gsabt,gt->gsab", games.transition, vL))
        F = (1 - alpha) * F + alpha * (games.follower_reward + 0.9 * np.einsum("gsabt,gt->gsab", games.transition, vF))
    converged = found.converged
    assert np.abs(L - found.q["leader"])[converged].max() < 1e-10
    assert np.abs(F - found.q["follower"])[converged].max() < 1e-10
    for i in np.flatnonzero(found.status == Status.CYCLE):
        word = [(moves[i].tobytes(), replies[i].tobytes()) for moves, replies in history]
        repeats = [p for p in range(1, len(word) // 2) if word[p:] == word[:-p]]
        assert repeats[0] == found.period[i]


def swing(first=1.0, second=1.0):
    """One state and one action of the leader: the follower's two replies pay first + gamma V and second + gamma V."""
    return MarkovGame(
        transition=np.ones((1, 1, 2, 1)),
        leader_reward=[[[0.0, 1.0]]],
        follower_reward=[[[first, second]]],
        leader_discount=0.5,
        follower_discount=0.5,
    )


def test_ties_after_the_first_step_are_undecided_and_clear_leads_are_not():
    assert batch.solve(swing()).status == Status.UNDECIDED
    assert batch.solve(swing(1.0, 1.0 + 2.0**-50)).status == Status.UNDECIDED
    clear = batch.solve(swing(1.0, 1.5))
    assert (
        clear.converged and clear.follower_value == pytest.approx([3.0]) and clear.leader_value == pytest.approx([2.0])
    )
    assert np.isnan(batch.solve(swing()).error_bound) and batch.solve(swing()).period == 0


def test_a_tie_at_the_first_step_alone_is_no_obstacle():
    # At Q_1 = r the replies in state 0 tie; from then on the one that leads to state 1 is better for the follower.
    P = np.zeros((2, 1, 2, 2))
    P[0, 0, 0, 0] = P[0, 0, 1, 1] = 1.0
    P[1, 0, :, 1] = 1.0
    game = MarkovGame(
        transition=P,
        leader_reward=[[[1.0, 0.0]], [[0.0, 0.0]]],
        follower_reward=[[[1.0, 1.0]], [[3.0, 2.0]]],
        leader_discount=0.5,
        follower_discount=0.5,
    )
    for ties in Ties:
        found = batch.solve(game, ties=ties)
        assert found.converged
        assert found.policies["follower"].tolist() == [[1], [0]]
        assert found.follower_value == pytest.approx([4.0, 6.0]) and found.leader_value == pytest.approx([0.0, 0.0])


@pytest.mark.parametrize(
    ("ties", "replies", "move"), [("strong", [1, 0], 0), ("weak", [2, 0], 1), ("first", [0, 0], 0)]
)
def test_ties_at_the_first_step_follow_the_rule(ties, replies, move):
    # The first step's policies come from Q_1 = r: under action 0 all replies tie, and the leader gets 2.5, 3 or 1.
    game = MarkovGame(
        transition=np.ones((1, 2, 3, 1)),
        leader_reward=[[[2.5, 3.0, 1.0], [2.0, 2.0, 2.0]]],
        follower_reward=[[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]],
        leader_discount=0.5,
        follower_discount=0.5,
    )
    found = batch.solve(game, ties=ties, budget=1)
    assert found.iterations == 1 and found.status == Status.BUDGET
    assert found.policies["leader"].tolist() == [move] and found.policies["follower"].tolist() == [replies]
    assert batch.solve(game, ties=ties).status == Status.UNDECIDED  # the tie stays for ever


@pytest.mark.parametrize("exponent", [-1060, -300, 30, 900])
def test_scaling_payoffs_by_a_power_of_two_changes_nothing_else(rng, exponent):
    games = dense(rng, 60, 2, 2, 2, 0.875)
    plain = batch.solve(games)
    scaled = MarkovGame(
        transition=games.transition,
        leader_reward=np.ldexp(games.leader_reward, exponent),
        follower_reward=np.ldexp(games.follower_reward, -exponent if abs(exponent) < 1000 else 0),
        leader_discount=0.875,
        follower_discount=0.875,
    )
    found = batch.solve(scaled)
    for name in ("status", "period", "iterations"):
        assert (getattr(found, name) == getattr(plain, name)).all()
    decided = plain.status != Status.UNDECIDED
    assert (found.policies["leader"] == plain.policies["leader"]).all()
    expected = np.ldexp(plain.q["leader"], exponent)[decided]
    rounding = 0.0 if exponent > -1000 else 2.0**-1073  # answers among the subnormals round once more
    assert (np.abs(found.q["leader"][decided] - expected) <= rounding).all()


def test_discounts_from_zero_to_almost_one_and_separate(rng):
    for discount in (0.0, 0.999, (0.0, 0.95), (0.99, 0.0)):
        games = dense(rng, 200, 2, 2, 2, discount, denominator=2**30)
        found = batch.solve(games)
        assert np.isin(found.status, [Status.CONVERGED, Status.CYCLE]).mean() > 0.99
        settled = found.converged
        L, F = found.q["leader"], found.q["follower"]
        moves, replies = choose(L, F)
        for q, r, gamma in (
            (L, games.leader_reward, games.leader_discount),
            (F, games.follower_reward, games.follower_discount),
        ):
            backed = r + gamma[:, None, None, None] * np.einsum(
                "gsabt,gt->gsab", games.transition, values(q, moves, replies)
            )
            assert np.abs(backed - q)[settled].max() < 1e-12 * max(1.0, np.abs(q).max())
    near_one = batch.solve(dense(rng, 1, 2, 2, 2, 1 - 2.0**-53))
    assert near_one.status[0] == Status.UNDECIDED


def test_start_is_where_iteration_starts(rng):
    games = dense(rng, 50, 2, 2, 2, 0.75)
    home = batch.solve(games)
    again = batch.solve(games, start=(home.q["leader"], home.q["follower"]))
    there = home.converged
    assert (again.iterations[there] <= 2).all() and again.converged[there].all()
    zero = batch.solve(games, start=(np.zeros((2, 2, 2)), np.zeros((2, 2, 2))))
    # From a start, rounding is counted from the first step on; else nothing differs from the default.
    same = zero.status != Status.UNDECIDED
    assert same.mean() > 0.5 and (zero.status[same] == home.status[same]).all()
    for i in np.flatnonzero(same)[:10]:
        assert (zero.q["leader"][i] == pytest.approx(home.q["leader"][i], abs=1e-12)) or zero.period[i] > 1


def test_start_decides_which_fixed_point_is_reached():
    # Fixed points are not unique: from far away some games end elsewhere than from Q = 0.
    games = dense(np.random.default_rng(3), 3000, 2, 2, 2, 0.9)
    home = batch.solve(games)
    rng = np.random.default_rng(4)
    start = rng.normal(size=(2, 3000, 2, 2, 2)) * 30
    other = batch.solve(games, start=(start[0], start[1]))
    both = home.converged & other.converged
    gap = np.abs(home.q["leader"] - other.q["leader"]).max(axis=(1, 2, 3))
    different = np.flatnonzero(both & (gap > 1e-3))
    assert len(different)
    i = different[0]
    for found in (home, other):
        exact = exact_fixed_point(games[i].exact(), found.policies["leader"][i], found.policies["follower"][i])
        assert exact_rule(*exact, "strong")[0] == found.policies["leader"][i].tolist()
        assert miss(found.q["leader"][i], exact[0]) <= Fraction(found.error_bound[i])


def test_budget_is_respected_and_said(rng):
    games = dense(rng, 300, 2, 2, 2, 0.9)
    short = batch.solve(games, budget=3)
    assert (short.iterations <= 3).all() and (short.status == Status.BUDGET).any()
    unsettled = short.status == Status.BUDGET
    assert np.isnan(short.error_bound[unsettled]).all() and (short.period[unsettled] == 0).all()
    # Q of the last step, not of anything proved.
    i = np.flatnonzero(unsettled)[0]
    L = F = zeros(games[i].exact())
    for _ in range(3):
        L, F, _policies = exact_step(games[i].exact(), L, F, 1, "strong")
    assert miss(short.q["leader"][i], L) < 1e-14


def test_an_accuracy_that_rounding_does_not_allow_is_undecided(rng):
    games = dense(rng, 30, 2, 2, 2, 0.9)
    assert not (batch.solve(games, tolerance=1e-17).status == Status.CONVERGED).any()


def test_two_threads_and_any_batch_shape_give_the_same(rng):
    games = dense(rng, 3000, 2, 2, 2, 0.9)
    one, two = batch.solve(games), batch.solve(games, threads=2)
    for name in ("status", "period", "iterations", "error_bound", "residual"):
        assert np.array_equal(getattr(one, name), getattr(two, name), equal_nan=True)
    assert (one.q["leader"] == two.q["leader"]).all() and (one.values["follower"] == two.values["follower"]).all()
    square = batch.solve(games[np.arange(6).reshape(2, 3)])
    assert square.batch_shape == (2, 3) and square.q["leader"].shape == (2, 3, 2, 2, 2)
    single = batch.solve(games[4])
    assert single.status == one.status[4] and (single.q["leader"] == one.q["leader"][4]).all()
    assert square.iterations[1, 1] == one.iterations[4]


def test_general_sizes_and_the_specialised_one_agree(rng):
    # A third reply that is never best leaves all else as it is, but goes through the general code.
    games = dense(rng, 200, 2, 2, 2, 0.875)
    wide = MarkovGame(
        transition=np.concatenate([games.transition, games.transition[..., :1, :]], axis=-2),
        leader_reward=np.concatenate([games.leader_reward, games.leader_reward[..., :1]], axis=-1),
        follower_reward=np.concatenate([games.follower_reward, games.follower_reward[..., :1] - 100.0], axis=-1),
        leader_discount=0.875,
        follower_discount=0.875,
    )
    narrow, found = batch.solve(games), batch.solve(wide)
    decided = (narrow.status < Status.ILL_POSED) & (narrow.status != Status.UNDECIDED) & (found.status != 1)
    assert decided.mean() > 0.9
    assert (found.status == narrow.status)[decided].all() and (found.period == narrow.period)[decided].all()
    assert np.abs(found.q["leader"][..., :2] - narrow.q["leader"])[decided & narrow.converged].max() < 1e-11


def test_status_refusals(rng):
    game = dense(rng, 2, 2, 2, 2, 0.5)
    with pytest.raises(SolverError, match="exact twin"):
        batch.solve(game.exact())
    with pytest.raises(SolverError, match=r"step_size: expected numbers in \(0, 1\], found 0"):
        batch.solve(game, step_size=0)
    with pytest.raises(SolverError, match="one a game"):
        batch.solve(game, step_size=[0.5, 0.5, 0.5])
    with pytest.raises(SolverError, match="ties: expected one of strong, weak, first"):
        batch.solve(game, ties="second")
    with pytest.raises(SolverError, match="start: expected shape"):
        batch.solve(game, start=(np.zeros((3, 2, 2)), np.zeros((2, 2, 2))))
    with pytest.raises(SolverError, match="finite"):
        batch.solve(game, start=(np.full((2, 2, 2), np.nan), np.zeros((2, 2, 2))))
    with pytest.raises(SolverError, match="threads"):
        batch.solve(game, threads=0)
    with pytest.raises(SolverError, match="budget"):
        batch.solve(game, budget=0)


def uniform(count, *, seed, discount=0.9):
    rng = np.random.default_rng(seed)
    rewards = rng.uniform(-1, 1, (2, count, 2, 2, 2))
    return MarkovGame(
        transition=rng.dirichlet(np.ones(2), (count, 2, 2, 2)),
        leader_reward=rewards[0],
        follower_reward=rewards[1],
        leader_discount=discount,
        follower_discount=discount,
    )


def float_steps(game, L, F, count, alpha=1.0):
    """Q functions after so many steps, and the policies met, as bytes: (steps, games)."""
    words = []
    for _ in range(count):
        moves, replies = choose(L, F)
        words.append([m.tobytes() + r.tobytes() for m, r in zip(moves, replies, strict=True)])
        L, F = (
            (1 - alpha) * q
            + alpha * (r + 0.9 * np.einsum("gsabt,gt->gsab", game.transition, values(q, moves, replies)))
            for q, r in ((L, game.leader_reward), (F, game.follower_reward))
        )
    return L, F, words


def test_games_without_ties_are_all_decided_and_cycles_have_their_least_period():
    # Words of long cycles repeat parts of themselves (rotations), which a search for repeated words must survive;
    # others seem to repeat shortly before they settle.
    games = uniform(40_000, seed=7)
    found = batch.solve(games)
    assert np.isin(found.status, [Status.CONVERGED, Status.CYCLE]).all()
    assert 0.05 < (found.status == Status.CYCLE).mean() < 0.1
    assert (found.period >= 13).sum() >= 3
    for period in np.unique(found.period):
        here = np.flatnonzero(found.period == period)[:400]
        L, F = found.q["leader"][here], found.q["follower"][here]
        again, also, words = float_steps(games[here], L, F, period)
        assert np.abs(again - L).max() < 1e-12 and np.abs(also - F).max() < 1e-12
        for word in zip(*words, strict=True):
            assert all(word[q:] + word[:q] != word for q in range(1, len(word)))


def test_which_fixed_point_is_reached_from_afar_is_that_of_the_loop():
    # Games with several fixed points, small steps: the start still counts when values are near a fixed point of others.
    games = uniform(60_000, seed=104)
    start = np.random.default_rng(4).normal(size=(2, 60_000, 2, 2, 2)) * 30
    home, away = batch.solve(games), batch.solve(games, start=(start[0], start[1]), step_size=0.25)
    apart = np.abs(home.q["leader"] - away.q["leader"]).max(axis=(1, 2, 3)) > 1e-6
    several = np.flatnonzero(home.converged & away.converged & apart)
    assert len(several) > 100
    L, F, _ = float_steps(games[several], start[0][several], start[1][several], 900, alpha=0.25)
    assert np.abs(L - away.q["leader"][several]).max() < 1e-6 and np.abs(F - away.q["follower"][several]).max() < 1e-6


@pytest.mark.parametrize("ties", ["strong", "weak"])
def test_nothing_false_is_proved_of_games_close_to_ties(rng, ties):
    # Games of small integers, full of ties, moved by 2^-60 to 2^-20 of themselves: exact iteration decides.
    drawn = dense(rng, 300, 2, 2, 2, 0.5, denominator=4)
    near = 2.0 ** rng.integers(-60, -19, (2, 300, 1, 1, 1)) * rng.integers(-2, 3, (2, 300, 2, 2, 2))
    rewards = np.round(np.stack(drawn.rewards()) * 4) / 4
    games = MarkovGame(
        transition=drawn.transition,
        leader_reward=rewards[0] + near[0],
        follower_reward=rewards[1] + near[1],
        leader_discount=0.5,
        follower_discount=0.5,
    )
    found = batch.solve(games, ties=ties)
    assert (found.status == Status.UNDECIDED).sum() > 30
    decided = np.flatnonzero((found.status == Status.CONVERGED) | (found.status == Status.CYCLE))
    assert len(decided) > 60
    for i in decided:
        twin = games[i].exact()
        L = F = zeros(twin)
        for _ in range(found.iterations[i]):
            L, F, _policies = exact_step(twin, L, F, 1, ties)
        words = []
        for _ in range(found.period[i] + 6):
            L, F, policies = exact_step(twin, L, F, 1, ties)
            words.append(policies)
        assert words[0] == (found.policies["leader"][i].tolist(), found.policies["follower"][i].tolist())
        assert words[: -found.period[i]] == words[found.period[i] :]
        if found.converged[i]:
            exact = exact_fixed_point(twin, found.policies["leader"][i], found.policies["follower"][i])
            assert list(exact_rule(*exact, ties)) == list(words[0])
            assert miss(found.q["follower"][i], exact[1]) <= Fraction(found.error_bound[i])


def test_answers_beyond_the_floats_are_undecided_and_below_them_bounded():
    """Q = r / (1 - gamma) exactly: 10 r, not a float above, and rounded by half the smallest float below."""
    for reward, status in ((1e308, Status.UNDECIDED), (1e307, Status.CONVERGED), (35e-324, Status.CONVERGED)):
        game = MarkovGame(
            transition=np.ones((1, 1, 1, 1)),
            leader_reward=np.full((1, 1, 1), reward),
            follower_reward=np.full((1, 1, 1), reward),
            leader_discount=0.9,
            follower_discount=0.9,
        )
        found = batch.solve(game)
        assert found.status == status
        if status == Status.CONVERGED:
            truth = Fraction(reward) / (1 - Fraction(0.9))
            assert abs(Fraction(float(found.q["leader"][0, 0, 0])) - truth) <= Fraction(float(found.error_bound))
