"""The life of a period: drafted, opened (the roster freezes), closed, perhaps reopened; extensions."""

from app.periods.service.changing import change_opened
from app.periods.service.drafts import create, remove, replace, require_draft, require_same_code
from app.periods.service.extending import extend, get_extension, withdraw_extension
from app.periods.service.life import (
    begin_opening,
    close_period,
    record_opening,
    reopen_period,
    require_correctable,
    require_unpublished,
)
from app.periods.service.presenting import present, present_all

__all__ = [
    "begin_opening",
    "change_opened",
    "close_period",
    "create",
    "extend",
    "get_extension",
    "present",
    "present_all",
    "record_opening",
    "remove",
    "reopen_period",
    "replace",
    "require_correctable",
    "require_draft",
    "require_same_code",
    "require_unpublished",
    "withdraw_extension",
]
