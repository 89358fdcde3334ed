"""What the pages of a report must be, whatever the result: whole, linked, offline, escaped, the same every time."""

from __future__ import annotations

import copy
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from verify.report import ReportError, render
from verify.report.site import _slug, build

VOID = {"meta", "link", "br", "wbr", "img", "hr", "input"}


class Page(HTMLParser):
    """Elements with their attributes, text, and whether every element was closed in order."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.stack, self.elements, self.words = path, [], [], []
        self.ids: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        assert self.stack == [], f"{path.name}: unclosed {self.stack}"

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.ids += [value for key, value in attrs if key == "id"]
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.stack and self.stack[-1] == tag, f"{self.path.name}: </{tag}> closes {self.stack[-3:]}"
        self.stack.pop()

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


@pytest.fixture(scope="module")
def pages(report: Path) -> dict[str, Page]:
    return {path.relative_to(report).as_posix(): Page(path) for path in sorted(report.rglob("*.html"))}


def test_every_claim_has_a_page_and_is_linked(result, pages):
    links = {attrs.get("href") for tag, attrs in pages["index.html"].elements if tag == "a"}
    claim_pages = [name for name in pages if name.startswith("claims/")]
    assert len(claim_pages) == len(result["claims"]) == 80
    assert set(claim_pages) <= links
    titles = pages["index.html"].text
    assert all(claim.get("title", claim["claim"]) in titles for claim in result["claims"])


def test_pages_are_well_formed_and_ids_unique(pages):
    for name, page in pages.items():  # parsing asserts the nesting
        assert len(page.ids) == len(set(page.ids)), name
        assert page.elements[0][0] == "html" and page.elements[0][1] == {"lang": "en"}


def test_links_resolve(report, pages):
    for name, page in pages.items():
        for _tag, attrs in page.elements:
            for key in ("href", "src"):
                if attrs.get(key) is None:
                    continue
                target, _, fragment = attrs[key].partition("#")
                path = (report / name).parent / unquote(target) if target else report / name
                assert path.is_file(), f"{name}: {attrs[key]}"
                if fragment:
                    assert fragment in pages[path.resolve().relative_to(report.resolve()).as_posix()].ids


def test_nothing_is_fetched(report, pages):
    for name, page in pages.items():
        text = (report / name).read_text(encoding="utf-8")
        assert not re.search(r"(https?:)?//[a-z0-9]", text), name
        assert not any(tag in ("script", "iframe", "object", "embed", "img", "form") for tag, _ in page.elements), name
        assert not any(key.startswith("on") for _, attrs in page.elements for key in attrs), name
    style = (report / "style.css").read_text(encoding="utf-8")
    assert "@import" not in style
    assert all(url.startswith('"data:font/woff2;base64,') for url in re.findall(r"url\(([^)]*)\)", style))
    assert len(re.findall(r"url\(", style)) == 4


def test_hostile_text_is_shown_and_not_obeyed(report, pages):
    page = pages["claims/hostile-script-alert-1-script-etc-passwd.html"]
    for payload in (
        "</title><script>alert('title')</script>{{ 7 * 7 }}",
        "<svg onload=alert(4)>",
        "<script>alert(7)</script>",
    ):
        assert payload in page.text
    assert "&lt;not escaped twice&gt;" in page.text
    assert "49" not in page.text
    hrefs = [attrs["href"] for _, attrs in page.elements if "href" in attrs]
    assert not any("javascript" in href for href in hrefs)
    names = [path.name for path in report.rglob("*")]
    assert all(re.fullmatch(r"[A-Za-z0-9.-]+", name) for name in names)


def test_every_formula_is_mathml(result, pages):
    """One <math> at least for each LaTeX field, except the three that pandoc must refuse."""
    expected = refused = 0
    for claim in result["claims"]:
        derivation = claim.get("derivation") or {}
        fields = [claim.get("statement", ""), *(m.get("statement", "") for m in claim.get("mutants", []))]
        fields += [item["latex"] for key in ("concepts", "hypotheses") for item in claim.get(key, [])]
        for key in ("assumptions", "definitions", "steps", "conclusions"):
            fields += [item["latex"] for item in derivation.get(key, [])]
        expected += sum(bool(latex) for latex in fields)
    found = 0
    for name, page in pages.items():
        if name != "index.html":
            found += sum(attrs.get("class") == "formula" for _, attrs in page.elements)
            refused += sum(tag == "code" and attrs.get("class") == "tex" for tag, attrs in page.elements)
    assert (found + refused, refused) == (expected, 3)
    index = [attrs.get("class") for _, attrs in pages["index.html"].elements]
    assert index.count("formula") + index.count("tex") == sum(bool(c.get("statement")) for c in result["claims"])


def test_what_is_not_as_expected_stands_before_the_tables(report):
    text = (report / "index.html").read_text(encoding="utf-8")
    top = text[: text.index("<table")]
    assert "sqvi/</wbr>" in top or "sqvi/<wbr>general" in top
    assert "found UNDECIDED, expected REFUTED" in top
    assert "mutant “half the rate” was not refuted (SUPPORTED)" in top
    assert "without “temperature”: expected counterexample, found redundant" in top
    assert "pure-<wbr>suffices" not in top  # refuted, as expected


def test_a_page_says_verdict_evidence_scope_and_reason(pages):
    text = pages["claims/sqvi-general-sum-converges.html"].text
    for words in (
        "UNDECIDED",
        "numerical counterexample in 7 instances",
        "Statistical test",
        "betting e-process",
        "timed out",
    ):
        assert words in text
    text = pages["claims/softmax-value-gap.html"].text
    for words in (
        "PROVED",
        "every game that meets the hypotheses",
        "128 bits",
        "it is a proof of it",
        "from (1), (2), (7)",
    ):
        assert words in text
    text = pages["claims/matrix-commitment-beats-nash.html"].text
    assert "not a proof of the statement" in text and "pure equilibria only" in text and "unchecked" in text


def test_a_rate_of_violations_is_told_of_samples_only(pages):
    """Where a derivation covers every game, a bound from a sample would say less than the verdict."""
    assert "95% confidence" in pages["claims/matrix-commitment-beats-nash.html"].text
    assert "95% confidence" not in pages["claims/softmax-value-gap.html"].text


def test_certificates_are_written_as_they_came(result, report):
    claim = next(claim for claim in result["claims"] if claim["claim"] == "matrix/pure-suffices")
    assert json.loads((report / "claims/matrix-pure-suffices.certificate.json").read_text()) == claim["certificate"]
    mutant = json.loads((report / "claims/matrix-pure-suffices.mutant-reversed-ties.json").read_text())
    assert mutant == claim["mutants"][0]["certificate"]
    assert json.loads((report / "result.json").read_text()) == result


def test_the_same_result_gives_the_same_bytes(result):
    shuffled = copy.deepcopy(result)
    shuffled["claims"] = [dict(reversed(claim.items())) for claim in shuffled["claims"]]
    assert build(result) == build(shuffled)


def _page_with(result, histogram, **changes):
    """The page of the first claim that has a histogram, with another one."""
    claim = copy.deepcopy(next(claim for claim in result["claims"] if claim.get("histogram")))
    claim |= {"histogram": histogram, "families": [], **changes}
    (page,) = [
        data.decode()
        for name, data in build({**result, "claims": [claim]}).items()
        if re.fullmatch(r"claims/.*[.]html", name)
    ]
    return page


def test_margins_have_a_heading_where_there_are_any(result):
    pytest.importorskip("pypandoc", reason="rendering needs firstmover[report]")
    edges, words = [0.0, 0.5, 1.0], {"label": "residual", "ties": 0}
    assert 'id="margins"' not in _page_with(result, {**words, "edges": edges, "counts": [0, 0]})
    inequality, equality = (
        _page_with(result, {**words, "edges": edges, "counts": [5, 3]}, equality=equality, candidates=1, violated=1)
        for equality in (False, True)
    )
    assert 'id="margins"' in inequality and "beyond 1" not in inequality and "2 beyond 1" in equality


def test_sizes(report):
    """A report is light: a page without its derivation stays below 40 kB, the style sheet with its fonts below 400."""
    sizes = {path.name: path.stat().st_size for path in report.rglob("*") if path.is_file()}
    assert sizes["style.css"] < 400_000
    assert sizes["index.html"] < 400_000
    assert max(size for name, size in sizes.items() if name.endswith(".html") and name != "index.html") < 60_000


def test_an_empty_run_renders(tmp_path):
    index = render({"schema": "firstmover/verify/1", "run": {}, "claims": []}, tmp_path / "out")
    assert "0 claims" in Page(index).text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": "other/1"}, "report: schema: expected 'firstmover/verify/1', found 'other/1'"),
        ({"claims": None}, "result: expected a field 'claims', found null"),
        ({"claims": {}}, "result.claims: expected a list, found {}"),
        (
            {"claims": [{"claim": "a", "ok": True, "verdict": "TRUE"}]},
            "result.claims[0].verdict: expected one of PROVED",
        ),
        (
            {"claims": [{"claim": "a", "ok": 1, "verdict": "PROVED"}]},
            "result.claims[0].ok: expected true or false, found 1",
        ),
        ({"claims": [{"verdict": "PROVED"}]}, "result.claims[0]: expected a field 'claim', found none"),
        (
            {"claims": [{"claim": "a", "verdict": "PROVED", "ok": True}] * 2},
            "expected each claim once, found 'a' twice",
        ),
        (
            {"claims": [{"claim": "a", "verdict": "PROVED", "ok": True, "evidence": {"kind": "hearsay"}}]},
            "result.claims[0].evidence.kind: expected one of exact, ball",
        ),
        (
            {"claims": [{"claim": "a", "verdict": "PROVED", "ok": True, "certificate": {"game": "x"}}]},
            "result.claims[0].certificate.game: expected an object, found 'x'",
        ),
    ],
)
def test_a_malformed_result_is_one_line(result, tmp_path, change, message):
    with pytest.raises(ReportError) as caught:
        render({**result, **change}, tmp_path / "out")
    assert message in str(caught.value) and "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[" * 100_000, b"[]", b"null"])
def test_a_file_that_is_no_result_is_one_line(tmp_path, content):
    path = tmp_path / "result.json"
    path.write_bytes(content)
    with pytest.raises(ReportError, match=r"^report: expected .*, found .* in ") as caught:
        render(path, tmp_path / "out")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(ReportError, match="expected a result to read, found No such file or directory"):
        render(tmp_path / "none.json", tmp_path / "out")


def test_slugs_are_safe_and_unique():
    taken: set[str] = set()
    texts = ["a/b", "a-b", "A/B", "../..", "", "x" * 300, "x" * 300 + "y", "μ", "ν", "con"]
    slugs = [_slug(text, taken) for text in texts]
    assert len(set(slugs)) == len(texts)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", slug) for slug in slugs)
    assert slugs[0] == "a-b"
