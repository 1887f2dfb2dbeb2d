"""The command line: the same services as HTTP. Results go to standard output, all else to standard error."""

import signal
import sys

import typer
from sqlalchemy.exc import DBAPIError

from app.cli import clients, data, documents, events, frameworks, serving, units
from app.cli.stopping import exit_with
from app.kernel.errors import ProblemError
from app.kernel.outages import explain
from app.postgres import PostgresError

app = typer.Typer(
    help="Digital transformation index.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (serving.serve, data.migrate, data.seed, data.rebuild, documents.openapi):
    app.command()(command)
app.add_typer(clients.commands, name="clients")
app.add_typer(frameworks.commands, name="frameworks")
app.add_typer(units.commands, name="units")
app.add_typer(events.commands, name="audit")


def main() -> None:
    """The entry point `dti`: a refusal is one sentence and exit code 1."""
    signal.signal(signal.SIGTERM, exit_with(143))
    signal.signal(signal.SIGINT, exit_with(130))
    try:
        app()
    except ProblemError as problem:
        sys.exit(f"dti: {problem.detail}")
    except DBAPIError as error:
        told = explain(error, "POST")
        if told is None:
            raise
        sys.exit(f"dti: {told.detail}")
    except (PostgresError, OSError) as problem:
        sys.exit(f"dti: {problem}")
