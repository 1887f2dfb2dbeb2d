"""Secrets are made once, for this user only, and never a default."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.clients.keys import load_keys, secret_file
from app.settings import Settings


def test_secrets_are_made_once_and_only_their_owner_may_read_them(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    first, second = load_keys(settings), load_keys(settings)
    assert first.pepper == second.pepper
    assert first.token_key.private_bytes_raw() == second.token_key.private_bytes_raw()
    assert {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()} == {
        "token_key.pem": 0o600,
        "pepper": 0o600,
    }
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_another_installation_has_other_secrets(tmp_path: Path) -> None:
    left, right = load_keys(Settings(data_dir=tmp_path / "a")), load_keys(Settings(data_dir=tmp_path / "b"))
    assert left.pepper != right.pepper
    assert left.token_key.private_bytes_raw() != right.token_key.private_bytes_raw()


def test_workers_that_start_together_agree(tmp_path: Path) -> None:
    path = tmp_path / "pepper"
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda number: secret_file(path, lambda: b"%d" % number), range(64)))
    assert set(found) == {path.read_bytes()}
    assert list(tmp_path.iterdir()) == [path]


def test_given_secrets_are_used_and_no_file_is_made(tmp_path: Path) -> None:
    made = load_keys(Settings(data_dir=tmp_path / "a"))
    pem = (tmp_path / "a" / "token_key.pem").read_text()
    given = load_keys(
        Settings(data_dir=tmp_path / "b", token_key=SecretStr(pem), pepper=SecretStr("a pepper of our own"))
    )
    assert given.token_key.private_bytes_raw() == made.token_key.private_bytes_raw()
    assert given.pepper == b"a pepper of our own"
    assert not (tmp_path / "b").exists()


def test_a_key_of_another_kind_is_refused_without_telling_it(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="DTI_TOKEN_KEY") as caught:
        load_keys(Settings(data_dir=tmp_path, token_key=SecretStr("not a key"), pepper=SecretStr("0" * 16)))
    assert "not a key" not in str(caught.value)


def test_settings_never_print_a_secret() -> None:
    settings = Settings(database_url="postgresql://u:hidden@h/d", pepper=SecretStr("hidden" * 3))
    assert "hidden" not in repr(settings)
