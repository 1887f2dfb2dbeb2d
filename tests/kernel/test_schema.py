"""Field types: exact numbers, clean text, real dates."""

import json
import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

import pytest
from httpx import AsyncClient
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from app.kernel.canonical import dumps
from app.kernel.schema import Code, Date, IndicatorCode, Name, Number, Points, Text, Timestamp, UnitCode, Whole


def code_of(kind: Any, value: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    return caught.value.errors()[0]["type"]


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 9))
def test_fifteen_digits_come_back_as_they_went(digits: int, decimals: int) -> None:
    adapter = TypeAdapter[Decimal](Number)
    number = Decimal(digits).scaleb(-decimals)
    read = adapter.validate_python(json.loads(dumps(number)))
    assert read == number
    assert adapter.validate_python(float(adapter.dump_json(read))) == number


async def test_numbers_keep_their_digits_over_http(http: AsyncClient) -> None:
    sent = b'{"values":[{"number":123456.789012345,"points":0.1},{"number":-999999999999999}]}'
    headers = {"Content-Type": "application/json"}
    answer = (await http.post("/v1/probe/things/x/values", content=sent, headers=headers)).text
    assert '"number":123456.789012345,' in answer
    assert '"points":0.1,' in answer
    assert '"number":-999999999999999.0,' in answer


def test_a_number_has_one_schema_in_both_directions() -> None:
    for kind in (Number, Points):
        adapter = TypeAdapter[Decimal](kind)
        assert adapter.json_schema(mode="validation") == adapter.json_schema(mode="serialization")
    bounds = {"type": "number", "exclusiveMinimum": -1e15, "exclusiveMaximum": 1e15}
    assert TypeAdapter[Decimal](Number).json_schema() == bounds


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1", "number_type"),
        (True, "number_type"),
        (None, "number_type"),
        ([], "number_type"),
        (float("nan"), "number_not_finite"),
        (float("-inf"), "number_not_finite"),
        (Decimal("NaN"), "number_not_finite"),
        (Decimal("sNaN"), "number_not_finite"),
        (10**15, "number_too_large"),
        (-1e15, "number_too_large"),
        (10**400, "number_too_large"),
        (Decimal("1e999999"), "number_too_large"),
        (Decimal("1.00000000000000001"), "number_too_precise"),
        (1e-21, "too_many_decimals"),
        (5e-324, "too_many_decimals"),
    ],
)
def test_what_is_no_exact_number_is_refused(value: Any, code: str) -> None:
    assert code_of(Number, value) == code


@given(st.floats(min_value=1e-3, max_value=1e14))
def test_whatever_a_program_computes_in_doubles_is_taken_digit_for_digit(computed: float) -> None:
    assert TypeAdapter[Decimal](Number).validate_python(computed) == Decimal(repr(computed))


def test_a_whole_number_may_be_written_with_a_point_and_is_nothing_else() -> None:
    kind = Annotated[int, Field(ge=1, le=9), Whole]
    assert TypeAdapter[int](kind).json_schema() == {"type": "integer", "minimum": 1, "maximum": 9}
    assert TypeAdapter[int](kind).validate_python(2.0) == 2
    for value in ("2", True, None, 2.5, float("inf")):
        assert code_of(kind, value) == "int_type"
    assert code_of(kind, 1e300) == "less_than_equal"


def test_zero_has_no_sign_and_trailing_zeros_are_no_digits() -> None:
    adapter = TypeAdapter[Decimal](Number)
    assert str(adapter.validate_python(-0.0)) == "0"
    assert adapter.validate_python(Decimal("1.0000000000000000000")) == 1
    assert adapter.validate_python(1e-9) == Decimal("1e-9")


def test_points_are_not_negative_and_have_six_decimals() -> None:
    assert TypeAdapter[Decimal](Points).validate_python(0.000001) == Decimal("0.000001")
    assert code_of(Points, -0.5) == "negative_points"
    assert code_of(Points, 0.0000001) == "too_many_decimals"


def test_text_is_trimmed_and_composed() -> None:
    adapter = TypeAdapter[str](Text)
    assert adapter.validate_python("  Cha\u0302\u0301t\r\nlượng\t1 ") == "Chất\nlượng\t1"
    assert len(adapter.validate_python("ấ" * 4000)) == 4000


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        (Text, " \n", "blank"),
        (Text, "a" * 4001, "too_long"),
        (Name, "a" * 301, "too_long"),
        (Text, "a\x00b", "control_character"),
        (Text, "a\x1bb", "control_character"),
        (Text, "a\x85b", "control_character"),
        (Text, "a\ud800", "control_character"),
        (Text, 1, "string_type"),
    ],
)
def test_text_that_is_none_is_refused(kind: Any, value: Any, code: str) -> None:
    assert code_of(kind, value) == code


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\0\t\n\r \x1f\x7f\x85\x9f\xa0"), max_size=5))
@example("\r")
@example("a\rb")
@example("\x85a")
@example("\u3000")
@example("\u0b5c" * 300)  # composes to twice as many characters
def test_the_document_says_which_text_is_taken(value: str) -> None:
    adapter = TypeAdapter[str](Name)
    told = adapter.json_schema()
    fits = re.search(told["pattern"], value) is not None and len(value) <= told["maxLength"]
    taken = _is_taken(adapter, value)
    assert taken == fits or (fits and len(unicodedata.normalize("NFC", value)) > told["maxLength"])


def _is_taken(adapter: TypeAdapter[str], value: str) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Code, ["vl-2025", "a", "a" * 64], ["", "-a", "A", "a_b", "a" * 65, "a\n", "ă"]),
        (UnitCode, ["H61", "000.00.15.H51", "1" * 35], ["", "h61", "H 61", "1" * 36, "H61\n"]),
        (IndicatorCode, ["1.1", "A-2", "1" * 32], ["", ".1", "1/1", "1" * 33, "1\n", "٣"]),
    ],
)
def test_codes_have_one_alphabet(kind: Any, good: list[str], bad: list[str]) -> None:
    for value in good:
        assert TypeAdapter[str](kind).validate_python(value) == value
    for value in bad:
        code_of(kind, value)


@pytest.mark.parametrize(
    "value", ["2025-7-1", "2025-02-29", "2025-07-01T00:00:00", 20250701, 0, "٢٠٢٥-٠٧-٠١", "0000-01-01"]
)
def test_what_is_no_calendar_day_is_refused(value: Any) -> None:
    code_of(Date, value)


def test_a_day_is_a_day() -> None:
    assert TypeAdapter[date](Date).validate_python("2024-02-29") == date(2024, 2, 29)
    assert code_of(Date, datetime(2025, 1, 1, tzinfo=UTC)) == "date_format"


@pytest.mark.parametrize(
    "value", [0, 1.5, "1700000000", "2025-07-01", "2025-07-01T08:00:00", "0001-01-01T00:00:00+14:00", True]
)
def test_what_is_no_moment_is_refused(value: Any) -> None:
    code_of(Timestamp, value)


def test_a_moment_is_written_in_utc() -> None:
    adapter = TypeAdapter[datetime](Timestamp)
    read = adapter.validate_python("2025-07-01T08:30:00+07:00")
    assert adapter.dump_json(read) == b'"2025-07-01T01:30:00Z"'
