"""The report of a run: an index, a page a claim, certificates beside the pages, one style sheet with its fonts."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from games.errors import shown
from verify.report import games, numerals, study, words
from verify.report.charts.histogram import histogram
from verify.report.charts.ladder import ladder
from verify.report.charts.rate import rate
from verify.report.charts.tally import tally
from verify.report.charts.tightness import tightness
from verify.report.errors import ReportError
from verify.report.folder import replace_folder
from verify.report.maths import Maths
from verify.report.page import asset, style_sheet, template_environment, to_bytes
from verify.report.reading import read
from verify.report.schema import SCHEMA, Claim, Result, certificate
from verify.verdict import Verdict

LONGEST_NAME = 60
"""Characters of a file's name before its suffix; what is cut off is replaced by a hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A certificate as a page shows it: its file, and the fields that are drawn."""

    file: str  # beside the page
    shown: Any  # schema.Certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A claim with the names of its files and all that is not as expected about it."""

    claim: Claim
    slug: str
    complaints: tuple[str, ...]
    certificate: Drawn | None
    mutants: tuple[Drawn | None, ...]  # one a mutant
    ablations: tuple[Drawn | None, ...]  # one an ablation


def render(result: Path | str | Mapping[str, Any], out_dir: Path | str, *, studies: Sequence[Path | str] = ()) -> Path:
    """Write the report of a `verify --json` result into the folder `out_dir`; returns the path of its index.html.

    `studies` are results of studies (study.json files) whose pages the report takes in.

    Nothing is recomputed and nothing is fetched: the same result gives the same bytes. The folder appears whole or
    not at all; it may hold an earlier report, which is replaced, and nothing else.

    Raises `ReportError`, one line, for a result that is not of the schema, a folder that cannot be written, and where
    pandoc is missing.
    """
    data = result if isinstance(result, Mapping) else _load(Path(result))
    files = build(data, studies=[_load(Path(study)) for study in studies])
    return replace_folder(Path(out_dir), files) / "index.html"


def build(data: Mapping[str, Any], *, studies: Sequence[Mapping[str, Any]] = ()) -> dict[str, bytes]:
    """The files of the report: relative path to content."""
    schema = data.get("schema")
    if schema != SCHEMA:
        raise ReportError(f"report: schema: expected {SCHEMA!r}, found {shown(schema)}")
    parsed = read(Result, data, "result")
    repeated = _first_repeated([claim.claim for claim in parsed.claims])
    if repeated is not None:
        raise ReportError(f"report: claims: expected each claim once, found {shown(repeated)} twice")
    pages, files = _pages(parsed.claims)
    taken: set[str] = set()
    linked = []
    for item in studies:
        folder = f"studies/{_slug(str(item.get('study')), taken)}"
        files |= {f"{folder}/{name}": content for name, content in study.build(item, root="../../").items()}
        linked.append((f"{folder}/index.html", item["title"]))
    maths = Maths()
    environment = _environment(maths)
    _render(environment, parsed, pages, linked)  # notes the formulas
    maths.convert()
    files |= {name: text.encode() for name, text in _render(environment, parsed, pages, linked).items()}
    files["style.css"] = style_sheet().encode()
    files["result.json"] = to_bytes(data)
    for name in ("README.txt", "GUST-FONT-LICENSE.txt"):
        files[f"fonts/{name}"] = asset("assets", "fonts", name).read_bytes()
    return files


def _load(path: Path) -> Mapping[str, Any]:
    try:
        data = json.loads(path.read_bytes())
    except OSError as problem:
        raise ReportError(f"report: expected a result to read, found {problem.strerror or problem}: {path}") from None
    except (ValueError, RecursionError) as problem:
        raise ReportError(f"report: expected JSON, found {' '.join(str(problem).split())} in {path}") from None
    if not isinstance(data, Mapping):
        raise ReportError(f"report: expected a JSON object, found {shown(data)} in {path}")
    return data


