"""All SQL on clients."""

from app.clients.repository.clients import (
    Registration,
    delete_client,
    disable,
    enable,
    find,
    insert_client,
    list_,
    lock_clients,
    position,
    remains_admin,
    update_client,
)
from app.clients.repository.credentials import (
    Credential,
    find_credential,
    mark_used,
    replace_secret,
)
from app.clients.repository.references import find_unit_id, known_indicators, known_levels
from app.clients.repository.standings import STANDINGS, Standing, bound, list_standings

__all__ = [
    "STANDINGS",
    "Credential",
    "Registration",
    "Standing",
    "bound",
    "delete_client",
    "disable",
    "enable",
    "find",
    "find_credential",
    "find_unit_id",
    "insert_client",
    "known_indicators",
    "known_levels",
    "list_",
    "list_standings",
    "lock_clients",
    "mark_used",
    "position",
    "remains_admin",
    "replace_secret",
    "update_client",
]
