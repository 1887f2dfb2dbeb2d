"""What a database error means to a caller: decided by class, SQLSTATE and constraint name, never by text."""

from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.kernel.problems import ConflictError, InvalidError, ProblemError, UnavailableError

# Connection, authorisation and catalogue of the server itself, resources, operator, system.
_LOST_CLASSES = ("08", "28", "53", "57", "58")
_LOST_STATES = ("3D000", "25006", "25P03")
# Another transaction was in the way: the same request may pass when sent again, so 503 and not 409.
_BUSY_STATES = ("40001", "40P01", "55P03")
_BAD_VALUE_STATES = ("22001", "22003", "22021", "22P05")


@dataclass(frozen=True)
class Breach:
    """The refusal that stands for one broken constraint."""

    error: type[ProblemError]
    code: str
    detail: str


_BREACHES: dict[str, Breach] = {}
_BREACHES_BY_STATE = {
    "23505": Breach(ConflictError, "already_exists", "Something with the same key is already there."),
    "23P01": Breach(ConflictError, "overlap", "It overlaps something that is already there."),
    "23001": Breach(ConflictError, "still_referenced", "Something else still refers to it."),
    "23503": Breach(InvalidError, "unknown_reference", "It refers to something that is not there."),
    "23514": Breach(InvalidError, "value_out_of_range", "A value is outside what is allowed."),
}


def name_breaches(breaches: Mapping[str, Breach]) -> None:
    """Say what each constraint of a feature means, by the constraint's name in the database.

    Call it beside the models: `name_breaches({"uq_units_code": Breach(ConflictError, "unit_exists", "…")})`.
    """
    _BREACHES.update(breaches)


def explain(error: BaseException, method: str) -> ProblemError | None:
    """The refusal for a database or network error, or None when it is our own fault (500).

    `method` is the HTTP method: a foreign key broken by DELETE means the row is still in use.
    """
    cause = driver_error(error)
    state = getattr(cause, "sqlstate", None) or ""
    if state in _BUSY_STATES:
        return UnavailableError("busy", "Another write was in the way. Send the request again.")
    if is_lost(error):
        return UnavailableError("database_unavailable", "The database cannot be reached or is full. Try again.")
    if state in _BAD_VALUE_STATES or isinstance(getattr(cause, "__cause__", None), OverflowError):
        return InvalidError("value_out_of_range", "A value cannot be stored: too large, or not text.")
    return _breach(cause, state, method)


def is_lost(error: BaseException) -> bool:
    """Whether the error says that there is no working database connection at present."""
    if isinstance(error, OSError | PoolTimeoutError):  # asyncio's TimeoutError is an OSError too
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    cause = driver_error(error)
    if isinstance(cause, OSError | asyncpg.InternalClientError):
        return True
    if isinstance(cause, asyncpg.InterfaceError):  # its ValueErrors are arguments of the wrong type: our fault
        return not isinstance(cause, ValueError)
    state = getattr(cause, "sqlstate", None) or ""
    return state.startswith(_LOST_CLASSES) or state in _LOST_STATES


def driver_error(error: BaseException) -> BaseException:
    """The error as asyncpg raised it, below SQLAlchemy's two layers."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig.__cause__ or error.orig
    return error


def _breach(cause: BaseException, state: str, method: str) -> ProblemError | None:
    breach = _BREACHES.get(getattr(cause, "constraint_name", None) or "")
    if breach is None and state == "23503" and method == "DELETE":
        breach = _BREACHES_BY_STATE["23001"]
    breach = breach or _BREACHES_BY_STATE.get(state)
    if breach is None:
        return None
    return breach.error(breach.code, breach.detail)
