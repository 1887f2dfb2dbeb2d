"""What other features read: the subtree of a unit on a day, levels by code."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.access import Client, Scope
from app.kernel.database import transaction
from app.kernel.errors import NotFoundError
from app.units import repository, service
from app.units.schemas import UnitCreate, UnitReplace

SEED = Client("seed", frozenset({Scope.ADMIN}), None, None, None)


@pytest.fixture
async def session(app: FastAPI) -> AsyncIterator[AsyncSession]:
    async with transaction(app.state.database) as session:
        yield session


async def members(session: AsyncSession, code: str, on: date) -> dict[str, repository.SubtreeMember]:
    unit = await repository.get_unit(session, code)
    return {member.code: member for member in await repository.subtree(session, unit.id, on)}


async def test_a_subtree_holds_what_was_valid_that_day_in_order(tree: AsyncClient, session: AsyncSession) -> None:
    before, after = date(2022, 1, 1), date(2026, 1, 1)
    assert list(await members(session, "H61", before)) == ["H61.857", "H61.2", "H61.10", "H61", "H61.S01"]
    assert list(await members(session, "H61", after)) == ["H61.99", "H61", "H61.S01"]
    assert list(await members(session, "H61.857", before)) == ["H61.857", "H61.2", "H61.10"]


async def test_ancestors_reach_from_the_parent_to_the_root_even_above_the_subtree(
    tree: AsyncClient, session: AsyncSession
) -> None:
    found = await members(session, "H61.857", date(2022, 1, 1))
    assert found["H61.2"].ancestors == ("H61.857", "H61")
    assert (found["H61.857"].parent, found["H61.857"].ancestors) == ("H61", ("H61",))
    root = (await members(session, "H61", date(2022, 1, 1)))["H61"]
    assert (root.parent, root.ancestors) == (None, ())


async def test_a_member_is_the_unit_as_it_stood(tree: AsyncClient, session: AsyncSession) -> None:
    level = await repository.get_level(session, "department")
    member = (await members(session, "H61", date(2022, 1, 1)))["H61.S01"]
    assert (member.name, member.parent) == ("Văn phòng", "H61")
    assert (member.level_id, member.traits) == (level.id, ("no-online-public-services",))


async def test_a_unit_not_valid_that_day_has_no_subtree(tree: AsyncClient, session: AsyncSession) -> None:
    assert await members(session, "H61.857", date(2025, 7, 1)) == {}
    assert await members(session, "H61", date(2020, 1, 31)) == {}


async def test_what_is_not_there_is_none_or_an_error(tree: AsyncClient, session: AsyncSession) -> None:
    assert await repository.find_unit(session, "H99") is None
    assert await repository.find_level(session, "nation") is None
    by_scheme = await repository.find_unit(session, "86", "mdvhc")
    assert by_scheme is not None
    assert by_scheme.code == "H61"
    with pytest.raises(NotFoundError, match="H99"):
        await repository.get_unit(session, "H99")
    with pytest.raises(NotFoundError, match="nation"):
        await repository.get_level(session, "nation")


async def test_units_can_be_written_without_http_in_the_callers_transaction(app: FastAPI, admin: AsyncClient) -> None:
    async with transaction(app.state.database) as session:
        await service.create_unit(session, SEED, UnitCreate(code="H98", name="Sở", level="province"))
        body = UnitReplace(name="Phòng", level="department", parent="H98")
        created, is_new = await service.put_unit(session, SEED, "H98.1", body)
        assert (created.parent, is_new) == ("H98", True)
        assert (await admin.get("/v1/units/H98")).status_code == 404
    assert (await admin.get("/v1/units/H98.1")).json() == created.model_dump(mode="json")


async def test_levels_are_listed_by_ordinal(session: AsyncSession) -> None:
    levels = await repository.list_levels(session)
    assert [level.code for level in levels] == ["province", "department", "district", "commune"]
