"""ETags: weak never changes anything, and a GET is answered 304 by either."""

import pytest
from httpx import AsyncClient

from app.kernel.conditional import check_if_match, check_if_none_match, none_match
from app.kernel.errors import PreconditionFailedError

STATE = "/v1/probe/things/x/state"


@pytest.mark.parametrize("header", ['"7"', '"1", "7"', "*", 'W/"1","7"'])
async def test_a_write_with_the_current_tag_passes(http: AsyncClient, header: str) -> None:
    assert (await http.put(STATE, headers={"If-Match": header})).status_code == 200


@pytest.mark.parametrize("header", ['"6"', 'W/"7"', "7", '"', '"77"', 'W/"7", "6"'])
async def test_a_write_with_any_other_tag_is_stale(http: AsyncClient, header: str) -> None:
    response = await http.put(STATE, headers={"If-Match": header})
    assert response.status_code == 412
    assert response.headers["etag"] == '"7"'
    assert response.json()["current_revision"] == 7
    assert response.json()["code"] == "stale_revision"


async def test_a_header_on_two_lines_is_one_list(http: AsyncClient) -> None:
    assert (await http.put(STATE, headers=[("If-Match", '"6"'), ("If-Match", '"7"')])).status_code == 200


@pytest.mark.parametrize(
    ("header", "status"),
    [('"7"', 304), ('W/"7"', 304), ('"6", W/"7"', 304), ("*", 304), ('"6"', 200), ("7", 200)],
)
async def test_a_read_is_304_when_the_caller_holds_it(http: AsyncClient, header: str, status: int) -> None:
    response = await http.get(STATE, headers={"If-None-Match": header})
    assert (response.status_code, response.headers["etag"]) == (status, '"7"')
    assert (response.content == b"") is (status == 304)


def test_a_weak_tag_of_ours_would_be_compared_weakly_too() -> None:
    assert none_match('"7"', 'W/"7"')
    assert not none_match(None, '"7"')


def test_create_only_refuses_what_is_there() -> None:
    check_if_none_match(None, 7)
    check_if_none_match("*", None)
    check_if_none_match('"6"', 7)
    for header in ("*", '"7"', 'W/"7"'):
        with pytest.raises(PreconditionFailedError) as caught:
            check_if_none_match(header, 7)
        assert caught.value.extensions == {"current_revision": 7}


def test_a_precondition_on_what_is_not_there_fails() -> None:
    with pytest.raises(PreconditionFailedError):
        check_if_match("*", None)
