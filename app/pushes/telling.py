"""A push as its event tells it: canonical JSON (RFC 8785), written of what was made of each value already."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from app.kernel.canonical import canonical, dumps
from app.periods.windows import exact
from app.pushes.deciding import Change


def told(changes: Sequence[Change], source: str | None) -> bytes:
    """The event's data as canonical JSON: the source, and every changed value."""
    name = canonical(source).decode()
    return f'{{"source":{name},"values":[{",".join(values_told(changes))}]}}'.encode()


def values_told(changes: Iterable[Change]) -> Iterator[str]:
    """Each changed value, its members in canonical order. Codes need no escapes."""
    times: dict[datetime | None, str] = {None: "null"}
    for change in changes:
        placed, given = change.placed, change.placed.given
        if given.observed_at is not None and given.observed_at not in times:
            times[given.observed_at] = dumps(exact(given.observed_at))
        observed_at, sequence = times[given.observed_at], "null" if given.sequence is None else given.sequence
        inputs = "" if placed.taken is None else f'"inputs":{placed.taken.text},'
        points = "" if placed.points is None else f'"points":{canonical(placed.points).decode()},'
        yield (
            f'{{"indicator":"{change.leaf.code}",{inputs}"observed_at":{observed_at},{points}"sequence":{sequence},'
            f'"unit":"{placed.target.code}"}}'
        )
