"""Who is calling, and what they may do."""

from dataclasses import dataclass, replace
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

    `unit` is the code of the unit whose subtree it may touch; `levels` and `indicators` are codes. `issuer` is the name
    of the trusted issuer that vouches for it, None for a client that is registered here.
    """

    id: str
    scopes: frozenset[Scope]
    unit: str | None
    levels: frozenset[str] | None
    indicators: frozenset[str] | None
    issuer: str | None = None

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def granted(self, scopes: frozenset[Scope]) -> "Client":
        """This client under a token for `scopes`: what both allow, `admin` including all others on either side."""
        if scopes <= self.scopes:
            return replace(self, scopes=scopes)
        token = replace(self, scopes=scopes)
        return replace(self, scopes=frozenset(scope for scope in Scope if self.may(scope) and token.may(scope)))
