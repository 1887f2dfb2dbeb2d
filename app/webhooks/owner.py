"""Whose webhooks: what is known here of a client."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Owner:
    """A client by its id, the bounds of its token (None: no bound), and whether it manages everybody's webhooks."""

    client_id: str
    unit: str | None
    levels: frozenset[str] | None
    sees_all: bool
