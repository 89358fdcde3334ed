"""The words of the derivations of Q-value iteration: a Markov game of any size, and two runs of every length on it.

Q_L[t, s, a, b] and Q_F[t, s, a, b] are the tables of the start run after t steps, those of the reference run carry
`ref`. The stage rule is written by weights: pi[t, s, a] is 1 at the leader's move and 0 elsewhere, nu[t, s, a, b] the
same of the follower's reply. The facts say what games.markov says of them, and no more: replies are best for the
follower, his ties broken as `ties` says; moves are best for the leader against those replies; and all choices are made
by the values alone. That the weights are 0 or 1 is not needed, so what is derived holds for mixtures of best choices,
too. Sequences are given by their first value and their recursion; T is any number of steps.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import sympy
from sympy import Abs

from proofs.engine.relation import Relation, at_most, equal, less
from proofs.engine.substitution import rename
from proofs.engine.terms import (
    NATURALS,
    Delta,
    Index,
    IndexSet,
    Iverson,
    Maximum,
    Minimum,
    Moment,
    Scalar,
    Size,
    Total,
    vector,
)
from proofs.engine.vocabulary import Vocabulary

LETTERS = {
    "steps": "T",
    "ties": r"\mathrm{ties}",
    "step_size": r"\alpha",
    "leader_discount": r"\gamma_{L}",
    "follower_discount": r"\gamma_{F}",
    "discount_difference": r"\left|\gamma_{L} - \gamma_{F}\right|",
    "leader_decay": r"\rho_{L}^{T}",
    "follower_decay": r"\rho_{F}^{T}",
    "leader_distance": r"\left\|Q_{L,T} - Q_{L,T}^{\mathrm{ref}}\right\|",
    "follower_distance": r"\left\|Q_{F,T} - Q_{F,T}^{\mathrm{ref}}\right\|",
    "distance": r"\left\|Q_{T} - Q_{T}^{\mathrm{ref}}\right\|",
    "leader_start_distance": r"\left\|Q_{L,0} - Q_{L,0}^{\mathrm{ref}}\right\|",
    "follower_start_distance": r"\left\|Q_{F,0} - Q_{F,0}^{\mathrm{ref}}\right\|",
    "start_distance": r"\left\|Q_{0} - Q_{0}^{\mathrm{ref}}\right\|",
    "leader_change": r"\left\|Q_{L,T+1} - Q_{L,T}\right\|",
    "follower_change": r"\left\|Q_{F,T+1} - Q_{F,T}\right\|",
    "zero_sum_reward_defect": r"\left\|r_{L} + r_{F}\right\|",
    "common_reward_defect": r"\left\|r_{L} - r_{F}\right\|",
    "zero_sum_start_defect": r"\left\|Q_{L,0} + Q_{F,0}\right\|",
    "common_start_defect": r"\left\|Q_{L,0} - Q_{F,0}\right\|",
    "zero_sum_start_span": r"\operatorname{span}\left(Q_{L,0} + Q_{F,0}\right)",
    "common_start_span": r"\operatorname{span}\left(Q_{L,0} - Q_{F,0}\right)",
    "zero_sum_reference_defect": r"\left\|Q_{L,0}^{\mathrm{ref}} + Q_{F,0}^{\mathrm{ref}}\right\|",
    "common_reference_defect": r"\left\|Q_{L,0}^{\mathrm{ref}} - Q_{F,0}^{\mathrm{ref}}\right\|",
    "follower_start_reward_defect": r"\left\|Q_{F,0} - r_{F}\right\|",
    "follower_reference_reward_defect": r"\left\|Q_{F,0}^{\mathrm{ref}} - r_{F}\right\|",
    "start_residual": r"\left\|\mathcal{T} Q_{0} - Q_{0}\right\|",
    "reference_residual": r"\left\|\mathcal{T} Q_{0}^{\mathrm{ref}} - Q_{0}^{\mathrm{ref}}\right\|",
    "leader_slack_sum": r"\sigma_{L,T}",
    "follower_slack_sum": r"\sigma_{F,T}",
    "leader_comparison_excess": r"\chi_{T}",
}
SIZES = {name: Size(name) for name in ("states", "leader_actions_count", "follower_actions_count")}
SYMBOLS: dict[str, Scalar] = {**SIZES, **{name: Scalar(name, letters) for name, letters in LETTERS.items()}}
STATES = IndexSet("states", SIZES["states"])
MOVES = IndexSet("leader actions", SIZES["leader_actions_count"])
REPLIES = IndexSet("follower actions", SIZES["follower_actions_count"])
s, z = Index("s", STATES), Index("z", STATES)
a, other_move = Index("a", MOVES), Index("a'", MOVES)
b, other_reply = Index("b", REPLIES), Index("b'", REPLIES)
t, u = Index("t", NATURALS), Index("u", NATURALS)
T = Moment("T")

alpha, ties = SYMBOLS["step_size"], SYMBOLS["ties"]
P, rank, count = vector("P"), vector("k"), vector("n")
lower, upper = vector("l"), vector("h")
c = Scalar("c")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """The leader or the follower: rewards, discount, powers of the rate, slacks of the comparison and their sum."""

    name: str
    letter: str

    @property
    def reward(self) -> Any:
        """r[s, a, b]."""
        return vector(f"r_{self.letter}")

    @property
    def discount(self) -> Scalar:
        return SYMBOLS[f"{self.name}_discount"]

    @property
    def rate(self) -> sympy.Expr:
        """rho = 1 - alpha (1 - gamma)."""
        return 1 - alpha * (1 - self.discount)

    @property
    def decay(self) -> Any:
        """rho^t, at t."""
        return vector(f"rho_{self.letter}")

    @property
    def slack(self) -> Any:
        """epsilon[t]."""
        return vector(f"epsilon_{self.letter}")

    @property
    def slack_sum(self) -> Any:
        """alpha gamma sum_{j < t} rho^(t - 1 - j) epsilon_j, at t."""
        return vector(f"sigma_{self.letter}")


LEADER, FOLLOWER = Player(name="leader", letter="L"), Player(name="follower", letter="F")
PLAYERS = (LEADER, FOLLOWER)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: tables Q[t, s, a, b], choices pi[t, s, a] and nu[t, s, a, b], and the values that follow."""

    name: str
    mark: str

    def table(self, player: Player) -> Any:
        """Q[t, s, a, b]."""
        return vector(f"Q_{player.letter}{self.mark}")

    def answered(self, player: Player) -> Any:
        """q[t, s, a]: the player's value of a move of the leader, given the reply."""
        return vector(f"q_{player.letter}{self.mark}")

    def value(self, player: Player) -> Any:
        """V[t, s]: the player's value of a state."""
        return vector(f"V_{player.letter}{self.mark}")

    @property
    def move(self) -> Any:
        """pi[t, s, a]."""
        return vector(f"pi{self.mark}")

    @property
    def reply(self) -> Any:
        """nu[t, s, a, b]."""
        return vector(f"nu{self.mark}")

    def followed(self, entry: Any, at: Any = t) -> sympy.Expr:
        """(Pi X)(s): a table X, written at s, a, b, along the choices made at a time."""
        return Total(self.move[at, s, a] * Total(self.reply[at, s, a, b] * entry, b), a)


