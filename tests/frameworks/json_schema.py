"""As much of JSON Schema 2020-12 as the schema of framework documents uses. An unknown keyword is an error."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Json = Any
_TYPES: dict[str, Callable[[Json], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}
_SAYS_NOTHING = {"$schema", "$defs", "title", "description", "default", "examples", "discriminator", "format"}


def failures(schema: Mapping[str, Any], value: Json, root: Mapping[str, Any], at: str = "") -> list[str]:
    """Pointer and keyword of everything in `value` that breaks the schema; [] where nothing does."""
    found: list[str] = []
    for keyword, said in schema.items():
        if keyword not in _SAYS_NOTHING:
            found += _KEYWORDS[keyword](said, value, schema, root, at)
    return found


def _ref(said: str, value: Json, _: Json, root: Json, at: str) -> list[str]:
    return failures(root["$defs"][said.removeprefix("#/$defs/")], value, root, at)


def _any_of(said: list[Json], value: Json, _: Json, root: Json, at: str) -> list[str]:
    tried = [failures(each, value, root, at) for each in said]
    return [] if [] in tried else [f"{at} anyOf", *min(tried, key=len)]


def _one_of(said: list[Json], value: Json, _: Json, root: Json, at: str) -> list[str]:
    tried = [failures(each, value, root, at) for each in said]
    return [] if tried.count([]) == 1 else [f"{at} oneOf", *min(tried, key=len)]


def _properties(said: Json, value: Json, schema: Json, root: Json, at: str) -> list[str]:
    if not isinstance(value, dict):
        return []
    return [line for key in value if key in said for line in failures(said[key], value[key], root, f"{at}/{key}")]


def _additional(said: Json, value: Json, schema: Json, root: Json, at: str) -> list[str]:
    more = [key for key in value if key not in schema.get("properties", {})] if isinstance(value, dict) else []
    if said is False:
        return [f"{at}/{key} additionalProperties" for key in more]
    return [] if said is True else [line for key in more for line in failures(said, value[key], root, f"{at}/{key}")]


def _names(said: Json, value: Json, _: Json, root: Json, at: str) -> list[str]:
    return [line for key in (value if isinstance(value, dict) else []) for line in failures(said, key, root, at)]


def _items(said: Json, value: Json, _: Json, root: Json, at: str) -> list[str]:
    each: Iterator[tuple[int, Json]] = enumerate(value if isinstance(value, list) else [])
    return [line for index, item in each for line in failures(said, item, root, f"{at}/{index}")]


def _required(said: list[str], value: Json, _: Json, __: Json, at: str) -> list[str]:
    return [f"{at}/{key} required" for key in said if isinstance(value, dict) and key not in value]


def _plain(keyword: str, kind: str, broken: Callable[[Json, Json], bool]) -> Callable[..., list[str]]:
    def check(said: Json, value: Json, _: Json, __: Json, at: str) -> list[str]:
        return [f"{at} {keyword}"] if _TYPES[kind](value) and broken(said, value) else []

    return check


_KEYWORDS: dict[str, Callable[..., list[str]]] = {
    "$ref": _ref,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "properties": _properties,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "items": _items,
    "required": _required,
    "type": lambda said, value, _, __, at: [] if _TYPES[said](value) else [f"{at} type"],
    "const": lambda said, value, _, __, at: [] if value == said else [f"{at} const"],
    "enum": lambda said, value, _, __, at: [] if value in said else [f"{at} enum"],
    "pattern": _plain("pattern", "string", lambda said, value: re.search(said, value) is None),
    "minLength": _plain("minLength", "string", lambda said, value: len(value) < said),
    "maxLength": _plain("maxLength", "string", lambda said, value: len(value) > said),
    "minimum": _plain("minimum", "number", lambda said, value: value < said),
    "maximum": _plain("maximum", "number", lambda said, value: value > said),
    "exclusiveMinimum": _plain("exclusiveMinimum", "number", lambda said, value: value <= said),
    "exclusiveMaximum": _plain("exclusiveMaximum", "number", lambda said, value: value >= said),
    "maxItems": _plain("maxItems", "array", lambda said, value: len(value) > said),
    "maxProperties": _plain("maxProperties", "object", lambda said, value: len(value) > said),
}
