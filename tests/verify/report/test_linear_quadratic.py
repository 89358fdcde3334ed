"""Linear-quadratic games as tables: every number that is not zero is shown, nothing malformed stops a report."""

import re

import pytest

from games.files import to_json
from verify.claims.errl.shared import scalar_point, two_regimes
from verify.report.games import table
from verify.report.linear_quadratic import is_drawn

POINT = to_json(two_regimes())


def rows_of(html):
    """Label and value of each row of the tables of fields, without markup."""
    cells = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td></tr>', str(html))
    return [tuple(re.sub("<.*?>", "", cell) for cell in row) for row in cells]


def test_costs_are_pairs_and_regimes_have_tables_of_their_own():
    html = str(table(POINT))
    assert html.count('class="payoffs"') == 2 and "regime 0" in html and "regime 1" in html
    assert '<td><span class="leader">1</span>, <span class="follower">2</span></td>' in html


def test_every_coefficient_that_is_not_zero_is_shown():
    rows = rows_of(table(POINT))
    assert rows.count(("C", "1/2")) == 2 and ("E", "1") in rows and ("E", "2") in rows
    assert ("generator", "−1, 1; 2, −2") in rows and ("temperature, follower", "1/2") in rows
    assert ("deviation’s factor, leader", "2") in rows


def test_zeros_are_left_out():
    game = scalar_point([[0, 0, 0], [0, 1, 0], [0, 0, -1]], [[0, 0, 0], [0, 0, 0], [0, 0, 1]], temperatures=(0, 1))
    assert rows_of(table(to_json(game)))[-3:] == [
        ("discount", "1"),
        ("temperature, follower", "1"),
        ("state x", "1"),
    ]


def test_games_without_end_say_so():
    rows = rows_of(table(POINT | {"kind": "lq"}))
    assert ("horizon", "none") in rows
    assert ("horizon", "3/2") in rows_of(table(POINT | {"kind": "lq", "horizon": "3/2"}))


@pytest.mark.parametrize(
    "broken",
    [
        {"regimes": []},
        {"regimes": 3},
        {"regimes": [None]},
        {"regimes": [{**POINT["regimes"][0], "A": [["x"]]}]},
        {"regimes": [{**POINT["regimes"][0], "leader": None}]},
        {"regimes": [{**POINT["regimes"][0], "leader": {"M": [[1]]}}]},
        {"regimes": [{**POINT["regimes"][0], "B": [[1] * 9]}]},
    ],
)
def test_what_is_not_well_formed_is_shown_field_by_field(broken):
    game = POINT | broken
    assert not is_drawn(game)
    assert 'class="fields"' in str(table(game))


def test_strings_are_escaped():
    assert "<script>" not in str(table(POINT | {"temperature": {"<script>": 1}}))
