"""Portraits: one game looked at, drawn in curves, surfaces and counts, with the numbers beside them."""

import csv
import io
import itertools
import math
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import numpy as np
import pytest
from click.testing import CliRunner

from games.literature import named
from verify.cli.study import command
from verify.errors import ClaimError
from verify.report.charts.curves import curves
from verify.report.charts.surface import surface
from verify.report.errors import ReportError
from verify.report.reading import read
from verify.report.study import build, drawing
from verify.report.study_schema import Figure, StudyResult
from verify.studies.figures import Band, Curve, Curves, Panel, Surface
from verify.studies.run import draw_portrait
from verify.studies.study import Drawing, Portrait

X = np.array([0.0, 1.0, 2.0, 4.0])


def _draw(game: Any, rng, progress):
    progress(1, 1)
    payoffs = game.leader
    rising = Curve(label="rising", x=X, y=X * float(payoffs.max()), lower=X - 1, upper=X + 1)
    broken = Curve(label="broken", x=X, y=np.array([1.0, 2.0, np.nan, 3.0]))
    panels = [
        Panel(label="both", curves=[rising, broken], bands=[Band(start=0.0, end=1.0, number=1)]),
        Panel(label="one", curves=[rising]),
    ]
    plane = {"all": np.array([[1.0, 2.0], [3.0, np.nan]])}
    shape = {"x": "p", "y": "q", "x_grid": [0.0, 1.0], "y_grid": [0.0, 2.0], "values": plane}
    return Drawing(
        findings=[f"the largest payoff is {float(payoffs.max()):g}"],
        figures=[
            Curves(title="Lines", caption="drawn", x="x", y="y", panels=panels),
            Surface(title="Plane", caption="drawn", value="height", **shape),
            Surface(title="Kinds", caption="drawn", value="how many", counts=True, **shape),
        ],
    )


TOY = Portrait(name="toy", title="What does it pay?", plan=("look",), kind="bimatrix", game="bagwell", draw=_draw)


def _payoffs() -> list[Any]:
    game: Any = named("bagwell").GAME
    return list(game.leader.flat)


@pytest.fixture(scope="module")
def result():
    return draw_portrait(TOY, named("bagwell").GAME, named="bagwell")


@pytest.fixture(scope="module")
def figures(result) -> tuple[Figure, ...]:
    return read(StudyResult, result, "study").figures


def test_a_page_says_which_game_it_shows(result):
    files = build(result)
    page = files["index.html"].decode()
    assert "--game bagwell" in page and "the largest payoff" in page and "Clopper" not in page
    assert files == build(result)


def test_tables_hold_the_numbers_drawn(result):
    files = build(result)
    rows = list(csv.DictReader(io.StringIO(files["figure-1.csv"].decode())))
    rising = [float(row["y"]) for row in rows if (row["panel"], row["curve"]) == ("both", "rising")]
    assert rising == [float(f"{x * float(max(_payoffs())):.6g}") for x in X]
    assert [row["y"] for row in rows if row["curve"] == "broken"] == ["1.0", "2.0", "", "3.0"]
    cells = {(row["p"], row["q"]): row["height"] for row in csv.DictReader(io.StringIO(files["figure-2.csv"].decode()))}
    assert cells == {("0.0", "0.0"): "1.0", ("1.0", "0.0"): "2.0", ("0.0", "2.0"): "3.0", ("1.0", "2.0"): ""}


