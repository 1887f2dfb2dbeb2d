"""`dti clients add`, `dti clients list`."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer

from app.audit.service import record_global
from app.cli.database import reachable_database, run
from app.clients import service
from app.clients.client import Scope
from app.clients.keys import load_keys
from app.clients.repository import Listed
from app.kernel.database import Database, transaction

commands = typer.Typer(help="Who may call.", no_args_is_help=True)


@commands.command()
def add(
    name: Annotated[str, typer.Argument(help="Whose system it is, for people.")],
    scope: Annotated[list[Scope], typer.Option(help="What it may do; may be given again.")],
    unit: Annotated[str | None, typer.Option(help="Bound it to this unit and those below.")] = None,
    level: Annotated[list[str] | None, typer.Option(help="Bound it to this level; may be given again.")] = None,
    indicator: Annotated[list[str] | None, typer.Option(help="Bound it to this indicator; may be given again.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object and nothing else.")] = False,
) -> None:
    """Make a client. Its secret is shown here and never again."""
    with reachable_database() as settings:
        pepper = load_keys(settings).pepper

        async def work(database: Database) -> tuple[str, str]:
            # No bound and an empty list are different things to the service, and the same on a command line.
            bounds = {"levels": level or None, "indicators": indicator or None}
            async with transaction(database) as session:
                added = await service.add_client(session, pepper, name, scope, unit=unit, **bounds)
                facts = {"id": added[0], "name": name, "scopes": sorted(scope), "unit": unit, **bounds}
                await record_global(session, actor="cli", type="client.created", data=facts)
                return added

        client_id, secret = run(settings, work)
    if as_json:
        typer.echo(json.dumps({"client_id": client_id, "client_secret": secret}))
        return
    typer.echo(f"client_id      {client_id}\nclient_secret  {secret}\nThe secret is not shown again.")


@commands.command("list")
def list_() -> None:
    """Every client with its scopes and bounds, the oldest first."""
    with reachable_database() as settings:
        for found in run(settings, _listed):
            typer.echo(_line(found))


async def _listed(database: Database) -> Sequence[Listed]:
    async with transaction(database) as session:
        return await service.list_clients(session)


def _line(found: Listed) -> str:
    client = found.client
    bounds = [
        *([f"unit {client.unit}"] if client.unit else []),
        *([f"levels {' '.join(sorted(client.levels))}"] if client.levels is not None else []),
        *([f"indicators {' '.join(sorted(client.indicators))}"] if client.indicators is not None else []),
        *(["disabled"] if found.disabled_at else []),
    ]
    return "\t".join([client.id, found.name, " ".join(sorted(client.scopes)), "; ".join(bounds)])
