"""The canonical text is RFC 8785's, by whichever way it was made."""

import json
from decimal import Decimal
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import canonical

_integers = st.integers(-(2**53) + 1, 2**53 - 1)
_texts = st.text(st.characters(codec="utf-8"), max_size=8)
_values = st.recursive(
    st.none() | st.booleans() | _integers | st.floats(allow_nan=False, allow_infinity=False) | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=12,
)


@given(_values)
def test_the_fast_way_and_the_reference_agree(value: Any) -> None:
    assert canonical.canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1.50"), "1.5"),
        (Decimal("70.000000"), "70"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0"), "0"),
        (0.00001, "0.00001"),
        (1e-7, "1e-7"),
        (1e21, "1e+21"),
        (123456789012345.6, "123456789012345.6"),
        ({"b": 1, "a": (1, None, True)}, '{"a":[1,null,true],"b":1}'),
        ({"\U0001f600": 1, "\ufb33": 2}, '{"\U0001f600":1,"\ufb33":2}'),
        ('\x08\x1f\x7f"\\ế', '"\\b\\u001f\x7f\\"\\\\ế"'),
    ],
)
def test_the_text_is_that_of_the_standard(value: Any, text: str) -> None:
    assert canonical.canonical(value).decode() == text


@pytest.mark.parametrize("value", [float("nan"), Decimal("Infinity"), 2**53, "\ud800", {"a": [2**60]}])
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical.canonical(value)


def test_the_digest_does_not_know_the_order_or_the_type_of_number() -> None:
    left = {"points": Decimal("3.25"), "unit": "H61", "n": Decimal("2.0")}
    right = {"n": 2, "unit": "H61", "points": 3.25}
    assert canonical.digest(left) == canonical.digest(right)
    assert len(canonical.digest(left)) == 64


def test_stored_json_keeps_decimals_exactly() -> None:
    value = {"a": Decimal("0.1"), "b": Decimal("123456789.123456"), "c": [Decimal(7), 7], "d": "ế"}
    stored = canonical.dumps(value)
    assert stored == '{"a":0.1,"b":123456789.123456,"c":[7,7],"d":"ế"}'
    assert canonical.loads(stored) == value
    assert isinstance(canonical.loads("1.0"), Decimal)
    assert canonical.loads("[99999999999999999999, 1E2, -7]") == [99999999999999999999, Decimal(100), -7]
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical.dumps(Decimal("NaN"))
    with pytest.raises(TypeError):
        canonical.dumps({1, 2})
    assert json.loads(stored)["b"] == 123456789.123456
