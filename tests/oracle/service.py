"""The running service as a client sees it, with its numbers read exactly."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from httpx import AsyncClient

from tests.oracle.numbers import Json, exact

PERIOD = "ky-thu"


@dataclass(frozen=True)
class Service:
    """Sends requests as somebody who may do everything."""

    app: FastAPI
    http: AsyncClient

    async def send(self, method: str, path: str, body: Any = None, *, status: int = 200, **query: Any) -> Json:
        """The answer's body; the test fails unless it comes with `status`."""
        answer = await self.http.request(method, f"/v1{path}", json=body, params=query or None)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        found: Json = exact(answer.text) if answer.text else {}
        return found

    async def get(self, path: str, **query: Any) -> Json:
        return await self.send("GET", path, **query)

    async def stage(
        self, document: Json, units: Iterable[Json], *, period: str = PERIOD, roster: Iterable[Json] = ()
    ) -> None:
        """Publish the framework, found the units (the first is the authority) and open a period."""
        reference = f"{document['code']}/{document['version']}"
        await self.send("POST", "/frameworks", document, status=201)
        await self.send("POST", f"/frameworks/{reference}/publish")
        founded = [await self.send("POST", "/units", unit, status=201) for unit in units]
        await self.open_period(period, founded[0]["code"], document["level"], reference, roster)

    async def open_period(
        self, period: str, authority: str, level: str, framework: str, roster: Iterable[Json] = ()
    ) -> None:
        body = {
            "code": period,
            "title": "Kỳ thử",
            "kind": "year",
            "authority": authority,
            "starts_on": "2025-01-01",
            "ends_on": "2025-12-31",
            "levels": [{"level": level, "framework": framework}],
            "roster": list(roster),
        }
        await self.send("POST", "/periods", body, status=201)
        await self.send("POST", f"/periods/{period}/open")

    async def report(self, unit: str, answers: Json, *, method: str = "PUT", period: str = PERIOD) -> Json:
        """Report inputs by leaf; null withdraws one."""
        body = {"answers": [{"indicator": code, "inputs": inputs} for code, inputs in answers.items()]}
        return await self.send(method, f"/submissions/{period}/{unit}", body)

    async def review(self, unit: str, leaf: str, body: Json, *, period: str = PERIOD) -> Json:
        path = f"/submissions/{period}/{unit}/reviews/{leaf}"
        return await self.send("PUT", path, {"reason": "Đã kiểm tra", **body})

    async def scorecard(self, unit: str, basis: str, *, period: str = PERIOD) -> Json:
        return await self.get(f"/scorecards/{period}/{unit}", basis=basis)

    async def receipt(self, unit: str, node: str, basis: str, *, period: str = PERIOD) -> Json:
        return await self.get(f"/scorecards/{period}/{unit}/{node}/receipt", basis=basis)


def unit(code: str, level: str = "commune", parent: str | None = None, **fields: Any) -> Json:
    """A unit as it is posted."""
    return {
        "code": code,
        "name": f"Đơn vị {code}",
        "level": level,
        "parent": parent,
        "valid_from": "2020-01-01",
        **fields,
    }
