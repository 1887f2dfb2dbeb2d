"""A data folder, made once."""

import secrets
import shutil
import subprocess
from pathlib import Path

from app.postgres import account as accounts
from app.postgres.account import Account
from app.postgres.binaries import Binaries
from app.postgres.errors import PostgresError
from app.postgres.places import Places, sync_folder, write_secret

USER = DATABASE = "dti"
# Sorts and classifies by code point on every machine; C where the system has no C.UTF-8.
_LOCALES = ("C.UTF-8", "C")


def ensure(where: Places, account: Account, binaries: Binaries, *, durable: bool) -> str:
    """The password of the superuser of a data folder that is there and whole afterwards.

    It is made aside and gets its name last, so one that is there is whole.
    """
    if where.data.is_dir():
        return _kept_password(where)
    password = secrets.token_urlsafe(32)
    write_secret(where.password, password)
    _make(where, account, binaries, password, durable=durable)
    where.unfinished.rename(where.data)
    sync_folder(where.home)
    return password


def _kept_password(where: Places) -> str:
    try:
        return where.password.read_text().strip()
    except FileNotFoundError:
        raise PostgresError(
            f"{where.password} is gone, and {where.data} opens with nothing else: restore it from a backup."
        ) from None


def _make(where: Places, account: Account, binaries: Binaries, password: str, *, durable: bool) -> None:
    told = where.home / "initdb.password"
    write_secret(told, password)
    accounts.give_file(told, account)
    try:
        _initdb(where, account, binaries, told, durable=durable)
    finally:
        told.unlink()
    # Without a server there is no connection to say it over; the single-user mode reads statements.
    single = [
        binaries.postgres,
        "--single",
        "-D",
        str(where.unfinished),
        "-c",
        "fsync=off" if not durable else "fsync=on",
    ]
    _run(account, where.home, [*single, "postgres"], f"CREATE DATABASE {DATABASE}\n")


def _initdb(where: Places, account: Account, binaries: Binaries, told: Path, *, durable: bool) -> None:
    fixed = ["--username", USER, "--pwfile", str(told), "--auth-host=scram-sha-256", "--auth-local=reject"]
    form = ["--encoding=UTF8", "--data-checksums", *([] if durable else ["--no-sync"])]
    for locale in _LOCALES:
        shutil.rmtree(where.unfinished, ignore_errors=True)
        command = [binaries.initdb, "-D", str(where.unfinished), *fixed, *form, f"--locale={locale}"]
        try:
            _run(account, where.home, command)
        except PostgresError:
            if locale == _LOCALES[-1]:
                raise
        else:
            return


def _run(account: Account, folder: Path, program: list[str], stdin: str = "") -> None:
    answer = subprocess.run(
        account.command(folder, program),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env=accounts.environment(),
        start_new_session=True,
    )
    # Single-user mode ends with 0 even when a statement failed.
    if answer.returncode != 0 or "ERROR:" in answer.stderr:
        raise PostgresError(f"{Path(program[0]).name} failed: {answer.stderr.strip()}")
