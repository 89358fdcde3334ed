"""firstmover study."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from verify.cli.output import as_json, new_table, print_json, print_table


@click.command("study")
@click.argument("name", required=False)
@click.option("--games", type=click.IntRange(min=1), help="Games to draw over all cells; rounded up to whole blocks.")
@click.option("--seed", type=click.IntRange(min=0), help="The seed of every stream.")
@click.option("--out", type=click.Path(path_type=Path), help="The folder of the page; default: study-NAME.")
@as_json
def command(name: str | None, games: int | None, seed: int | None, out: Path | None, as_json: bool) -> None:
    """Run a study: how often something happens, over a grid of parameters. Writes a page with its numbers.

    Without a NAME the studies are listed.
    """
    from verify.studies.catalogue import studies, study

    if name is None:
        if as_json:
            print_json([{"study": item, "title": study(item).title, "games": study(item).games} for item in studies()])
            return
        table = new_table("study", "question", "games", right=("games",), wrapped=("question",))
        for item in studies():
            found = study(item)
            table.add_row(item, found.title, f"{found.games:,}")
        print_table(table)
        return
    from verify.provenance import cores
    from verify.report.folder import check_ours
    from verify.report.study import render_study
    from verify.streams import DEFAULT_SEED
    from verify.studies.run import run_study

    chosen = study(name)
    folder = out or Path(f"study-{name}")
    check_ours(folder)  # before the work, not after it
    with _progress(chosen.title) as step:
        result = run_study(
            chosen, games=games, seed=DEFAULT_SEED if seed is None else seed, threads=cores(), progress=step
        )
    page = render_study(result, folder)
    if as_json:
        print_json({**result, "page": str(page)})
        return
    for line in result["findings"]:
        click.echo(line)
    run = result["run"]
    click.echo(f"{run['games']:,} games, {run['seconds']:g} s; {page}")


@contextlib.contextmanager
def _progress(title: str) -> Iterator[Any]:
    """A bar on stderr where that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title[:60], total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