START, REFERENCE = Run(name="start", mark=""), Run(name="reference", mark="__ref")
RUNS = (START, REFERENCE)


def greatest(entry: Any) -> Any:
    """The maximum over s, a, b."""
    return Maximum(Maximum(Maximum(entry, b), a), s)


def least(entry: Any) -> Any:
    """The minimum over s, a, b."""
    return Minimum(Minimum(Minimum(entry, b), a), s)


def norm(entry: Any) -> Any:
    """The largest absolute value over s, a, b."""
    return greatest(Abs(entry))


def larger(x: Any, y: Any) -> sympy.Expr:
    """max(x, y)."""
    return (x + y + Abs(x - y)) / 2


def gap(player: Player, at: Any = t) -> Any:
    """Q - Q^ref at s, a, b."""
    return START.table(player)[at, s, a, b] - REFERENCE.table(player)[at, s, a, b]


def apart(player: Player, at: Any = t) -> Any:
    """||Q - Q^ref||."""
    return norm(gap(player, at))


def backup(player: Player, value: Any) -> sympy.Expr:
    """r + gamma P V at s, a, b, the values V written at z."""
    return player.reward[s, a, b] + player.discount * Total(P[s, a, b, z] * value, z)


def is_best_reply(values: Any) -> Any:
    """1 where the reply b attains the maximum of the follower's values, written at b, else 0."""
    return Iverson(values, Maximum(values, b))


