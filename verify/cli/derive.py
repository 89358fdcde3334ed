"""firstmover derive."""

from __future__ import annotations

from pathlib import Path

import click

from games.whole_file import replace_file
from verify.cli.output import as_json, busy, new_table, print_json, print_table

FORMATS = {"md": "md", "latex": "tex", "html": "html", "pdf": "pdf", "ipynb": "ipynb"}


@click.command("derive")
@click.argument("topic", required=False)
@click.option("--to", "to", type=click.Choice(list(FORMATS)), default="md", show_default=True, help="The format.")
@click.option("--out", type=click.Path(path_type=Path), help="The file; default: md and latex go to stdout.")
@as_json
def command(topic: str | None, to: str, out: Path | None, as_json: bool) -> None:
    """Print a derivation, every line checked, or list the topics. The last part of a topic names it too."""
    from proofs.catalogue import derive, resolve, topics

    if topic is None:
        names = list(topics())
        if as_json:
            print_json(names)
        else:
            table = new_table("topic")
            for name in names:
                table.add_row(name)
            print_table(table)
        return
    topic = resolve(topic)
    with busy(f"deriving {topic}"):
        derivation = derive(topic)
    data = derivation.to_json()
    if as_json:
        print_json(data)
        return
    from verify.report import render_derivation

    with busy(f"writing {to}"):
        content = render_derivation(data, to)
    if out is None and to in ("md", "latex"):
        click.echo(content, nl=not content.endswith(b"\n"))
        return
    file = out or Path(f"{topic.replace('/', '-')}.{FORMATS[to]}")
    _write(file, content)
    click.echo(str(file))


def _write(file: Path, content: bytes) -> None:
    """The file whole or, on a full disk, as it was; what is no regular file is written to as it stands."""
    if file.exists() and not file.is_file():
        file.write_bytes(content)
        return
    try:
        replace_file(file, content)
    except OSError as problem:
        raise OSError(problem.errno, problem.strerror, str(file)) from None
