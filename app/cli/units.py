"""`dti units import`."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from app.cli.database import reachable_database, run
from app.kernel.database import Database, transaction
from app.units.importing import (
    BEGAN,
    Defaults,
    Field,
    Report,
    Table,
    import_units,
    list_communes,
    parse_field,
    read_table,
)

commands = typer.Typer(help="Units.", no_args_is_help=True)


@commands.callback()
def _group() -> None:
    # Without it a group of one command would lose the command's name.
    pass


@commands.command("import")
def import_(  # noqa: PLR0913, PLR0917 - as many as the command has options
    file: Annotated[Path | None, typer.Argument(help="The list: CSV (UTF-8) or XLSX.", show_default=False)] = None,
    province: Annotated[
        str | None, typer.Option(help="Instead of a file: the communes of this 2-digit administrative code.")
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="COLUMN=FIELD",
            help="What a column means; may be given again. FIELD is code, name, level, parent, traits, valid_from, "
            "valid_to, identifier:SCHEME, parent:SCHEME or ignore.",
        ),
    ] = None,
    level: Annotated[str | None, typer.Option(help="Level of the lines that name none.")] = None,
    parent: Annotated[str | None, typer.Option(help="Code of the parent of the lines that name none.")] = None,
    valid_from: Annotated[
        str | None, typer.Option(metavar="DATE", help="First day of new units whose lines name none; else today.")
    ] = None,
    placeholder_codes: Annotated[
        bool, typer.Option("--placeholder-codes", help="Make up, and mark, codes of new units without one.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="The report only; nothing is written.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object and nothing else.")] = False,
) -> None:
    """Create the units of a list that are not there, and correct those that differ. All lines are written, or none.

    Importing a list again changes nothing. What happened to units on a day (a merger, a new name) is a reorganisation,
    not a corrected line. Exit code 1 when a line is refused: the report has every line's errors.
    """
    if (file is None) == (province is None):
        raise typer.BadParameter("Give a FILE or --province, and not both.")
    began = _day(valid_from)
    if province is not None:
        table = list_communes(province, parent)
        defaults = Defaults(level or "commune", parent, began or BEGAN, placeholder_codes=True)
    else:
        assert file is not None  # noqa: S101  checked above
        table = read_table(file, dict(_mapped(text) for text in mapping or ()))
        defaults = Defaults(level, parent, began, placeholder_codes)
    report = _imported(table, defaults, dry_run)
    if as_json:
        typer.echo(json.dumps(report.document(), ensure_ascii=False))
    else:
        for line in report.told():
            typer.echo(line)
    if report.refused:
        sys.exit(1)


def _imported(table: Table, defaults: Defaults, dry_run: bool) -> Report:
    async def work(database: Database) -> Report:
        async with transaction(database) as session:
            return await import_units(session, "cli", table, defaults, dry_run=dry_run)

    with reachable_database() as settings:
        return run(settings, work)


def _mapped(text: str) -> tuple[str, Field]:
    column, sign, name = text.rpartition("=")
    if not sign:
        raise typer.BadParameter(f"'{text}' is not COLUMN=FIELD.", param_hint="--map")
    return column, parse_field(name)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is no date such as 2025-07-01.", param_hint="--valid-from") from None
