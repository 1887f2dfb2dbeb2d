"""The chain: how an event is sealed to the one before it."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from app.audit.models import GENESIS

__all__ = ["GENESIS", "ChainReport", "Event", "Link", "seal"]


@dataclass(frozen=True, slots=True)
class Link:
    """Where a chain stands: the sequence and hash of its last event, and the time, read under the chain's lock."""

    version: int
    head: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One sealed event. `body` is its canonical JSON (RFC 8785), kept as text so that its bytes never change.

    `unit` is the code of the unit that a stored row stands for, where it does.
    """

    sequence: int
    body: str
    previous_hash: str
    hash: str
    recorded_at: datetime
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What verifying one chain found. `first_invalid` is the sequence of the first event that does not hold."""

    chain: str
    events: int
    head: str
    valid: bool
    first_invalid: int | None


def seal(previous_hash: str, body: str) -> str:
    """SHA-256 in hexadecimal over the previous hash and the canonical body."""
    digest = sha256(previous_hash.encode())
    digest.update(body.encode())
    return digest.hexdigest()
