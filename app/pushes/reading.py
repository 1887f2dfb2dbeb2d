"""The body of a push: its frame is read at once, each value when its turn comes, so that megabytes hold nobody up."""

import msgspec
from pydantic import ValidationError

from app.kernel.strictness import parse, refuse_unstorable
from app.pushes.schemas import MOST_VALUES, PushWrite

Raw = msgspec.Raw
UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)
"""What the quick parser raises; the careful one then says what it is."""


class UnusualError(Exception):
    """A value holds what only the careful parser can judge: the body is to be read by it, as a whole."""


class _Frame(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    period: str
    values: list[msgspec.Raw]
    source: str | None = None


_FRAME = msgspec.json.Decoder(_Frame)


def frame(text: bytes) -> PushWrite | None:
    """A body with its values still JSON; None where anything about it is unusual, and has to be read with care."""
    if b"\\u0000" in text:
        return None
    try:
        found = _FRAME.decode(text)
        head = PushWrite(period=found.period, source=found.source, values=[])
    except (*UNREADABLE, ValidationError):
        return None
    if len(found.values) > MOST_VALUES:
        return None
    return head.model_copy(update={"values": found.values})


def read_with_care(body: PushWrite) -> PushWrite:
    """The same with its values parsed, each at the depth it has in the body. What `Strictness` refuses is raised."""
    values = [parse(b"[[%b]]" % bytes(value))[0][0] if isinstance(value, Raw) else value for value in body.values]
    refuse_unstorable({"values": values})
    return body.model_copy(update={"values": values})
