"""The body of a push: its frame is read at once, each value when its turn comes, so that megabytes hold nobody up."""

import msgspec
from msgspec import UNSET, UnsetType
from pydantic import ValidationError

from app.kernel.direct import parse_body
from app.kernel.strictness import parse, refuse_unstorable
from app.kernel.threads import BYTES, aside
from app.pushes.schemas import MOST_VALUES, PushWrite

Raw = msgspec.Raw
UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)
"""What the quick parser raises; the careful one then says what it is."""
# NUL has to be refused, and an escaped colon would hide a member that comes twice.
_UNUSUAL = (b"\\u0000", b"\\u003")


class UnusualError(Exception):
    """A value holds what only the careful parser can judge: the body is to be read by it, as a whole."""


class _Frame(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    period: str
    values: list[msgspec.Raw]
    source: str | UnsetType | None = UNSET


_FRAME = msgspec.json.Decoder(_Frame)


async def read_push(text: bytes) -> PushWrite:
    """The push, a large one read in a thread. Errors as `read_at_once`."""
    return await aside(len(text) // BYTES, read_at_once, text)


def read_at_once(text: bytes) -> PushWrite:
    """The push. What it is made of is checked, its values are not yet: they stay JSON unless something is unusual.

    BadRequestError `unreadable_body`, `duplicate_member`; InvalidError; RequestValidationError.
    """
    return frame(text) or parse_body(text, PushWrite)


def frame(text: bytes) -> PushWrite | None:
    """A body with its values still JSON; None where anything about it is unusual, and has to be read with care."""
    if any(sequence in text for sequence in _UNUSUAL):
        return None
    try:
        found = _FRAME.decode(text)
        source = None if found.source is UNSET else found.source
        head = PushWrite(period=found.period, source=source, values=[])
    except (*UNREADABLE, ValidationError):
        return None
    if len(found.values) > MOST_VALUES or _has_twice(text, found):
        return None
    return head.model_copy(update={"values": found.values})


def read_with_care(body: PushWrite) -> PushWrite:
    """The same with its values parsed, each at the depth it has in the body. What `Strictness` refuses is raised."""
    values = [parse(b"[[%b]]" % bytes(value))[0][0] if isinstance(value, Raw) else value for value in body.values]
    refuse_unstorable({"values": values})
    return body.model_copy(update={"values": values})


def _has_twice(text: bytes, found: _Frame) -> bool:
    # The quick parser takes the last of two members: their colons tell.
    members = 2 + (found.source is not UNSET)
    told = found.period.count(":") + (found.source.count(":") if isinstance(found.source, str) else 0)
    return text.count(b":") != members + told + b"".join(found.values).count(b":")
