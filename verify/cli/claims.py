"""firstmover claims."""

from __future__ import annotations

import click

from verify.cli.output import VERDICT_STYLES, as_json, new_table, print_json, print_table


@click.command("claims")
@click.argument("names", nargs=-1, metavar="[CLAIM|PAPER|FILE.py]...")
@as_json
def command(names: tuple[str, ...], as_json: bool) -> None:
    """List the claims and what is expected of them."""
    from rich.text import Text

    from verify.catalogue import named

    chosen = [claim for _, claim in named(names)]
    if as_json:
        fields = ("id", "title", "paper", "place", "families", "derivation", "quick", "default")
        print_json(
            [
                {
                    **{name: getattr(claim, name) for name in fields},
                    "expected": claim.expected.value if claim.expected else None,
                    "hypotheses": [hypothesis.name for hypothesis in claim.hypotheses],
                    "mutants": [mutant.name for mutant in claim.mutants],
                }
                for claim in chosen
            ]
        )
        return
    table = new_table("claim", "paper", "expected", "title", wrapped=("title",))
    for claim in chosen:
        expected = Text(claim.expected.value, style=VERDICT_STYLES[claim.expected.value]) if claim.expected else Text()
        table.add_row(claim.id, claim.paper, expected, Text(claim.title))
    print_table(table, f"{len(chosen)} claims")
