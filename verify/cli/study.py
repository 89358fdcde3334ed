"""firstmover study."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verify.cli.output import as_json, new_table, print_json, print_table

if TYPE_CHECKING:
    from verify.studies.study import Portrait, Study


@click.command("study")
@click.argument("name", required=False)
@click.option("--games", type=click.IntRange(min=1), help="Games to draw over all cells; rounded up to whole blocks.")
@click.option("--game", metavar="GAME", help="For a portrait: the game to look at, a file or a published one.")
@click.option("--seed", type=click.IntRange(min=0), help="The seed of every stream.")
@click.option("--out", type=click.Path(path_type=Path), help="The folder of the page; default: study-NAME.")
@as_json
def command(
    name: str | None, games: int | None, game: str | None, seed: int | None, out: Path | None, as_json: bool
) -> None:
    """Run a study: how often something happens over a grid of parameters, or what one game looks like.

    Writes a page with its numbers. Without a NAME the studies are listed.
    """
    from verify.studies.catalogue import study

    if name is None:
        _list(as_json)
        return
    from verify.report.folder import check_ours
    from verify.report.study import render_study
    from verify.streams import DEFAULT_SEED
    from verify.studies.study import Study

    chosen = study(name)
    folder = out or Path(f"study-{name}")
    check_ours(folder)  # before the work, not after it
    seed = DEFAULT_SEED if seed is None else seed
    result = _counted(chosen, games, game, seed) if isinstance(chosen, Study) else _drawn(chosen, games, game, seed)
    page = render_study(result, folder)
    if as_json:
        print_json({**result, "page": str(page)})
        return
    for line in result["findings"]:
        click.echo(line)
    run = result["run"]
    looked_at = run.get("game") or f"{run['games']:,} games"
    click.echo(f"{looked_at}, {run['seconds']:g} s; {page}")


def _counted(study: Study, games: int | None, game: str | None, seed: int) -> dict[str, Any]:
    from verify.errors import ClaimError
    from verify.provenance import cores
    from verify.studies.run import run_study

    if game is not None:
        raise ClaimError(f"--game: expected none with the study {study.name}, which draws its games; found {game!r}")
    with _progress(study.title) as step:
        return run_study(study, games=games, seed=seed, threads=cores(), progress=step)


def _drawn(portrait: Portrait, games: int | None, game: str | None, seed: int) -> dict[str, Any]:
    from verify.cli.reading import read_game
    from verify.errors import ClaimError
    from verify.studies.run import draw_portrait

    if games is not None:
        raise ClaimError(f"--games: expected none with the study {portrait.name}, which looks at one game")
    named = game or portrait.game
    with _progress(portrait.title) as step:
        return draw_portrait(portrait, read_game(named), named=named, seed=seed, progress=step)


def _list(as_json: bool) -> None:
    from verify.studies.catalogue import studies, study
    from verify.studies.study import Study

    found = [study(name) for name in studies()]
    drawn = [item.games if isinstance(item, Study) else 1 for item in found]
    if as_json:
        rows = [{"study": s.name, "title": s.title, "games": games} for s, games in zip(found, drawn, strict=True)]
        print_json(rows)
        return
    table = new_table("study", "question", "games", right=("games",), wrapped=("question",))
    for item, games in zip(found, drawn, strict=True):
        table.add_row(item.name, item.title, f"{games:,}")
    print_table(table)


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
