"""HTTP of clients, and of the tokens that they get."""

from app.clients.router.clients import router

__all__ = ["router"]
