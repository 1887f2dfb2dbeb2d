"""Answers as they are kept for the document: lists cut short, and without what is another at every run."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.contract.conftest import Seeded

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z")
_CLIENT = re.compile(r"client-[0-9a-f]{16}")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TOLD_ONCE = {
    "access_token": "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.e30.c2ln",
    "client_secret": "CLIENT_SECRET",
    "secret": "whsec_U2VjcmV0T2ZBbkV4YW1wbGU=",
}
_SHOWN = 2


def kept(answer: Any) -> Any:
    """The answer as `app/examples/answers.json` has it."""
    if isinstance(answer, dict):
        return {name: _TOLD_ONCE.get(name) or kept(member) for name, member in answer.items()} | _head(answer)
    if isinstance(answer, list):
        return [kept(item) for item in answer[:_SHOWN]]
    return _without_chance(answer) if isinstance(answer, str) else answer


def _head(answer: dict[str, Any]) -> dict[str, str]:
    """The newest migration is another with every version."""
    return {"schema_revision": "2026_11_23_example"} if "schema_revision" in answer else {}


def _without_chance(text: str) -> str:
    if _TIME.fullmatch(text) and abs(datetime.now(UTC) - datetime.fromisoformat(text)) < timedelta(days=1):
        return "2022-12-15T01:30:00Z"
    return _ID.sub("00000000-0000-4000-8000-000000000000", _CLIENT.sub("client-0123456789abcdef", text))


def shape(answer: Any) -> Any:
    """The members of an answer without their values, and one item of a list."""
    if isinstance(answer, dict):
        return {name: shape(value) for name, value in answer.items()}
    return [shape(item) for item in answer[:1]] if isinstance(answer, list) else None


def member(answer: Any, place: str) -> str:
    """The text at a place such as `items/0/id`."""
    for step in place.split("/"):
        answer = answer[int(step) if isinstance(answer, list) else step]
    return str(answer)


def with_credentials(body: dict[str, Any], seeded: Seeded) -> dict[str, Any]:
    """The body of an example that says who calls, with credentials that hold."""
    return {**body, **{name: value for name, value in vars(seeded.pusher).items() if name in body}}
