"""Facts on orbits, made here by plain loops over Fractions: true ones are accepted, every doctored one is refused."""

import copy
import itertools
import json
from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from games.markov import MarkovGame
from games.matrix import BimatrixGame
from verify.exact.errors import CertificateError
from verify.exact.facts import check
from verify.exact.markov_orbit import orbit_period, orbit_period_half, orbit_ties, reached_fixed_point

F = Fraction
ONE = F(1)


def game_of(to_second, leader, follower, discounts=("1/2", "1/2")):
    kernel = [[[[1 - F(p), F(p)] for p in row] for row in rows] for rows in to_second]
    return MarkovGame(
        transition=kernel,
        leader_reward=leader,
        follower_reward=follower,
        leader_discount=discounts[0],
        follower_discount=discounts[1],
    ).exact()


STRICT = game_of(  # period 2
    [[[0, 1], [0, 1]], [[1, 1], [0, 0]]], [[[1, -1], [0, 0]], [[0, 0], [0, 0]]], [[[0, 0], [0, 0]], [[1, 0], [-1, 0]]]
)
TIED = game_of(  # period 4, the leader's ties last
    [[[0, 0], [0, 1]], [[0, 0], [0, 1]]], [[[0, 0], [0, 0]], [[0, 0], [0, 1]]], [[[0, 0], [0, 1]], [[0, 0], [0, 0]]]
)
KNIFE_EDGE = game_of(  # period 2, told by differences that vanish
    [[[1], ["1/2"]], [[0], [0]]], [[[3], [2]], [[-3], [-3]]], [[[1], [0]], [[0], [0]]]
)
SETTLED = game_of(  # converges
    [[[0, 1], [1, 0]], [["1/3", 0], [1, 1]]], [[[3, 1], [0, 4]], [[1, 2], [5, 0]]], [[[1, 2], [4, 0]], [[0, 3], [2, 1]]]
)
HALF = game_of(  # discounts apart, and a damped iteration
    [[[0, 1], [1, 0]], [["1/3", 0], [1, 1]]],
    [[[3, 1], [0, 4]], [[1, 2], [5, 0]]],
    [[[1, 2], [4, 0]], [[0, 3], [2, 1]]],
    ("2/3", "1/4"),
)


def plain(game):
    """Arrays as nested lists."""
    return (
        game.transition.tolist(),
        (game.leader_reward.tolist(), game.follower_reward.tolist()),
        (game.leader_discount[()], game.follower_discount[()]),
    )


def play(q, s):
    """(a(s), b(s, a(s))), ties for the leader."""
    leader, follower = q[0][s], q[1][s]
    answers = []
    for own, other in zip(leader, follower, strict=True):
        tied = [b for b in range(len(other)) if other[b] == max(other)]
        answers.append(max(tied, key=lambda b, own=own: own[b]))
    a = max(range(len(leader)), key=lambda a: leader[a][answers[a]])
    return a, answers[a]


def step(game, q, policy, alpha):
    kernel, rewards, discounts = plain(game)
    return tuple(
        [
            [
                [
                    (1 - alpha) * q[k][s][a][b]
                    + alpha
                    * (
                        rewards[k][s][a][b]
                        + discounts[k] * sum(p * q[k][t][policy[t][0]][policy[t][1]] for t, p in enumerate(law))
                    )
                    for b, law in enumerate(laws)
                ]
                for a, laws in enumerate(tables)
            ]
            for s, tables in enumerate(kernel)
        ]
        for k in range(2)
    )


def policy_of(game, q):
    return [play(q, s) for s in range(game.states)]


def nothing(game):
    return tuple(np.full(game.leader_reward.shape, F(0), dtype=object).tolist() for _ in range(2))


def iterates(game, count, alpha=ONE):
    q = nothing(game)
    found = [q]
    for _ in range(count):
        q = step(game, q, policy_of(game, q), alpha)
        found.append(q)
    return found


def fact_of(game, period, steps, *, name="orbit_period", alpha=ONE):
    """The orbit by running its policies so often that the limit can be read off as the nearest short fractions."""
    seen = iterates(game, steps + period, alpha)
    word = [policy_of(game, q) for q in seen[steps : steps + period]]
    exact = seen[steps]
    for _ in range(400):
        for policy in word:
            exact = step(game, exact, policy, alpha)
        exact = tuple(
            np.vectorize(lambda x: x.limit_denominator(10**40), otypes=[object])(np.array(t)).tolist() for t in exact
        )
        rounded = tuple(
            np.vectorize(lambda x: x.limit_denominator(10**6), otypes=[object])(np.array(t)).tolist() for t in exact
        )
        after = rounded
        for policy in word:
            after = step(game, after, policy, alpha)
        if after == rounded:
            break
    else:
        raise AssertionError("no orbit of short fractions")
    orbit, at = [], rounded
    for policy in word:
        orbit.append({name: [[[str(x) for x in row] for row in rows] for rows in table] for name, table in pairs(at)})
        at = step(game, at, policy, alpha)
    return {
        "concept": name,
        "value": str(period),
        "ties": "strong",
        "step_size": str(alpha),
        "orbit": orbit,
        "entry": {"steps": steps, "phase": 0},
    }


