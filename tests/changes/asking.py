"""Asking for changes, page by page."""

from typing import Any

from httpx import AsyncClient

from tests.periods.building import PERIOD, done

PATH = "/v1/changes"
COHORT: dict[str, Any] = {"period": PERIOD, "level": "commune"}


async def changes(
    http: AsyncClient, since: int, *, limit: int = 1000, headers: Any = None, period: str = PERIOD
) -> tuple[int, dict[str, int]]:
    """The version that the list goes up to, and all of its units; each page is checked on the way."""
    query = {**COHORT, "period": period, "since": since, "limit": limit}
    page = await done(http.get(PATH, params=query, headers=headers))
    version, items = page["version"], list(page["items"])
    while page["next"] is not None:
        assert len(page["items"]) == limit
        page = await done(http.get(PATH, params={**query, "cursor": page["next"]}, headers=headers))
        assert page["version"] == version
        items += page["items"]
    order = [(item["version"], item["unit"]) for item in items]
    assert order == sorted(order)
    assert all(since < number <= version for number, _ in order)
    found = {item["unit"]: item["version"] for item in items}
    assert len(found) == len(items), "a unit is told once"
    return version, found
