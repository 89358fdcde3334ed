"""What commands share: the --json option, JSON on stdout, tables, values as JSON or text."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Column, Table

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")

VERDICT_STYLES = {
    "PROVED": "bold green",
    "SUPPORTED": "green",
    "REFUTED": "bold magenta",
    "UNDECIDED": "yellow",
    "VACUOUS": "yellow",
    "NOT_RUN": "dim",
}


def print_json(data: Any) -> None:
    """JSON on stdout; NaN and infinities, which JSON has not, are a defect of ours."""
    click.echo(json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False))


PIPE_WIDTH = 200


def stdout_console() -> Console:
    """stdout as rich sees it; a pipe is wide."""
    from rich.console import Console

    class Pipe(Console):
        def on_broken_pipe(self) -> None:
            """A reader that leaves is no error: `main` sees to it, where rich would exit with code 1."""
            raise  # the BrokenPipeError that rich is handling

    console = Pipe(highlight=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    return console


@contextlib.contextmanager
def busy(text: str) -> Iterator[None]:
    """A sign of life on stderr while something takes its time, where that is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield


def print_table(table: Table, *lines: str) -> None:
    """A table and lines under it on stdout, in colour where that is a terminal."""
    console = stdout_console()
    # Rich would cut numbers and names short without a mark; a terminal that is too narrow breaks the line instead.
    console.width = max(
        console.width, sum(_least(console, column) for column in table.columns) + _GAP * len(table.columns)
    )
    console.print(table)
    for line in lines:
        console.print(line, soft_wrap=True)


_GAP = 3
"""Blanks between columns."""

_LEAST_OF_WRAPPED = 24
"""Width a column of several lines keeps in the narrowest terminal."""


def _least(console: Console, column: Column) -> int:
    widest = max(console.measure(cell).maximum for cell in (column.header, *column.cells))
    return widest if column.no_wrap else min(widest, _LEAST_OF_WRAPPED)


def new_table(*columns: str, right: tuple[str, ...] = (), wrapped: tuple[str, ...] = ()) -> Table:
    """A table with plain rules; columns named in `right` hold numbers, those in `wrapped` may take several lines."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        numeric = column in right
        wraps = column in wrapped
        table.add_column(column, justify="right" if numeric else "left", no_wrap=not wraps, overflow="fold")
    return table


def plain(value: Any) -> Any:
    """Numbers as JSON: floats as they are (null where there is none), rationals as strings, arrays as lists."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, float) and value != value:
        return None
    return value


def text(value: Any) -> str:
    return f"({', '.join(map(text, value))})" if isinstance(value, list) else str(value)
