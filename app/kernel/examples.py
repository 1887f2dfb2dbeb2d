"""Examples of requests and of what the service answered, put into the OpenAPI document.

`requests.yaml` is a list of `{operation: {path, query, header, body}}`; `answers.json` has the bodies by operation and
status. Both are kept true by tests, which send the requests to a service with the seed.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Request:
    """One request of the tale: what its operation is sent."""

    operation: str
    sent: dict[str, Any]


def read_requests(folder: Path) -> list[Request]:
    """The requests, in the order in which they work."""
    with (folder / "requests.yaml").open(encoding="utf-8") as file:
        tale = yaml.safe_load(file)
    return [Request(operation, sent) for step in tale for operation, sent in step.items()]


def read_answers(folder: Path) -> dict[str, dict[str, Any]]:
    """Bodies of answers by operation, then status."""
    answers: dict[str, dict[str, Any]] = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    return answers


def add_examples(operations: Iterable[dict[str, Any]], folder: Path) -> None:
    """Give each operation the first request that is told of it, and each answer its body."""
    first: dict[str, dict[str, Any]] = {}
    for request in read_requests(folder):
        first.setdefault(request.operation, request.sent)
    answers = read_answers(folder)
    for operation in operations:
        name = operation["operationId"]
        _add_sent(operation, first.get(name, {}))
        for status, content in _contents(operation):
            if status in answers.get(name, {}):
                content["example"] = answers[name][status]


def _add_sent(operation: dict[str, Any], sent: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        given = sent.get(parameter["in"], {})
        if parameter["name"] in given:
            parameter["example"] = given[parameter["name"]]
    if "body" in sent:
        for content in operation["requestBody"]["content"].values():
            content["example"] = sent["body"]


def _contents(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for status, response in operation["responses"].items():
        if "application/json" in response.get("content", {}):
            yield status, response["content"]["application/json"]
