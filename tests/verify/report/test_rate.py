"""The chart of a measured rate shows the means, their range and the fitted slope."""

from xml.etree.ElementTree import fromstring

import pytest

from verify.report.charts.rate import rate
from verify.report.numerals import plain
from verify.report.schema import MeasuredCurve, MeasuredPoint


def curve(slope: float, label: str = "floor") -> MeasuredCurve:
    points = [MeasuredPoint(x=x, y=x**slope, low=x**slope / 2, high=x**slope * 2) for x in (0.001, 0.01, 0.1)]
    return MeasuredCurve(label=label, points=tuple(points))


def elements(markup: str, tag: str, class_: str) -> list[dict[str, str]]:
    return [e.attrib for e in fromstring(markup).iter(tag) if class_ in e.get("class", "").split()]


@pytest.mark.parametrize("slope", [-1.0, 0.5, 2.0])
def test_a_power_law_is_a_straight_line_through_its_dots(slope):
    markup = rate((curve(slope),))
    dots = elements(markup, "circle", "dot")
    heights = [float(dot["cy"]) for dot in dots]
    assert heights[1] == pytest.approx((heights[0] + heights[2]) / 2, abs=0.02)
    assert (heights[2] < heights[0]) == (slope > 0)
    assert f"slope {plain(slope, 3)}" in markup
    (line,) = elements(markup, "path", "curve")
    first, last = line["d"][1:].split("L")
    assert [float(n) for n in first.split()] == pytest.approx([float(dots[0]["cx"]), heights[0]], abs=0.02)
    assert [float(n) for n in last.split()] == pytest.approx([float(dots[2]["cx"]), heights[2]], abs=0.02)


def test_whiskers_reach_from_the_least_to_the_largest():
    markup = rate((curve(1.0),))
    whiskers, dots = elements(markup, "line", "whisker"), elements(markup, "circle", "dot")
    for whisker, dot in zip(whiskers, dots, strict=True):
        bottom, top, middle = float(whisker["y1"]), float(whisker["y2"]), float(dot["cy"])
        assert bottom > middle > top and bottom - middle == pytest.approx(middle - top, abs=0.02)


def test_nothing_to_draw_is_no_chart():
    assert rate(()) == ""
    lone = MeasuredCurve(label="x", points=(MeasuredPoint(x=1.0, y=1.0, low=1.0, high=1.0),))
    zero = MeasuredCurve(label="x", points=tuple(MeasuredPoint(x=x, y=0.0, low=0.0, high=0.0) for x in (1.0, 2.0)))
    assert rate((lone,)) == rate((zero,)) == ""


def test_curves_keep_their_names_apart():
    markup = rate((curve(0.5, "noisy"), curve(1.0, "noiseless")))
    assert "noisy" in markup and "noiseless" in markup and len(elements(markup, "path", "curve")) == 2
