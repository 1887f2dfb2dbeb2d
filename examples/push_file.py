"""Push a file of values, up to 250 000 of them: told first, then done, then sent again as after a lost answer.

    make clients                                  # once: writes build/clients/python
    DTI_URL=http://127.0.0.1:8000 DTI_CLIENT_ID=… DTI_CLIENT_SECRET=… .tools/bin/python examples/push_file.py FILE

The file holds `{"period": …, "source": …, "values": [{"unit": …, "indicator": …, "inputs": {…}}, …]}`. Its bytes name
the request, so the same file is pushed once within 24 hours, however often this is run.
"""

import json
import sys
from hashlib import sha256
from pathlib import Path

import httpx
from dti_client.api.data_values import push_data_values
from dti_client.models import PushReport, PushWrite
from story import server, signed_in, wanted

PATIENCE_SECONDS = 600


def main(path: str) -> None:
    content = Path(path).read_bytes()
    push = PushWrite.from_dict(json.loads(content))
    client = signed_in(server()).with_timeout(httpx.Timeout(PATIENCE_SECONDS))

    tried = wanted(PushReport, push_data_values.sync(client=client, body=push, dry_run=True))
    print(f"tried: {tried.counts.to_dict()}, {len(tried.effects)} units move")

    key = sha256(content).hexdigest()
    done = wanted(PushReport, push_data_values.sync(client=client, body=push, idempotency_key=key))
    print(f"pushed: {done.counts.to_dict()}, versions {done.versions.to_dict()}")
    print(f"as tried: {(done.counts, done.effects) == (tried.counts, tried.effects)}")

    again = push_data_values.sync_detailed(client=client, body=push, idempotency_key=key)
    same = wanted(PushReport, again.parsed) == done
    print(f"sent again: {same}, replayed: {again.headers['Idempotent-Replayed']}")


if __name__ == "__main__":
    main(sys.argv[1])
