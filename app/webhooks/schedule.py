"""When a message that did not arrive is sent again (the schedule of Standard Webhooks 1.0), and when it is given up."""

import random

# Between the attempts: at once, then 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h: 3 days and some hours.
DELAYS_SECONDS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
ATTEMPTS = len(DELAYS_SECONDS) + 1
# Many that failed together are not to come back together.
_JITTER = 0.1
# What a receiver may ask for by `Retry-After`.
MOST_RETRY_AFTER_SECONDS = 86_400
# A receiver that has failed is left alone a while, whatever else waits for it; so long once it has failed again.
FIRST_REST_SECONDS, REST_SECONDS = 5, 300
# Below the whole schedule without jitter: whoever lets one message come to its end, and takes none, is disabled by it.
GIVEN_UP_AFTER_HOURS = 72
# How long the log is kept, and what waits for a webhook that is disabled.
KEPT_DAYS = 30
# A worker that has not said by then how its attempt ended is taken for dead.
LEASE_SECONDS = 60


def delay_seconds(attempts: int, retry_after: int | None) -> float | None:
    """Seconds from the end of the attempt of that number (from 1) to the next; None where it was the last."""
    if attempts >= ATTEMPTS:
        return None
    delay = DELAYS_SECONDS[attempts - 1] * random.uniform(1, 1 + _JITTER)  # noqa: S311 - no secret
    return max(delay, min(retry_after or 0, MOST_RETRY_AFTER_SECONDS))
