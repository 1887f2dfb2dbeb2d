"""`dti openapi`."""

import json
import sys
from typing import Annotated

import typer
from uvicorn.importer import import_from_string

from app.cli.database import HOME
from app.settings import Settings

_DOCUMENT = HOME / "openapi" / "openapi.json"


def openapi(
    check: Annotated[bool, typer.Option("--check", help="Only compare; exit code 1 when it differs.")] = False,
) -> None:
    """Write openapi/openapi.json as the routes say it."""
    text = _render()
    if not check:
        _DOCUMENT.parent.mkdir(exist_ok=True)
        _DOCUMENT.write_text(text, encoding="utf-8")
        return
    if not _DOCUMENT.exists() or _DOCUMENT.read_text(encoding="utf-8") != text:
        sys.exit("dti: openapi/openapi.json is not what the routes say: run `make openapi` and commit it.")


def _render() -> str:
    # By name, as the server does: the command line and the application are unaware of each other.
    create_app = import_from_string("app.main:create_app")
    return json.dumps(create_app(Settings()).openapi(), indent=2, ensure_ascii=False) + "\n"
