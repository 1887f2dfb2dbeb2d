"""Values that are meant to do harm, over real connections."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from tests.oracle.everything import COMMUNES, answers
from tests.system.caller import connected, submission
from tests.system.conftest import PERIOD, Serve, Staged
from tests.system.raw import connection, head, read_answer
from tests.system.service import Credentials, Service, dti
from tests.system.soundness import events_of

PUSH = "/v1/data-values"
FIRST, *OTHERS = answers(0)


@pytest.fixture(scope="module")
def service(staged: Staged, serve_all: Serve) -> Service:
    return serve_all(staged.folder)


@pytest.fixture(scope="module")
def token(service: Service, staged: Staged) -> str:
    return staged.admin.token(service.base)


@pytest.fixture
def http(service: Service, token: str) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with httpx.Client(base_url=service.base, headers=headers, timeout=120) as http:
        yield http


def value(unit: str, seat: int, indicator: str = FIRST, **fields: Any) -> dict[str, Any]:
    return {"unit": unit, "indicator": indicator, "inputs": answers(seat)[FIRST], **fields}


def push(*values: Any, period: str = PERIOD) -> dict[str, Any]:
    return {"period": period, "source": "lgsp", "values": values}


def written(member: str) -> bytes:
    """The body of a push of one value that has this member, written as no library would."""
    one = f'{{"unit": "B1", "indicator": "{FIRST}", {member}}}'
    return f'{{"period": "{PERIOD}", "source": "lgsp", "values": [{one}]}}'.encode()


def everything(http: httpx.Client) -> list[str]:
    return [http.get(f"/v1{submission(unit)}").text for unit in COMMUNES]


WRONG = {
    "NaN": ("NaN", 400, "unreadable_body"),
    "Infinity": ("Infinity", 400, "unreadable_body"),
    "-Infinity": ("-Infinity", 400, "unreadable_body"),
    "1e400": ("1e400", 422, "validation_failed"),
    "-1e400": ("-1e400", 422, "validation_failed"),
    "400 digits": ("9" * 400, 422, None),
    "5000 digits": ("9" * 5000, 400, "unreadable_body"),
    "1e-400": ("[1e-400]", 422, None),
    "hexadecimal": ("0x10", 400, "unreadable_body"),
    "lone surrogate": (r'"\ud800"', 400, "unreadable_body"),
    "lone surrogate as a name": (r'{"\udfff": 1}', 400, "unreadable_body"),
    "NUL": (r'"\u0000"', 422, "validation_failed"),
    "NUL in a name": (r'{"\u0000": 1}', 422, "validation_failed"),
    "NUL as it is": ('"\0"', 400, "unreadable_body"),
    "a member twice": ('{"a": 1, "a": 2}', 400, "duplicate_member"),
    "a member twice in disguise": (r'{"a": 1, "\u0061": 2}', 400, "duplicate_member"),
    "deep lists": ("[" * 10_000 + "]" * 10_000, 400, "unreadable_body"),
    "deep objects": ('{"a":' * 10_000 + "1" + "}" * 10_000, 400, "unreadable_body"),
    "open lists": ("[" * 100_000, 400, "unreadable_body"),
    "a comment": ("1 /* x */", 400, "unreadable_body"),
    "two documents": ("1}]}{", 400, "unreadable_body"),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("path", [PUSH, f"/v1{submission('B1')}"])
def test_what_no_number_or_text_is_gets_a_problem_and_changes_nothing(http: httpx.Client, name: str, path: str) -> None:
    text, status, code = WRONG[name]
    before = everything(http)
    if path == PUSH:
        body = (
            f'{{"period": "{PERIOD}", "values": [{{"unit": "B1", "indicator": "{FIRST}", "inputs": {{"a": {text}}}}}]}}'
        )
        answer = http.post(path, content=body.encode())
    else:
        body = f'{{"answers": [{{"indicator": "{FIRST}", "inputs": {{"a": {text}}}}}]}}'
        answer = http.patch(path, content=body.encode())
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == status, answer.text
    assert code is None or answer.json()["code"] == code, answer.text
    assert everything(http) == before


@pytest.mark.parametrize("body", [b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b"\xc3\x28", b'{"period": "\xed\xa0\x80"}'])
def test_what_is_not_utf_8_cannot_be_read(http: httpx.Client, body: bytes) -> None:
    answer = http.post(PUSH, content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable_body")


def test_a_zero_has_no_sign(http: httpx.Client) -> None:
    told = []
    for zero in ("-0", "-0.0", "-0e5", "0"):
        assert http.post(PUSH, content=written(f'"points": {zero}')).status_code == 200
        found = http.get(f"{PUSH}/reconciliation", params={"period": PERIOD}).json()["items"]
        told.append([(unit["sum"], unit["hash"]) for unit in found if unit["unit"] == "B1"])
    assert told == [told[0]] * 4


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "", "a/b/c"]
)
def test_another_content_type_is_refused(http: httpx.Client, media_type: str) -> None:
    for method, path in (("POST", PUSH), ("PATCH", f"/v1{submission('B1')}"), ("POST", "/v1/units")):
        answer = http.request(method, path, content=json.dumps(push()), headers={"Content-Type": media_type})
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_one_value_too_many_is_refused_by_its_rule(http: httpx.Client) -> None:
    values = ",".join(['{"unit":"B1","indicator":"1","inputs":{}}'] * 250_001)
    answer = http.post(PUSH, content=f'{{"period": "{PERIOD}", "values": [{values}]}}'.encode())
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/values", "too_long")
    assert "250000" in error["detail"].replace(" ", "").replace(",", "")


def test_a_value_of_an_inner_node_is_unknown(http: httpx.Client) -> None:
    answer = http.post(PUSH, json=push(value("B1", 0, FIRST.rpartition(".")[0])))
    assert [error["code"] for error in answer.json()["errors"]] == ["unknown_indicator"]


def test_a_unit_outside_is_unknown_in_the_middle_of_a_large_push(
    http: httpx.Client, service: Service, staged: Staged
) -> None:
    added = dti(staged.folder, "clients", "add", "Xã B1", "--scope", "push", "--unit", "B1", "--json")
    token = Credentials(**json.loads(added)).token(service.base)
    before = everything(http)

    def refusal(unit: str) -> httpx.Response:
        inside = [value("B1", seat % 8, sequence=seat) for seat in range(20_000)]
        body = push(*inside[:10_000], value(unit, 0), *inside[10_000:])
        return http.post(PUSH, json=body, headers={"Authorization": f"Bearer {token}"})

    outside, nowhere = refusal("B2"), refusal("B9")
    assert outside.status_code == 422
    [error] = outside.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/values/10000/unit", "unknown_unit")
    assert outside.content.replace(b"B2", b"B9") == nowhere.content
    assert everything(http) == before


async def test_two_pushes_of_the_same_values_at_once_have_one_set_of_effects(service: Service, token: str) -> None:
    before = await events_of(service)
    every = answers(1).items()
    values = [{"unit": u, "indicator": leaf, "inputs": given} for u in COMMUNES for leaf, given in every]
    body = push(*values)
    async with connected(service, token) as one, connected(service, token) as two:
        both = await asyncio.gather(one.post("/data-values", json=body), two.post("/data-values", json=body))
    reports = [answer.json() for answer in both]
    assert [answer.status_code for answer in both] == [200, 200]
    taken = [report["counts"]["created"] + report["counts"]["updated"] for report in reports]
    same = [report["counts"]["unchanged"] for report in reports]
    assert sorted(taken) == [0, len(values)]
    assert sorted(same) == [0, len(values)]
    assert sorted(bool(report["effects"]) for report in reports) == [False, True]
    assert {report["versions"]["commune"] for report in reports} == {before + 1}
    assert await events_of(service) == before + 1


def test_a_push_to_a_closed_period_is_a_conflict(http: httpx.Client) -> None:
    assert http.post(f"/v1/periods/{PERIOD}/close").status_code == 200
    before = everything(http)
    answer = http.post(PUSH, json=push(value("B1", 5)))
    assert (answer.status_code, answer.json()["code"]) == (409, "period_not_open")
    assert everything(http) == before
    assert http.post(f"/v1/periods/{PERIOD}/reopen", json={"reason": "Thử"}).status_code == 200


def test_garbage_behind_good_requests_ends_the_connection_and_nothing_else(service: Service) -> None:
    good = head("GET", "/livez")
    with connection(service) as line:
        line.sendall(good)
        assert read_answer(line).status == 200
        line.sendall(good + b"\x00\xff NO HTTP\r\n\r\n" + good)
        first = read_answer(line)
        assert first.status in (200, 400)
        rest = b""
        while piece := line.recv(65_536):
            rest += piece
    assert first.status == 400 or rest.startswith(b"HTTP/1.1 400 ")
    assert rest.count(b"HTTP/1.1 200") == 0
    assert service.status("/livez") == 200


@pytest.mark.parametrize(
    "lines",
    [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 5 5\r\n",
    ],
)
def test_a_body_of_two_lengths_is_smuggled_past_nobody(service: Service, lines: str) -> None:
    smuggled = b"0\r\n\r\nGET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"
    with connection(service) as line:
        line.sendall(f"POST /v1/units HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode() + smuggled)
        line.settimeout(5)
        answer = read_answer(line)
    assert answer.status in (400, 401, 415, 422)
    assert answer.problem["status"] == answer.status
