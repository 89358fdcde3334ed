r"""Concepts of one-shot two-player games: what commitment is worth, and what hypotheses about such games measure.

A are the leader's payoffs, B the follower's; x is a mixture of the leader's actions, x'A_b her payoff against the reply
b, and BR(x) the set of the follower's best replies to x.
"""

from __future__ import annotations

from verify.concept import Concept


def _concept(name: str, latex: str, text: str, *, checked_by: str, proved: bool = True, symbol: str = "") -> Concept:
    return Concept(
        name=name,
        latex=latex,
        text=text,
        game="bimatrix",
        numeric=f"verify.vocabulary.matrix_numeric:{name}",
        exact=f"verify.exact.{checked_by}:{name}",
        prove=f"verify.vocabulary.matrix_numeric:prove_{name}" if proved else "",
        symbol=symbol,
    )


sse = _concept(
    "sse",
    r"V^{\mathrm{strong}}",
    "the leader's strong Stackelberg value: the maximum over her mixtures x and over b in BR(x) of x'A_b",
    checked_by="commitment",
)
wse = _concept(
    "wse",
    r"V^{\mathrm{weak}}",
    "the leader's weak Stackelberg value: the supremum over her mixtures x of the minimum over b in BR(x) of x'A_b",
    checked_by="commitment",
)
pure = _concept(
    "pure",
    r"V^{\mathrm{pure}}",
    "the leader's value of committing to a single action, the follower's ties broken for her",
    checked_by="commitment",
)
pure_weak = _concept(
    "pure_weak",
    r"V^{\mathrm{pure,\,weak}}",
    "the leader's value of committing to a single action, the follower's ties broken against her",
    checked_by="commitment",
)
minimax = _concept(
    "minimax",
    r"\max_x \min_b x^{\top} A_b",
    "the leader's security level: what she can guarantee whatever the follower plays",
    checked_by="commitment",
)
correlated = _concept(
    "correlated",
    r"V^{\mathrm{corr}}",
    "the leader's value of committing to a device that draws her action and an obeyed advice to the follower",
    checked_by="commitment",
)
single_lp = _concept(
    "single_lp",
    r"V^{\mathrm{one\,LP}}",
    "the leader's payoff from the mixture that Conitzer and Korzhyk's single linear program recommends",
    checked_by="commitment",
)
multiple_lps = _concept(
    "multiple_lps",
    r"V^{\mathrm{LPs}}",
    "the best of Conitzer and Sandholm's linear programs, one for each reply",
    checked_by="commitment",
)
best_nash = _concept(
    "best_nash",
    r"\max N_L",
    "the leader's largest payoff over all Nash equilibria of the simultaneous game",
    checked_by="equilibria",
    proved=False,
    symbol="nash",
)
worst_nash = _concept(
    "worst_nash",
    r"\min N_L",
    "the leader's smallest payoff over all Nash equilibria of the simultaneous game",
    checked_by="equilibria",
    proved=False,
)
commitment_gain = _concept(
    "commitment_gain",
    r"V^{\mathrm{strong}} - \max N_L",
    "what commitment adds to the leader's best Nash equilibrium, with the follower's ties broken for her",
    checked_by="differences",
    symbol="sse - nash",
)
weak_commitment_gain = _concept(
    "weak_commitment_gain",
    r"V^{\mathrm{weak}} - \min N_L",
    "what commitment adds to the leader's worst Nash equilibrium, with the follower's ties broken against her",
    checked_by="differences",
)
equilibrium_gain = _concept(
    "equilibrium_gain",
    r"\min N_L - \max_x \min_b x^{\top} A_b",
    "what the leader's worst Nash equilibrium adds to her security level",
    checked_by="differences",
    symbol="worst_nash - minimax",
)
leader_actions = _concept("leader_actions", "m", "number of the leader's actions", checked_by="features", proved=False)
follower_actions = _concept(
    "follower_actions", "n", "number of the follower's actions", checked_by="features", proved=False
)
zero_sum_defect = _concept(
    "zero_sum_defect",
    r"\left\|A + B\right\|_\infty",
    "the largest |A_ab + B_ab|: 0 where the game is zero-sum",
    checked_by="features",
    proved=False,
)
common_payoff_defect = _concept(
    "common_payoff_defect",
    r"\left\|A - B\right\|_\infty",
    "the largest |A_ab - B_ab|: 0 where both players are paid alike",
    checked_by="features",
    proved=False,
)
degenerate_replies = _concept(
    "degenerate_replies",
    r"\left|\left\{b : \max_x \min_{b' \ne b} x^{\top}(B_b - B_{b'}) = 0\right\}\right|",
    "the number of replies that are best replies to some mixture and to none the only one",
    checked_by="features",
)
rescaled_sse = _concept(
    "rescaled_sse",
    r"V^{\mathrm{strong}}\left(2^{40} A, 2^{-40} B\right)",
    "the leader's strong Stackelberg value of the game in other units: A times 2^40, B times 2^-40",
    checked_by="features",
)
