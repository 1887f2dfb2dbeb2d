"""What must hold of the stored data, whatever happened to the processes."""

from app.audit.service import verify
from app.kernel.database import close_database, open_database, transaction
from app.scores.rebuild import rebuild_all
from app.settings import Settings
from tests.system.conftest import PERIOD
from tests.system.service import Service


async def events_of(service: Service) -> int:
    """The number of events of the cohort. Fails unless every score is what a rebuild makes it and every chain holds.

    A chain is valid only when its events are numbered without a gap and the last is the cohort's version.
    """
    url = (service.folder / "postgres.url").read_text()
    database = open_database(Settings(database_url=url, data_dir=service.folder))
    try:
        reports = await rebuild_all(database)
        assert [report.differences for report in reports] == [[]]
        async with transaction(database) as session:
            chains = await verify(session)
    finally:
        await close_database(database)
    assert [chain.chain for chain in chains if not chain.valid] == []
    return next(chain.events for chain in chains if chain.chain == f"{PERIOD}/commune")