def pairs(q):
    return zip(("leader", "follower"), q, strict=True)


CASES = {
    "strict": (STRICT, fact_of(STRICT, 2, 12)),
    "tied": (TIED, fact_of(TIED, 4, 12)),
    "knife edge": (KNIFE_EDGE, fact_of(KNIFE_EDGE, 2, 12)),
    "settled": (SETTLED, fact_of(SETTLED, 1, 20)),
    "half": (HALF, fact_of(HALF, 1, 60, name="orbit_period_half", alpha=F(1, 2))),
}
cases = pytest.mark.parametrize("case", CASES)


@cases
def test_true_facts_are_accepted(case):
    game, fact = CASES[case]
    assert check(game, json.loads(json.dumps(fact)), 128) == F(fact["value"])


def test_the_iterates_do_what_the_facts_say():
    """Independently of the checker: 200 further steps play the orbit's policies over and over."""
    for game, fact in (CASES["strict"], CASES["tied"], CASES["knife edge"], CASES["settled"]):
        period = len(fact["orbit"])
        policies = [policy_of(game, q) for q in iterates(game, 60)][20:]
        assert all(x == y for x, y in zip(policies, policies[period:], strict=False))
        assert period == 1 or len({str(policy) for policy in policies}) > 1


def entries(data, path=()):
    """Where the rational strings of a fact are."""
    if isinstance(data, dict):
        for key, item in data.items():
            if key not in ("concept", "ties"):
                yield from entries(item, (*path, key))
    elif isinstance(data, list):
        for i, item in enumerate(data):
            yield from entries(item, (*path, i))
    elif isinstance(data, str):
        yield path


def changed(fact, path, value):
    doctored = copy.deepcopy(fact)
    place = doctored
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return doctored


def refused(game, fact):
    with pytest.raises(CertificateError):
        check(game, fact, 128)


@cases
def test_every_number_counts(case):
    game, fact = CASES[case]
    places = list(entries(fact))
    assert len(places) > 8
    for path in places:
        value = fact
        for key in path:
            value = value[key]
        for other in (F(value) + 1, F(value) + F(1, 10**30), F(value) * 2 + 1):
            refused(game, changed(fact, path, str(other)))


@cases
def test_every_entry_is_needed(case):
    game, fact = CASES[case]
    for key in ("value", "ties", "step_size", "orbit", "entry"):
        refused(
            game,
            {name: item for name, item in fact.items() if name != key} | ({"value": "9"} if key == "value" else {}),
        )
    refused(game, changed(fact, ("entry",), {"steps": 12}))
    refused(game, changed(fact, ("entry",), {"phase": 0}))
    for key in ("leader", "follower"):
        phase = {name: item for name, item in fact["orbit"][0].items() if name != key}
        refused(game, changed(fact, ("orbit", 0), phase))
    refused(game, changed(fact, ("ties",), "weak"))
    refused(game, changed(fact, ("orbit",), []))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("entry", "steps"), -1),
        (("entry", "steps"), "12"),
        (("entry", "steps"), 12.0),
        (("entry", "steps"), True),
        (("entry", "steps"), 10**9),
        (("entry", "phase"), 2),
        (("entry", "phase"), -1),
        (("entry",), [12, 0]),
        (("orbit",), {"0": 1}),
        (("orbit", 0), "phase"),
        (("orbit", 0, "leader"), []),
        (("orbit", 0, "leader", 0, 0, 0), 0.5),
        (("orbit", 0, "follower", 1), [["0", "0"]]),
    ],
)
def test_malformed_facts_are_refused(path, value):
    game, fact = CASES["strict"]
    refused(game, changed(fact, path, value))


def test_a_cycle_cannot_pass_for_a_longer_or_a_shorter_one():
    for case in ("strict", "tied", "knife edge"):
        game, fact = CASES[case]
        twice = {**fact, "orbit": fact["orbit"] * 2}
        assert check(game, twice, 128) == F(fact["value"])  # the same orbit, listed twice over
        refused(game, {**twice, "value": str(2 * len(fact["orbit"]))})
        refused(game, {**fact, "orbit": fact["orbit"][:1], "value": "1"})
        refused(game, {**fact, "orbit": fact["orbit"][::-1] if len(fact["orbit"]) > 2 else fact["orbit"][:1]})


