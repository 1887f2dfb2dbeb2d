"""Role × operation × own and other unit, for every operation of the OpenAPI document."""

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.clients.client import Scope
from tests.conftest import Bearer
from tests.matrix.calling import Operation, documented, operations, stored
from tests.matrix.rows import BOUND, ROWS
from tests.periods.building import refused

OPERATIONS = operations()
FORGED = {"Authorization": "Bearer x.y.z"}


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    assert documented() - set(ROWS) == set(), "say in tests/matrix/rows.py who may do that"
    assert set(ROWS) - documented() == set()


@pytest.fixture(params=sorted(OPERATIONS))
async def operation(request: pytest.FixtureRequest, opened: AsyncClient) -> Operation:
    """One after the other, with what it needs done."""
    found = OPERATIONS[request.param]
    for method, path, body in found.row.before:
        answer = await opened.request(method, f"/v1{path}", json=body)
        assert answer.is_success, answer.text
    return found


async def test_it_opens_to_whom_it_should_and_tells_nobody_else_anything(
    operation: Operation, app: FastAPI, client: AsyncClient, bearer: Bearer
) -> None:
    database, row = app.state.database, operation.row
    before = await stored(database)
    if row.opens_to:
        assert operation.security in [[{"oauth2": [scope.value]}] for scope in row.opens_to]
        await _refuses_strangers(operation, client)
        await _refuses_other_scopes(operation, client, bearer)
    elif row.opens_to is not None:
        assert operation.security == [{"oauth2": []}, {}]
        answer = await operation.ask(client, row.units[0], FORGED)
        assert refused(answer, 401) == "invalid_token"
    else:
        assert operation.security == []
    if row.outside is not None:
        await _hides_what_is_outside(operation, client, bearer)
    if row.bounded is not None:
        answer = await operation.ask(client, row.units[0], bearer(*_scopes(operation), unit=BOUND))
        assert refused(answer, row.bounded) == "outside_bounds"
    assert await stored(database) == before
    await _lets_others_in(operation, client, bearer)


def _scopes(operation: Operation) -> tuple[Scope, ...]:
    return (operation.row.opens_to or (Scope.READ,))[:1]


async def _refuses_strangers(operation: Operation, client: AsyncClient) -> None:
    for unit in operation.row.units:
        nobody = await operation.ask(client, unit)
        assert refused(nobody, 401) == "token_missing"
        assert nobody.headers["WWW-Authenticate"].startswith("Bearer")
        assert refused(await operation.ask(client, unit, FORGED), 401) == "invalid_token"


async def _refuses_other_scopes(operation: Operation, client: AsyncClient, bearer: Bearer) -> None:
    for scope in Scope:
        if scope in (*(operation.row.opens_to or ()), Scope.ADMIN):
            continue
        answers = [await operation.ask(client, unit, bearer(scope)) for unit in operation.row.units]
        assert {refused(answer, 403) for answer in answers} == {"insufficient_scope"}, scope
        assert len({answer.text for answer in answers}) == 1, "it tells which units exist"


async def _hides_what_is_outside(operation: Operation, client: AsyncClient, bearer: Bearer) -> None:
    row = operation.row
    _, other, nobody = row.units
    bounds = [bearer(*_scopes(operation), unit=BOUND)]
    if "{unit}" in operation.path:
        bounds.append(bearer(*_scopes(operation), levels=["department"]))
    for headers in bounds:
        there = await operation.ask(client, other, headers)
        assert there.status_code == row.outside, there.text
        if not row.is_told:
            nowhere = await operation.ask(client, nobody, headers)
            assert nowhere.status_code == row.outside
            assert there.text.replace(other, nobody) == nowhere.text, "it tells who exists"


async def _lets_others_in(operation: Operation, client: AsyncClient, bearer: Bearer) -> None:
    row = operation.row
    own, other, _ = row.units
    bounds = {"unit": BOUND} if row.bounded is None else {}
    answer = await operation.ask(client, own, bearer(*_scopes(operation), **bounds))
    assert answer.status_code == row.status, answer.text
    assert other not in answer.text, "it tells of a unit outside"
    for scope in (*(row.opens_to or ()), Scope.ADMIN):
        again = await operation.ask(client, own, bearer(scope))
        if operation.method == "GET":
            assert again.status_code == row.status, again.text
        # A write was done already: what it answers now says at least that the door is open.
        assert row.opens_to is None or again.status_code not in (401, 403)
    if row.opens_to in (None, ()):
        assert (await operation.ask(client, own)).status_code == row.status
