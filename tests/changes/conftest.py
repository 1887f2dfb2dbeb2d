from tests.periods.opened import _opened, database_url, opened
from tests.scores.conftest import kept, shared_service, staged

__all__ = ["_opened", "database_url", "kept", "opened", "shared_service", "staged"]
