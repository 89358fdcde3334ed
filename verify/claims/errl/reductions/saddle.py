"""Opposite costs with H_L,uu > 0 > H_L,vv: the equilibrium is a saddle, upper and lower value are the same.

The follower's reply maximises her cost; the claim is that she would gain nothing by another action if his stayed as it
is, so that min max = max min. That H_L,vv < 0 is his own condition H_F,vv > 0. Hhat_uu > 0 alone gives the upper value:
where H_L,uu is not positive definite the lower one is minus infinity.
"""

from __future__ import annotations

from games.linear_quadratic import LinearQuadraticPoint
from verify.claims.errl.shared import DEFAULT, PAPER, QUICK, ZERO_SUM, opposed, scalar_point
from verify.comparison import equal, less
from verify.statement import Ablation, Hypothesis, Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.lq_point_reductions import leader_own_pivot, leader_simultaneous_gain


def only_upper() -> LinearQuadraticPoint:
    """q_L = -u^2/2 + 2uv - v^2/2: his reply v = 2u makes it 3u^2/2, yet against v = 0 she has no best action."""
    M = [[0, 0, 0], [0, -1, 2], [0, 2, -1]]
    return scalar_point(M, [[-entry for entry in row] for row in M])


OWN_CONVEX = Hypothesis(
    name="own convexity",
    text="the leader's cost is convex in her own action: H_L,uu > 0",
    body=lambda game: less(0, leader_own_pivot(game)),
    means="H_L_uu is invertible",
    ablation=Ablation(
        expected="undefined",
        text="with Hhat_uu > 0 alone there is an upper value and no lower one; the kind of point asks for both",
        instance=only_upper,
    ),
)


@claim(
    "errl/reductions/saddle",
    title="With opposite costs and H_L,uu > 0 > H_L,vv the equilibrium of the stage is a saddle",
    paper=PAPER,
    place="zero-sum games",
    families=("lq_point_zero_sum",),
    expected=Verdict.PROVED,
    derivation="riccati/reductions",
    conclusion="saddle",
    hypotheses=(ZERO_SUM, OWN_CONVEX),
    witness=opposed,
    quick=QUICK,
    default=DEFAULT,
    mutants=(
        Mutant(
            name="gains",
            text="as if she would gain by another action",
            body=lambda game: less(0, leader_simultaneous_gain(game)),
        ),
    ),
)
def saddle(game):
    return equal(leader_simultaneous_gain(game), 0)
