"""`dti openapi`."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from uvicorn.importer import import_from_string

from app.cli.database import HOME
from app.settings import Settings

_FOLDER = HOME / "openapi"


def openapi(
    check: Annotated[bool, typer.Option("--check", help="Only compare; exit code 1 when one differs.")] = False,
) -> None:
    """Write openapi/: the OpenAPI document as the routes say it, and the JSON Schema of framework documents."""
    for path, text in _documents():
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            name = path.relative_to(HOME)
            sys.exit(f"dti: {name} is not what the routes say: run `make openapi` and commit it.")


def _documents() -> Iterator[tuple[Path, str]]:
    from app.frameworks.json_schema import framework_schema_text

    # By name, as the server does: the command line and the application are unaware of each other.
    create_app = import_from_string("app.main:create_app")
    yield _FOLDER / "openapi.json", json.dumps(create_app(Settings()).openapi(), indent=2, ensure_ascii=False) + "\n"
    yield _FOLDER / "framework.schema.json", framework_schema_text()
