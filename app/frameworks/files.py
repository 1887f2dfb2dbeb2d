"""Framework documents as files, YAML or JSON: read with the refusals that the API has, written to be read again."""

import json
from collections.abc import Hashable, Mapping
from typing import Any

import yaml
from pydantic import ValidationError

from app.frameworks.document import FrameworkDocument
from app.frameworks.reading import errors_in, invalid, prove
from app.kernel.canonical import loads
from app.kernel.errors import BadRequestError, FieldError, InvalidError
from app.kernel.pointers import field_errors
from app.kernel.problems import count_told

_WIDTH = 120


class _Loader(yaml.SafeLoader):
    """YAML in which a field is given once: the second would replace the first without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        found: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in found:
                problem = f"'{key}' is given twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            found.add(key)
        return super().construct_mapping(node, deep=deep)


class _Dumper(yaml.SafeDumper):
    """YAML for people: what has several lines is written in several lines, lists are indented below their field."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def read_file(content: bytes, *, is_json: bool) -> FrameworkDocument:
    """The document of a file, its shape checked as the API checks a body.

    BadRequestError `unreadable_body` for what is neither YAML nor JSON in UTF-8; InvalidError `validation_failed` with
    every field that breaks a rule.
    """
    parsed = _parsed(content, is_json=is_json)
    try:
        return FrameworkDocument.model_validate(parsed)
    except ValidationError as error:
        found = [{**problem, "loc": ("body", *problem["loc"])} for problem in error.errors()]
        errors = field_errors(found, parsed)
        raise InvalidError("validation_failed", count_told(errors), errors) from None


def _parsed(content: bytes, *, is_json: bool) -> Any:
    try:
        text = content.decode()
        return loads(text) if is_json else yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except UnicodeDecodeError as error:
        raise BadRequestError("unreadable_body", f"Not UTF-8 at byte {error.start}.") from error
    except json.JSONDecodeError as error:
        raise BadRequestError("unreadable_body", f"Not JSON: {error}.") from error
    except yaml.YAMLError as error:
        raise BadRequestError("unreadable_body", f"Not YAML: {' '.join(str(error).split())}.") from error
    except RecursionError as error:
        raise BadRequestError("unreadable_body", "Nested too deep.") from error


def check(document: FrameworkDocument) -> dict[str, Any]:
    """The document in its normal form, held against everything that creating and publishing it would, but its level.

    InvalidError `invalid_framework` or `example_failed` with every error.
    """
    stored = document.stored()
    errors: list[FieldError] = errors_in(stored)
    if errors:
        raise invalid(errors)
    prove(stored)
    return stored


def written(document: Mapping[str, Any], schema: str | None) -> str:
    """A stored document as YAML, what has its default left out; `schema` tells an editor where its JSON Schema is."""
    head = f"# yaml-language-server: $schema={schema}\n" if schema else ""
    body = yaml.dump(_plain(document), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH)
    return f"{head}{body}"


def written_json(document: Mapping[str, Any]) -> str:
    """A stored document as JSON, what has its default left out."""
    return json.dumps(_plain(document), indent=2, ensure_ascii=False) + "\n"


def _plain(document: Mapping[str, Any]) -> Any:
    read = FrameworkDocument.model_validate(document)
    return _whole(read.model_dump(mode="json", by_alias=True, exclude_defaults=True))


def _whole(value: Any) -> Any:
    """The value with whole numbers written as such: 10, not 10.0."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list) else value
