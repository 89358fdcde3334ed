"""The PettingZoo adapter: PettingZoo's own tests, and every number against the plain environment."""

from __future__ import annotations

import copy
import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from games.errors import GameError
from games.families import family
from games.literature import named
from games.markov import EpisodicMarkovGame, MarkovGame
from games.simulate import aec_environment

LEADER, FOLLOWER = "leader_0", "follower_0"
SIZES = {"states": 3, "leader_actions": 2, "follower_actions": 3}


@pytest.fixture(scope="module")
def zoo():
    return pytest.importorskip("pettingzoo.test", reason="the extra interop is not installed")


def discounted(seed: int = 0) -> MarkovGame:
    fam = dataclasses.replace(family("markov_dense"), **SIZES, discounts=(0.875,), shared_discount=True)
    return fam.sample(np.random.default_rng(seed), 1)[0]


def episodic() -> EpisodicMarkovGame:
    games = [discounted(seed) for seed in range(4)]
    names = ("transition", "leader_reward", "follower_reward")
    return EpisodicMarkovGame(**{name: np.stack([getattr(game, name) for game in games]) for name in names})


SETTINGS = {
    "by chance": lambda: aec_environment(discounted()),
    "by chance or limit": lambda: aec_environment(discounted(), continuation=0.9, step_limit=5, render_mode="ansi"),
    "by limit": lambda: aec_environment(discounted(), step_limit=7, initial=2),
    "by horizon": lambda: aec_environment(episodic()),
}


@pytest.mark.parametrize("make", SETTINGS.values(), ids=list(SETTINGS))
def test_pettingzoo_accepts_it(zoo, make, capsys):
    zoo.api_test(make(), num_cycles=100)  # warnings are errors here: none of its recommendations is missed either
    zoo.seed_test(make, num_cycles=50)
    assert "Passed API test" in capsys.readouterr().out


@pytest.mark.parametrize("make", SETTINGS.values(), ids=list(SETTINGS))
def test_plays_are_those_of_the_plain_environment(zoo, make):
    """The same seed and actions: the same states, rewards and ends, told to whom they concern."""
    env, rng = make(), np.random.default_rng(3)
    plain = copy.deepcopy(env._play)
    env.reset(seed=8)
    state, played = plain.reset(seed=8), 0
    while env.agents:
        assert env.agent_selection == LEADER
        a, b = int(rng.integers(2)), int(rng.integers(3))
        observation = env.observe(LEADER)
        assert observation[:5].tolist() == [*np.eye(3)[state], 0, 0] and env.infos[LEADER]["state"] == state
        env.step(a)
        assert env.rewards == {LEADER: 0, FOLLOWER: 0} and env.agent_selection == FOLLOWER
        assert env.observe(FOLLOWER)[:5].tolist() == [*np.eye(3)[state], *np.eye(2)[a]]
        assert env.infos[FOLLOWER] == {"state": state, "step": played, "leader_action": a}
        assert env.observe(FOLLOWER)[5:].tolist() == (np.eye(4)[played].tolist() if env._steps else [])
        env.step(np.int64(b))
        outcome, played = plain.step(a, b), played + 1
        assert env.rewards == {LEADER: outcome.leader_reward, FOLLOWER: outcome.follower_reward}
        assert env.last()[1] == outcome.leader_reward and env.infos[LEADER]["follower_action"] == b
        assert set(env.terminations.values()) == {outcome.terminated}
        assert set(env.truncations.values()) == {outcome.truncated}
        state = outcome.state
        if outcome.terminated or outcome.truncated:
            env.step(None)
            env.step(None)
    assert played >= 1 and (not env._steps or played == 4)


def test_a_line_for_people(zoo):
    env = aec_environment(discounted(), step_limit=2, initial=1, render_mode="ansi")
    env.reset(seed=0)
    assert env.render() == "step 0, state 1"
    env.step(1)
    assert env.render() == "step 0, state 1, leader plays 1"
    env.close()
    assert aec_environment(discounted()).render() is None
    with pytest.raises(GameError, match="render_mode: expected None or 'ansi', found 'human'"):
        aec_environment(discounted(), render_mode="human")


def test_refusals(zoo):
    env = aec_environment(discounted(), step_limit=2)
    env.reset(seed=0)
    for action in (2, -1, 0.5, None, True):
        with pytest.raises(GameError, match=r"leader_0: expected an action 0, ..., 1, found"):
            env.step(action)
    with pytest.raises(GameError, match="expected a single Markov game"):
        aec_environment(named("dobss").GAME)  # type: ignore[arg-type]  # what is refused


def test_without_pettingzoo_everything_imports_and_one_line_says_what_to_install():
    script = (
        "import sys\n"
        "sys.modules['pettingzoo'] = sys.modules['gymnasium'] = None\n"
        "from games.errors import GameError\n"
        "from games.families import family\n"
        "from games.simulate import MarkovEnvironment, aec_environment\n"
        "game = family('markov_dense').decode([])\n"
        "MarkovEnvironment(game, step_limit=1).reset(0)\n"
        "try:\n"
        "    aec_environment(game)\n"
        "except GameError as error:\n"
        "    print(error)\n"
    )
    printed = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert printed.startswith("aec_environment: expected pettingzoo (pip install 'firstmover[interop]'), found no ")
    assert printed.count("\n") == 1


def test_importing_loads_no_pettingzoo():
    script = (
        "import sys, games.simulate.aec, games.simulate.markov\n"
        "assert not {'pettingzoo', 'gymnasium'} & set(sys.modules)\n"
        "import games.simulate\n"
        "try:\n"
        "    games.simulate.nothing\n"
        "except AttributeError:\n"
        "    pass\n"
        "else:\n"
        "    raise SystemExit('expected an AttributeError')\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
