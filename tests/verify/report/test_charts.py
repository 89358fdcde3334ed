"""Charts: what is drawn is what the numbers say."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from itertools import pairwise
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.report import games
from verify.report.charts.commitment import commitment, reply_regions
from verify.report.charts.histogram import histogram
from verify.report.charts.ladder import RUNGS, ladder
from verify.report.charts.orbit import Phase, orbit
from verify.report.charts.svg import decades, ticks
from verify.report.charts.tally import tally
from verify.report.charts.tightness import tightness
from verify.report.schema import Histogram, Point


def _shapes(markup: str, tag: str, class_: str = "") -> list[dict[str, str]]:
    """The elements of a chart; parsing also proves it well-formed."""
    return [e.attrib for e in fromstring(markup).iter(tag) if not class_ or class_ in e.get("class", "").split()]


def test_bars_are_as_high_as_their_counts():
    bars = _shapes(histogram(Histogram(edges=(0, 1, 2, 3, 4), counts=(10, 20, 0, 5))), "rect", "bar")
    heights = [float(bar["height"]) for bar in bars]
    assert len(bars) == 3
    assert heights[1] == pytest.approx(2 * heights[0], abs=0.02) and heights[0] == pytest.approx(
        2 * heights[2], abs=0.02
    )


def test_one_violation_among_a_million_is_seen():
    markup = histogram(Histogram(edges=(-1, 0, 1), counts=(1, 10**6), ties=7))
    (bad,) = _shapes(markup, "rect", "bad")
    assert float(bad["height"]) > 5
    assert "logarithmic" in markup and "7 ties at 0" in markup
    zero = _shapes(markup, "line", "zero")[0]
    assert float(zero["x1"]) == pytest.approx(float(bad["x"]) + float(bad["width"]), abs=1)


def test_residuals_beyond_their_bound_are_violations():
    data = Histogram(edges=(0, 0.5, 1), counts=(40, 9))
    (bad,) = _shapes(histogram(data, beyond=8), "rect", "bad")
    assert bad == _shapes(histogram(data), "rect", "bar")[1] | {"class": "bar bad"}
    assert "8 beyond 1" in histogram(data, beyond=8) and "9 beyond 1" in histogram(data, beyond=10)
    assert not _shapes(histogram(data), "rect", "bad") and "beyond 1" not in histogram(data)


@pytest.mark.parametrize(
    "data", [Histogram(), Histogram(edges=(0, 1), counts=(0,)), Histogram(edges=(0,), counts=(1,))]
)
def test_nothing_to_draw_draws_nothing(data):
    assert histogram(data) == "" and tightness(()) == "" and tally({}) == ""


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(allow_nan=True), min_size=2, max_size=9), st.data())
def test_any_histogram_is_drawn_within_its_frame(edges, data):
    counts = data.draw(st.lists(st.integers(0, 10**20), min_size=len(edges) - 1, max_size=len(edges) - 1))
    markup = histogram(Histogram(edges=tuple(edges), counts=tuple(counts)))
    for bar in _shapes(markup, "rect", "bar") if markup else []:
        assert 0 <= float(bar["y"]) <= 250 and 0 < float(bar["height"]) <= 250


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(*[st.floats(allow_nan=True)] * 3), max_size=8))
def test_any_series_is_drawn_within_its_frame(series):
    markup = tightness(tuple(Point(x=x, lhs=lhs, rhs=rhs) for x, lhs, rhs in series))
    for dot in _shapes(markup, "circle") if markup else []:
        assert -1 <= float(dot["cx"]) <= 681 and -1 <= float(dot["cy"]) <= 340


def test_the_largest_ratio_is_told():
    points = tuple(Point(x=float(x), lhs=4.0 - (x - 2.0) ** 2, rhs=4.0) for x in range(5))
    assert "the ratio of the sides is largest, 1, at x = 2" in tightness(points)


def test_the_ladder_fills_the_rung_it_is_told():
    for rung in RUNGS:
        markup = ladder(rung)
        assert len(_shapes(markup, "circle", "here")) == 1
        assert f"This verdict rests on: {rung}." in markup
    assert not _shapes(ladder(None), "circle", "here")


def test_the_tally_is_in_proportion():
    widths = [float(part["width"]) for part in _shapes(tally({"PROVED": 3, "REFUTED": 1, "VACUOUS": 0}), "rect")]
    assert widths == pytest.approx([747.75, 249.25])


@settings(max_examples=100, deadline=None)
@given(st.floats(-1e12, 1e12), st.floats(1e-9, 1e12))
def test_ticks_lie_within_the_axis_and_are_not_crowded(low, span):
    high = low + span
    if high > low:
        found = ticks(low, high)
        slack = 1e-6 * span + 1e-9 * max(abs(low), abs(high))
        assert len(found) <= 8 and all(low - slack <= tick <= high + slack for tick in found)


def test_decades():
    assert decades(1e-3, 1e3) == [1e-3, 1e-1, 1e1, 1e3]
    assert ticks(1.0, 1.0) == [1.0] and ticks(0.0, math.inf) == [0.0]


_PAYOFF = st.integers(-3, 3).map(Fraction)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 5).flatmap(lambda n: st.tuples(*[st.lists(_PAYOFF, min_size=n, max_size=n)] * 2)))
def test_reply_regions_partition_the_commitments_and_hold_the_best_replies(follower):
    regions = reply_regions(follower)
    assert regions[0][0] == 0 and regions[-1][1] == 1
    assert all(a[1] == b[0] and a[2] != b[2] for a, b in pairwise(regions))
    for low, high, replies in regions:
        for p in (low + (high - low) / 7, high - (high - low) / 11):
            payoffs = [(1 - p) * x + p * y for x, y in zip(*follower, strict=True)]
            assert replies == tuple(b for b, value in enumerate(payoffs) if value == max(payoffs))


def test_the_commitment_picture_of_a_known_game(demo):
    """The game of Conitzer and Sandholm: the reply turns from b1 to b2 at one half, where the leader jumps to 7/2."""
    leader, follower = games.payoffs(demo.PURE)
    assert reply_regions(follower) == [(0, Fraction(1, 2), (0,)), (Fraction(1, 2), 1, (1,))]
    markup = commitment(leader, follower)
    assert "p = 1/2, payoff 7/2" in markup and "p = 1/2, payoff 3/2" in markup
    (dot,), (ring,) = _shapes(markup, "circle", "dot"), _shapes(markup, "circle", "ring")
    assert dot["cx"] == ring["cx"] and float(dot["cy"]) < float(ring["cy"])
    assert games.picture(demo.PURE) == markup


@pytest.mark.parametrize(
    "game",
    [
        None,
        {},
        {"kind": "bimatrix"},
        {"kind": "bimatrix", "leader": [["1"], ["1", "2"]], "follower": [["1"], ["1", "2"]]},
        {"kind": "bimatrix", "leader": [["x"]], "follower": [["1"]]},
        {"kind": "bimatrix", "leader": "12", "follower": [["1"]]},
        {"kind": "bimatrix", "leader": [["1e4000"], ["0"]], "follower": [["1"], ["0"]]},
        {"kind": "markov", "transition": [[[["1"]]]]},
    ],
)
def test_games_that_cannot_be_drawn_are_listed(game):
    assert games.picture(game) == ""
    assert bool(game) == ("<table" in games.table(game))


def test_a_payoff_table_holds_every_pair_and_cuts_large_games(demo):
    table = games.table(demo.WIDE)
    pairs = re.findall(r'<td><span class="leader">(.*?)</span>, <span class="follower">(.*?)</span>', table)
    assert pairs[0] == ("1", "5") and pairs[6] == ("−1/3", "4") and len(pairs) == 8
    large = {"kind": "bimatrix", "leader": [["1"] * 30] * 20, "follower": [["0"] * 30] * 20}
    assert games.table(large).count("<td><span") == 144 and "20&times;30; the first 12" in games.table(large)


def test_the_note_on_tied_choices_stands_below_the_policies():
    phases = [
        Phase(policy=((0, 0), (1, 1)), values=((Fraction(i), Fraction(0)), (Fraction(1), Fraction(i))), tied=True)
        for i in range(2)
    ]
    heights = sorted(float(item["y"]) for item in _shapes(orbit(phases), "text", ""))
    assert heights[-1] - heights[-2] >= 14
