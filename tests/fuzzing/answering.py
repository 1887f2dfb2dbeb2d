"""What every answer to a document must be, whatever was in it."""

import json
from typing import Any

from httpx import AsyncClient, Response

from tests.fuzzing.mangling import written

_PARAMETERS = ("query", "path", "header")


async def send(http: AsyncClient, path: str, document: Any, **query: Any) -> Response:
    """POST the document. It is taken, or refused by a problem of 4xx whose pointers lead somewhere."""
    headers = {"Content-Type": "application/json"}
    answer = await http.post(path, content=written(document), headers=headers, params=query)
    assert answer.status_code < 500, f"{answer.text} to {written(document)!r}"
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == answer.status_code
        assert problem["code"]
        assert problem["errors"] or answer.status_code != 422
        for error in problem["errors"]:
            assert _leads(error["pointer"], json.loads(written(document))), f"{error} in {written(document)!r}"
    return answer


def _leads(pointer: str, document: Any) -> bool:
    """Whether the pointer leads to a place in the document, or to a member that is missing there."""
    way = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    if way and way[0] in _PARAMETERS:
        return True
    for number, step in enumerate(way, 1):
        if isinstance(document, dict):
            if step not in document:
                return number == len(way)
            document = document[step]
        elif isinstance(document, list) and step.isdecimal() and int(step) < len(document):
            document = document[int(step)]
        else:
            return False
    return True
