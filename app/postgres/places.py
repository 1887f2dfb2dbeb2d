"""Where everything of one embedded server lies, and how its secret files are written."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """Paths under one DTI_DATA_DIR."""

    root: Path

    @property
    def home(self) -> Path:
        """Owned by the account the server runs as; nobody else looks in."""
        return self.root / "postgres"

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def unfinished(self) -> Path:
        """A data folder that initdb has not finished."""
        return self.home / "data.new"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def log(self) -> Path:
        return self.root / "postgres.log"

    @property
    def lock(self) -> Path:
        return self.root / "postgres.lock"

    @property
    def password(self) -> Path:
        return self.root / "postgres.password"

    @property
    def url(self) -> Path:
        """Tells other processes of the same person where the running server is."""
        return self.root / "postgres.url"

    def make(self) -> None:
        """The folders. As root the outer one may be passed through, so that the server need not be root;
        what is secret in it is 0600 and `home` is 0700.
        """
        self.root.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        self.home.mkdir(exist_ok=True, mode=0o700)

    def major(self) -> int | None:
        """The version that made the data folder; None when there is none yet."""
        if not self.data.is_dir():
            return None
        return int((self.data / "PG_VERSION").read_text())


def places(data_dir: Path) -> Places:
    return Places(data_dir.resolve())


def write_secret(path: Path, text: str) -> None:
    """Replace the file at once, readable by its owner alone, and on disk before this returns."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """A new name survives a power cut only when its folder is on disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
