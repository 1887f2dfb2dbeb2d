from tests.periods.opened import _opened, database_url, opened, still
from tests.scores.conftest import service, shared_service

__all__ = ["_opened", "database_url", "opened", "service", "shared_service", "still"]
