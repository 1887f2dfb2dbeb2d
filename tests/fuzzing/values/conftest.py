from tests.pushes.conftest import _opened, database_url, opened

__all__ = ["_opened", "database_url", "opened"]
