"""The words of the commitment derivations: a bimatrix game, mixed commitments, and their strong and weak values.

u[i, j] and v[i, j] are the leader's and the follower's payoffs at row i and column j; x is a law over rows, y over
columns. Against x the follower answers with a column that maximises <x, v_j>; among those the strong value takes the
best for the leader and the weak value the worst. Both, and the maximin value, are least upper bounds over all x: that
is what the facts of the vocabulary say of the symbols sse, wse and minimax.
"""

from __future__ import annotations

from typing import Any

from proofs.engine.relation import Relation, at_most, equal
from proofs.engine.terms import Index, IndexSet, Iverson, Maximum, Minimum, Scalar, Size, Total, vector
from proofs.engine.vocabulary import Vocabulary

m, n = Size("m"), Size("n")
ROWS, COLUMNS = IndexSet("rows", m), IndexSet("columns", n)
i, j, k = Index("i", ROWS), Index("j", COLUMNS), Index("k", COLUMNS)
u, v, x, y = vector("u"), vector("v"), vector("x"), vector("y")
c = Scalar("c")
SYMBOLS = {
    "m": m,
    "n": n,
    "sse": Scalar("sse", r"V^{\mathrm{strong}}"),
    "wse": Scalar("wse", r"V^{\mathrm{weak}}"),
    "minimax": Scalar("minimax", r"V^{\mathrm{minimax}}"),
    "nash": Scalar("nash", r"V^{\mathrm{Nash}}"),
}


def against(payoff: Any, column: Index) -> Any:
    """<x, payoff_j> for a column j."""
    return Total(x[i] * payoff[i, column], i)


def best_reply(column: Index) -> Any:
    """1 where the column is a best reply to x, else 0."""
    return Iverson(against(v, column), Maximum(against(v, k), k))


STRONG = Maximum(against(u, j), j, best_reply(j))
WEAK = Minimum(against(u, j), j, best_reply(j))
SECURE = Minimum(against(u, j), j)
LAW = (at_most(0, x[i]).for_all(i), equal(Total(x[i], i), 1))


def _least_upper_bound(name: str, value: Any) -> dict[str, Relation]:
    symbol = SYMBOLS[name]
    everywhere = at_most(value, c).for_all(x, given=LAW)
    return {
        f"{name} bounds": at_most(value, symbol).for_all(x, given=LAW),
        f"{name} is the least bound": at_most(symbol, c).for_all(c, given=(everywhere,)),
    }


COMMITMENT = Vocabulary(
    symbols=SYMBOLS,
    vectors={"u": u, "v": v, "x": x, "y": y},
    definitions={"nash": Total(Total(x[i] * y[j] * u[i, j], i), j)},
    facts={
        "x is nonnegative": LAW[0],
        "x sums to one": LAW[1],
        "y is nonnegative": at_most(0, y[j]).for_all(j),
        "y sums to one": equal(Total(y[j], j), 1),
        **_least_upper_bound("sse", STRONG),
        **_least_upper_bound("wse", WEAK),
        **_least_upper_bound("minimax", SECURE),
    },
    sizes={"m": ("u", 0), "n": ("u", 1)},
)

HYPOTHESES = {
    "zero-sum": equal(v[i, j], -u[i, j]).for_all(i, j),
    "the follower answers y best": at_most(against(v, k), Total(Total(x[i] * y[j] * v[i, j], i), j)).for_all(k),
}
