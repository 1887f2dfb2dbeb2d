"""Past periods keep their roster: a reorganisation changes no byte of what is told of them."""

from typing import Any

from httpx import AsyncClient

from app.clients.client import Scope
from app.settings import Settings
from tests.conftest import Bearer
from tests.frameworks.documents import framework
from tests.periods.building import REFERENCE, done, found, open_period, points, publish, unit
from tests.periods.staging import calling, served
from tests.units.documents import change, reorganise, successor

LEVELS = ("province", "department", "district", "commune")
QUERIES = ("", "&basis=self", "&within=H61.D1", "&group=a", "&pillar=1", "&limit=2", "&compare=ky-2023")
IDENTIFIER = {"scheme": "mdvhc", "value": "29551"}


async def told(*callers: AsyncClient) -> dict[tuple[int, str], tuple[int, str | None, bytes]]:
    """Status, ETag and body of everything that is told of the period, by who asks and what."""
    rankings = [f"/v1/rankings?period=ky-2024&level={level}{query}" for level in LEVELS for query in QUERIES]
    others = [
        "/v1/periods/ky-2024",
        "/v1/periods/ky-2024/participants?limit=1000",
        *(f"/v1/scorecards/ky-2024/{code}" for code in ("H61", "H61.D1", "H61.101", "H61.102", "H61.S1")),
        "/v1/submissions/ky-2024/H61.101",
        "/v1/submissions/ky-2024/29551?unit_scheme=mdvhc",
        *(f"/v1/aggregates?period=ky-2024&level={level}" for level in LEVELS),
    ]
    answers = {}
    for number, http in enumerate(callers):
        for path in (*rankings, *others):
            answer = await http.get(path)
            answers[number, path] = (answer.status_code, answer.headers.get("ETag"), answer.content)
    return answers


async def assessed(admin: AsyncClient) -> None:
    """A province with all four levels, and two periods before the reorganisations, the later one with answers."""
    levels = [{"level": "commune", "framework": REFERENCE}]
    for level in LEVELS[:3]:
        await publish(admin, framework(code=f"trial-{level}", level=level))
        levels.append({"level": level, "framework": f"trial-{level}/1"})
    await found(admin, [unit(f"H61.S{number}", "department") for number in (1, 2)])
    body = unit("H61.101", parent="H61.D1", identifiers=[IDENTIFIER])
    await done(admin.put("/v1/units/H61.101", json=body))
    entries = [{"unit": "H61.101", "group": "a"}, {"unit": "H61.S2", "ranked": False, "group": "a"}]
    for code, first in (("ky-2023", "2023-01-01"), ("ky-2024", "2024-01-01")):
        await open_period(admin, code=code, levels=levels, starts_on=first, ends_on="2024-12-31", roster=entries)
    codes = ("H61", "H61.D1", "H61.D2", "H61.S1", "H61.S2", *(f"H61.10{number}" for number in range(1, 5)))
    for number, code in enumerate(codes):
        await done(admin.put(f"/v1/submissions/ky-2024/{code}", json=points(number)))


def every_kind() -> list[Any]:
    """Merged, split, renamed, moved and abolished at once: nothing stays as it was."""
    root = successor("H61", "Tỉnh Vĩnh Long mới", "province", None)
    return [
        change("rename", ["H61"], root),
        change("merge", ["H61.S1", "H61.S2"], successor("H61.S1", "Sở Mới", "department", "H61")),
        change("abolish", ["H61.D1"], root),
        change("abolish", ["H61.D2"], root),
        change("merge", ["H61.101", "H61.103"], successor("H61.103", "Xã Mới")),
        change("split", ["H61.102"], successor("H61.102", share=0.5), successor("H61.105", share=0.5)),
        change("move", ["H61.104"], successor("H61.106", "Phường Mới")),
    ]


async def test_the_rankings_of_a_past_period_are_the_same_byte_by_byte_after_every_kind_of_reorganisation(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer, settings: Settings
) -> None:
    await assessed(opened)
    client.headers.update(bearer(Scope.READ, unit="H61.D1"))
    before = await told(opened, client)
    good = sum(status == 200 for status, _, _ in before.values())
    assert good > 40, "most questions have an answer"
    await reorganise(opened, *every_kind(), day="2025-07-01")
    await reorganise(
        opened,
        change("merge", ["H61.103", "H61.106"], successor("H61.103", "Xã Mới Nữa")),
        change("rename", ["H61.S1"], successor("H61.S9", "Sở Mới Nữa", "department", "H61")),
        day="2026-01-01",
    )
    assert await told(opened, client) == before
    async with served(settings) as fresh, calling(fresh) as there:  # where nothing is cached
        assert await told(there) == {key: value for key, value in before.items() if key[0] == 0}
    for (number, path), (status, tag, _) in before.items():
        if number == 0 and status == 200 and tag is not None:
            assert (await opened.get(path, headers={"If-None-Match": tag})).status_code == 304


async def test_a_period_of_before_that_opens_after_has_the_roster_of_before(opened: AsyncClient) -> None:
    before = await done(opened.get("/v1/periods/ky-2025/participants"))
    await reorganise(
        opened,
        change("merge", ["H61.101", "H61.103"], successor("H61.103", "Xã Mới", parent="H61.D1")),
        day="2025-07-01",
    )
    await open_period(opened, code="ky-2024", starts_on="2025-06-30")
    await open_period(opened, code="ky-2026", starts_on="2025-07-01")
    assert await done(opened.get("/v1/periods/ky-2024/participants")) == before
    after = await done(opened.get("/v1/periods/ky-2026/participants"))
    names = [item["unit"]["name"] for item in after["items"]]
    assert names == ["Đơn vị H61.102", "Đơn vị H61.104", "Xã Mới"]
