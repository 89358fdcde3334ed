"""One player alone: where the other has a single action, his own distance contracts at his own rate.

With one reply the leader's value of a move is its only entry, and V_L(s) = max_a Q_L(s, a, .). With one move the
follower's value of a state is V_F(s) = max_b Q_F(s, ., b). Nothing else is asked of the game or of the starts.
"""

from __future__ import annotations

from typing import Any

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most, equal
from proofs.engine.rules.algebra import Antisymmetry, Combine
from proofs.engine.rules.quantifiers import SumOver
from proofs.engine.step import Step
from proofs.engine.substitution import rename
from proofs.engine.terms import Delta, Index, Total
from proofs.markov.any_start_lemmas import follower_answers
from proofs.markov.contraction_lemmas import (
    averaged,
    contracts,
    decays,
    distances,
    moves_follow,
    same_replies_follow,
)
from proofs.markov.contraction_lines import assume, at, everywhere, instance, once
from proofs.markov.contraction_mirror import closeness
from proofs.markov.vocabulary import (
    FOLLOWER,
    ITERATION,
    LEADER,
    RUNS,
    Run,
    a,
    b,
    other_move,
    other_reply,
    s,
    t,
)

TOPIC = "markov/single-agent"
TITLE = "Q-value iteration of one player alone"


def derivation() -> Derivation:
    """The leader's contraction where there is one reply, the follower's where there is one move."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=ITERATION)
    argument.conclude("leader", decays(argument, LEADER, _leader(argument)))
    argument.conclude("follower", decays(argument, FOLLOWER, _follower(argument)))
    return argument.derivation()


@once
def only(argument: Argument, run: Run, word: str) -> Step:
    """A run's weight of the only reply b, or of the only move a, is one."""
    weight, index, other, count = {
        "replies": (run.reply[t, s, a, b], b, other_reply, "one reply"),
        "moves": (run.move[t, s, a], a, other_move, "one move"),
    }[word]
    some, one = at(argument, f"{run.name}: {word} are nonnegative"), at(argument, f"{run.name}: {word} sum to one")
    most = _single(argument, weight, index, other, some)
    most = argument.step(at_most(weight, 1), Combine((1, 1)), most, one)
    lack = argument.step(at_most(0, 1 - weight), Combine((1,)), most)
    lack = _single(argument, 1 - weight, index, other, lack)
    least = argument.step(at_most(1, weight), Combine((1, 1, -1)), lack, assume(argument, count), one)
    return argument.step(equal(weight, 1), Antisymmetry(), most, least)


def _single(argument: Argument, term: Any, index: Index, other: Index, some: Step) -> Step:
    """A term is at most its sum over an index, where no term is negative."""
    same: Any = Delta(index, other)
    part = argument.step(at_most(same * term, term), Combine((1 - same,)), some)
    step = argument.step(at_most(rename(term, index, other), Total(term, index)), SumOver(index), part)
    return instance(argument, everywhere(argument, step, other), {other: index})


def _leader(argument: Argument) -> Step:
    """delta_L[t + 1] <= rho delta_L[t], where there is one reply."""
    weights = [only(argument, run, "replies") for run in RUNS]
    start, reference = (run.reply[t, s, a, b] for run in RUNS)
    same = argument.step(equal(start, reference), Combine((1, -1)), *weights)
    values, amount = [], distances(argument, LEADER).sequence[t]
    for run, other in zip(RUNS, RUNS[::-1], strict=True):
        answers = same_replies_follow(argument, run, other, same)
        values.append(moves_follow(argument, run, other, answers, amount))
    return contracts(argument, LEADER, (values[0], values[1]))


def _follower(argument: Argument) -> Step:
    """delta_F[t + 1] <= rho delta_F[t], where there is one move."""
    weights = {run: only(argument, run, "moves") for run in RUNS}
    values, amount = [], distances(argument, FOLLOWER).sequence[t]
    for run, other in zip(RUNS, RUNS[::-1], strict=True):
        answers = follower_answers(argument, run, other, closeness(argument, FOLLOWER)[run])
        mean = averaged(argument, other, answers, a)
        high = run.answered(FOLLOWER)[t, s, a]
        same = argument.step(
            equal(run.move[t, s, a] * high, other.move[t, s, a] * high),
            Combine((high, -high)),
            weights[run],
            weights[other],
        )
        same = argument.step(equal(*(Total(each.move[t, s, a] * high, a) for each in (run, other))), SumOver(a), same)
        one = at(argument, f"{other.name}: moves sum to one")
        averages = [at(argument, f"{each.name}: follower's value of a state") for each in (run, other)]
        relation = at_most(run.value(FOLLOWER)[t, s], other.value(FOLLOWER)[t, s] + amount)
        values.append(argument.step(relation, Combine((1, 1, amount, 1, -1)), mean, same, one, *averages))
    return contracts(argument, FOLLOWER, (values[0], values[1]))
