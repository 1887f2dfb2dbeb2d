"""What changed in the inputs that a leaf asks for, and in the checks over them, in words."""

from collections.abc import Iterator
from typing import Any

from app.frameworks.comparison.wording import Json, figure, named

_ASPECTS = (
    ("type", "its type"),
    ("unit", "its unit of measure"),
    ("min", "the least value taken"),
    ("max", "the greatest value taken"),
)


def input_changes(before: list[Json], after: list[Json]) -> Iterator[str]:
    """Every difference between two lists of declared inputs, matched by name. Labels and agencies do not count."""
    old, new = ({declared["name"]: declared for declared in each} for each in (before, after))
    for name, declared in old.items():
        if name not in new:
            yield f"the input {_input(declared)} is no longer asked for"
    for name, declared in new.items():
        if name not in old:
            yield f"the input {_input(declared)} is asked for besides"
            continue
        for key, what in _ASPECTS:
            was, now = _shown(old[name].get(key)), _shown(declared.get(key))
            if was != now:
                yield f"the input {_input(declared)}, {what}: {was} becomes {now}"


def validation_changes(before: list[Json], after: list[Json]) -> Iterator[str]:
    """Every check that is new or gone, as its expression is written but for blanks."""
    old, new = (
        {"".join(each["expression"].split()): each["expression"] for each in given} for given in (before, after)
    )
    yield from (f"the check {text} is gone" for written, text in old.items() if written not in new)
    yield from (f"the check {text} is new" for written, text in new.items() if written not in old)


def _input(declared: Json) -> str:
    return f"{declared['name']} {named(declared)}" if declared.get("label") else str(declared["name"])


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) else figure(value)
