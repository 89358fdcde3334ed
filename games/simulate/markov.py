"""A Markov game as it is lived through: states, joint actions, rewards, and an end that chance or a clock brings."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from games.errors import GameError, shown
from games.markov import EpisodicMarkovGame, MarkovGame


class Outcome(NamedTuple):
    """What a joint action brings: both rewards, the next state, and whether it is over, by the game or by the clock."""

    leader_reward: float
    follower_reward: float
    state: int
    terminated: bool
    truncated: bool


class MarkovEnvironment:
    """One play after another of a single Markov game.

    A discounted game goes on after each joint action with probability `continuation`, and is cut off (truncated) after
    `step_limit` of them. Neither given, it goes on with probability equal to the players' common discount: sums of
    rewards then have the discounted values as means. An episodic game ends (terminates) after its H steps. `initial` is
    the first state, or a law over states; uniform when not given. `states`, `leader_actions` and `follower_actions` are
    the sizes.

    Raises `GameError` for a batch, for an end that is not determined (two discounts and neither argument; continuation
    1 without a limit), and for arguments out of range.
    """

    def __init__(
        self,
        game: MarkovGame | EpisodicMarkovGame,
        *,
        continuation: float | None = None,
        step_limit: int | None = None,
        initial: Any = None,
    ) -> None:
        if not isinstance(game, MarkovGame | EpisodicMarkovGame) or game.batch_shape:
            found = f"a batch of shape {game.batch_shape}" if hasattr(game, "batch_shape") else shown(game)
            raise GameError(f"simulate: expected a single Markov game, found {found}")
        floats = game.float()
        self.states, self.leader_actions, self.follower_actions = (
            game.states,
            game.leader_actions,
            game.follower_actions,
        )
        self.continuation, self.step_limit = _end(floats, continuation, step_limit)
        self.horizon = game.horizon if isinstance(game, EpisodicMarkovGame) else None
        # Arrays lead with the step; a discounted game has one step that repeats.
        shape = (-1, self.states, self.leader_actions, self.follower_actions)
        self._rewards = np.stack([floats.leader_reward, floats.follower_reward], axis=-1).reshape(*shape, 2)
        self._cumulative = np.cumsum(floats.transition, axis=-1).reshape(*shape, self.states)
        self._initial = np.cumsum(_law(initial, self.states))
        self._rng = np.random.default_rng()
        self.state = self.step_count = 0
        self._playing = False

    def reset(self, seed: int | None = None) -> int:
        """A new play: its first state. A seed restarts the chances; without one they go on."""
        if seed is not None:
            self._rng = np.random.default_rng(seed)
        self.state, self.step_count, self._playing = self._chance(self._initial), 0, True
        return self.state

    def step(self, leader_action: int, follower_action: int) -> Outcome:
        """Play a joint action. Raises `GameError` for an action that does not exist and for a play that is over."""
        if not self._playing:
            raise GameError("step: expected a play in progress, found none: reset first")
        for name, action, count in (
            ("leader_action", leader_action, self.leader_actions),
            ("follower_action", follower_action, self.follower_actions),
        ):
            if isinstance(action, bool) or not isinstance(action, int | np.integer) or not 0 <= action < count:
                raise GameError(f"{name}: expected one of 0, ..., {count - 1}, found {shown(action)}")
        at = (min(self.step_count, len(self._rewards) - 1), self.state, int(leader_action), int(follower_action))
        leader_reward, follower_reward = self._rewards[at].tolist()
        self.state = self._chance(self._cumulative[at])
        self.step_count += 1
        if self.horizon is not None:
            terminated = self.step_count == self.horizon
        else:
            terminated = self.continuation < 1 and bool(self._rng.random() >= self.continuation)
        truncated = not terminated and self.step_count == self.step_limit
        self._playing = not (terminated or truncated)
        return Outcome(leader_reward, follower_reward, self.state, terminated, truncated)

    def _chance(self, cumulative: np.ndarray) -> int:
        """A state of the law with these cumulative probabilities, never one of probability 0."""
        place = self._rng.random() * cumulative[-1]  # below the last entry, also where rounding left that off one
        return int(np.searchsorted(cumulative, place, side="right"))


def _end(game: MarkovGame | EpisodicMarkovGame, continuation: Any, step_limit: Any) -> tuple[float, int | None]:
    if isinstance(game, EpisodicMarkovGame):
        if continuation is not None or step_limit is not None:
            raise GameError("simulate: expected no continuation and no step limit with a horizon, found one")
        return 1.0, None
    if continuation is None and step_limit is None:
        leader, follower = (float(discount) for discount in game.discounts())
        if leader != follower:
            raise GameError(f"simulate: expected a continuation or a step limit, found discounts {leader}, {follower}")
        continuation = leader
    continuation = 1.0 if continuation is None else continuation
    if isinstance(continuation, bool) or not isinstance(continuation, int | float) or not 0 <= continuation <= 1:
        raise GameError(f"continuation: expected a probability, found {shown(continuation)}")
    if step_limit is None and continuation == 1:
        raise GameError("simulate: expected a step limit with continuation 1, found none")
    if step_limit is not None and (type(step_limit) is not int or step_limit < 1):
        raise GameError(f"step_limit: expected an integer >= 1, found {shown(step_limit)}")
    return float(continuation), step_limit


def _law(initial: Any, states: int) -> np.ndarray:
    if initial is None:
        return np.full(states, 1 / states)
    if isinstance(initial, int | np.integer) and not isinstance(initial, bool):
        if not 0 <= initial < states:
            raise GameError(f"initial: expected one of the states 0, ..., {states - 1}, found {initial}")
        return np.eye(states)[int(initial)]
    try:
        law = np.asarray(initial, dtype=np.float64)
    except (TypeError, ValueError):
        law = np.empty(0)
    if law.shape != (states,) or not (law >= 0).all() or not abs(law.sum() - 1) <= 2.0**-50 * states:
        raise GameError(f"initial: expected a state or a law over {states} states, found {shown(initial)}")
    return law
