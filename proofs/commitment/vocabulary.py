"""The words of the commitment derivations: a bimatrix game, mixed commitments, and their strong and weak values.

u[i, j] and v[i, j] are the leader's and the follower's payoffs at row i and column j; x is a law over rows, y over
columns. Against x the follower answers with a column that maximises <x, v_j>; among those the strong value takes the
best for the leader and the weak value the worst. Both, and the maximin value, are least upper bounds over all x: that
is what the facts of the vocabulary say of the symbols sse, wse and minimax. In the same way worst_nash is the greatest
lower bound of the leader's payoff over all Nash equilibria (x, y), while nash is her payoff at one pair of mixtures.
The columns of w are mixtures of rows, one for each reply.
"""

from __future__ import annotations

from typing import Any

from proofs.engine.relation import Relation, at_most, equal
from proofs.engine.terms import Delta, Index, IndexSet, Iverson, Maximum, Minimum, Scalar, Size, Total, vector
from proofs.engine.vocabulary import Vocabulary

m, n = Size("m"), Size("n")
ROWS, COLUMNS = IndexSet("rows", m), IndexSet("columns", n)
i, j, k, r = Index("i", ROWS), Index("j", COLUMNS), Index("k", COLUMNS), Index("r", COLUMNS)
u, v, w, x, y, z = (vector(name) for name in "uvwxyz")
c = Scalar("c")
SYMBOLS = {
    "m": m,
    "n": n,
    "sse": Scalar("sse", r"V^{\mathrm{strong}}"),
    "wse": Scalar("wse", r"V^{\mathrm{weak}}"),
    "minimax": Scalar("minimax", r"V^{\mathrm{minimax}}"),
    "pure": Scalar("pure", r"V^{\mathrm{pure}}"),
    "nash": Scalar("nash", r"V^{\mathrm{Nash}}"),
    "worst_nash": Scalar("worst_nash", r"\min V^{\mathrm{Nash}}"),
}


def against(payoff: Any, column: Index) -> Any:
    """<x, payoff_j> for a column j."""
    return Total(x[i] * payoff[i, column], i)


def best_reply(column: Index) -> Any:
    """1 where the column is a best reply to x, else 0."""
    return Iverson(against(v, column), Maximum(against(v, k), k))


def against_w(payoff: Any, column: Index) -> Any:
    """<w_j, payoff_column>."""
    return Total(w[i, j] * payoff[i, column], i)


def best_to_w(column: Index) -> Any:
    """1 where the column is a best reply to w_j, else 0."""
    return Iverson(against_w(v, column), Maximum(against_w(v, r), r))


def paid(payoff: Any, mixture: Any = x) -> Any:
    """The expected payoff where the mixture, x unless told, meets y."""
    return Total(Total(mixture[i] * y[j] * payoff[i, j], i), j)


def is_law(mixture: Any) -> tuple[Relation, Relation]:
    """A mixture of rows: its entries are nonnegative and sum to one."""
    return at_most(0, mixture[i]).for_all(i), equal(Total(mixture[i], i), 1)


STRONG = Maximum(against(u, j), j, best_reply(j))
WEAK = Minimum(against(u, j), j, best_reply(j))
SECURE = Minimum(against(u, j), j)
PURE = Maximum(u[i, j], j, Iverson(v[i, j], Maximum(v[i, k], k)))  # of row i, the follower's ties broken for the leader
LAW = is_law(x)
LAW_OF_REPLIES = (at_most(0, y[j]).for_all(j), equal(Total(y[j], j), 1))
FOLLOWER_BEST = at_most(against(v, k), paid(v)).for_all(k)
LEADER_BEST = at_most(paid(u, z), paid(u)).for_all(z, given=is_law(z))
EQUILIBRIUM = (*LAW, *LAW_OF_REPLIES, FOLLOWER_BEST, LEADER_BEST)


def _least_upper_bound(name: str, value: Any) -> dict[str, Relation]:
    symbol = SYMBOLS[name]
    everywhere = at_most(value, c).for_all(x, given=LAW)
    return {
        f"{name} bounds": at_most(value, symbol).for_all(x, given=LAW),
        f"{name} is the least bound": at_most(symbol, c).for_all(c, given=(everywhere,)),
    }


def _worst_equilibrium() -> dict[str, Relation]:
    symbol = SYMBOLS["worst_nash"]
    everywhere = at_most(c, paid(u)).for_all(x, y, given=EQUILIBRIUM)
    return {
        "worst_nash bounds": at_most(symbol, paid(u)).for_all(x, y, given=EQUILIBRIUM),
        "worst_nash is the greatest bound": at_most(c, symbol).for_all(c, given=(everywhere,)),
    }


COMMITMENT = Vocabulary(
    symbols=SYMBOLS,
    vectors={"u": u, "v": v, "x": x, "y": y, "w": w},
    definitions={"nash": paid(u), "pure": Maximum(PURE, i)},
    facts={
        "x is nonnegative": LAW[0],
        "x sums to one": LAW[1],
        "y is nonnegative": LAW_OF_REPLIES[0],
        "y sums to one": LAW_OF_REPLIES[1],
        **_least_upper_bound("sse", STRONG),
        **_least_upper_bound("wse", WEAK),
        **_least_upper_bound("minimax", SECURE),
        **_worst_equilibrium(),
        "w is nonnegative": at_most(0, w[i, j]).for_all(i, j),
        "w sums to one": equal(Total(w[i, j], i), 1).for_all(j),
    },
    sizes={"m": ("u", 0), "n": ("u", 1)},
)

HYPOTHESES = {
    "zero-sum": equal(v[i, j], -u[i, j]).for_all(i, j),
    "common payoff": equal(v[i, j], u[i, j]).for_all(i, j),
    "the follower answers y best": FOLLOWER_BEST,
    "the leader answers x best": LEADER_BEST,
    # Where j is a best reply to some x, the best replies to column j of w are j alone.
    "no degenerate reply": equal(best_reply(j) * (best_to_w(k) - Delta(j, k)), 0).for_all(j, k, x, given=LAW),
}