def strongest(run: Run) -> Any:
    """The largest value for the leader among the follower's best replies at t, s, a."""
    return Maximum(run.table(LEADER)[t, s, a, b], b, is_best_reply(run.table(FOLLOWER)[t, s, a, b]))


def weakest(run: Run) -> Any:
    """The smallest value for the leader among the follower's best replies at t, s, a."""
    return Minimum(run.table(LEADER)[t, s, a, b], b, is_best_reply(run.table(FOLLOWER)[t, s, a, b]))


def first(run: Run) -> Any:
    """The smallest rank among the follower's best replies at t, s, a."""
    return Minimum(rank[b], b, is_best_reply(run.table(FOLLOWER)[t, s, a, b]))


def residual(run: Run) -> sympy.Expr:
    """||T Q_0 - Q_0||, T the step of size one; the larger of both players'."""
    sizes = [norm(backup(player, run.value(player)[0, z]) - run.table(player)[0, s, a, b]) for player in PLAYERS]
    return larger(*sizes)


def gained(player: Player) -> sympy.Expr:
    """((Pi_t - Pi_*) Q*)(s), Q* the start of the reference run and Pi_* its choices there."""
    return START.followed(REFERENCE.table(player)[0, s, a, b]) - REFERENCE.value(player)[0, s]


def lost(player: Player) -> sympy.Expr:
    """((Pi_* - Pi_t) Q_t)(s)."""
    return REFERENCE.followed(START.table(player)[t, s, a, b], 0) - START.value(player)[t, s]


def error(at: Any = t) -> Any:
    """e_t = Q_t - Q* of the leader, at s, a, b."""
    return START.table(LEADER)[at, s, a, b] - REFERENCE.table(LEADER)[0, s, a, b]


def _definitions() -> dict[str, sympy.Expr]:
    found: dict[str, sympy.Expr] = {
        "steps": count[T],
        "discount_difference": Abs(LEADER.discount - FOLLOWER.discount),
        "distance": larger(SYMBOLS["leader_distance"], SYMBOLS["follower_distance"]),
        "start_distance": larger(SYMBOLS["leader_start_distance"], SYMBOLS["follower_start_distance"]),
        "start_residual": residual(START),
        "reference_residual": residual(REFERENCE),
    }
    for player in PLAYERS:
        table = START.table(player)
        found |= {
            f"{player.name}_decay": player.decay[T],
            f"{player.name}_distance": apart(player, T),
            f"{player.name}_start_distance": apart(player, 0),
            f"{player.name}_change": norm(table[T + 1, s, a, b] - table[T, s, a, b]),
            f"{player.name}_slack_sum": player.slack_sum[T],
        }
    for word, sign in (("zero_sum", 1), ("common", -1)):
        start, reference = (run.table(LEADER)[0, s, a, b] + sign * run.table(FOLLOWER)[0, s, a, b] for run in RUNS)
        found |= {
            f"{word}_reward_defect": norm(LEADER.reward[s, a, b] + sign * FOLLOWER.reward[s, a, b]),
            f"{word}_start_defect": norm(start),
            f"{word}_start_span": greatest(start) - least(start),
            f"{word}_reference_defect": norm(reference),
        }
    for run in RUNS:
        defect = norm(run.table(FOLLOWER)[0, s, a, b] - FOLLOWER.reward[s, a, b])
        found[f"follower_{run.name}_reward_defect"] = defect
    return found


