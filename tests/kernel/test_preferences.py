"""Preferences are known by their names, whatever stands around them."""

import pytest

from app.kernel.preferences import preferences


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("respond-async", ["respond-async"]),
        ("Respond-ASYNC", ["respond-async"]),
        ("wait=5, respond-async;x=y", ["wait", "respond-async"]),
        ('respond-async , foo="a, b"', ["respond-async", "foo"]),
        ('respond-async=""', ["respond-async"]),
        ('foo="respond-async"', ["foo"]),
        (r'foo="a\", respond-async", bar', ["foo", "bar"]),
        ('foo="a, respond-async', ["foo"]),
        ("x; respond-async", ["x"]),
        ("respond-asynchronous", ["respond-asynchronous"]),
        ("", [""]),
    ],
)
def test_names_are_told_without_values_and_parameters(header: str, names: list[str]) -> None:
    assert list(preferences(header)) == names


def test_a_header_of_nothing_but_quotes_is_read_once() -> None:
    assert list(preferences('"' * 60_001)) != ["respond-async"]
    assert list(preferences('"' + '\\"' * 30_000)) == ['""']
