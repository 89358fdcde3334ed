"""Concepts of a single agent's choice: what softmax gets, how far it moves, and what it is compared with.

q are the values of n actions, tau the temperature, softmax(q / tau) the agent's law. Symbols are those of the
derivations' vocabulary.
"""

from __future__ import annotations

from verify.concept import Concept

_SOFT = r"\operatorname{softmax}\left(\tfrac{q}{\tau}\right)"
_MOVED = r"\operatorname{softmax}\left(\tfrac{q+d}{\tau}\right)"
_HOTTER = r"\operatorname{softmax}\left(\tfrac{q}{\tau'}\right)"
_LSE = r"\tau\log\textstyle\sum_a e^{q_a/\tau}"
_FREE = r"\langle p, q\rangle - \tau\operatorname{Ent}(p)"


def _concept(name: str, module: str, game: str, symbol: str, latex: str, text: str) -> Concept:
    return Concept(
        name=name,
        latex=latex,
        text=text,
        game=game,
        numeric=f"solvers.quantal.{module}:{name}",
        exact=f"verify.exact.choice:{name}",
        symbol=symbol,
    )


def _of_choice(name: str, symbol: str, latex: str, text: str) -> Concept:
    return _concept(name, "softmax", "choice", symbol, latex, text)


def _of_perturbed(name: str, latex: str, text: str) -> Concept:
    return _concept(name, "perturbation", "perturbed choice", name, latex, text)


def _of_policy(name: str, symbol: str, latex: str, text: str) -> Concept:
    return _concept(name, "policy", "choice with policy", symbol, latex, text)


def _of_two(name: str, symbol: str, latex: str, text: str) -> Concept:
    return _concept(name, "temperatures", "choice at two temperatures", symbol, latex, text)


actions = _of_choice("actions", "n", "n", "number of actions")
temperature = _of_choice("temperature", "tau", r"\tau", "temperature")
maximisers = _of_choice("maximisers", "maximisers", "k", "number of best actions")
gap = _of_choice(
    "gap",
    "gap",
    r"\delta",
    "by how much the best actions beat the best of the others; undefined where there is none",
)
max_value = _of_choice("max_value", "max_value", r"\max_a q_a", "value of a best action")
soft_value = _of_choice(
    "soft_value", "soft_value", rf"\left\langle {_SOFT}, q\right\rangle", "what the softmax agent gets on average"
)
value_gap = _of_choice(
    "value_gap",
    "max_value - soft_value",
    rf"\max_a q_a - \left\langle {_SOFT}, q\right\rangle",
    "what the softmax agent loses on average",
)
log_sum_exp = _of_choice("log_sum_exp", "log_sum_exp", _LSE, "soft maximum of the values")
lse_gap = _of_choice(
    "lse_gap", "log_sum_exp - max_value", rf"{_LSE} - \max_a q_a", "by how much the soft maximum exceeds the maximum"
)
soft_entropy = _of_choice(
    "soft_entropy", "soft_entropy", rf"\operatorname{{Ent}}\left({_SOFT}\right)", "entropy of the softmax law"
)
policy_gap = _of_choice(
    "policy_gap",
    "policy_gap",
    rf"\left\|{_SOFT} - \operatorname{{unif}}(\arg\max q)\right\|_1",
    "distance of the softmax law from the uniform one over the best actions",
)

response_distance = _of_perturbed(
    "response_distance",
    rf"\left\|{_MOVED} - {_SOFT}\right\|_1",
    "how far the softmax law moves when the values change by d",
)
response_distance_l2 = _of_perturbed(
    "response_distance_l2",
    rf"\left\|{_MOVED} - {_SOFT}\right\|_2",
    "how far the softmax law moves, in the Euclidean norm",
)
remainder = _of_perturbed(
    "remainder",
    rf"\left\|{_MOVED} - {_SOFT} - D\!{_SOFT}\tfrac{{d}}{{\tau}}\right\|_1",
    "how far the softmax law moves from its first-order approximation",
)
span = _of_perturbed("span", r"\operatorname{span}(d)", "largest minus smallest change of a value")
sup_norm = _of_perturbed("sup_norm", r"\|d\|_\infty", "largest change of a value")
l2_norm = _of_perturbed("l2_norm", r"\|d\|_2", "Euclidean norm of the change of the values")

policy_value = _of_policy("policy_value", "policy_value", r"\langle p, q\rangle", "what the law p gets on average")
policy_entropy = _of_policy("policy_entropy", "policy_entropy", r"\operatorname{Ent}(p)", "entropy of the law p")
policy_divergence = _of_policy(
    "policy_divergence",
    "policy_divergence",
    rf"\operatorname{{KL}}\left(p \,\middle\|\, {_SOFT}\right)",
    "Kullback-Leibler divergence of the law p from the softmax law",
)
free_energy_gap = _of_policy(
    "free_energy_gap",
    "log_sum_exp - policy_value - tau*policy_entropy",
    rf"{_LSE} - {_FREE}",
    "by how much the law p misses the soft maximum, its entropy counted",
)

hotter = _of_two("hotter", "hotter", r"\tau'", "the second, higher temperature")
hotter_soft_value = _of_two(
    "hotter_soft_value",
    "hotter_soft_value",
    rf"\left\langle {_HOTTER}, q\right\rangle",
    "what the softmax agent gets on average at the higher temperature",
)
hotter_soft_entropy = _of_two(
    "hotter_soft_entropy",
    "hotter_soft_entropy",
    rf"\operatorname{{Ent}}\left({_HOTTER}\right)",
    "entropy of the softmax law at the higher temperature",
)
soft_value_drop = _of_two(
    "soft_value_drop",
    "soft_value - hotter_soft_value",
    rf"\left\langle {_SOFT}, q\right\rangle - \left\langle {_HOTTER}, q\right\rangle",
    "what the softmax agent loses on average when heated",
)
entropy_rise = _of_two(
    "entropy_rise",
    "hotter_soft_entropy - soft_entropy",
    rf"\operatorname{{Ent}}\left({_HOTTER}\right) - \operatorname{{Ent}}\left({_SOFT}\right)",
    "entropy gained when heated",
)
