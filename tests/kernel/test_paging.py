"""Cursors are opaque, and a made-up one is a 400, whatever is in it."""

import base64
import contextlib

import pytest
from httpx import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import BadRequestError
from app.kernel.paging import cut, decode_cursor, encode_cursor

LIST = "/v1/probe/things/x/list"


def wrapped(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), st.integers(-(2**63) + 1, 2**63 - 1))
def test_a_cursor_gives_back_its_parts(text: str, number: int) -> None:
    cursor = encode_cursor(text, number)
    assert decode_cursor(cursor, str, int) == [text, number]
    assert cursor.replace("-", "").replace("_", "").isalnum()


@given(st.text())
def test_no_text_breaks_the_reading_of_a_cursor(text: str) -> None:
    for cursor in (text, wrapped(text)):
        with contextlib.suppress(BadRequestError):
            assert len(decode_cursor(cursor, int)) == 1


@pytest.mark.parametrize(
    "cursor",
    [
        *("é", "=", "a", "!!"),
        *map(wrapped, ["{}", "[]", "[1, 2]", '["a"]', "[null]", "[true]", "[1.0]", "[NaN]", "[" * 1000, f"[{2**63}]"]),
    ],
)
async def test_a_made_up_cursor_is_refused(http: AsyncClient, cursor: str) -> None:
    response = await http.get(LIST, params={"cursor": cursor})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor")


async def test_the_link_keeps_every_other_parameter(http: AsyncClient) -> None:
    first = await http.get(LIST, params={"limit": 2, "tag": ["a", "b"], "q": "tỉnh & xã"})
    assert first.json()["items"] == [0, 1]
    second = await http.get(first.links["next"]["url"])
    assert second.json()["items"] == [2, 3]
    assert second.url.params.get_list("tag") == ["a", "b"]
    assert second.url.params["q"] == "tỉnh & xã"
    assert first.links["next"]["rel"] == "next"
    assert len(second.url.params.get_list("cursor")) == 1


@pytest.mark.parametrize(("limit", "status"), [(1, 200), (1000, 200), (0, 422), (1001, 422), ("x", 422)])
async def test_a_page_has_one_to_a_thousand_items(http: AsyncClient, limit: object, status: int) -> None:
    assert (await http.get(LIST, params={"limit": str(limit)})).status_code == status


def test_a_cursor_follows_only_where_there_is_more() -> None:
    assert cut([1, 2, 3], 3, lambda row: [row]) == ([1, 2, 3], None)
    assert cut([1, 2, 3, 4], 3, lambda row: [row]) == ([1, 2, 3], encode_cursor(3))
    assert cut([], 3, lambda row: [row]) == ([], None)
