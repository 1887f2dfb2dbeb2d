"""The file of trusted issuers: every mistake is told before the service starts."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.clients.issuers import load_issuers
from app.main import create_app
from app.settings import Settings
from tests.clients.test_issuers import TRUSTED


def settings(path: Path, issuers: Any) -> Settings:
    file = path / "issuers.json"
    file.write_text(issuers if isinstance(issuers, str) else json.dumps(issuers))
    return Settings(trusted_issuers=file, database_url="postgresql://dti@127.0.0.1:1/dti", data_dir=path / "data")


def test_without_a_file_nobody_outside_is_trusted() -> None:
    assert load_issuers(Settings()) == []


def test_what_is_left_out_is_the_careful_choice(tmp_path: Path) -> None:
    (found,) = load_issuers(settings(tmp_path, [TRUSTED]))
    assert (found.algorithms, found.client_claim, found.scope_claim, found.leeway_seconds) == (
        ["RS256"],
        "sub",
        "scope",
        30,
    )


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"algorithms": ["HS256"]}, "/0/algorithms/0"),
        ({"algorithms": ["none"]}, "/0/algorithms/0"),
        ({"algorithms": []}, "/0/algorithms"),
        ({"leeway_seconds": 61}, "/0/leeway_seconds"),
        ({"jwks_url": "http://sso.example.vn/certs"}, "/0/jwks_url"),
        ({"jwks_url": "file:///etc/passwd"}, "/0/jwks_url"),
        ({"jwks_url": "https://"}, "/0/jwks_url"),
        ({"jwks_url": "http://[::"}, "/0/jwks_url"),
        ({"scopes": {"x": ["fly"]}}, "/0/scopes/x/0"),
        ({"scopes": {}}, "/0/scopes"),
        ({"audience": ""}, "/0/audience"),
        ({"name": "a:b"}, "/0/name"),
        ({"levels": []}, "/0/levels"),
        ({"secret": "x"}, "/0/secret"),
    ],
)
def test_a_rule_that_is_broken_is_told_by_its_place(tmp_path: Path, changes: dict[str, Any], place: str) -> None:
    with pytest.raises(ValueError, match=f"DTI_TRUSTED_ISSUERS: .*issuers.json: {place}: "):
        load_issuers(settings(tmp_path, [TRUSTED | changes]))


def test_a_file_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read: No such file"):
        load_issuers(Settings(trusted_issuers=tmp_path / "nowhere"))
    for content in ("", "{", "{}", "[1]"):
        with pytest.raises(ValueError, match="DTI_TRUSTED_ISSUERS"):
            load_issuers(settings(tmp_path, content))


@pytest.mark.parametrize("other", [{"name": "b"}, {"issuer": "b"}, {"name": "b", "issuer": "dti"}])
def test_no_issuer_is_named_twice_or_is_ourselves(tmp_path: Path, other: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="twice, or ourselves"):
        load_issuers(settings(tmp_path, [TRUSTED, TRUSTED | other]))


async def test_the_service_does_not_start_with_a_wrong_file(tmp_path: Path) -> None:
    app = create_app(settings(tmp_path, "{"))
    with pytest.raises(ValueError, match="DTI_TRUSTED_ISSUERS"):
        async with app.router.lifespan_context(app):
            raise AssertionError