def _numbers() -> dict[str, Relation]:
    """What the numbers of a game and of an iteration are."""
    found = {
        "probabilities": at_most(0, P[s, a, b, z]).for_all(s, a, b, z),
        "they sum to one": equal(Total(P[s, a, b, z], z), 1).for_all(s, a, b),
        "step_size": less(0, alpha),
        "step_size at most one": at_most(alpha, 1),
        "ties strong, weak or first": equal(ties * ((ties - 1) * (ties - 2)), 0),
        "ranks differ": equal(Iverson(rank[b], rank[other_reply]), Delta(b, other_reply)).for_all(b, other_reply),
        "steps at the start": equal(count[0], 0),
        "one more step": equal(count[t + 1], count[t] + 1).for_all(t),
    }
    for player in PLAYERS:
        name, decay = player.name, player.decay
        found |= {
            f"{name}_discount": at_most(0, player.discount),
            f"{name}_discount below one": less(player.discount, 1),
            f"{name}_decay at the start": equal(decay[0], 1),
            f"{name}_decay": equal(decay[t + 1], player.rate * decay[t]).for_all(t),
        }
    return found


def _rule(run: Run) -> dict[str, Relation]:
    """The stage rule: whom it obeys, how it breaks the follower's ties, and that it sees the values alone."""
    table, answer, move, reply = run.table(LEADER), run.answered(LEADER), run.move, run.reply
    values = run.table(FOLLOWER)[t, s, a, b]
    same = [equal(run.table(player)[t, s, a, b], run.table(player)[u, s, a, b]).for_all(s, a, b) for player in PLAYERS]
    found = {
        "moves are nonnegative": at_most(0, move[t, s, a]).for_all(t, s, a),
        "moves sum to one": equal(Total(move[t, s, a], a), 1).for_all(t, s),
        "replies are nonnegative": at_most(0, reply[t, s, a, b]).for_all(t, s, a, b),
        "replies sum to one": equal(Total(reply[t, s, a, b], b), 1).for_all(t, s, a),
        "replies are best": equal(reply[t, s, a, b] * (Maximum(values, b) - values), 0).for_all(t, s, a, b),
        "moves are best": equal(move[t, s, a] * (Maximum(answer[t, s, a], a) - answer[t, s, a]), 0).for_all(t, s, a),
        "strong": equal(Iverson(ties, 0) * reply[t, s, a, b] * (strongest(run) - table[t, s, a, b]), 0),
        "weak": equal(Iverson(ties, 1) * reply[t, s, a, b] * (table[t, s, a, b] - weakest(run)), 0),
        "first": equal(Iverson(ties, 2) * reply[t, s, a, b] * (rank[b] - first(run)), 0),
        "replies see the values alone": equal(reply[t, s, a, b], reply[u, s, a, b]).for_all(t, u, s, a, b, given=same),
        "moves see the values alone": equal(move[t, s, a], move[u, s, a]).for_all(t, u, s, a, given=same),
    }
    found |= {name: found[name].for_all(t, s, a, b) for name in ("strong", "weak", "first")}
    return {f"{run.name}: {name}": relation for name, relation in found.items()}


def _values(run: Run) -> dict[str, Relation]:
    """What follows from the choices: values, and the next tables."""
    found = {}
    for player in PLAYERS:
        table, answer, value = run.table(player), run.answered(player), run.value(player)
        stepped = (1 - alpha) * table[t, s, a, b] + alpha * backup(player, value[t, z])
        replied = Total(run.reply[t, s, a, b] * table[t, s, a, b], b)
        found |= {
            f"{run.name}: {player.name}'s value of a move": equal(answer[t, s, a], replied).for_all(t, s, a),
            f"{run.name}: {player.name}'s value of a state": equal(
                value[t, s], Total(run.move[t, s, a] * answer[t, s, a], a)
            ).for_all(t, s),
            f"{run.name}: {player.name}'s step": equal(table[t + 1, s, a, b], stepped).for_all(t, s, a, b),
        }
    return found