def test_the_phase_entered_is_the_right_one():
    for case in ("strict", "tied", "knife edge"):
        game, fact = CASES[case]
        period = len(fact["orbit"])
        for phase in range(1, period):
            refused(game, changed(fact, ("entry", "phase"), phase))
            later = changed(changed(fact, ("entry", "phase"), phase), ("entry", "steps"), 12 + phase)
            assert check(game, later, 128) == period


def test_an_entry_too_early_is_refused():
    accepted = []
    for steps in range(12):
        game, fact = CASES["strict"]
        try:
            check(game, changed(fact, ("entry", "steps"), steps), 128)
            accepted.append(steps)
        except CertificateError:
            pass
    assert 0 not in accepted and all(steps % 2 == 0 for steps in accepted)


def test_the_step_size_is_the_concepts_own():
    game, fact = CASES["settled"]
    refused(game, {**fact, "concept": "orbit_period_half"})
    game, fact = CASES["half"]
    refused(game, {**fact, "concept": "orbit_period"})


def test_another_game_is_refused():
    """A fixed point of one game, claimed for one that differs in a single number."""
    game, fact = CASES["settled"]
    for name in ("leader_reward", "follower_reward"):
        for index in itertools.product(range(2), repeat=3):
            reward = getattr(game, name).copy()
            reward[index] += 1
            fields = {field: getattr(game, field) for field in game.core} | {name: reward}
            refused(MarkovGame(**fields), fact)
    refused(BimatrixGame(leader=[[1]], follower=[[1]]).exact(), fact)
    refused(game.float(), fact)


def test_an_orbit_that_exists_but_is_not_reached_is_refused():
    """Two fixed points with strict choices: from Q = 0 only one of them is reached."""
    to_second = [[[0, 0], [1, 1]], [[0, 0], [1, 1]]]
    game = game_of(to_second, [[[4, 4], [0, 0]], [[0, 0], [1, 1]]], [[[1, 0], [1, 0]], [[1, 0], [1, 0]]], ("0", "0"))
    fact = fact_of(game, 1, 3)
    assert check(game, fact, 128) == 1
    two = game_of(
        [[[0, 0], [0, 0]], [[0, 0], [0, 1]]],
        [[[0, 0], [0, 0]], [[0, 0], [1, 0]]],
        [[[0, 0], [0, 0]], [[0, 1], [0, 0]]],
    )
    found = []
    for word in itertools.product(itertools.product(range(2), repeat=2), repeat=2):
        q = nothing(two)
        for _ in range(200):
            q = tuple(
                np.vectorize(lambda x: x.limit_denominator(10**30), otypes=[object])(np.array(t)).tolist()
                for t in step(two, q, word, F(1))
            )
        q = tuple(np.vectorize(lambda x: x.limit_denominator(10**6), otypes=[object])(np.array(t)).tolist() for t in q)
        if step(two, q, word, F(1)) == q and policy_of(two, q) == list(word):
            found.append(q)
    assert len(found) == 2
    reached = []
    for q in found:
        orbit = [{name: [[[str(x) for x in row] for row in rows] for rows in t] for name, t in pairs(q)}]
        own = {**fact, "orbit": orbit, "value": "1", "entry": {"steps": 30, "phase": 0}}
        try:
            reached.append(check(two, own, 128))
        except CertificateError:
            pass
    assert len(reached) == 1


def test_ties_are_counted():
    for case, ties in (("strict", False), ("settled", False), ("tied", True), ("knife edge", True)):
        game, fact = CASES[case]
        assert (orbit_ties(game, {"concept": "orbit_ties", "orbit": fact}, 128) > 0) == ties


def test_a_tie_told_by_sign_needs_the_played_policy():
    """On the knife edge the rule at the orbit itself would not cycle: the iterates decide what is played."""
    game, fact = CASES["knife edge"]
    q = tuple(
        [[[F(x) for x in row] for row in rows] for rows in fact["orbit"][0][name]] for name in ("leader", "follower")
    )
    other = tuple(
        [[[F(x) for x in row] for row in rows] for rows in fact["orbit"][1][name]] for name in ("leader", "follower")
    )
    assert q[0] == other[0] and q[1] != other[1]  # her values converge, his do not
    assert policy_of(game, q) == policy_of(game, other)
    assert orbit_period(game, fact, 128) == 2


