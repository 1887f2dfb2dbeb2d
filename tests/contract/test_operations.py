"""Names that others call by: an operation id, once published, stays.

`ADD_OPERATIONS=1` lets this test write new ones into openapi/operations.txt; none is ever taken out by it.
"""

import os
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
    promised = set(_PROMISED.read_text(encoding="utf-8").splitlines())
    if os.environ.get("ADD_OPERATIONS"):
        promised |= there
        _PROMISED.write_text("".join(f"{line}\n" for line in sorted(promised)), encoding="utf-8")
    assert there == promised, "new ones: ADD_OPERATIONS=1; one that has gone or has another name breaks clients"
