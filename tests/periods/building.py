"""A small cohort, built over HTTP: a framework, a province with districts and communes, a period."""

from collections.abc import Iterable
from typing import Any

from httpx import AsyncClient, Response

from tests.frameworks.documents import framework, leaf, node, ratio_leaf

Json = dict[str, Any]

PERIOD = "ky-2025"
SUBMISSIONS = f"/v1/submissions/{PERIOD}"
EXEMPTIONS = [
    {"code": "vii-2", "trait": "no-online", "tag": "online", "policy": "cohort_best", "citation": "VII.2"},
    {"code": "vii-3", "tag": "online", "policy": "full", "citation": "VII.3"},
    {"code": "vii-4", "policy": "cohort_best", "citation": "VII.4"},
]
_CHOICE = {
    "type": "choice",
    "options": [{"code": "yes", "label": "Có", "share": 1}, {"code": "no", "label": "Không", "share": 0}],
}
COMPARED = {"type": "min_max", "value": "a", "direction": "higher"}
INPUT_A = [{"name": "a", "label": "a", "type": "number"}]

# Leaves: 1.1 a/b (full from 0.8), 1.2 direct, 1.3 compared in the cohort; 2.1 choice, 2.2 direct; 3 is not scored.
DOCUMENT = framework(
    max_points=50,
    exemptions=EXEMPTIONS,
    indicators=[
        node(
            "1",
            30,
            ratio_leaf("1.1", 10),
            leaf("1.2", 10),
            leaf("1.3", 10, rule=COMPARED, inputs=INPUT_A, tags=["online"]),
        ),
        node("2", 20, leaf("2.1", 10, rule=_CHOICE), leaf("2.2", 10, tags=["online"])),
        leaf("3", 0, rule={"type": "unscored"}),
    ],
)
REFERENCE = f"{DOCUMENT['code']}/{DOCUMENT['version']}"


def unit(code: str, level: str = "commune", parent: str | None = "H61", **fields: Any) -> Json:
    """A unit that has been there since 2020, named by its code unless `fields` say otherwise."""
    body = {"code": code, "name": f"Đơn vị {code}", "level": level, "parent": parent, "valid_from": "2020-01-01"}
    return body | fields


def communes(count: int) -> list[Json]:
    """`H61.101` and on, in turn below `H61.D1` and `H61.D2`."""
    return [unit(f"H61.{100 + number}", parent=f"H61.D{2 - number % 2}") for number in range(1, count + 1)]


def province(count: int = 4) -> list[Json]:
    """`H61`, two districts and some communes."""
    return [
        unit("H61", "province", None),
        unit("H61.D1", "district"),
        unit("H61.D2", "district"),
        *communes(count),
    ]


def period(**fields: Any) -> Json:
    """The body of a period of H61 that assesses the communes."""
    return {
        "code": PERIOD,
        "title": "Kỳ đánh giá 2025",
        "kind": "year",
        "authority": "H61",
        "starts_on": "2025-01-01",
        "ends_on": "2025-12-31",
        "levels": [{"level": "commune", "framework": REFERENCE}],
        **fields,
    }


async def done(request: Any, status: int = 200) -> Json:
    """The body of an answer that must come with `status`."""
    answer: Response = await request
    assert answer.status_code == status, f"{answer.request.method} {answer.request.url}: {answer.text}"
    return dict(answer.json()) if answer.content else {}


async def publish(admin: AsyncClient, document: Json = DOCUMENT) -> None:
    await done(admin.post("/v1/frameworks", json=document), 201)
    await done(admin.post(f"/v1/frameworks/{document['code']}/{document['version']}/publish"))


async def found(admin: AsyncClient, units: Iterable[Json]) -> None:
    for body in units:
        await done(admin.post("/v1/units", json=body), 201)


async def open_period(admin: AsyncClient, **fields: Any) -> Json:
    """Draft and open a period."""
    body = period(**fields)
    await done(admin.post("/v1/periods", json=body), 201)
    return await done(admin.post(f"/v1/periods/{body['code']}/open"))


async def stage(
    admin: AsyncClient, units: Iterable[Json] | None = None, *, document: Json = DOCUMENT, **fields: Any
) -> None:
    """A published framework, a province of four communes (or `units`), an open period."""
    await publish(admin, document)
    await found(admin, province() if units is None else units)
    await open_period(admin, **fields)


def answers(**inputs: Any) -> Json:
    """A submission; `_1_2={"points": 3}` answers 1.2."""
    given = {name[1:].replace("_", "."): value for name, value in inputs.items()}
    return {"answers": [{"indicator": code, "inputs": value} for code, value in given.items()]}


def points(value: Any, code: str = "1.2") -> Json:
    """A submission that gives one leaf its points."""
    return {"answers": [{"indicator": code, "inputs": {"points": value}}]}


def refusals(answer: Response) -> list[tuple[str, str]]:
    """Pointer and code of each thing wrong; the answer must be a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert answer.json()["status"] == answer.status_code
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def refused(answer: Response, status: int) -> str:
    """The code of a problem that must come with `status`."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["code"])


def lasting(written: Json) -> Json:
    """What a write answered, without its effect on the cohort: what a GET shows from then on."""
    return {name: value for name, value in written.items() if name not in {"version", "totals"}}


async def version(http: AsyncClient, period: str = PERIOD) -> int:
    """The version of the cohort of communes."""
    return int((await done(http.get(f"/v1/rankings?period={period}&level=commune")))["version"])
