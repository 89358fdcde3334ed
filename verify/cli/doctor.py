"""firstmover doctor."""

from __future__ import annotations

import dataclasses

import click

from verify.cli import NOT_AS_EXPECTED
from verify.cli.output import as_json, new_table, print_json, print_table

_STYLES = {"ok": "green", "warning": "yellow", "wrong": "bold red"}


@click.command("doctor")
@as_json
def command(as_json: bool) -> int:
    """Look at this installation and this machine.

    Exit code 1 where something is wrong; a warning costs time or a feature, never truth.
    """
    from verify.doctor import examine

    findings = examine()
    if as_json:
        print_json([dataclasses.asdict(finding) for finding in findings])
    else:
        from rich.text import Text

        table = new_table("check", "state", "found", wrapped=("found",))
        for finding in findings:
            table.add_row(finding.name, Text(finding.state, style=_STYLES[finding.state]), Text(finding.text))
        print_table(table)
    return NOT_AS_EXPECTED if any(finding.state == "wrong" for finding in findings) else 0
