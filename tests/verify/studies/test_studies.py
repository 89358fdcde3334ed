"""Studies: counts that do not depend on threads, intervals beside shares, and pages that show the numbers they have."""

import csv
import io
import json
import re
from xml.etree.ElementTree import fromstring

import pytest
from click.testing import CliRunner

from games.literature import named
from verify.cli.study import command
from verify.errors import ClaimError
from verify.report import render
from verify.report.charts.heatmap import heatmap
from verify.report.charts.lines import lines
from verify.report.errors import ReportError
from verify.report.reading import read
from verify.report.study import build, render_study
from verify.report.study_schema import StudyResult
from verify.studies.catalogue import studies, study
from verify.studies.figures import Axis, Heatmap, Lines, Share
from verify.studies.run import BLOCK, run_study
from verify.studies.study import Cell, Portrait, Study

RATES = ("0.1", "0.4")


def _coin(rate: str) -> Cell:
    return Cell(
        key=rate, draw=lambda rng, games: {"games": games, "heads": int((rng.random(games) < float(rate)).sum())}
    )


def _figures(totals):
    shares = [Share(count=totals[rate]["heads"], total=totals[rate]["games"]) for rate in RATES]
    axis = Axis(label="rate", values=RATES)
    side = Axis(label="side", values=("heads", "none"))
    empty = [Share(count=0, total=0)] * 2
    return (
        Heatmap(title="Heads", caption="how often", x=axis, y=side, cells=[shares, empty]),
        Lines(title="Heads again", caption="how often", x=axis, y="heads", lines={"heads": shares}),
    )


TOY = Study(
    name="toy",
    title="How often do coins show heads?",
    plan=("coins are thrown",),
    cells=lambda: [_coin(rate) for rate in RATES],
    figures=_figures,
    findings=lambda totals: [f"{sum(total['heads'] for total in totals.values())} heads"],
    games=4 * BLOCK,
)


@pytest.fixture(scope="module")
def result():
    return run_study(TOY)


def test_counts_do_not_depend_on_threads(result):
    again = run_study(TOY, threads=3)
    assert again["counts"] == result["counts"] and result["run"]["games"] == 4 * BLOCK
    assert run_study(TOY, seed=1)["counts"] != result["counts"]


def test_budgets_round_up_to_whole_blocks_of_every_cell():
    assert run_study(TOY, games=1)["run"]["games"] == 2 * BLOCK
    with pytest.raises(ClaimError, match="at least one game"):
        run_study(TOY, games=0)


def test_intervals_hold_the_shares_that_were_drawn(result):
    points = result["figures"][1]["lines"][0]["points"]
    for rate, point in zip(RATES, points, strict=True):
        assert point["lower"] < point["share"] < point["upper"]
        assert point["lower"] < float(rate) < point["upper"]
    assert result["figures"][0]["cells"][1][0]["share"] is None


def test_a_page_holds_the_numbers_it_draws(result, tmp_path):
    page = render_study(result, tmp_path / "out")
    text = page.read_text()
    assert TOY.title in text and result["findings"][0] in text and "--games 32768" in text
    files = build(result)
    rows = list(csv.DictReader(io.StringIO(files["figure-1.csv"].decode())))
    counts = [int(row["count"]) for row in rows if row["side"] == "heads"]
    assert counts == [result["counts"][rate]["heads"] for rate in RATES]
    assert files == build(result)


def test_a_report_takes_studies_in(result, tmp_path):
    (tmp_path / "study.json").write_text(json.dumps(result))
    empty = {"schema": "firstmover/verify/1", "run": {"id": "1"}, "claims": []}
    index = render(empty, tmp_path / "report", studies=[tmp_path / "study.json", tmp_path / "study.json"])
    links = re.findall(r'href="(studies/[^"]+)"', index.read_text())
    assert len(set(links)) == 2 and all((index.parent / link).exists() for link in links)
    page = index.parent / links[0]
    (style,) = re.findall(r'rel="stylesheet" href="([^"]+)"', page.read_text())
    assert (page.parent / style).resolve() == index.parent.resolve() / "style.css"


def test_shades_grow_with_shares(result):
    figures = read(StudyResult, result, "study").figures
    cells = [e for e in fromstring(heatmap(figures[0])).iter("rect") if "empty" not in e.get("class", "")]
    strengths = [float(cell.get("fill-opacity", "0")) for cell in cells]
    assert len(cells) == 2 and strengths[0] < strengths[1]
    dots = [float(e.get("cy", "0")) for e in fromstring(lines(figures[1])).iter("circle")]
    assert dots[0] > dots[1]


def test_a_result_of_another_schema_is_refused(result):
    with pytest.raises(ReportError, match="schema"):
        build({**result, "schema": "firstmover/study/2"})


def test_studies_are_listed_and_unknown_ones_named():
    for name in studies():
        found = study(name)
        assert found.name == name and found.title.endswith("?") and found.plan
        if isinstance(found, Portrait):
            assert named(found.game).GAME.kind == found.kind
            continue
        keys = [cell.key for cell in found.cells()]
        assert len(keys) == len(set(keys)) > 1 and found.games >= 10**6
    with pytest.raises(ClaimError, match="expected one of"):
        study("phase")
    listed = CliRunner().invoke(command, [])
    assert listed.exit_code == 0 and all(name in listed.output for name in studies())


def test_the_folder_is_looked_at_before_the_work(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    if not studies():
        pytest.fail("expected a study to try")
    tried = CliRunner().invoke(command, [studies()[0], "--out", str(tmp_path)])
    assert isinstance(tried.exception, ReportError) and "mine.txt" in str(tried.exception)
