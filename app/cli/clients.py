"""`dti clients add`, `list`, `rotate`, `disable`: who may call."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeVar

import typer
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli.database import reachable_database, run
from app.clients import repository, service
from app.clients.client import Scope
from app.clients.keys import load_keys
from app.clients.repository import Registration
from app.clients.schemas import LONGEST_OVERLAP_SECONDS, ClientCreate, ClientReplace
from app.clients.service import OPERATOR
from app.kernel.database import Database, transaction

commands = typer.Typer(help="Who may call.", no_args_is_help=True)

ClientId = Annotated[str, typer.Argument(help="Its client_id.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object and nothing else.")]
T = TypeVar("T")
Work = Callable[[AsyncSession, bytes], Awaitable[T]]


@commands.command()
def add(
    name: Annotated[str, typer.Argument(help="Whose system it is, for people.")],
    scope: Annotated[list[Scope], typer.Option(help="What it may do; may be given again.")],
    unit: Annotated[str | None, typer.Option(help="Bound it to this unit and those below.")] = None,
    level: Annotated[list[str] | None, typer.Option(help="Bound it to this level; may be given again.")] = None,
    indicator: Annotated[list[str] | None, typer.Option(help="Bound it to this indicator; may be given again.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a client. Its secret is shown here and never again."""
    try:
        # No bound and an empty list are different things to the service, and the same on a command line.
        body = ClientCreate(name=name, scopes=scope, unit=unit, levels=level or None, indicators=indicator or None)
    except ValidationError as error:
        told = "; ".join(f"{one['loc'][0]}: {one['msg']}" for one in error.errors())
        raise typer.BadParameter(told) from None

    async def work(session: AsyncSession, pepper: bytes) -> tuple[str, str]:
        return await service.register(session, pepper, OPERATOR, body)

    _show(*_done(work), as_json=as_json)


@commands.command("list")
def list_() -> None:
    """Every client with its scopes and bounds, the oldest first."""

    async def work(session: AsyncSession, _: bytes) -> Sequence[Registration]:
        return await repository.list_(session, OPERATOR)

    for found in _done(work):
        typer.echo(_line(found))


@commands.command()
def rotate(
    client_id: ClientId,
    overlap: Annotated[
        int, typer.Option(min=0, max=LONGEST_OVERLAP_SECONDS, help="Seconds for which the old secret stays good.")
    ] = 86_400,
    as_json: AsJson = False,
) -> None:
    """Give a client a new secret, which is shown here and never again. Without overlap its tokens end too."""

    async def work(session: AsyncSession, pepper: bytes) -> str:
        return await service.rotate(session, pepper, OPERATOR, client_id, overlap)

    _show(client_id, _done(work), as_json=as_json)


@commands.command()
def disable(client_id: ClientId) -> None:
    """Keep a client out: it gets no token, and those it has are void at once."""

    async def work(session: AsyncSession, _: bytes) -> None:
        found = await service.get(session, OPERATOR, client_id)
        client = found.client
        body = ClientReplace(
            name=found.name,
            scopes=sorted(client.scopes),
            unit=client.unit,
            levels=None if client.levels is None else sorted(client.levels),
            indicators=None if client.indicators is None else sorted(client.indicators),
            disabled=True,
        )
        await service.change(session, OPERATOR, client_id, body)

    _done(work)


def _done(work: Work[T]) -> T:
    """What the work gives, done in one transaction while no other writes clients."""
    with reachable_database() as settings:
        pepper = load_keys(settings).pepper

        async def locked(database: Database) -> T:
            async with transaction(database) as session:
                await repository.lock_clients(session)
                return await work(session, pepper)

        return run(settings, locked)


def _show(client_id: str, secret: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"client_id": client_id, "client_secret": secret}))
        return
    typer.echo(f"client_id      {client_id}\nclient_secret  {secret}\nThe secret is not shown again.")


def _line(found: Registration) -> str:
    client = found.client
    bounds = [
        *([f"unit {client.unit}"] if client.unit else []),
        *([f"levels {' '.join(sorted(client.levels))}"] if client.levels is not None else []),
        *([f"indicators {' '.join(sorted(client.indicators))}"] if client.indicators is not None else []),
        *(["disabled"] if found.disabled_at else []),
    ]
    return "\t".join([client.id, found.name, " ".join(sorted(client.scopes)), "; ".join(bounds)])
