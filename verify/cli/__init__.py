"""The command line. Loading it loads click and nothing heavier; a command loads what it needs when it runs.

Exit codes: 0 as expected, 1 not as expected, 2 bad usage or bad input (one line on stderr), 130 interrupted.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import click

from verify.threads import pin_threads

COMMANDS = {
    "claims": "List the claims and what is expected of them.",
    "verify": "Put claims to the test and say what is true, on which evidence.",
    "derive": "Print a derivation, every line checked, or list the topics.",
    "check": "Check a certificate again, without any solver.",
    "solve": "Solve one game from a file or from the literature.",
    "study": "Count how often something happens, over a grid of parameters.",
    "runs": "List earlier runs, or show one.",
    "report": "Write the report of a run as a folder of HTML.",
    "doctor": "Look at this installation and this machine.",
}

NOT_AS_EXPECTED = 1
BAD_INPUT = 2
INTERRUPTED = 130


class _Lazy(click.Group):
    """Commands by name, each in a module of its own name that is imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return importlib.import_module(f"verify.cli.{cmd_name}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"firstmover {version('firstmover')}")
        ctx.exit()


@click.command(
    "firstmover",
    cls=_Lazy,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 as expected, 1 not as expected, 2 bad usage or input, 130 interrupted.",
)
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version.")
@click.pass_context
def cli(context: click.Context) -> None:
    """Verify the theory of leader-follower (Stackelberg) games."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    pin_threads()
    _open_streams()
    try:
        # Not cli.main: it would end a broken pipe with exit code 1. A command returns its exit code.
        with cli.make_context("firstmover", list(sys.argv[1:] if arguments is None else arguments)) as context:
            code = cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except click.ClickException as problem:
        code = _complain(problem.format_message())
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except BrokenPipeError:
        # Who read our output has left. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as problem:
        code = _complain(f"{problem.filename}: {problem.strerror}" if problem.filename else str(problem))
    except Exception as problem:
        from games.errors import FirstmoverError

        if not isinstance(problem, FirstmoverError):
            raise
        code = _complain(str(problem))
    sys.exit(code if isinstance(code, int) else 0)


def _open_streams() -> None:
    """Where the caller closed stdout or stderr, Python has None: what is written there is lost without a word."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")


def _complain(message: str) -> int:
    """One line on stderr."""
    line = " ".join(message.split())
    try:
        click.echo(f"firstmover: {line}", err=True)
    except OSError:  # nobody listens there either
        pass
    return BAD_INPUT
