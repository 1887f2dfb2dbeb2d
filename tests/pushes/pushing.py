"""Pushes as a sending system makes them, and what every report must say of itself."""

from typing import Any

from httpx import AsyncClient, Response

from tests.periods.building import PERIOD, Json

PATH = "/v1/data-values"
FIRST, SECOND = "H61.101", "H61.102"


def value(unit: str, indicator: str, inputs: Any, **fields: Any) -> Json:
    return {"unit": unit, "indicator": indicator, "inputs": inputs, **fields}


def given(unit: str, number: float, indicator: str = "1.2", **fields: Any) -> Json:
    """A reported value of a leaf that takes points."""
    return value(unit, indicator, {"points": number}, **fields)


def award(unit: str, number: float, indicator: str = "1.2", **fields: Any) -> Json:
    """Awarded points."""
    return {"unit": unit, "indicator": indicator, "points": number, **fields}


def body(*values: Any, source: str | None = "mot-cua", period: str = PERIOD) -> Json:
    return {"period": period, "source": source, "values": list(values)}


async def push(
    http: AsyncClient, *values: Any, headers: Any = None, source: str | None = "mot-cua", **query: Any
) -> Json:
    """The report of a push that is taken, whole or in part."""
    answer = await http.post(PATH, json=body(*values, source=source), params=query, headers=headers)
    report: Json = answer.json()
    assert answer.status_code == (207 if report["errors"] else 200), answer.text
    adds_up(report)
    return report


def adds_up(report: Json) -> None:
    counts = dict(report["counts"])
    assert counts.pop("received") == sum(counts.values())


def counts(report: Json) -> dict[str, int]:
    """The counts that are not 0, but for how many were received."""
    adds_up(report)
    return {name: number for name, number in report["counts"].items() if number and name != "received"}


def told(answer: Response) -> list[tuple[int, str, str]]:
    """Index, pointer and code of each error of a refused push, the report's counts checked."""
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "values_rejected"
    assert problem["counts"] == {
        **dict.fromkeys(problem["counts"], 0),
        "received": problem["counts"]["received"],
        "rejected": problem["counts"]["received"],
    }
    return errors(problem)


def errors(report: Json) -> list[tuple[int, str, str]]:
    return [(error["index"], error["pointer"], error["code"]) for error in report["errors"]]
