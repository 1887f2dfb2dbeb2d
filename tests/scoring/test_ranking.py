"""Competition ranking on what is shown: ties of two, of all, at zero; hidden digits; the unranked."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scoring import Entry, rank, shown
from tests.scoring.documents import D


def entry(key: str, points: str, *, ranked: bool = True) -> Entry[str]:
    return Entry(key, D(points), ranked, (key, key))


def ranks(*entries: Entry[str], decimals: int = 2) -> list[tuple[int | None, str, str]]:
    return [(place, found.key, str(points)) for place, points, found in rank(entries, decimals)]


def test_nobody_is_ranked_where_there_is_nobody() -> None:
    assert rank([], 2) == []


def test_ties_share_a_rank_and_the_next_one_counts_them() -> None:
    found = ranks(entry("d", "1"), entry("c", "5"), entry("b", "5"), entry("a", "9"))
    assert found == [(1, "a", "9.00"), (2, "b", "5.00"), (2, "c", "5.00"), (4, "d", "1.00")]


def test_the_ministrys_table_of_2022_has_two_fifteenth_and_a_seventeenth() -> None:
    above = [entry(f"p{n:02}", str(100 - n)) for n in range(14)]
    found = ranks(*above, entry("x", "50"), entry("y", "50"), entry("z", "49"))
    assert [place for place, *_ in found[13:]] == [14, 15, 15, 17]


def test_all_alike_are_all_first() -> None:
    assert ranks(entry("b", "0"), entry("a", "0"), entry("c", "0")) == [
        (1, "a", "0.00"), (1, "b", "0.00"), (1, "c", "0.00"),
    ]  # fmt: skip


def test_zero_has_a_rank() -> None:
    assert ranks(entry("a", "0"), entry("b", "3")) == [(1, "b", "3.00"), (2, "a", "0.00")]


@pytest.mark.parametrize(
    ("first", "second", "places"),
    [
        ("61.994999", "61.990001", [1, 1]),
        ("61.995000", "61.994999", [1, 2]),
        ("61.995000", "62.004999", [1, 1]),
        ("0.005", "0.004999", [1, 2]),
        ("512.345678", "512.345678", [1, 1]),
    ],
)
def test_what_is_not_shown_decides_nothing(first: str, second: str, places: list[int]) -> None:
    assert [place for place, *_ in ranks(entry("a", first), entry("b", second))] == places


def test_hidden_digits_do_not_order_a_tie() -> None:
    assert [key for _, key, _ in ranks(entry("b", "61.994"), entry("a", "61.991"))] == ["a", "b"]


def test_a_tie_stands_in_sort_key_order_then_code() -> None:
    entries = [
        Entry("H3", D(1), ranked=True, order=("gia lai", "H3")),
        Entry("H2", D(1), ranked=True, order=("gia lai", "H2")),
        Entry("H1", D(1), ranked=True, order=("vĩnh long", "H1")),
    ]
    assert [found.key for _, _, found in rank(entries, 2)] == ["H2", "H3", "H1"]


def test_the_unranked_stand_last_and_take_no_place() -> None:
    found = ranks(entry("top", "99", ranked=False), entry("a", "5"), entry("low", "1", ranked=False), entry("b", "3"))
    assert found == [(1, "a", "5.00"), (2, "b", "3.00"), (None, "top", "99.00"), (None, "low", "1.00")]


def test_where_only_the_unranked_are_there_nobody_is_first() -> None:
    assert ranks(entry("a", "5", ranked=False), entry("b", "5", ranked=False)) == [
        (None, "a", "5.00"), (None, "b", "5.00"),
    ]  # fmt: skip


@pytest.mark.parametrize(("decimals", "places"), [(0, [1, 1]), (1, [1, 1]), (2, [1, 2]), (6, [1, 2])])
def test_the_frameworks_decimals_decide_what_is_a_tie(decimals: int, places: list[int]) -> None:
    assert [place for place, *_ in ranks(entry("a", "7.04"), entry("b", "7.01"), decimals=decimals)] == places


POINTS = st.decimals(0, 10, places=4)


@given(st.lists(st.tuples(POINTS, st.booleans()), max_size=12), st.randoms(use_true_random=False))
def test_a_rank_is_one_more_than_those_who_are_shown_above(rows: list[tuple[Decimal, bool]], chance: Random) -> None:
    entries = [Entry(str(n), points, ranked, (f"{n:03}",)) for n, (points, ranked) in enumerate(rows)]
    found = rank(entries, 2)
    for place, points, one in found:
        above = sum(other.ranked and shown(other.points, 2) > points for other in entries)
        assert place == (above + 1 if one.ranked else None)
    shuffled = list(entries)
    chance.shuffle(shuffled)
    assert rank(shuffled, 2) == found
