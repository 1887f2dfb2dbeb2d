"""Commands without a running service: each starts the database for its own duration."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Dti


@pytest.fixture(scope="module", autouse=True)
def _migrated(dti: Dti) -> None:
    refused = dti("seed")
    assert refused.returncode == 1
    assert refused.stderr.startswith("dti: The schema is at None, this version needs ")
    assert dti("migrate").returncode == 0


def test_migrating_again_changes_nothing(dti: Dti) -> None:
    again = dti("migrate")
    assert again.returncode == 0
    assert "at head" in again.stderr


def test_a_client_is_printed_as_json_and_nothing_else(dti: Dti) -> None:
    made = dti("clients", "add", "LGSP", "--scope", "push", "--level", "commune", "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout).keys() == {"client_id", "client_secret"}
    listed = dti("clients", "list").stdout.splitlines()
    assert any("LGSP\tpush\tlevels commune" in line for line in listed)


def test_a_client_of_an_unknown_unit_is_refused_in_one_sentence(dti: Dti) -> None:
    refused = dti("clients", "add", "x", "--scope", "submit", "--unit", "H99", "--json")
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.startswith("dti: ")
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("wrong", [("--level", "xa"), ("--level", "X"), ("--indicator", "9.9")])
def test_a_bound_to_nothing_is_refused(dti: Dti, wrong: tuple[str, str]) -> None:
    refused = dti("clients", "add", "x", "--scope", "push", *wrong)
    assert (refused.returncode in (1, 2), refused.stdout, "Traceback" in refused.stderr) == (True, "", False)


def test_a_client_is_rotated_and_disabled(dti: Dti) -> None:
    made = json.loads(dti("clients", "add", "Cũ", "--scope", "admin", "--json").stdout)
    client_id = made["client_id"]
    last = dti("clients", "disable", client_id)
    assert (last.returncode, last.stderr.startswith("dti: It is the last client")) == (1, True)
    rotated = json.loads(dti("clients", "rotate", client_id, "--overlap", "60", "--json").stdout)
    assert (rotated["client_id"], rotated["client_secret"] == made["client_secret"]) == (client_id, False)
    assert dti("clients", "rotate", client_id).stderr.startswith("dti: The secret before is good until ")
    assert dti("clients", "rotate", client_id, "--overlap", "604801").returncode == 2
    dti("clients", "add", "Mới", "--scope", "admin")
    assert dti("clients", "disable", client_id).returncode == 0
    assert f"{client_id}\tCũ\tadmin\tdisabled" in dti("clients", "list").stdout.splitlines()
    assert dti("clients", "disable", "client-0").stderr == "dti: There is no client 'client-0'.\n"


def test_an_unknown_scope_is_a_usage_error(dti: Dti) -> None:
    assert dti("clients", "add", "x", "--scope", "everything").returncode == 2


def test_an_untouched_event_log_is_valid(dti: Dti) -> None:
    verified = dti("audit", "verify")
    assert verified.returncode == 0
    assert verified.stdout.startswith("global\t")
    assert "valid" in verified.stdout


def test_a_rebuild_of_nothing_finds_no_difference(dti: Dti) -> None:
    assert dti("rebuild").returncode == 0


def test_a_database_that_is_away_is_told_in_one_sentence(dti: Dti, folder: Path) -> None:
    refused = dti("audit", "verify", DATABASE_URL="postgresql://dti@127.0.0.1:1/dti")
    assert refused.returncode == 1
    assert refused.stderr.startswith("dti: ")
    assert "Traceback" not in refused.stderr


def test_the_openapi_document_in_the_repository_is_what_the_routes_say(dti: Dti) -> None:
    checked = dti("openapi", "--check")
    assert checked.returncode == 0, checked.stderr
