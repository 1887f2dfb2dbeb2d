"""Documents of reorganisations, made up for the tests, and the small province that they change."""

from typing import Any

from httpx import AsyncClient, Response

from tests.units.bodies import unit

Json = dict[str, Any]

DAY = "2025-07-01"
DECISION = {"number": "1687/NQ-UBTVQH15", "date": "2025-06-16", "issuer": "Ủy ban Thường vụ Quốc hội"}
COMMUNES = ("H61.101", "H61.102", "H61.103", "H61.104")
DISTRICTS = ("H61.D1", "H61.D2")
PROVINCE = (
    unit("H61", "Tỉnh Vĩnh Long", level="province"),
    *(unit(code, f"Huyện {code}", level="district", parent="H61") for code in DISTRICTS),
    *(unit(code, f"Xã {code}", level="commune", parent=f"H61.D{1 + n // 2}") for n, code in enumerate(COMMUNES)),
    unit("H61.S01", "Sở Nội vụ", parent="H61", traits=["no-online-public-services"]),
    unit("H61.S02", "Sở Y tế", parent="H61"),
)


def successor(
    code: str, name: str | None = None, level: str = "commune", parent: str | None = "H61", **more: Any
) -> Json:
    return {"code": code, "name": name or f"Xã {code}", "level": level, "parent": parent, **more}


def change(kind: str, predecessors: list[str], *successors: Json) -> Json:
    return {"kind": kind, "predecessors": predecessors, "successors": list(successors)}


def document(*changes: Json, day: str = DAY, **decision: str) -> Json:
    return {"effective_on": day, "decision": DECISION | decision, "changes": list(changes)}


def department(code: str, name: str = "Sở Nội vụ và Y tế", level: str = "department", **more: Any) -> Json:
    return successor(code, name, level, **more)


MERGE = change("merge", ["H61.S01", "H61.S02"], department("H61.S09"))


async def reorganise(http: AsyncClient, *changes: Json, day: str = DAY, status: int = 201, **decision: str) -> Json:
    """Record a document; its answer must come with `status`."""
    answer: Response = await http.post("/v1/units/reorganisations", json=document(*changes, day=day, **decision))
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def wrong(body: Json) -> list[tuple[str, str]]:
    """Pointer and code of each thing wrong, the pointer below `/changes`."""
    return [(error["pointer"].removeprefix("/changes"), error["code"]) for error in body["errors"]]


async def shown(
    http: AsyncClient, code: str, day: str | None = None
) -> tuple[str, str, str | None, str, str | None] | None:
    """Name, level, parent and days of a unit, None where it is not valid."""
    answer = await http.get(f"/v1/units/{code}" + (f"?valid_on={day}" if day else ""))
    if answer.status_code == 404:
        return None
    body = answer.json()
    return (body["name"], body["level"], body["parent"], body["valid_from"], body["valid_to"])
