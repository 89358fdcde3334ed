"""firstmover runs."""

from __future__ import annotations

from pathlib import Path

import click

from verify.cli.output import as_json, new_table, print_json, print_table


@click.command("runs")
@click.argument("run", required=False, metavar="[RUN]")
@click.option("--store", type=click.Path(path_type=Path), help="Where results are kept.")
@as_json
def command(run: str | None, store: Path | None, as_json: bool) -> None:
    """List earlier runs, or show one: its number, or last."""
    from verify.errors import StoreError
    from verify.store import Store

    with Store(store) as results:
        if run is not None:
            row = results.run(run)
            if row["result"] is None:
                raise StoreError(f"run {row['id']}: expected a run with a result, found one that is {row['state']}")
            if as_json:
                print_json(row["result"])
            else:
                from verify.cli.verify import print_result

                print_result(row["result"])
            return
        rows = results.runs()
    if as_json:
        print_json(rows)
        return
    table = new_table(
        "run", "started", "state", "tier", "claims", "instances", "s", "commit", right=("claims", "instances", "s")
    )
    for row in rows:
        budget = f" {row['budget']}" if row["budget"] else ""
        table.add_row(
            str(row["id"]),
            row["started"],
            row["state"],
            row["tier"] + budget,
            str(len(row["claims"])),
            f"{row['instances']:,}",
            f"{row['seconds']:.0f}",
            row["commit_id"][:10],
        )
    print_table(table)
