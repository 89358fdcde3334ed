"""Markov games for learners written against PettingZoo: a turn-based (AEC) environment, where that is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from games.errors import GameError
from games.markov import EpisodicMarkovGame, MarkovGame

if TYPE_CHECKING:
    from games.simulate.pettingzoo_environment import StackelbergEnvironment


def aec_environment(
    game: MarkovGame | EpisodicMarkovGame,
    *,
    continuation: float | None = None,
    step_limit: int | None = None,
    initial: Any = None,
    render_mode: str | None = None,
) -> StackelbergEnvironment:
    """The game as a PettingZoo environment with the agents leader_0 and follower_0, who move in turn.

    The leader observes the state; the follower observes it and her action. Then both are paid and the state changes.
    `continuation`, `step_limit` and `initial` as in `games.simulate.markov.MarkovEnvironment`; `render_mode` is None
    or "ansi". Raises `GameError` as that does, and where PettingZoo is not installed.
    """
    try:
        from games.simulate.pettingzoo_environment import StackelbergEnvironment
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in ("pettingzoo", "gymnasium"):
            raise
        raise GameError(
            f"aec_environment: expected pettingzoo (pip install 'firstmover[interop]'), found no {missing.name}"
        ) from None
    return StackelbergEnvironment(
        game, continuation=continuation, step_limit=step_limit, initial=initial, render_mode=render_mode
    )
