"""Opposite costs: opposite values but for the entropies, of which each player has his own.

With M, m, P and p of the players summing to zero the equations keep P and p so. The values do not sum to zero:
r_L + r_F accumulates minus both temperatures times entropies, each player being rewarded for his own; with a plus sign
that is wrong. That her action is seen costs the leader (tau_L / 2) log(det Hhat_uu / det H_L,uu), here at least 0, as
Hhat_uu = H_L,uu + T'H_F,vv T; the follower pays the same in both structures, as S_F = -Hhat_uu and H_F,uu = -H_L,uu.
"""

from __future__ import annotations

from typing import Any

from verify.claims.errl.shared import DEFAULT, PAPER, QUICK, ZERO_SUM, Frame, opposed
from verify.comparison import at_least, equal
from verify.statement import Claim, Mutant, claim
from verify.terms import Term
from verify.verdict import Verdict
from verify.vocabulary.lq_point import (
    follower_entropy,
    follower_hamiltonian_action,
    follower_hamiltonian_policy,
    leader_entropy_action,
    leader_hamiltonian_action,
    leader_hamiltonian_policy,
    lq_discount,
    lq_leader_temperature,
)
from verify.vocabulary.lq_point_laws import leader_log_ratio
from verify.vocabulary.lq_point_reductions import zero_sum_rate_defect

PLACE = "zero-sum games"
FAMILIES = ("lq_point_zero_sum",)


@claim(
    "errl/reductions/zero-sum",
    title="Opposite costs keep the coefficients P and p of the values opposite",
    paper=PAPER,
    place=PLACE,
    families=FAMILIES,
    expected=Verdict.SUPPORTED,
    hypotheses=(ZERO_SUM,),
    witness=opposed,
    quick=QUICK,
    default=DEFAULT,
    mutants=(
        Mutant(
            name="at least one",
            text="as if the rates were apart by 1 at least",
            body=lambda game: at_least(zero_sum_rate_defect(game), 1),
        ),
    ),
)
def opposite_rates(game):
    return equal(zero_sum_rate_defect(game), 0)


def _entropies(sees: str) -> Claim:
    leader, follower = Frame("leader", sees), Frame("follower", sees)

    def over_both(game: Any, pattern: str) -> Term:
        return leader.word(pattern)(game) + follower.word(pattern)(game)

    def rates(game: Any) -> Term:
        return over_both(game, "{k}_rate_{s}")

    def kept(game: Any) -> Term:
        return lq_discount(game) * over_both(game, "{k}_value") - over_both(game, "{k}_switching")

    @claim(
        f"errl/reductions/zero-sum/entropies-{sees}",
        title=f"With opposite costs the sum of the values is minus the accumulated entropies, {sees} seen",
        paper=PAPER,
        place=PLACE,
        families=FAMILIES,
        expected=Verdict.PROVED,
        derivation="riccati/reductions",
        conclusion=f"sum of the rates, {sees}",
        hypotheses=(ZERO_SUM,),
        witness=opposed,
        quick=QUICK,
        default=DEFAULT,
        mutants=(
            Mutant(
                name="nothing",
                text="as if nothing were accumulated",
                body=lambda game: equal(rates(game), kept(game)),
            ),
            Mutant(
                name="leader's entropy alone",
                text="without the follower's entropy",
                body=lambda game: equal(rates(game), kept(game) + leader.entropy(game)),
            ),
        ),
        note="P and p being opposite, V_L + V_F is r_L + r_F at every state; its rate is (beta - Lambda)(r_L + r_F) "
        "plus tau_L Ent_L + tau_F Ent_F.",
    )
    def entropies(game):
        return equal(rates(game), kept(game) + leader.entropy(game) + follower.entropy(game))

    return entropies


@claim(
    "errl/reductions/zero-sum/plus-entropies",
    title="With opposite costs the Hamiltonians sum to plus the entropies",
    paper=PAPER,
    place=PLACE,
    families=FAMILIES,
    expected=Verdict.REFUTED,
    hypotheses=(ZERO_SUM,),
    witness=opposed,
    quick=QUICK,
    default=DEFAULT,
    mutants=(
        Mutant(
            name="nothing",
            text="as if they summed to zero",
            body=lambda game: equal(leader_hamiltonian_action(game) + follower_hamiltonian_action(game), 0),
        ),
    ),
    note="What r_L + r_F accumulates, read as the entropies themselves: it is minus them.",
)
def plus_entropies(game):
    sum_of_costs = leader_hamiltonian_action(game) + follower_hamiltonian_action(game)
    return equal(sum_of_costs, leader_entropy_action(game) + follower_entropy(game))


@claim(
    "errl/reductions/zero-sum/leader-pays",
    title="With opposite costs, that her action is seen never pays the leader",
    paper=PAPER,
    place=PLACE,
    families=FAMILIES,
    expected=Verdict.SUPPORTED,
    hypotheses=(ZERO_SUM,),
    witness=opposed,
    quick=QUICK,
    default=DEFAULT,
    mutants=(
        Mutant(
            name="pays",
            text="as if it never cost her anything",
            body=lambda game: at_least(leader_hamiltonian_policy(game), leader_hamiltonian_action(game)),
        ),
        Mutant(
            name="a tenth of the temperature",
            text="as if it always cost her a tenth of her temperature",
            body=lambda game: at_least(
                10 * leader_hamiltonian_action(game),
                10 * leader_hamiltonian_policy(game) + lq_leader_temperature(game),
            ),
        ),
    ),
)
def leader_pays(game):
    return at_least(leader_log_ratio(game), 0)


@claim(
    "errl/reductions/zero-sum/follower-alike",
    title="With opposite costs the follower pays the same in both structures of information",
    paper=PAPER,
    place=PLACE,
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="riccati/reductions",
    conclusion="follower in both structures",
    hypotheses=(ZERO_SUM,),
    witness=opposed,
    quick=QUICK,
    default=DEFAULT,
    mutants=(
        Mutant(
            name="leader",
            text="the same of the leader",
            body=lambda game: equal(leader_hamiltonian_action(game), leader_hamiltonian_policy(game)),
        ),
    ),
)
def follower_alike(game):
    return equal(follower_hamiltonian_action(game), follower_hamiltonian_policy(game))


def claims() -> list[Claim]:
    return [_entropies(sees) for sees in ("action", "policy")]
