"""Names of schemas that a person would choose, for those that were put together from others'."""

import re
from typing import Any

_PREFIX = "#/components/schemas/"
_FORM = re.compile(r"Body_(\w+)")
_GENERIC = re.compile(r"([A-Za-z]+)_([A-Za-z]+)_")
_WORD = re.compile(r"(?:^|_)([a-z])")


def rename_schemas(document: dict[str, Any]) -> dict[str, Any]:
    """The document with `UnitPage` for `Page_Unit_`, and `IssueTokenForm` for `Body_issue_token`."""
    schemas = document["components"]["schemas"]
    names = {old: _better(old) for old in schemas}
    assert len(set(names.values())) == len(names), "two schemas have one name"  # noqa: S101  made by us alone
    for old, schema in schemas.items():
        if names[old] != old:
            schema["title"] = names[old]
    document["components"]["schemas"] = {names[old]: schemas[old] for old in sorted(schemas, key=names.__getitem__)}
    renamed: dict[str, Any] = _refer(document, {_PREFIX + old: _PREFIX + new for old, new in names.items()})
    return renamed


def _better(name: str) -> str:
    form = _FORM.fullmatch(name)
    if form:
        return _WORD.sub(lambda word: word[1].upper(), form[1]) + "Form"
    return _GENERIC.sub(r"\2\1", name)


def _refer(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _refer(member, names) for key, member in value.items()}
    if isinstance(value, list):
        return [_refer(member, names) for member in value]
    return names.get(value, value) if isinstance(value, str) else value
