"""The life of a period: drafted, opened (the roster freezes), closed, perhaps reopened; extensions."""

from app.periods.service.changing import change_opened
from app.periods.service.drafts import create, remove, replace, require_draft, require_same_code
from app.periods.service.extending import extend, get_extension, withdraw_extension
from app.periods.service.life import (
    close_period,
    open_period,
    reopen_period,
    require_correctable,
    require_unpublished,
)
from app.periods.service.presenting import present, present_all

__all__ = [
    "change_opened",
    "close_period",
    "create",
    "extend",
    "get_extension",
    "open_period",
    "present",
    "present_all",
    "remove",
    "reopen_period",
    "replace",
    "require_correctable",
    "require_draft",
    "require_same_code",
    "require_unpublished",
    "withdraw_extension",
]
