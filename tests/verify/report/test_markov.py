"""Markov games on pages: every reward and successor is there, and orbits show the policies that are greedy."""

from xml.etree.ElementTree import fromstring

import pytest

from games.files import to_json
from games.markov import MarkovGame, MarkovIteration, Ties
from verify.report import games, markov

# From s1 the reply decides where the game goes; s2 is never left.
GAME = MarkovGame(
    transition=[[[["1/3", "2/3"], [0, 1]]], [[[0, 1], [0, 1]]]],
    leader_reward=[[[5, -7]], [[11, 0]]],
    follower_reward=[[[2, 3]], [["1/2", 0]]],
    leader_discount="9/10",
    follower_discount="4/5",
).exact()

ORBIT = {
    "concept": "orbit_period",
    "orbit": [
        {"leader": [[["1", "0"], ["0", "0"]]], "follower": [[["1", "0"], ["0", "2"]]]},
        {"leader": [[["0", "0"], ["0", "3"]]], "follower": [[["1", "0"], ["0", "2"]]]},
    ],
}


def _text(markup):
    return "".join(fromstring(f"<div>{markup.replace('&hairsp;', '')}</div>").itertext())


def test_every_reward_and_successor_is_shown():
    text = _text(games.table(to_json(GAME)))
    for part in ("5, 2", "−7, 3", "11, 1/2", "1/3 s1 + 2/3 s2", "→ s2", "9/10 (leader), 4/5 (follower)"):
        assert part in text, part


def test_runs_show_the_game_and_what_else_they_hold():
    tables = {name: getattr(GAME, name) for name in GAME.core}
    zero = [[[0, 0]], [[0, 0]]]
    run = MarkovIteration(
        **tables,
        leader_start=zero,
        follower_start=zero,
        leader_reference=zero,
        follower_reference=zero,
        step_size="1/4",
        steps=3,
        ties=1,
    )
    text = _text(games.table(to_json(run)))
    assert "1/3 s1 + 2/3 s2" in text and "step size1/4" in text and "leader start" in text
    assert "tiesweak, against the leader" in text


def test_rules_for_ties_have_their_names():
    assert {rule: name.split(",")[0].split()[-1] for rule, name in markov.TIES.items()} == {
        Ties.STRONG: "strong",
        Ties.WEAK: "weak",
        Ties.FIRST: "reply",
    }


@pytest.mark.parametrize(
    "change",
    [{"transition": [[1]]}, {"leader_reward": None}, {"follower_reward": [[["x", 0]], [[0, 0]]]}, {"discount": [1]}],
    ids=["shape", "missing", "word", "discount"],
)
def test_what_is_not_well_formed_is_shown_field_by_field(change):
    data = {**to_json(GAME), **change}
    assert 'class="fields"' in games.table(data) and 'class="payoffs"' not in games.table(data)


def test_an_orbit_shows_its_greedy_policies_and_their_changes():
    markup = games.picture(to_json(GAME), [ORBIT])
    root = fromstring(markup)
    texts = ["".join(e.itertext()) for e in root.iter("text")]
    assert texts.count("a1 b1") == 2 and texts.count("a2 b2") == 1  # the first phase is drawn again at the end
    changed = ["".join(e.itertext()) for e in root.iter("text") if e.get("class") == "changed"]
    assert changed == ["a1 b1", "a2 b2", "a1 b1"]
    assert "after 2 steps" in markup


def test_no_orbit_no_picture():
    fixed = {**ORBIT, "orbit": ORBIT["orbit"][:1]}
    assert games.picture(to_json(GAME), [fixed]) == "" == games.picture(to_json(GAME), [{"concept": "x"}, "y"])
    broken = {**ORBIT, "orbit": [{"leader": [[["1"]]], "follower": [[["1", "2"]]]}] * 2}
    assert games.picture(to_json(GAME), [broken]) == ""
