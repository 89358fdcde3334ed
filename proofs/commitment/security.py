"""Every Nash equilibrium is worth at least the security level to the leader, and in zero-sum games exactly that.

In equilibrium (x, y) no mixture z pays her more against y than x does: min_j <z, u_j> <= z'uy <= x'uy. With v = -u no
column pays the follower more against x than y does, so x'uy <= min_j <x, u_j>.
"""

from __future__ import annotations

from proofs.commitment.vocabulary import (
    COMMITMENT,
    EQUILIBRIUM,
    HYPOTHESES,
    SECURE,
    SYMBOLS,
    against,
    c,
    i,
    is_law,
    j,
    k,
    paid,
    u,
    v,
    x,
    y,
    z,
)
from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most, equal
from proofs.engine.rules.algebra import Antisymmetry, Chain, Combine, Rewrite
from proofs.engine.rules.heads import BestBound, Bound
from proofs.engine.rules.quantifiers import Generalise, Instantiate, SumOver
from proofs.engine.terms import Minimum, Total

TOPIC = "commitment/security"
TITLE = "Nash equilibria beside the security level"


def derivation() -> Derivation:
    """minimax <= nash where x is the leader's best answer to y, minimax <= worst_nash; nash = minimax where v = -u."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=COMMITMENT)
    minimax, nash, worst = (SYMBOLS[name] for name in ("minimax", "nash", "worst_nash"))
    meaning = argument.define("nash")

    law = is_law(z)
    mixture = argument.assume("z is nonnegative", law[0]), argument.assume("z sums to one", law[1])
    replies, one = argument.fact("y is nonnegative"), argument.fact("y sums to one")
    expected = Total(z[i] * u[i, j], i)
    secure = Minimum(expected, j)
    low = argument.step(at_most(secure, expected), Bound(secure, j))
    low = argument.step(at_most(y[j] * secure, y[j] * expected), Combine((y[j],)), low, replies)
    low = argument.step(at_most(secure * Total(y[j], j), paid(u, z)), SumOver(j), low)
    low = argument.step(at_most(secure, paid(u, z)), Combine((1, -secure)), low, one, reason="y is a law")
    name = "the leader answers x best"
    best = argument.assume(name, HYPOTHESES[name])
    high = argument.step(at_most(paid(u, z), paid(u)), Instantiate({z: z}), best, *mixture)

    kept = argument.step(at_most(secure, paid(u)), Chain(), low, high)
    everywhere = argument.step(at_most(secure, paid(u)).for_all(z, given=law), Generalise((z,), law), kept)
    least = argument.fact("minimax is the least bound")
    any_pair = argument.step(at_most(minimax, paid(u)), Instantiate({c: paid(u)}), least, everywhere)
    floor = argument.step(at_most(minimax, nash), Rewrite(), any_pair, meaning)
    argument.conclude("nash", floor)

    every_pair = argument.step(
        at_most(minimax, paid(u)).for_all(x, y, given=EQUILIBRIUM), Generalise((x, y), EQUILIBRIUM), any_pair
    )
    greatest = argument.fact("worst_nash is the greatest bound")
    argument.conclude("worst", argument.step(at_most(minimax, worst), Instantiate({c: minimax}), greatest, every_pair))

    opposed = argument.assume("zero-sum", HYPOTHESES["zero-sum"])
    name = "the follower answers y best"
    column = argument.step(
        at_most(against(v, k), paid(v)), Instantiate({k: k}), argument.assume(name, HYPOTHESES[name])
    )
    column = argument.step(at_most(nash, against(u, k)), Rewrite(), column, opposed, meaning)
    ceiling = argument.step(at_most(nash, SECURE), BestBound(SECURE, k), column)
    committed = [argument.fact(name) for name in ("x is nonnegative", "x sums to one")]
    bound = argument.step(at_most(SECURE, minimax), Instantiate({x: x}), argument.fact("minimax bounds"), *committed)
    ceiling = argument.step(at_most(nash, minimax), Chain(), ceiling, bound)
    argument.conclude("zero-sum", argument.step(equal(nash, minimax), Antisymmetry(), ceiling, floor))
    return argument.derivation()
