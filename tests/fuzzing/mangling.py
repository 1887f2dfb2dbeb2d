"""Documents that were right, and are not any more in a place or two."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

Json = Any
Place = tuple[str | int, ...]

_DEEP = "[" * 200 + "]" * 200
_TEXTS = (
    "",
    " ",
    "\x00",
    "\ud800",
    "\r",
    "\x85",
    "a\u0301",
    "\u0b5c" * 300,
    "a" * 4001,
    "1",
    "NaN",
    "../x",
    "%00",
    "__proto__",
)
_DATES = ("0001-01-01", "9999-12-31", "2025-02-30", "0000-01-01", "2025-07-01T00:00:00Z", "9999-12-31T23:59:59-23:59")
_NUMBERS = (0, -1, 1, 2**31, 2**53, 2**63, -(2**63) - 1, 10**30, -0.0, 0.1 + 0.2, 1e15, 1e-21, 5e-324, 1e308, 2.0)
_NO_NUMBERS = (float("nan"), float("inf"))
odd: st.SearchStrategy[Json] = st.one_of(
    st.sampled_from([None, True, False, [], {}, [None], {"": None}, {"a": {"a": {}}}, json.loads(_DEEP)]),
    st.sampled_from([*_TEXTS, *_DATES]),
    st.sampled_from([*_NUMBERS, *_NO_NUMBERS]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=6,
    ),
)


def places(document: Json, at: Place = ()) -> list[Place]:
    """Where something stands in the document, the document itself first."""
    found = [at]
    if isinstance(document, dict):
        for key, item in document.items():
            found += places(item, (*at, key))
    if isinstance(document, list):
        for index, item in enumerate(document):
            found += places(item, (*at, index))
    return found


@st.composite
def mangled(draw: st.DrawFn, *documents: Json) -> Json:
    """One of the documents with one to three changes: something else, something less, something twice, an odd name."""
    document = copy.deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(places(document)))
        if not place:
            continue
        *way, last = place
        around: Any = document
        for step in way:
            around = around[step]
        change = draw(st.sampled_from(["replace", "replace", "remove", "twice", "name"]))
        if change == "remove":
            del around[last]
        elif change == "twice" and isinstance(last, int):
            around.append(copy.deepcopy(around[last]))
        elif change == "name" and isinstance(last, str):
            around[draw(st.sampled_from(["", "\x00", "unit", "~1/", "type", "ấ"]))] = copy.deepcopy(around[last])
        else:
            around[last] = copy.deepcopy(draw(odd))  # a sampled one is the same each time
    return document


def written(document: Json) -> bytes:
    """The document as bytes that a sloppy client sends: NaN, lone surrogates and all."""
    return json.dumps(document).encode()
