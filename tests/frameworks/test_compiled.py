from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest
from fastapi import FastAPI
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.frameworks import repository, service
from app.frameworks.compiling import CompiledCache, CompiledFramework
from app.frameworks.document import FrameworkDocument
from app.kernel.database import Database, transaction
from app.kernel.errors import ConflictError, NotFoundError
from tests.frameworks.documents import framework, with_every_rule


@pytest.fixture
def database(app: FastAPI) -> Database:
    found: Database = app.state.database
    return found


async def store(session: AsyncSession, version: int, *, publish: bool) -> int:
    document = FrameworkDocument.model_validate(with_every_rule() | {"version": version})
    row = await service.create(session, document, "seed")
    if publish:
        await service.publish(session, row.code, row.version, "seed")
    return row.id


async def test_a_compiled_framework_has_the_ids_of_its_indicators_by_ordinal(database: Database) -> None:
    async with transaction(database) as session:
        compiled = await service.compiled(session, await store(session, 1, publish=True))
        rows = await session.execute(text("SELECT code, id FROM indicators"))
        ids = {row.code: row.id for row in rows}
    assert compiled.reference == "trial-commune/1"
    assert compiled.provenance == "official"
    assert len(compiled.content_hash or "") == 64
    assert {node.code: compiled.indicator_ids[node.ordinal] for node in compiled.framework.indicators} == ids
    rule = compiled.framework.by_code["1.4"].rule
    assert rule is not None
    assert rule.document == {
        "type": "proportional",
        "value": "a / b",
        "full_at": Decimal("0.2"),
        "below": "unscaled",
        "floor": Decimal("0.1"),
    }
    with pytest.raises(FrozenInstanceError):
        compiled.id = 2  # type: ignore[misc]


async def test_a_published_framework_is_read_once_and_a_draft_every_time(database: Database) -> None:
    async with transaction(database) as session:
        published = await store(session, 1, publish=True)
        draft = await store(session, 2, publish=False)
    counted: list[str] = []
    engine = database.reader.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *args: counted.append(args[2]))
    async with AsyncSession(database.reader) as session:
        first = await service.compiled(session, published)
        assert len(counted) == 2
        assert await service.compiled(session, published) is first
        assert len(counted) == 2
        assert (await service.compiled(session, draft)).content_hash is None
    async with AsyncSession(database.reader) as session:
        assert await service.compiled(session, published) is first
        before = len(counted)
        await service.compiled(session, draft)
        assert len(counted) == before + 2


async def test_an_unknown_framework_is_not_found(database: Database) -> None:
    async with AsyncSession(database.reader) as session:
        with pytest.raises(NotFoundError, match="framework_not_found"):
            await service.compiled(session, 12345)
        with pytest.raises(NotFoundError, match="framework_not_found"):
            await repository.get(session, "nowhere", 1)
        assert await repository.find(session, "nowhere", 1) is None


async def test_creating_twice_is_a_conflict_without_http_too(database: Database) -> None:
    document = FrameworkDocument.model_validate(framework())
    async with transaction(database) as session:
        await service.create(session, document, "seed")
        with pytest.raises(ConflictError, match="framework_exists"):
            await service.create(session, document, "seed")


def test_the_cache_forgets_the_framework_used_longest_ago(compiled_framework: CompiledFramework) -> None:
    cache = CompiledCache(2)
    one, two, three = (
        CompiledFramework(number, "x", number, None, "example", compiled_framework.framework, ())
        for number in (1, 2, 3)
    )
    cache.put(one)
    cache.put(two)
    assert cache.find(1) is one
    cache.put(three)
    assert (cache.find(1), cache.find(2), cache.find(3)) == (one, None, three)


@pytest.fixture
def compiled_framework() -> CompiledFramework:
    from app.scoring import read_framework

    return CompiledFramework(1, "x", 1, None, "example", read_framework(framework()), ())
