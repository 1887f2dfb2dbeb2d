"""Who is calling, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a client may do. `admin` includes all others."""

    READ = "read"
    SUBMIT = "submit"
    PUSH = "push"
    REVIEW = "review"
    PUBLISH = "publish"
    ADMIN = "admin"


@dataclass(frozen=True)
class Client:
    """A calling system: its scopes and its bounds. A bound of None is no bound.

    `unit` is the code of the unit whose subtree it may touch; `levels` and `indicators` are codes.
    """

    id: str
    scopes: frozenset[Scope]
    unit: str | None
    levels: frozenset[str] | None
    indicators: frozenset[str] | None

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes or Scope.ADMIN in self.scopes