def _first_repeated(names: Sequence[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _pages(claims: Sequence[Claim]) -> tuple[list[Page], dict[str, bytes]]:
    """The pages in the order of the result, and the files of their certificates."""
    files: dict[str, bytes] = {}
    taken: set[str] = set()
    pages = []
    for index, claim in enumerate(claims):
        slug = _slug(claim.claim, taken)
        where = f"result.claims[{index}]"
        own: set[str] = set()

        def drawn(
            data: Mapping[str, Any] | None, suffix: str, where: str, slug: str = slug, own: set[str] = own
        ) -> Drawn | None:
            if data is None:
                return None
            file = f"{slug}.{_slug(suffix, own)}.json"
            files[f"claims/{file}"] = to_bytes(data)
            return Drawn(file=file, shown=certificate(data, where))

        pages.append(
            Page(
                claim=claim,
                slug=slug,
                complaints=tuple(words.complaints(claim)),
                certificate=drawn(claim.certificate, "certificate", f"{where}.certificate"),
                mutants=tuple(
                    drawn(mutant.certificate, f"mutant {mutant.name}", f"{where}.mutants[{i}].certificate")
                    for i, mutant in enumerate(claim.mutants)
                ),
                ablations=tuple(
                    drawn(ablation.certificate, f"without {ablation.hypothesis}", f"{where}.ablations[{i}].certificate")
                    for i, ablation in enumerate(claim.ablations)
                ),
            )
        )
    return pages, files


def _slug(text: str, taken: set[str]) -> str:
    """A file name of letters, digits and hyphens that no other text in `taken` has."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    name = plain[:LONGEST_NAME].strip("-")
    for extra in itertools.count():
        if name and name == plain and name not in taken:
            break
        digest = hashlib.sha256(f"{extra}:{text}".encode(errors="surrogatepass")).hexdigest()[:8]
        name = plain = f"{plain[: LONGEST_NAME - 9].strip('-')}-{digest}".strip("-")
    taken.add(name)
    return name


def _environment(maths: Maths) -> jinja2.Environment:
    environment = template_environment(maths)
    environment.globals |= {
        "tally": tally,
        "histogram": histogram,
        "tightness": tightness,
        "ladder": ladder,
        "rate": rate,
        "picture": games.picture,
        "game": games.table,
        "VERDICTS": words.VERDICTS,
        "ABLATIONS": words.ABLATIONS,
        "scope_words": words.scope_words,
        "duration": words.duration,
        "moment": words.moment,
        "sentence": words.sentence,
        "within": numerals.within,
    }
    return environment


def _render(
    environment: jinja2.Environment, result: Result, pages: Sequence[Page], studies: Sequence[tuple[str, str]]
) -> dict[str, str]:
    counts = {verdict.value: sum(page.claim.verdict == verdict for page in pages) for verdict in Verdict}
    papers: dict[str, list[Page]] = {}
    for page in pages:
        papers.setdefault(page.claim.paper, []).append(page)
    groups = sorted(papers.items(), key=lambda item: (not item[0], item[0]))
    shared = {"run": result.run, "papers": result.papers}
    index = environment.get_template("index.html").render(
        **shared,
        root="",
        counts={name: count for name, count in counts.items() if count},
        groups=groups,
        pages=pages,
        studies=studies,
        attention=[page for page in pages if page.complaints],
        instances=sum(page.claim.instances or 0 for page in pages if not page.claim.measured),
    )
    files = {"index.html": index}
    template = environment.get_template("claim.html")
    order = [page for _, group in groups for page in group]
    for position, page in enumerate(order):
        files[f"claims/{page.slug}.html"] = template.render(
            **shared,
            root="../",
            page=page,
            claim=page.claim,
            before=order[position - 1] if position else None,
            after=order[position + 1] if position + 1 < len(order) else None,
        )
    return files
