"""firstmover check."""

from __future__ import annotations

from pathlib import Path

import click

from verify.cli import NOT_AS_EXPECTED
from verify.cli.output import as_json, print_json


@click.command("check")
@click.argument("certificate", type=click.Path(path_type=Path), metavar="CERT.json")
@click.option("--trust-files", is_flag=True, help="Import the claim's file, if its hash matches: its code will run.")
@as_json
def command(certificate: Path, trust_files: bool, as_json: bool) -> int:
    """Check a certificate again, without any solver.

    Exit code 0 where everything recorded was confirmed, 1 where something was not.
    """
    from verify.exact.certificate import replay
    from verify.twin import side_to_json

    found = replay(certificate, trust_files=trust_files)
    if as_json:
        print_json(
            {
                "claim": found.claim,
                "kind": found.kind,
                "confirmed": found.confirmed,
                "complete": found.complete,
                "outcome": found.outcome,
                "lhs": side_to_json(found.lhs),
                "rhs": side_to_json(found.rhs),
                "from_file": found.from_file,
                "hypotheses": [{"name": name, "standing": standing} for name, standing in found.hypotheses],
                "reason": found.reason,
            }
        )
    else:
        click.echo(
            f"{found.claim}: {found.kind} {'confirmed' if found.confirmed else 'NOT confirmed'}: {found.outcome}"
        )
        click.echo(f"  lhs {side_to_json(found.lhs)}")
        click.echo(f"  rhs {side_to_json(found.rhs)}")
        for name, standing in found.hypotheses:
            click.echo(f"  hypothesis {name}: {standing}")
        if not found.from_file:
            click.echo("  statement and hypotheses as the certificate has them, not held against the claim's file")
        if found.reason:
            click.echo(f"  {found.reason}")
    return 0 if found.confirmed else NOT_AS_EXPECTED
