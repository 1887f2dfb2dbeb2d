"""Making clients, changing them, and letting them in."""

from app.clients.service.authenticating import authenticate, grant, refuse
from app.clients.service.registering import OPERATOR, change, confirm, get, register, remove
from app.clients.service.rotating import rotate

__all__ = [
    "OPERATOR",
    "authenticate",
    "change",
    "confirm",
    "get",
    "grant",
    "refuse",
    "register",
    "remove",
    "rotate",
]
