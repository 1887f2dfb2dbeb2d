"""Push values, see whom they move before they are kept, and read the ranking: with the generated Python client.

    make clients                                  # once: writes build/clients/python
    DTI_URL=http://127.0.0.1:8000 DTI_CLIENT_ID=… DTI_CLIENT_SECRET=… .tools/bin/python examples/story.py

The client needs the scopes `push` and `read`. Elsewhere: `pip install build/clients/python`.
"""

import json
import os
import time
from hashlib import sha256
from typing import TypeVar
from uuid import uuid4

from dti_client import AuthenticatedClient, Client
from dti_client.api.clients import issue_token
from dti_client.api.data_values import push_data_values, reconcile_data_values
from dti_client.api.rankings import get_ranking
from dti_client.models import (
    Inputs,
    IssueTokenForm,
    Problem,
    PushedValue,
    PushReport,
    PushWrite,
    Ranking,
    ReconciledUnitPage,
    Token,
)

PERIOD, LEVEL, INDICATOR, SOURCE = "vinh-long-demo", "district", "3.8", "motcua"
VALUES = {"H61.857": {"a": 5, "b": 7}, "H61.858": {"a": 6, "b": 7}}
T = TypeVar("T")


def wanted(kind: type[T], parsed: object) -> T:
    """The answer, if it is of that kind; a refusal ends the story in the server's words."""
    if isinstance(parsed, kind):
        return parsed
    raise SystemExit(f"{parsed.code}: {parsed.detail}" if isinstance(parsed, Problem) else f"not expected: {parsed}")


def server() -> str:
    """Where the service is."""
    return os.environ.get("DTI_URL", "http://127.0.0.1:8000")


def signed_in(url: str) -> AuthenticatedClient:
    """A client with a token, which is good for 15 minutes."""
    form = IssueTokenForm("client_credentials", None, os.environ["DTI_CLIENT_ID"], os.environ["DTI_CLIENT_SECRET"])
    token = wanted(Token, issue_token.sync(client=Client(url), body=form))
    return AuthenticatedClient(url, token.access_token)


def main() -> None:
    client = signed_in(server())
    # A sequence rises with every change of a value: what comes late is then stale, and never undoes a newer one.
    sequence = time.time_ns() // 1_000_000
    values = [
        PushedValue(unit, INDICATOR, Inputs.from_dict(inputs), sequence=sequence) for unit, inputs in VALUES.items()
    ]
    push = PushWrite(PERIOD, values, SOURCE)

    tried = wanted(PushReport, push_data_values.sync(client=client, body=push, dry_run=True))
    for effect in tried.effects:
        points, rank = f"{effect.points_before} → {effect.points_after}", f"{effect.rank_before} → {effect.rank_after}"
        print(f"{effect.unit}: points {points}, rank {rank} ({effect.cause})")

    key = str(uuid4())
    done = wanted(PushReport, push_data_values.sync(client=client, body=push, idempotency_key=key))
    print(f"pushed: {done.counts.updated} updated, as tried: {done.effects == tried.effects}")

    # Whoever got no answer sends the same again: it is answered as the first time, and done once.
    again = push_data_values.sync_detailed(client=client, body=push, idempotency_key=key)
    same = wanted(PushReport, again.parsed) == done
    print(f"sent again: {same}, replayed: {again.headers['Idempotent-Replayed']}")

    page = reconcile_data_values.sync(client=client, period=PERIOD, level=LEVEL, source=SOURCE)
    drifted = [line.unit for line in wanted(ReconciledUnitPage, page).items if line.hash_ != own_hash(line.unit)]
    print(f"what is stored is what was sent: {not drifted}")

    first = get_ranking.sync_detailed(client=client, period=PERIOD, level=LEVEL, limit=3)
    ranking = wanted(Ranking, first.parsed)
    for item in ranking.items:
        print(f"{item.rank}. {item.unit.name}: {item.points}")
    poll = get_ranking.sync_detailed(
        client=client, period=PERIOD, level=LEVEL, limit=3, if_none_match=first.headers["ETag"]
    )
    print(f"version {ranking.version}, polled: {poll.status_code}")


def own_hash(unit: str) -> str:
    """SHA-256 of what was sent of a unit as canonical JSON (RFC 8785), which of whole numbers takes no library."""
    sent = [{"indicator": INDICATOR, "inputs": VALUES[unit]}] if unit in VALUES else []
    return sha256(json.dumps(sent, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


if __name__ == "__main__":
    main()
