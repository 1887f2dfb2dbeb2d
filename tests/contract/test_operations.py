"""Names that others call by: an operation id, once published, stays."""

from pathlib import Path

from app.main import create_app
from app.settings import Settings

_PROMISED = Path(__file__).parents[2] / "openapi" / "operations.txt"


def test_operations_are_those_that_were_promised() -> None:
    document = create_app(Settings(database_url="postgresql://dti@127.0.0.1:1/dti")).openapi()
    there = {
        f"{operation['operationId']} {method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    promised = _PROMISED.read_text(encoding="utf-8").splitlines()
    assert sorted(there) == promised, "add new operations to openapi/operations.txt; a changed line breaks clients"
