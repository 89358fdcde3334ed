"""Many small games at once whose Q-value iteration from Q = 0 is proved to converge, choices being ties or not.

Where all numbers are dyadic and short, floats hold the first iterates exactly, and ties between floats are ties. The
policies are proved to stay forever if they stayed for S + 2 steps and each choice at the last of them either was an
exact tie in S + 1 steps in a row, or is farther from one than all the steps to come can move it:
- a difference of two entries of Q that is zero S + 1 times in a row under one policy is zero as long as that policy
  stays, by Cayley and Hamilton (see `verify.exact.markov_orbit`, which uses the same fact otherwise);
- steps shrink by gamma in the sup norm while the policy stays, so that those to come add up to at most
  gamma / (1 - gamma) times the last, and a difference moves by at most twice that.
"""

from __future__ import annotations

import numpy as np

from games.markov import MarkovGame

MANTISSA = 53
MOST_STEPS = 48


def converges(game: MarkovGame) -> np.ndarray:
    """Where Q-value iteration with alpha = 1, ties broken for the leader, is proved to converge; (games,) of one batch.

    False says nothing. The batch has one axis.
    """
    steps = exact_steps(game)
    proved = np.zeros(len(game), dtype=bool)
    for count in np.unique(steps[steps >= game.states + 3]).tolist():
        places = np.flatnonzero(steps == count)
        proved[places] = _converges(game[places], count)
    return proved


def exact_steps(game: MarkovGame) -> np.ndarray:
    """For how many steps floats hold the iterates exactly, at most `MOST_STEPS`; (games,).

    A step multiplies the denominator of the iterates by those of kernel and discount, and |Q| <= max |r| / (1 - gamma).
    """
    discount = np.maximum(game.leader_discount, game.follower_discount)
    rewards = np.maximum(np.abs(game.leader_reward), np.abs(game.follower_reward)).max(axis=(1, 2, 3))
    whole = np.ceil(np.log2(np.maximum(rewards / (1 - discount), 1.0))) + 2
    kernel = _denominator_bits(game.transition)
    discounts = np.maximum(_denominator_bits(game.leader_discount), _denominator_bits(game.follower_discount))
    first = np.maximum(_denominator_bits(game.leader_reward), _denominator_bits(game.follower_reward))
    room = MANTISSA - whole - first
    return np.clip(room // np.maximum(kernel + discounts, 1), 0, MOST_STEPS).astype(np.int64)


def _denominator_bits(entries: np.ndarray) -> np.ndarray:
    """The largest exponent e, at most `MANTISSA`, of the denominators 2^e of each game's entries."""
    flat = np.abs(np.asarray(entries, dtype=np.float64).reshape(len(entries), -1))
    bits = np.full(len(flat), float(MANTISSA))
    for exponent in range(MANTISSA - 1, -1, -1):
        scaled = flat * 2.0**exponent
        bits[(scaled == np.floor(scaled)).all(axis=1)] = exponent
    return bits


def _converges(game: MarkovGame, steps: int) -> np.ndarray:
    games = np.arange(len(game))
    lead, follow = (np.zeros(game.leader_reward.shape) for _ in range(2))  # (games, S, A, B) Q_L, Q_F
    discounts = [np.asarray(d)[:, None, None, None] for d in game.discounts()]
    every = np.arange(game.states)
    history = []
    moved = [np.zeros(len(game)), np.zeros(len(game))]
    for time in range(steps):
        replies = _replies(lead, follow)  # (games, S, A)
        values = np.take_along_axis(lead, replies[..., None], axis=3)[..., 0]  # (games, S, A)
        moves = values.argmax(axis=2)  # (games, S)
        if time >= steps - game.states - 2:
            history.append((lead, follow, values, replies, moves))
        answers = np.take_along_axis(replies, moves[..., None], axis=2)[..., 0]
        after = []
        for q, reward, discount in zip((lead, follow), game.rewards(), discounts, strict=True):
            stage = q[games[:, None], every, moves, answers]  # (games, S)
            after.append(reward + discount * np.einsum("gsabt,gt->gsab", game.transition, stage))
        if time < steps - 1:
            moved = [np.abs(new - old).max(axis=(1, 2, 3)) for new, old in zip(after, (lead, follow), strict=True)]
            lead, follow = after
    return _stays(history, moved, game)


def _replies(lead: np.ndarray, follow: np.ndarray) -> np.ndarray:
    best = follow == follow.max(axis=3, keepdims=True)
    return np.where(best, lead, -np.inf).argmax(axis=3)


def _stays(history: list[tuple[np.ndarray, ...]], moved: list[np.ndarray], game: MarkovGame) -> np.ndarray:
    """Whether the choices of the last iterate are those of all iterates in the list, and stay forever."""
    replies, moves = history[-1][3:]
    stays = np.ones(len(game), dtype=bool)
    for *_, earlier, earlier_moves in history:
        stays &= (earlier == replies).all(axis=(1, 2)) & (earlier_moves == moves).all(axis=1)
    # Under one policy the last len(history) - 1 iterates follow the first of them linearly.
    recent = history[1:]
    reach = [2 * m * d / (1 - d) for m, d in zip(moved, game.discounts(), strict=True)]

    def told(behind: list[np.ndarray], reach: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Entries tied with the best in all iterates, and entries that can never catch up with it."""
        tied = np.logical_and.reduce([gap == 0 for gap in behind])
        return tied, behind[-1] > reach.reshape(-1, *(1,) * (behind[-1].ndim - 1))

    alike, worse = told([f.max(axis=3, keepdims=True) - f for _, f, *_ in recent], reach[1])
    stays &= (alike | worse).all(axis=(1, 2, 3))
    best = [np.where(alike, q, -np.inf).max(axis=3, keepdims=True) for q, *_ in recent]
    behind = [np.where(alike, top - q, np.inf) for top, (q, *_) in zip(best, recent, strict=True)]
    tied, worse = told(behind, reach[0])
    stays &= (tied | worse).all(axis=(1, 2, 3))
    tied, worse = told([v.max(axis=2, keepdims=True) - v for _, _, v, *_ in recent], reach[0])
    return stays & (tied | worse).all(axis=(1, 2))
