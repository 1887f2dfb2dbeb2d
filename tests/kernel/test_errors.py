"""Every refusal is a problem, names the field, and gives nothing away."""

import json
from typing import Any

import pytest
from httpx import AsyncClient, Response

VALUES = "/v1/probe/things/x/values"


def problem(response: Response, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["code"]) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"]
    assert body["status"] == status
    assert set(body) >= {"type", "title", "status", "detail", "code", "errors"}
    return body


def pointers(body: dict[str, Any]) -> list[str]:
    return [error["pointer"] for error in body["errors"]]


async def post(http: AsyncClient, content: bytes, media_type: str = "application/json") -> Response:
    return await http.post(VALUES, content=content, headers={"Content-Type": media_type})


async def test_a_path_that_is_not_there_is_a_problem(http: AsyncClient) -> None:
    problem(await http.get("/v1/nowhere"), 404, "route_not_found")


async def test_a_path_with_a_slash_too_many_is_not_redirected(http: AsyncClient) -> None:
    problem(await http.get("/livez/"), 404, "route_not_found")


async def test_a_method_that_is_not_taken_names_all_that_are(http: AsyncClient) -> None:
    response = await http.delete("/v1/probe/things/x/state")
    problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "GET, PUT"


async def test_a_path_without_parameters_is_not_taken_for_one_with_them(http: AsyncClient) -> None:
    response = await http.options("/v1/units/reorganisations")
    problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"
    assert (await http.options("/v1/units/H61")).headers["allow"] == "DELETE, GET, PUT"


async def test_an_unexpected_error_tells_nothing(http: AsyncClient, capsys: pytest.CaptureFixture[str]) -> None:
    response = await http.get("/v1/probe/crash", headers={"X-Request-Id": "abc-1"})
    problem(response, 500, "internal_error")
    assert "secret" not in response.text
    assert response.headers["x-request-id"] == "abc-1"
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert any("a secret of the house" in line.get("exception", "") for line in logged)
    assert {line["request_id"] for line in logged} == {"abc-1"}


async def test_a_detail_that_utf_8_cannot_carry_is_still_an_answer(http: AsyncClient) -> None:
    response = await http.post("/v1/probe/things/missing/values", json={"values": []})
    assert problem(response, 404, "thing_not_found")["detail"] == "There is no thing ?."


async def test_every_field_that_breaks_a_rule_is_named(http: AsyncClient) -> None:
    sent = {"values": [{"unit": "h61"}, {"points": -1, "note": "  "}, {"a/b~c": 1}], "more": 1}
    body = problem(await http.post(VALUES, json=sent), 422, "validation_failed")
    assert pointers(body) == [
        "/values/0/unit",
        "/values/1/points",
        "/values/1/note",
        "/values/2/a~1b~0c",
        "/more",
    ]
    assert "input" not in body["errors"][0]


async def test_a_missing_field_and_a_missing_body_are_named(http: AsyncClient) -> None:
    assert pointers(problem(await http.post(VALUES, json={}), 422, "validation_failed")) == ["/values"]
    assert pointers(problem(await http.post(VALUES), 422, "validation_failed")) == [""]


async def test_null_is_neither_a_body_nor_none(http: AsyncClient) -> None:
    body = problem(await post(http, b"null"), 422, "validation_failed")
    assert [(error["pointer"], error["code"]) for error in body["errors"]] == [("", "not_an_object")]


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"\xff",
        b'{"values": [NaN]}',
        b'{"values": [{"number": Infinity}]}',
        b"[" * 100_000,
        b"[" * 500 + b"]" * 500,
        b'{"values": "\\ud800"}',
        b'{"\\udc00": 1}',
        '{"values": []}'.encode("utf-16"),
        b"1" * 5000,
    ],
)
async def test_what_is_not_json_is_unreadable(http: AsyncClient, content: bytes) -> None:
    problem(await post(http, content), 400, "unreadable_body")


