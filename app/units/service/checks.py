"""Checks that levels and units share."""

from datetime import date

from app.kernel.conditional import check_if_match, check_if_none_match, etag
from app.kernel.errors import FieldError, InvalidError


def check_conditions(if_match: str | None, if_none_match: str | None, seen: int | None, revision: int | None) -> None:
    """Raise PreconditionFailedError unless headers and `seen` allow to change `revision` (None: not there).

    `seen` is the revision that came back in the body; it binds like `If-Match`.
    """
    check_if_match(if_match, revision)
    check_if_none_match(if_none_match, revision)
    check_if_match(None if seen is None else etag(seen), revision)


def check_code(given: str | None, code: str) -> None:
    """Raise InvalidError `code_mismatch` when the body names another code than the path."""
    if given not in (None, code):
        refuse([FieldError("/code", "code_mismatch", f"The path names '{code}', and a code never changes.")])


def check_dates(valid_from: date | None, valid_to: date | None) -> list[FieldError]:
    if valid_from is None or valid_to is None or valid_from < valid_to:
        return []
    detail = f"Must be after valid_from, {valid_from}: it is the first day on which it is no longer valid."
    return [FieldError("/valid_to", "dates_out_of_order", detail)]


def refuse(errors: list[FieldError]) -> None:
    """Raise InvalidError with all of them, if there are any, under the code of the first."""
    if errors:
        raise InvalidError(errors[0].code, errors[0].detail, errors)
