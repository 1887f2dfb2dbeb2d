"""`dti audit verify`."""

import sys
from collections.abc import Sequence

import typer

from app.audit import service
from app.audit.chain import ChainReport
from app.cli.database import reachable_database, run
from app.kernel.database import Database, transaction

commands = typer.Typer(help="The event log.", no_args_is_help=True)


@commands.callback()
def _group() -> None:
    # Without it a group of one command would lose the command's name.
    pass


@commands.command()
def verify() -> None:
    """Recompute every hash chain. Exit code 1 when one does not hold."""
    with reachable_database() as settings:
        reports = run(settings, _verify)
    for report in reports:
        typer.echo(_line(report))
    if not all(report.valid for report in reports):
        sys.exit(1)


async def _verify(database: Database) -> Sequence[ChainReport]:
    async with transaction(database) as session:
        return await service.verify(session)


def _line(report: ChainReport) -> str:
    found = "valid" if report.valid else f"BROKEN from event {report.first_invalid}"
    return f"{report.chain}\t{report.events} events\t{found}\t{report.head}"