@pytest.mark.parametrize(
    "content", [b'{"values": [], "values": []}', b'{"values": [{"inputs": {"a": 1, "\\u0061": 2}}]}']
)
async def test_of_two_members_of_one_name_neither_is_taken(http: AsyncClient, content: bytes) -> None:
    answer = await post(http, content)
    problem(answer, 400, "duplicate_member")
    assert any(f'"{name}" at line 1' in answer.json()["detail"] for name in ("values", "a"))


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        (b'{"values": [{"number": 1e400}]}', "/values/0/number"),
        (b'{"values": [{"inputs": {"a": [-1E+0999]}}]}', "/values/0/inputs/a/0"),
        (b'{"values": [{"inputs": {"a": ' + b"9" * 400 + b".0}}]}", "/values/0/inputs/a"),
        (b'{"values": [{"inputs": {"a": "x\\u0000"}}]}', "/values/0/inputs/a"),
        (b'{"values": [{"inputs": {"\\u0000": 1}}]}', "/values/0/inputs"),
    ],
)
async def test_what_no_table_can_hold_is_named(http: AsyncClient, content: bytes, pointer: str) -> None:
    assert pointers(problem(await post(http, content), 422, "validation_failed")) == [pointer]


async def test_an_escaped_backslash_is_not_taken_for_u0000(http: AsyncClient) -> None:
    assert (await post(http, b'{"values": [{"inputs": {"a": "\\\\u0000"}}]}')).status_code == 201


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""])
async def test_a_body_of_another_type_is_415(http: AsyncClient, media_type: str) -> None:
    problem(await post(http, b'{"values": []}', media_type), 415, "unsupported_media_type")


async def test_json_may_say_its_charset(http: AsyncClient) -> None:
    assert (await post(http, b'{"values": []}', "application/json; charset=utf-8")).status_code == 201


async def test_a_form_must_be_a_form(http: AsyncClient) -> None:
    problem(await http.post("/v1/probe/form", json={"field": "a"}), 415, "unsupported_media_type")
    assert (await http.post("/v1/probe/form", data={"field": "a"})).json() == "a"
    bad = {"Content-Type": "multipart/form-data; boundary=x"}
    problem(await http.post("/v1/probe/form", content=b"no such", headers=bad), 400, "unreadable_body")


async def test_a_parameter_nobody_declared_is_refused(http: AsyncClient) -> None:
    response = await http.get("/v1/probe/things/x/list?limit=2&lmit=3&a/b=1")
    assert pointers(problem(response, 422, "unknown_parameter")) == ["/query/lmit", "/query/a~1b"]
    problem(await http.get("/livez?x=1"), 422, "unknown_parameter")
    problem(await http.post(f"{VALUES}?dry=1", json={"values": []}), 422, "unknown_parameter")


async def test_a_scalar_given_twice_is_refused_and_a_list_is_not(http: AsyncClient) -> None:
    response = await http.get("/v1/probe/things/x/list?limit=1&limit=2")
    assert pointers(problem(response, 422, "repeated_parameter")) == ["/query/limit"]
    assert (await http.get("/v1/probe/things/x/list?tag=a&tag=b&q=x&limit=1")).status_code == 200


async def test_a_parameter_that_is_not_utf_8_is_refused_and_not_repaired(http: AsyncClient) -> None:
    for lost in ("%FF", "a%ED%A0%80"):
        body = problem(await http.get(f"/v1/probe/things/x/list?q={lost}"), 422, "validation_failed")
        assert [(error["pointer"], error["code"]) for error in body["errors"]] == [("/query/q", "not_unicode")]


async def test_a_bad_parameter_is_named(http: AsyncClient) -> None:
    response = await http.get("/v1/probe/things/x/list?limit=0")
    assert pointers(problem(response, 422, "validation_failed")) == ["/query/limit"]
    response = await http.get("/v1/probe/things/x/list?q=%00")
    assert pointers(problem(response, 422, "validation_failed")) == ["/query/q"]
    response = await http.get("/v1/probe/things/%00/list")
    assert pointers(problem(response, 422, "validation_failed")) == ["/path/thing"]
