import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.bare import bare
from app.kernel.paging import PageQuery, encode_cursor
from app.units.sort_key import sort_key

SYLLABLES = st.text("aăâbcdđeêghioôơuưyáàảãạấầẩẫậế 0123456789-", min_size=1, max_size=12)


def in_order(*names: str) -> None:
    """Assert that names sort as written, wherever they start from."""
    for seed in range(5):
        shuffled = random.Random(seed).sample(names, len(names))
        assert sorted(shuffled, key=sort_key) == list(names)


def test_letters_stand_in_the_order_of_the_vietnamese_alphabet() -> None:
    in_order(*"aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")


@pytest.mark.parametrize("vowel", "aăâeêioôơuưy")
def test_tones_stand_in_the_order_ngang_huyen_hoi_nga_sac_nang(vowel: str) -> None:
    tones = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
    in_order(*(unicodedata.normalize("NFC", vowel + tone) for tone in tones))


def test_every_letter_counts_before_any_tone() -> None:
    in_order("Bạ Na", "Bá Nb", "Ba Nc")
    in_order("lạng", "lăng", "lâng")


def test_the_tone_of_an_earlier_word_counts_before_that_of_a_later_one() -> None:
    in_order("ba bạ", "bà ba", "bà bả", "bạ ba")


def test_d_with_and_without_a_stroke_are_two_letters() -> None:
    in_order("Duyên Hải", "Dương Minh Châu", "Đà Bắc", "Đông Thành", "Em")
    in_order("dz", "đa")


def test_numbers_go_by_value() -> None:
    in_order("Phường 1", "Phường 2", "Phường 9", "Phường 10", "Phường 11", "Phường 100")
    in_order("Phường 2", "Phường 2A", "Phường 2B", "Phường 3")
    in_order("Khu 9", "Khu 1000000000000000000000", "Khu 1000000000000000000001")


def test_leading_zeros_do_not_count() -> None:
    in_order("Tổ 01", "Tổ 2", "Tổ 003")
    in_order("Tổ 0", "Tổ 1")


def test_numbers_stand_before_letters() -> None:
    in_order("Phường 9", "Phường An Hoà", "Phường Trà An")


def test_a_shorter_name_stands_before_one_that_goes_on() -> None:
    in_order("An", "An Giang", "An Khê", "Anh")
    in_order("Hòa", "Hoa Lư")


def test_signs_between_words_count_as_a_space() -> None:
    in_order("Bà Rịa", "Bà Rịa - Vũng Tàu", "Bà Rịa-Vũng Tây", "Bà Rịa (xã)")


def test_case_counts_last() -> None:
    in_order("Long Hồ", "long Hồ", "long hồ", "Long Hội", "long hội")


def test_where_the_tone_is_written_does_not_part_a_name_from_its_neighbours() -> None:
    in_order("Hoà Bình", "Hòa Bình", "Hòa Lạc", "Hoà Mạc", "Hòa Ninh")
    in_order("Thúy A", "Thuý B", "Thúy C")


def test_provinces_stand_as_the_dictionary_has_them() -> None:
    in_order(
        "An Giang",
        "Bà Rịa - Vũng Tàu",
        "Bạc Liêu",
        "Bắc Giang",
        "Bắc Kạn",
        "Bắc Ninh",
        "Bến Tre",
        "Bình Dương",
        "Cà Mau",
        "Cao Bằng",
        "Cần Thơ",
        "Đà Nẵng",
        "Đắk Lắk",
        "Đắk Nông",
        "Điện Biên",
        "Đồng Nai",
        "Đồng Tháp",
        "Gia Lai",
        "Hà Giang",
        "Hải Dương",
        "Hậu Giang",
        "Lai Châu",
        "Lạng Sơn",
        "Lào Cai",
        "Lâm Đồng",
        "Ninh Thuận",
        "Phú Thọ",
        "Quảng Bình",
        "Quảng Trị",
        "Thái Bình",
        "Thanh Hóa",
        "Thừa Thiên Huế",
        "Vĩnh Long",
        "Vĩnh Phúc",
        "Yên Bái",
    )


def test_letters_of_other_tongues_stand_beside_their_base_letter() -> None:
    in_order("na", "ñb", "nc", "o")
    in_order("z", "Ωμέγα", "Москва", "東京")


def test_eth_is_taken_for_the_letter_it_looks_like() -> None:
    in_order("Đa", "Ðb", "Đc")


@given(SYLLABLES)
def test_composed_and_decomposed_text_have_one_key(name: str) -> None:
    assert sort_key(unicodedata.normalize("NFD", name)) == sort_key(unicodedata.normalize("NFC", name))


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_name_has_a_key_that_fits_a_cursor_and_an_index(name: str) -> None:
    key = sort_key(name)
    assert len(key.encode()) <= 2000
    PageQuery(cursor=encode_cursor(key, "9" * 35))


def test_the_longest_name_of_the_rarest_letters_still_fits_a_cursor() -> None:
    key = sort_key("\U00020bb7" * 300)
    assert PageQuery(cursor=encode_cursor(key, "9" * 35)).cursor


@given(SYLLABLES, SYLLABLES)
def test_names_that_differ_have_different_keys(one: str, other: str) -> None:
    if unicodedata.normalize("NFC", one) != unicodedata.normalize("NFC", other):
        assert sort_key(one) != sort_key(other)


@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_any_two_numbers_go_by_value(one: int, other: int) -> None:
    assert (sort_key(f"Phường {one}") < sort_key(f"Phường {other}")) == (one < other)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Huyện Long Hồ", "huyen long ho"),
        ("ĐẮK LẮK", "dak lak"),
        ("Ðồng Tháp", "dong thap"),
        ("Thành phố  Thủ Đức", "thanh pho thu duc"),
        ("Ủy ban nhân dân", "uy ban nhan dan"),
        ("Phường ２", "phuong 2"),
    ],
)
def test_the_search_form_has_no_capitals_and_no_marks(name: str, form: str) -> None:
    assert bare(name) == form
    assert bare(unicodedata.normalize("NFD", name)) == form
