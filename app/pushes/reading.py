"""The body of a push, from the bytes that were received: the same for who waits and for who gets a job."""

from app.kernel.direct import parse_body
from app.pushes.schemas import PushWrite


def read_push(body: bytes) -> PushWrite:
    """The push. What it is made of is checked, its values are not yet.

    BadRequestError `unreadable_body`; InvalidError; RequestValidationError.
    """
    return parse_body(body, PushWrite)
