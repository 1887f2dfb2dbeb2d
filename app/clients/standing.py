"""What clients may do at present, known without asking the database for each request."""

from collections.abc import Mapping
from time import monotonic

from app.clients import repository
from app.clients.repository import Standing
from app.kernel.coalescing import Coalesced
from app.kernel.database import Database, reading

FRESH_SECONDS = 0.4
"""How old the knowledge may be: within half a second a client that was disabled is kept out by every worker."""
_MOST = 10_000


class Standings:
    """The standings of the clients that are calling, each at most FRESH_SECONDS old.

    One query asks for all that have called since the one before, so its number does not grow with the callers'.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[float, Standing | None]] = {}
        self._called: set[str] = set()
        self._shared = Coalesced(self._ask)

    async def of(self, client_id: str) -> Standing | None:
        """The client's standing, None where it is disabled or unknown. Raises what a query does without a database."""
        self._called.add(client_id)
        known = self._known.get(client_id)
        if known is not None and monotonic() < known[0]:
            return known[1]
        return (await self._shared.read(None))[client_id]

    async def _ask(self, _: None) -> Mapping[str, Standing | None]:
        called, self._called = self._called, set()
        good_until = monotonic() + FRESH_SECONDS  # what is read is as of now or later
        async with reading(self._database) as session:
            found = await repository.list_standings(session, called)
        standings = {client_id: self._same(client_id, found.get(client_id)) for client_id in called}
        if len(self._known) > _MOST:
            self._known.clear()
        self._known.update({client_id: (good_until, standing) for client_id, standing in standings.items()})
        return standings

    def _same(self, client_id: str, standing: Standing | None) -> Standing | None:
        # The same object while nothing has changed: what follows from it need not be made anew.
        known = self._known.get(client_id)
        return known[1] if known is not None and known[1] == standing else standing