def test_values_in_the_limit():
    game, fact = CASES["settled"]
    q = tuple(
        [[[F(x) for x in row] for row in rows] for rows in fact["orbit"][0][name]] for name in ("leader", "follower")
    )
    stage = [q[0][s][a][b] for s, (a, b) in enumerate(policy_of(game, q))]
    whole = {"concept": "reached_fixed_point", "orbit": fact}
    assert reached_fixed_point(game, whole, 128) == sum(stage) / 2
    assert check(game, {**whole, "value": str(sum(stage) / 2)}, 128) == sum(stage) / 2
    refused(game, {**whole, "value": str(sum(stage))})
    refused(game, {"concept": "reached_fixed_point"})
    cycle, part = CASES["strict"]
    refused(cycle, {"concept": "reached_fixed_point", "orbit": part})


def fixed_point(game, policy):
    """Q = r + gamma P V where V solves (I - gamma P) V = r under the policy, by elimination."""
    kernel, rewards, discounts = plain(game)
    size, tables = game.states, []
    for k in range(2):
        rows = []
        for s, (a, b) in enumerate(policy):
            law = kernel[s][a][b]
            rows.append([F(int(s == t)) - discounts[k] * law[t] for t in range(size)] + [rewards[k][s][a][b]])
        for i in range(size):
            rows[i] = [x / rows[i][i] for x in rows[i]]
            for s in range(size):
                if s != i:
                    rows[s] = [x - rows[s][i] * y for x, y in zip(rows[s], rows[i], strict=True)]
        values = [row[-1] for row in rows]
        ahead = np.array(
            [[[sum(p * v for p, v in zip(law, values, strict=True)) for law in laws] for laws in m] for m in kernel]
        )
        tables.append((np.array(rewards[k]) + discounts[k] * ahead).tolist())
    return tuple(tables)


def test_long_denominators_go_through_balls():
    """Thirds and sevenths: after some steps the iterates are balls, which tell every choice."""
    game = game_of(
        [[["1/3", "6/7"], ["5/7", "1/7"]], [["2/3", "1/7"], ["3/7", "1/3"]]],
        [[[3, 1], [0, 4]], [[1, 2], [5, 0]]],
        [[[1, 2], [4, 0]], [[0, 3], [2, 1]]],
        ("19/20", "14/15"),
    )
    q = fixed_point(game, policy_of(game, iterates(game, 150)[-1]))
    assert step(game, q, policy_of(game, q), ONE) == q
    orbit = [{name: [[[str(x) for x in row] for row in rows] for rows in table] for name, table in pairs(q)}]
    fact = {**CASES["settled"][1], "orbit": orbit, "entry": {"steps": 400, "phase": 0}}
    assert orbit_period(game, fact, 128) == 1
    refused(game, changed(fact, ("entry", "steps"), 2))


def test_nothing_known_is_nothing_proved():
    for name, checker in (("orbit_period", orbit_period), ("orbit_period_half", orbit_period_half)):
        found = checker(SETTLED, {"concept": name, "undecided": "no orbit"}, 128)
        assert isinstance(found, arb) and not found.is_finite()


@pytest.mark.parametrize("turns", [1, 2, 5])
def test_ties_of_an_orbit_listed_several_times_count_once(turns):
    game = one_state_tie()
    phase = {"leader": [[["0", "0"]]], "follower": [[["2", "2"]]]}
    period = {
        "concept": "orbit_period",
        "value": "1",
        "ties": "strong",
        "step_size": "1",
        "orbit": [phase] * turns,
        "entry": {"steps": 3, "phase": 0},
    }
    assert check(game, {"concept": "orbit_ties", "orbit": period}, 128) == 1
    assert check(game, period, 128) == 1


def test_ties_that_take_too_long_to_tell_are_refused():
    """Long before memory or patience ends: denominators of 2^17 bits would let a fact run for minutes."""
    phase = {"leader": [[["0", "0"]]], "follower": [[["2", "2"]]]}
    fact = {
        "concept": "orbit_period",
        "value": "1",
        "ties": "strong",
        "step_size": "1",
        "orbit": [phase],
        "entry": {"steps": 100_000, "phase": 0},
    }
    with pytest.raises(CertificateError, match="ties that are told sooner"):
        check(one_state_tie(), fact, 128)


def one_state_tie():
    return MarkovGame(
        transition=[[[[F(1)], [F(1)]]]],
        leader_reward=[[[F(0), F(0)]]],
        follower_reward=[[[F(1), F(1)]]],
        leader_discount=F(1, 2),
        follower_discount=F(1, 2),
    )
