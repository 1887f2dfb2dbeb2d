"""What the fuzzing leaves out is little, is said, and is never a server's failure or a broken promise of form."""

import re
import tomllib
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("schemathesis.toml")
# The promises that no operation is let off.
_NEVER = {
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "ignored_auth",
    "refusals_are_problems",
    "form_is_told",
}


def _settings() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def _switched_off(checks: dict[str, Any]) -> set[str]:
    return {name for name, setting in checks.items() if setting.get("enabled") is False}


def test_every_exception_gives_its_reason() -> None:
    text = _FILE.read_text(encoding="utf-8")
    rows = re.findall(r"^(.*)\n\[\[operations\]\]$", text, re.MULTILINE)
    assert len(rows) == len(_settings()["operations"])
    assert all(re.match(r"# \w.*\.$", above) for above in rows), rows


def test_no_operation_is_let_off_what_must_hold_everywhere() -> None:
    settings = _settings()
    assert not _switched_off(settings["checks"])
    assert all(operation.get("enabled", True) for operation in settings["operations"])
    for operation in settings["operations"]:
        assert not _switched_off(operation.get("checks", {})) & _NEVER, operation
