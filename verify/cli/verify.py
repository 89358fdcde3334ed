"""firstmover verify."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from verify.cli import INTERRUPTED, NOT_AS_EXPECTED
from verify.cli.output import VERDICT_STYLES, as_json, busy, new_table, print_json, print_table, stdout_console

MOST_WORKERS = 4
"""By default: with more, memory passes 2 GiB before time is saved on the quick tier."""

COLUMNS = ("claim", "verdict", "evidence", "instances", "worst margin", "mutants", "ablations", "s")
COLUMNS_OF_A_NARROW_TERMINAL = ("claim", "verdict", "evidence", "mutants", "s")
NUMBERS = ("instances", "worst margin", "mutants", "ablations", "s")
NARROW = 115


@click.command("verify")
@click.argument("names", nargs=-1, metavar="[CLAIM|PAPER|FILE.py]...")
@click.option("--tier", type=click.Choice(["quick", "default"]), default="default", show_default=True, help="How much.")
@click.option(
    "--budget", metavar="N|TIME", help="Instances a claim (20000), or time for all (90s, 2m), in whole blocks."
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Seed of all instances; there is a fixed default.")
@click.option("--workers", type=click.IntRange(1, 256), help=f"Processes; default: the cores, at most {MOST_WORKERS}.")
@click.option("--fresh", is_flag=True, help="Begin anew instead of resuming an unfinished run that asked for the same.")
@click.option(
    "--resume", metavar="RUN", help="Resume this run; refused unless it asked for the same with the same code."
)
@click.option("--compare", metavar="RUN", help="Show what changed since an earlier run: its number, or last.")
@click.option("--report", "report", type=click.Path(path_type=Path), help="Write the report to this folder as well.")
@click.option("--store", type=click.Path(path_type=Path), help="Where results are kept.")
@as_json
def command(
    names: tuple[str, ...],
    tier: Any,
    budget: str | None,
    seed: int | None,
    workers: int | None,
    fresh: bool,
    resume: str | None,
    compare: str | None,
    report: Path | None,
    store: Path | None,
    as_json: bool,
) -> int:
    """Put claims to the test and say what is true, on which evidence.

    Without names, every claim. Ctrl-C stops early: what is finished is kept and shown, and the same command goes on
    from there.
    """
    from verify.catalogue import named
    from verify.compare import compare as comparison
    from verify.provenance import cores
    from verify.runner.budget import Budget
    from verify.runner.progress import Progress
    from verify.runner.run import Options, run
    from verify.store import Store
    from verify.streams import DEFAULT_SEED

    options = Options(
        seed=DEFAULT_SEED if seed is None else seed,
        tier=tier,
        budget=Budget.parse(budget) if budget else Budget(),
        workers=workers or min(cores(), MOST_WORKERS),
        fresh=fresh,
        resume=resume,
    )
    claims = named(names)
    if report is not None:
        from verify.report.folder import check_ours

        check_ours(report)
    with Store(store) as results:
        # Looked up before the run, so that a mistyped number does not cost the run.
        earlier = results.run(compare) if compare else None
        finished = run(claims, options, results, Progress() if sys.stderr.isatty() else None)
    result = finished.result
    changes = comparison(earlier, result) if earlier else None
    if as_json:
        print_json({**result, "changes": changes} if changes is not None else result)
    else:
        print_result(result, changes)
    if report is not None:  # last, so that a disk that fills up now hides nothing
        from verify.report import render

        with busy("rendering"):
            page = render(result, report)
        click.echo(f"report: {page}", err=as_json)
    if finished.interrupted:
        click.echo(f"interrupted: run {finished.run} is kept; the same command goes on from here", err=True)
        return INTERRUPTED
    return 0 if all(record["ok"] for record in result["claims"]) else NOT_AS_EXPECTED


def print_result(result: dict[str, Any], changes: list[dict[str, Any]] | None = None) -> None:
    """The table, what is not as expected, and the line that sums it up."""
    from rich.text import Text

    columns = COLUMNS if stdout_console().width >= NARROW else COLUMNS_OF_A_NARROW_TERMINAL
    table = new_table(*columns, right=NUMBERS)
    for record in result["claims"]:
        worst = record["worst_margin"]
        verdict = Text(record["verdict"], style=VERDICT_STYLES[record["verdict"]])
        cells = {
            "claim": Text(record["claim"], style="" if record["ok"] else "bold red"),
            "verdict": verdict if record["ok"] else Text.assemble(verdict, (" !", "bold red")),
            "evidence": (record["evidence"] or {}).get("kind", ""),
            "instances": f"{record['instances']:,}",
            "worst margin": _margin(worst, record["equality"], record["violated"]),
            "mutants": _share(record["mutants"]),
            "ablations": _share(record["ablations"]),
            "s": f"{record['seconds']:.1f}",
        }
        table.add_row(*(cells[column] for column in columns))
    print_table(table, *_lines(result), *_changed(changes))


def _share(items: list[dict[str, Any]]) -> str:
    return f"{sum(item['ok'] for item in items)}/{len(items)}" if items else ""


def _margin(worst: float | None, equality: bool, violated: int) -> str:
    """A margin; of an equality, the residual in units of its error bound, which says nothing of one that fails."""
    if worst is None or (equality and violated):
        return ""
    return f"{abs(worst):.2g} err" if equality else f"{worst:.3g}"


def _lines(result: dict[str, Any]) -> list[str]:
    """What is not as expected, claim by claim, and the sum."""
    from rich.markup import escape

    lines = []
    for record in result["claims"]:
        if record["ok"]:
            continue
        lines.append(
            f"[bold red]{record['claim']}[/]: expected {record['expected'] or 'an answer'}, found {record['verdict']}; "
            f"{escape(record['reason'])}"
        )
        lines += [
            f"  mutant {escape(item['name'])}: expected REFUTED, found {item['verdict']}; {escape(item['reason'])}"
            for item in record["mutants"]
            if not item["ok"]
        ]
        lines += [
            f"  without {escape(item['hypothesis'])}: expected {item['expected']}, found {item['found'] or 'nothing'}; "
            f"{escape(item['reason'])}"
            for item in record["ablations"]
            if not item["ok"]
        ]
    verdicts = [record["verdict"] for record in result["claims"]]
    counts = ", ".join(f"{verdicts.count(name)} {name}" for name in VERDICT_STYLES if name in verdicts)
    fine = sum(record["ok"] for record in result["claims"])
    run = result["run"]
    lines.append(f"{fine} of {len(verdicts)} claims as expected ({counts}); run {run['id']}, {run['seconds']:.0f} s")
    return lines


def _changed(changes: list[dict[str, Any]] | None) -> list[str]:
    if changes is None:
        return []
    from rich.markup import escape

    return [f"changed: {escape(change['claim'])}: {escape(change['text'])}" for change in changes] or ["no change"]
