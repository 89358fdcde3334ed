"""The PettingZoo environment itself; importing this file imports PettingZoo (see `games.simulate.aec`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.spaces import Box, Discrete
from pettingzoo import AECEnv

from games.errors import GameError, shown
from games.markov import EpisodicMarkovGame, MarkovGame
from games.simulate.markov import MarkovEnvironment

LEADER, FOLLOWER = AGENTS = ("leader_0", "follower_0")


class StackelbergEnvironment(AECEnv[str, np.ndarray, Any]):
    """A leader-follower Markov game played in turns.

    An observation is a vector of zeros and ones, of one length for both agents: the state (S entries), what the leader
    has just done (A entries, all 0 when it is her turn), and in episodic games the step (H entries). The same stands in
    `infos` as integers: "state", "step", for the follower "leader_action", for the leader "follower_action", the last
    reply. Rewards come after the follower's move; a game that ends by itself terminates, a step limit truncates it.
    """

    metadata = {  # noqa: RUF012 - PettingZoo declares it so
        "name": "stackelberg_markov_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": False,
    }

    def __init__(self, game: MarkovGame | EpisodicMarkovGame, *, render_mode: str | None = None, **ends: Any) -> None:
        super().__init__()
        if render_mode not in (None, "ansi"):
            raise GameError(f"render_mode: expected None or 'ansi', found {shown(render_mode)}")
        self.render_mode = render_mode
        self._play = play = MarkovEnvironment(game, **ends)
        self._steps = play.horizon or 0
        self.possible_agents = list(AGENTS)
        length = play.states + play.leader_actions + self._steps
        self._observation_spaces = {agent: Box(0.0, 1.0, (length,), np.float32) for agent in AGENTS}
        counts = (play.leader_actions, play.follower_actions)
        self._action_spaces = {agent: Discrete(count) for agent, count in zip(AGENTS, counts, strict=True)}
        self.agents = []

    def observation_space(self, agent: str) -> Box:
        return self._observation_spaces[agent]

    def action_space(self, agent: str) -> Discrete:
        return self._action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        self._play.reset(seed)
        self.agents = list(AGENTS)
        self.rewards = dict.fromkeys(AGENTS, 0.0)
        self._cumulative_rewards = dict.fromkeys(AGENTS, 0.0)
        self.terminations = dict.fromkeys(AGENTS, False)
        self.truncations = dict.fromkeys(AGENTS, False)
        self._leader_action: int | None = None
        self._follower_action: int | None = None
        self._inform()
        self.agent_selection = LEADER

    def observe(self, agent: str) -> np.ndarray:
        play = self._play
        observation = np.zeros(play.states + play.leader_actions + self._steps, np.float32)
        observation[play.state] = 1.0
        if agent == FOLLOWER and self._leader_action is not None:
            observation[play.states + self._leader_action] = 1.0
        if play.step_count < self._steps:
            observation[play.states + play.leader_actions + play.step_count] = 1.0
        return observation

    def step(self, action: int | np.integer | None) -> None:
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            self._was_dead_step(action)
            return
        count = int(self._action_spaces[agent].n)
        if isinstance(action, bool) or not isinstance(action, int | np.integer) or not 0 <= action < count:
            raise GameError(f"{agent}: expected an action 0, ..., {count - 1}, found {shown(action)}")
        self._cumulative_rewards[agent] = 0.0
        self._clear_rewards()
        if agent == LEADER:
            self._leader_action = int(action)
            self.agent_selection = FOLLOWER
        else:
            assert self._leader_action is not None  # the leader has moved before the follower is asked
            outcome = self._play.step(self._leader_action, int(action))
            self.rewards = {LEADER: outcome.leader_reward, FOLLOWER: outcome.follower_reward}
            self.terminations = dict.fromkeys(AGENTS, outcome.terminated)
            self.truncations = dict.fromkeys(AGENTS, outcome.truncated)
            self._leader_action, self._follower_action = None, int(action)
            self.agent_selection = LEADER
        self._inform()
        self._accumulate_rewards()

    def _inform(self) -> None:
        shared = {"state": self._play.state, "step": self._play.step_count}
        self.infos = {agent: dict(shared) for agent in AGENTS}
        if self._leader_action is not None:
            self.infos[FOLLOWER]["leader_action"] = self._leader_action
        if self._follower_action is not None:
            self.infos[LEADER]["follower_action"] = self._follower_action

    def render(self) -> str | None:
        """One line: the step, the state, and what the leader has done; None without a render mode."""
        if self.render_mode is None:
            return None
        line = f"step {self._play.step_count}, state {self._play.state}"
        return line if self._leader_action is None else f"{line}, leader plays {self._leader_action}"

    def close(self) -> None:
        """Nothing is held open."""
