"""Request bodies, and a small tree of the Mekong delta."""

from typing import Any

from httpx import AsyncClient, Response


def unit(code: str, name: str = "Sở Nội vụ", **values: Any) -> dict[str, Any]:
    """The body of a unit that has been there since 2020."""
    return {"code": code, "name": name, "level": "department", "valid_from": "2020-02-01"} | values


TREE = (
    unit("H61", "Tỉnh Vĩnh Long", level="province", identifiers=[{"scheme": "mdvhc", "value": "86"}]),
    unit("H61.S01", "Văn phòng", parent="H61", traits=["no-online-public-services"]),
    unit("H61.857", "Huyện Long Hồ", level="district", parent="H61", valid_to="2025-07-01"),
    unit("H61.10", "Phường 10", level="commune", parent="H61.857", valid_to="2025-07-01"),
    unit("H61.2", "Phường 2", level="commune", parent="H61.857", valid_to="2025-07-01"),
    unit("H61.99", "Phường Đông Thành", level="commune", parent="H61", valid_from="2025-07-01"),
    unit("H20", "Tỉnh Đồng Tháp", level="province"),
    unit("H20.S01", "Sở Nội vụ", parent="H20"),
)


async def codes(client: AsyncClient, query: str = "", **headers: str) -> list[str]:
    """The codes that a list of units holds, in its order."""
    answer = await client.get(f"/v1/units{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json()["items"]]


def refusals(answer: Response) -> list[tuple[str, str]]:
    """Pointer and code of each thing wrong."""
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
