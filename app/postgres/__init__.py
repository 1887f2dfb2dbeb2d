"""The embedded PostgreSQL: found on the machine, kept under the data folder, stopped with its owner."""

from app.postgres.errors import PostgresError
from app.postgres.server import find_running, reachable, running

__all__ = ["PostgresError", "find_running", "reachable", "running"]
