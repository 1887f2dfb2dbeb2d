"""The quick way to read a push and the careful one come to the same: the same values, the same errors in place."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.errors import ProblemError
from app.kernel.strictness import is_suspect, parse, refuse_unstorable
from app.pushes.leaves import PushedLeaf
from app.pushes.reading import UnusualError, frame, read_with_care
from app.pushes.schemas import PushWrite
from app.pushes.values import Given, read_values
from app.scoring import AnswerError, read_framework
from tests.oracle.cohort_steps import DOCUMENT, LEAVES

FRAMEWORK = read_framework(DOCUMENT)
_scalars = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        1,
        -1,
        7,
        2.5,
        1.0,
        -0.0,
        1e-7,
        1e15,
        10**15 - 1,
        2**53,
        10**25,
        0.1234567,
        "",
        "a",
        "ế",
        "x y",
    ]
)
_json = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcé"), inner, max_size=3),
    max_leaves=5,
)
_inputs = st.dictionaries(
    st.sampled_from(["a", "b", "c", "points", "choice", "checked", "p", "q", "open", "é"]), _json, max_size=4
)
_members = {
    "unit": st.sampled_from(["H61.1", "C0", "h", "", "ở đây", "H61/1", 7, None, "x" * 65]),
    "indicator": st.sampled_from([*LEAVES, "1.1", "", "é", "-", 7, None]),
    "inputs": _inputs | _json,
    "points": _scalars | st.floats(0, 20).map(lambda number: round(number, 3)),
    "sequence": _scalars,
    "observed_at": st.sampled_from(
        ["2025-01-01T00:00:00Z", "2025-01-01t07:00:00+07:00", "2025-01-01T00:00:00", "2025-01-01", 1735689600, "", None]
    ),
    "note": _scalars,
}
_usual = st.fixed_dictionaries(
    {"unit": st.just("C0"), "indicator": st.sampled_from(list(LEAVES)), "inputs": _inputs},
    optional={"sequence": st.integers(0, 9), "observed_at": st.just("2025-01-01T00:00:00Z")},
)
_values = _usual | st.fixed_dictionaries({}, optional=_members) | _json


def _document(read: Given) -> Given:
    return msgspec.structs.replace(read, inputs=json.loads(read.inputs)) if isinstance(read.inputs, bytes) else read


@settings(max_examples=300, deadline=None)
@given(st.lists(_values, max_size=4))
def test_values_read_quickly_are_those_read_with_care(values: list[Any]) -> None:
    body = frame(json.dumps({"period": "ky", "values": values}).encode())
    assert body is not None
    quick, quick_errors = read_values(body.values)
    careful, careful_errors = read_values(values)
    assert [_document(read) for read in quick] == careful
    assert quick_errors == careful_errors


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([leaf for leaf in FRAMEWORK.leaves if not leaf.is_unscored]), _inputs)
def test_inputs_read_quickly_are_those_read_with_care(leaf: Any, inputs: dict[str, Any]) -> None:
    read = Given(3, "C0", leaf.code, json.dumps(inputs).encode(), None, None, None)
    assert _taken(PushedLeaf(leaf, 1), read) == _taken(
        PushedLeaf(leaf, 1), msgspec.structs.replace(read, inputs=inputs)
    )


def _taken(leaf: PushedLeaf, read: Given) -> Any:
    try:
        return leaf.take(read)
    except AnswerError as error:
        return error.problems


VALUE = '{"unit": "C0", "indicator": "direct", "inputs": %s}'
ODD = [
    *(
        VALUE % inputs
        for inputs in ('{"points": 1e400}', '{"points": "\\u0000"}', '{"\\ud800": 1}', '{"a": "\\udfff"}')
    ),
    *(VALUE % inputs for inputs in ('{"points": 1e0400}', '{"points": NaN}', '{"points": 01}', '{"points": 1.}')),
    *(VALUE % inputs for inputs in ('{"points": %s}' % ("9" * 400), "[" * 150 + "]" * 150, "[" * 500 + "]" * 500)),
    *(VALUE % inputs for inputs in ('{"points": 1, "points": 2}', '{"a": 1,}', '{"a"}', "{", '"\x01"', "-", "nul")),
    '{"unit": "C0", "indicator": "direct", "points": 1e400}',
    '{"unit": "C0", "indicator": "direct", "points": 1, "sequence": 1e400}',
    '{"unit": "C0", "indicator": "direct", "points": 1, "sequence": %s}' % ("1" * 30),
    '{"unit": "C0", "unit": "C1", "indicator": "direct", "points": 1}',
    '{"unit": "\\u0043\\u0030", "indicator": "direct", "points": 1}',
    "{} {}",
    "",
]


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_is_odd_is_told_as_the_careful_way_tells_it(value: str, encoding: str) -> None:
    body = f'{{"period": "ky", "values": [{VALUE % {}}, {value}]}}'.encode(encoding, "surrogatepass")
    assert _quickly(body) == _carefully(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"7",
        b'{"period": "ky"}',
        b'{"period": "KY", "values": []}',
        b'{"values": [], "period": "k", "a": 1}',
    ],
)
def test_a_frame_that_is_odd_is_left_to_the_careful_way(body: bytes) -> None:
    assert frame(body) is None


def _quickly(body: bytes) -> Any:
    read = frame(body)
    return _carefully(body) if read is None else _outcome(read)


def _carefully(body: bytes) -> Any:
    try:
        document = parse(body)
        if is_suspect(body):
            refuse_unstorable(document)
    except ProblemError as error:
        return error.code, error.errors
    return _outcome(PushWrite.model_validate(document))


def _outcome(body: PushWrite) -> Any:
    leaf = PushedLeaf(FRAMEWORK.by_code["direct"], 1)
    try:
        given, errors = read_values(body.values)
        return [(each.unit, _taken(leaf, each) if each.points is None else each.points) for each in given], errors
    except UnusualError:
        pass
    try:
        return _outcome(read_with_care(body))
    except ProblemError as error:
        return error.code, error.errors
