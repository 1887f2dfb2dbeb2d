"""Nobody makes a client that may do more than themselves: scopes, unit, levels, indicators."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients import repository
from app.clients.client import Client
from app.clients.schemas import ClientCreate, ClientReplace
from app.kernel.errors import FieldError, InvalidError, pointer


async def check(session: AsyncSession, caller: Client, body: ClientCreate | ClientReplace) -> int | None:
    """The id of the unit that the client is bound to.

    InvalidError with every error in `errors`: `scope_not_held`; `unknown_unit`, `unknown_level`, `unknown_indicator`,
    which is all that is told of what stands outside the caller's bounds; `bound_required` where the caller has one.
    """
    unit_id, errors = await _unit(session, caller, body.unit)
    levels = await repository.known_levels(session, body.levels or ())
    indicators = await repository.known_indicators(session, body.indicators or ())
    every = [
        *_scopes(caller, body),
        *errors,
        *_codes("level", body.levels, levels, caller.levels),
        *_codes("indicator", body.indicators, indicators, caller.indicators),
    ]
    if every:
        raise InvalidError(every[0].code, every[0].detail, every)
    return unit_id


def _scopes(caller: Client, body: ClientCreate | ClientReplace) -> Iterator[FieldError]:
    for index, scope in enumerate(body.scopes):
        if not caller.may(scope):
            yield FieldError(pointer("scopes", index), "scope_not_held", f"You do not have the scope '{scope}'.")


async def _unit(session: AsyncSession, caller: Client, code: str | None) -> tuple[int | None, list[FieldError]]:
    if code is None:
        return None, [] if caller.unit is None else [_required("unit")]
    unit_id = await repository.find_unit_id(session, code, within=caller.unit)
    if unit_id is None:
        return None, [FieldError("/unit", "unknown_unit", f"There is no unit '{code}'.")]
    return unit_id, []


def _codes(
    kind: str, given: list[str] | None, known: AbstractSet[str], held: AbstractSet[str] | None
) -> Iterator[FieldError]:
    if given is None and held is not None:
        yield _required(f"{kind}s")
    for index, code in enumerate(given or ()):
        if code not in known or (held is not None and code not in held):
            yield FieldError(pointer(f"{kind}s", index), f"unknown_{kind}", f"There is no {kind} '{code}'.")


def _required(field: str) -> FieldError:
    return FieldError(pointer(field), "bound_required", "You have this bound, so whom you register needs one too.")