def test_curves_stand_where_their_numbers_are(figures):
    root = fromstring(curves(figures[0]))
    panels = root.findall("g")
    assert len(panels) == 2
    first = _points(next(e for e in panels[1].iter("path") if "curve" in e.get("class", "")))
    gaps = np.diff([x for x, _ in first])
    assert gaps[2] == pytest.approx(2 * gaps[0], rel=1e-2)  # evenly in x, not in its place in the list
    assert all(a[1] > b[1] for a, b in itertools.pairwise(first))  # larger numbers stand higher
    broken = [e for e in panels[0].iter("path") if e.get("class") == "curve rhs"]
    assert [len(_points(e)) for e in broken] == [2]  # a single point after the gap is no line
    (shade,) = (e for e in panels[0].iter("rect") if "shade" in e.get("class", ""))
    assert float(shade.get("width", "0")) == pytest.approx(gaps[0], rel=2e-2)
    assert sum("ribbon" in e.get("class", "") for e in panels[0].iter("path")) == 1


def _points(path) -> list[tuple[float, float]]:
    pairs = [pair.split() for pair in path.get("d").lstrip("M").split("L")]
    return [(float(x), float(y)) for x, y in pairs]


def test_a_logarithmic_axis_keeps_ratios():
    curve = {"label": "c", "x": [1, 10, 1000], "y": [1, 10, 1000]}
    data = {
        "kind": "curves",
        "title": "t",
        "x": {"label": "x"},
        "panels": [{"label": "p", "curves": [curve]}],
        "logarithmic": ["x", "y"],
    }
    root = fromstring(curves(read(Figure, data, "figure")))
    (path,) = (e for e in root.iter("path") if "curve" in e.get("class", ""))
    (x0, y0), (x1, y1), (x2, y2) = _points(path)
    assert (x2 - x1) / (x1 - x0) == pytest.approx(2, rel=1e-3) and (y2 - y1) / (y1 - y0) == pytest.approx(2, rel=1e-3)


def test_a_surface_shades_by_size_and_kinds_by_count(figures):
    cells = _cells(figures[1])
    shades = [float(e.get("fill-opacity", "nan")) for e in cells if e.get("class") == "cell"]
    assert shades == sorted(shades) and len(set(shades)) == 3
    assert [e.get("class") for e in cells][-1] == "cell empty"
    heights = [float(e.get("y", "nan")) for e in cells]
    assert heights[0] > heights[2]  # the first row stands below the second
    kinds = [e.get("class") for e in _cells(figures[2])]
    assert kinds == ["kind kind-1", "kind kind-2", "kind kind-3", "cell empty"]


def _cells(figure: Figure) -> list[Element]:
    """The cells of the first panel."""
    panel = fromstring(surface(figure)).find("g")
    assert panel is not None
    return list(panel.iter("rect"))


def test_nothing_to_draw_draws_nothing():
    assert curves(read(Figure, {"kind": "curves", "title": "t", "x": {"label": "x"}}, "f")) == ""
    assert surface(read(Figure, {"kind": "surface", "title": "t", "x": {"label": "x"}}, "f")) == ""
    with pytest.raises(ReportError, match="kind: expected one of heatmap"):
        drawing(read(Figure, {"kind": "pie", "title": "t", "x": {"label": "x"}}, "f"))


def test_flat_curves_are_drawn_in_the_middle():
    data = {
        "kind": "curves",
        "title": "t",
        "x": {"label": "x"},
        "panels": [{"label": "p", "curves": [{"label": "c", "x": [0, 1], "y": [0, 0]}]}],
    }
    root = fromstring(curves(read(Figure, data, "f")))
    assert all(math.isfinite(y) for e in root.iter("path") for _, y in _points(e))


def test_games_of_another_kind_are_refused():
    with pytest.raises(ClaimError, match="a single game of kind 'bimatrix', found a game of kind 'markov'"):
        draw_portrait(TOY, named("nosde").GAME, named="nosde")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["phases", "--game", "bagwell"], "--game: expected none"), (["regimes", "--games", "5"], "--games: expected")],
)
def test_options_of_the_other_kind_of_study_are_refused(arguments, message, tmp_path):
    tried = CliRunner().invoke(command, [*arguments, "--out", str(tmp_path / "out")])
    assert isinstance(tried.exception, ClaimError) and message in str(tried.exception)
