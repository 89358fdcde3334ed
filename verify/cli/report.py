"""firstmover report."""

from __future__ import annotations

from pathlib import Path

import click

from verify.cli.output import as_json, busy, print_json


@click.command("report")
@click.argument("run", default="last", metavar="[RUN|RESULT.json]")
@click.option("--out", type=click.Path(path_type=Path), default=Path("report"), show_default=True, help="The folder.")
@click.option(
    "--study",
    "studies",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="study.json",
    help="A study to take in.",
)
@click.option("--store", type=click.Path(path_type=Path), help="Where results are kept.")
@as_json
def command(run: str, out: Path, studies: tuple[Path, ...], store: Path | None, as_json: bool) -> None:
    """Write the report of a run as a folder of HTML that opens offline.

    RUN is a number or last; RESULT.json a file that `verify --json` wrote.
    """
    from verify.errors import StoreError
    from verify.report import render
    from verify.store import Store

    if run.endswith(".json"):
        with busy("rendering"):
            page = render(Path(run), out, studies=studies)
    else:
        with Store(store) as results:
            row = results.run(run)
        if row["result"] is None:
            raise StoreError(f"run {row['id']}: expected a run with a result, found one that is {row['state']}")
        with busy("rendering"):
            page = render(row["result"], out, studies=studies)
    if as_json:
        print_json({"report": str(page)})
    else:
        click.echo(f"report: {page}")
