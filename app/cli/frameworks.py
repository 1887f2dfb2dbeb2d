"""`dti frameworks load`, `dump`, `check`, `diff`: index sets as files, with the refusals of the API."""

import re
import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli.database import HOME, reachable_database, run, say
from app.kernel.database import Database, transaction
from app.kernel.errors import ProblemError

if TYPE_CHECKING:
    from app.frameworks.document import FrameworkDocument

commands = typer.Typer(help="Index sets as files, YAML or JSON.", no_args_is_help=True)
_ACTOR = "cli"
_SCHEMA = HOME / "openapi" / "framework.schema.json"
_REFERENCE = re.compile(r"([a-z0-9][a-z0-9-]{0,63})/([1-9][0-9]{0,5})")
_Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="Framework documents; *.json is JSON, else YAML.")]


@commands.command()
def check(files: _Files) -> None:
    """Hold documents against all that creating and publishing them would, examples too. Needs no database."""
    from app.frameworks import files as documents
    from app.frameworks.tree import walk

    def look(path: Path) -> str:
        document = documents.check(_read(path))
        nodes = [place.node for place in walk(document)]
        examples = sum(len(node.get("examples") or ()) for node in nodes)
        return f"{document['code']}/{document['version']} is right: {len(nodes)} nodes, {examples} examples hold"

    if not all([_accepted(path, look) for path in files]):  # noqa: C419 - every file is to be looked at
        sys.exit(1)


@commands.command()
def load(
    files: _Files, publish: Annotated[bool, typer.Option("--publish", help="Publish what is a draft.")] = False
) -> None:
    """Store documents as drafts, all or none. What is there word for word stays as it is, a draft is replaced."""
    import app.units.models  # noqa: F401 - a flush looks up the tables that foreign keys name
    from app.frameworks import loading

    into = loading.load_published if publish else loading.load
    documents: dict[Path, FrameworkDocument] = {}
    refused = [path for path in files if not _noted(path, documents)]
    if refused:
        sys.exit(1)

    async def work(database: Database) -> list[str]:
        async with transaction(database) as session:
            done = [await _loaded(session, path, document, into) for path, document in documents.items()]
            if not all(done):
                sys.exit(1)  # and nothing is committed
        return done

    with reachable_database() as settings:
        typer.echo("\n".join(run(settings, work)))


@commands.command()
def dump(
    reference: Annotated[str, typer.Argument(metavar="CODE/VERSION")],
    as_json: Annotated[bool, typer.Option("--json/--yaml", help="How it is written.")] = False,
    schema: Annotated[str, typer.Option(help="Path or URL of the JSON Schema, for an editor of the YAML.")] = str(
        _SCHEMA
    ),
) -> None:
    """Write the document of a framework, in whatever status, as a file that can be loaded."""
    from app.frameworks.files import written, written_json

    document = _stored([_split(reference)])[0]
    typer.echo(written_json(document) if as_json else written(document, schema), nl=False)


@commands.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A file, or code/version.")],
    after: Annotated[str, typer.Argument(metavar="B", help="A file, or code/version.")],
    as_json: Annotated[bool, typer.Option("--json", help="As the API gives it.")] = False,
) -> None:
    """What changed from A to B. Files need no database."""
    from app.frameworks.comparison.comparing import compare
    from app.frameworks.comparison.telling import told

    known = {name: _comparable(Path(name)) for name in (before, after) if Path(name).is_file()}
    asked = [name for name in dict.fromkeys((before, after)) if name not in known]
    if asked:
        known |= dict(zip(asked, _stored([_split(name) for name in asked]), strict=True))
    found = compare(known[before], known[after])
    typer.echo(found.model_dump_json(indent=2) if as_json else "\n".join(told(found)))


def _read(path: Path) -> "FrameworkDocument":
    from app.frameworks.files import read_file

    return read_file(path.read_bytes(), is_json=path.suffix == ".json")


def _comparable(path: Path) -> dict[str, Any]:
    from app.frameworks.reading import errors_but_sums, invalid

    try:
        document = _read(path).stored()
        errors = errors_but_sums(document)
        if errors:
            raise invalid(errors)
    except ProblemError as problem:
        _tell(path, problem)
        sys.exit(1)
    return document


def _stored(references: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    from app.frameworks import repository

    async def work(database: Database) -> list[dict[str, Any]]:
        async with transaction(database) as session:
            return [(await repository.get(session, code, version)).document for code, version in references]

    with reachable_database() as settings:
        return run(settings, work)


def _split(name: str) -> tuple[str, int]:
    found = _REFERENCE.fullmatch(name)
    if found is None:
        sys.exit(
            f"dti: '{name}' is neither a file nor the code and version of a framework, such as vinh-long-commune/1."
        )
    return found[1], int(found[2])


def _accepted(path: Path, look: Callable[[Path], str]) -> bool:
    try:
        typer.echo(f"{path}: {look(path)}")
    except ProblemError as problem:
        _tell(path, problem)
        return False
    return True


def _noted(path: Path, documents: "dict[Path, FrameworkDocument]") -> bool:
    try:
        documents[path] = _read(path)
    except ProblemError as problem:
        _tell(path, problem)
        return False
    return True


async def _loaded(
    session: AsyncSession,
    path: Path,
    document: "FrameworkDocument",
    into: "Callable[[AsyncSession, FrameworkDocument, str], Awaitable[str]]",
) -> str:
    try:
        return f"{path}: {document.code}/{document.version} {await into(session, document, _ACTOR)}"
    except ProblemError as problem:
        _tell(path, problem)
        return ""


def _tell(path: Path, problem: ProblemError) -> None:
    """A refusal as the API words it: the code and the sentence, then every error with its pointer."""
    say(f"dti: {path}: {problem.code}: {problem.detail}")
    for error in problem.errors:
        say(f"  {error.pointer or '/'}: {error.code}: {error.detail}")
