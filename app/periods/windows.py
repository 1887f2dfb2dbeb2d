"""Windows: when units may report and reviewers judge (QĐ 2554/QĐ-UBND, VI.2). A window that is absent has no end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.kernel.errors import ConflictError, FieldError


@dataclass(frozen=True, slots=True)
class Windows:
    """A period's status and windows, and the end of one unit's extension where it has one.

    Every end is exclusive. An extension counts while the period is open and after it was closed, until it is published.
    """

    status: str
    opens_at: datetime | None
    closes_at: datetime | None
    review_closes_at: datetime | None
    extended_until: datetime | None = None

    def require_reporting(self, period: str, now: datetime) -> None:
        """Refuse a report at `now`.

        ConflictError `period_not_open` (a draft, published, or closed without an extension), `window_not_open`
        (before `opens_at`), `window_closed` (from `closes_at`, or the end of the extension, on).
        """
        extended = self.extended_until is not None and now < self.extended_until
        if self.status == "open":
            if self.opens_at is not None and now < self.opens_at:
                raise not_open(period, self.opens_at, now)
            if not extended and self.closes_at is not None and now >= self.closes_at:
                raise closed("Reporting", period, max(self.closes_at, self.extended_until or self.closes_at), now)
            return
        if self.status != "closed" or self.extended_until is None:
            raise ConflictError("period_not_open", f"Period '{period}' is {self.status}.")
        if not extended:
            raise closed("Reporting", period, self.extended_until, now)

    def require_reviewing(self, period: str, now: datetime) -> None:
        """Refuse a verdict at `now`.

        ConflictError `period_published`: a correction is a new publication then; `window_closed` from
        `review_closes_at` on.
        """
        if self.status == "published":
            raise ConflictError("period_published", f"Period '{period}' is published.")
        if self.review_closes_at is not None and now >= self.review_closes_at:
            raise closed("Reviewing", period, self.review_closes_at, now)


def not_open(period: str, opens_at: datetime, now: datetime) -> ConflictError:
    """The refusal before a window opens."""
    detail = f"Reporting into period '{period}' opens at {shown(opens_at)}; it is {shown(now)}."
    return ConflictError("window_not_open", detail)


def closed(what: str, period: str, at: datetime, now: datetime) -> ConflictError:
    """The refusal after a window has closed."""
    detail = f"{what} in period '{period}' closed at {shown(at)}; it is {shown(now)}."
    return ConflictError("window_closed", detail)


def shown(moment: datetime) -> str:
    """A time in UTC as RFC 3339, to the second: for people."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def exact(moment: datetime) -> str:
    """The same with all its digits: for events."""
    return moment.isoformat().replace("+00:00", "Z")


def out_of_order(
    opens_at: datetime | None, closes_at: datetime | None, review_closes_at: datetime | None
) -> Sequence[FieldError]:
    """What is wrong with the order of windows: opens_at < closes_at <= review_closes_at, absent ones left out."""
    errors: list[FieldError] = []
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        errors.append(FieldError("/closes_at", "windows_out_of_order", "closes_at must be after opens_at."))
    if review_closes_at is not None:
        if closes_at is not None and review_closes_at < closes_at:
            detail = "review_closes_at must not be before closes_at."
            errors.append(FieldError("/review_closes_at", "windows_out_of_order", detail))
        elif opens_at is not None and review_closes_at <= opens_at:
            detail = "review_closes_at must be after opens_at."
            errors.append(FieldError("/review_closes_at", "windows_out_of_order", detail))
    return errors