def _comparison() -> dict[str, Relation]:
    """The slacks, least bounds at each time, their sums, and the comparison system of the leader's errors."""
    found = {}
    for player in PLAYERS:
        total, name = player.slack_sum, player.name
        parts = [at_most(part, c).for_all(s) for part in (gained(player), lost(player))]
        later = player.rate * total[t] + alpha * player.discount * player.slack[t]
        found |= {
            f"{name}_slack is nonnegative": at_most(0, player.slack[t]).for_all(t),
            f"{name}_slack bounds the gain": at_most(gained(player), player.slack[t]).for_all(t, s),
            f"{name}_slack bounds the loss": at_most(lost(player), player.slack[t]).for_all(t, s),
            f"{name}_slack is the least bound": at_most(player.slack[t], c).for_all(
                t, c, given=(at_most(0, c), *parts)
            ),
            f"{name}_slack_sum at the start": equal(total[0], 0),
            f"{name}_slack_sum": equal(total[t + 1], later).for_all(t),
        }
    discounted = alpha * LEADER.discount
    for name, bound, run, at, sign in (("lower", lower, REFERENCE, 0, -1), ("upper", upper, START, t, 1)):
        along = Total(P[s, a, b, z] * rename(run.followed(bound[t, s, a, b], at), s, z), z)
        later = (1 - alpha) * bound[t, s, a, b] + discounted * along + sign * discounted * LEADER.slack[t]
        found |= {
            f"{name} bound at the start": equal(bound[0, s, a, b], error(0)).for_all(s, a, b),
            f"{name} bound": equal(bound[t + 1, s, a, b], later).for_all(t, s, a, b),
        }
    return found | _excess()


def _excess() -> dict[str, Relation]:
    """How far the errors leave the bounds, up to the last step: the least c >= 0 that they leave them by at most."""
    name = "leader_comparison_excess"
    outside = {"below": lower[t, s, a, b] - error(), "above": error() - upper[t, s, a, b]}

    def everywhere(amount: Any) -> list[Relation]:
        so_far = at_most(count[t], count[T])
        return [at_most(part, amount).for_all(t, s, a, b, given=(so_far,)) for part in outside.values()]

    return {
        f"{name} is nonnegative": at_most(0, SYMBOLS[name]),
        **{
            f"{name} bounds what is {side}": bound
            for side, bound in zip(outside, everywhere(SYMBOLS[name]), strict=True)
        },
        f"{name} is the least bound": at_most(SYMBOLS[name], c).for_all(c, given=(at_most(0, c), *everywhere(c))),
    }


_VECTORS = [P, rank, count, lower, upper]
_VECTORS += [word for player in PLAYERS for word in (player.reward, player.decay, player.slack, player.slack_sum)]
for _run in RUNS:
    _VECTORS += [word for player in PLAYERS for word in (_run.table(player), _run.answered(player), _run.value(player))]
    _VECTORS += [_run.move, _run.reply]

DEFINITIONS = _definitions()
ITERATION = Vocabulary(
    symbols=SYMBOLS,
    vectors={str(word): word for word in _VECTORS},
    definitions=DEFINITIONS,
    facts={
        **_numbers(),
        **{name: relation for run in RUNS for name, relation in (_rule(run) | _values(run)).items()},
        **_comparison(),
    },
    sizes={
        "states": ("r_L", 0),
        "leader_actions_count": ("r_L", 1),
        "follower_actions_count": ("r_L", 2),
    },
)

HYPOTHESES = {
    "zero-sum rewards": equal(SYMBOLS["zero_sum_reward_defect"], 0),
    "zero-sum start": equal(SYMBOLS["zero_sum_start_defect"], 0),
    "zero-sum reference": equal(SYMBOLS["zero_sum_reference_defect"], 0),
    "common rewards": equal(SYMBOLS["common_reward_defect"], 0),
    "common start": equal(SYMBOLS["common_start_defect"], 0),
    "common reference": equal(SYMBOLS["common_reference_defect"], 0),
    "equal discounts": equal(SYMBOLS["discount_difference"], 0),
    "myopic follower": equal(FOLLOWER.discount, 0),
    "start at the rewards": equal(SYMBOLS["follower_start_reward_defect"], 0),
    "reference at the rewards": equal(SYMBOLS["follower_reference_reward_defect"], 0),
    "fixed point": equal(SYMBOLS["reference_residual"], 0),
    "one step": equal(SYMBOLS["steps"], 1),
    "full step": equal(alpha, 1),
    "one reply": equal(SIZES["follower_actions_count"], 1),
    "one move": equal(SIZES["leader_actions_count"], 1),
    **{f"{player.name} rate positive": less(0, player.rate) for player in PLAYERS},
}
