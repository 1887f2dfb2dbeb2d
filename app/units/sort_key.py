"""The Vietnamese order of names as text that sorts right byte by byte (COLLATE "C").

PostgreSQL from wheels has no ICU, so the order is made here, once, when a name is written.
"""

import unicodedata
from collections.abc import Iterator
from itertools import groupby
from string import ascii_lowercase, ascii_uppercase

from app.kernel.bare import decomposed

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng; ngang has no mark
_PLACE = dict(zip(_ALPHABET, ascii_uppercase + ascii_lowercase, strict=False))
# Ð (eth) looks like Đ and stands for it in older files; neither decomposes.
_STROKE = str.maketrans({"ð": "đ"})
# A key must fit an index row (2.7 kB) and a cursor; what a long name loses is the end of its repetition.
_LONGEST = 350
_BETWEEN_KEYS = "\t"  # below the space between words, so that a shorter name stands before a longer one


def sort_key(name: str) -> str:
    """The key under which `name` sorts among names of units; compare keys by code point (`COLLATE "C"`).

    First the letters (a ă â b c d đ e ê f … y z; numbers before letters and by their value, so "Phường 2"
    stands before "Phường 10"; signs count as a space), then the tone of each word (ngang, huyền, hỏi, ngã,
    sắc, nặng), last the name itself, which puts capitals before small letters. "Hòa" and "Hoà" differ in the
    last key only. Other scripts stand after Latin. Any text is accepted; composed and decomposed forms give
    the same key. At most 350 characters.
    """
    words = list(_words(name))
    letters = " ".join("".join(_places(word)) for word in words)
    tones = "".join(_tone(word) for word in words)
    return _BETWEEN_KEYS.join((letters, tones, unicodedata.normalize("NFC", name)))[:_LONGEST]


def _words(name: str) -> Iterator[list[str]]:
    """The words of a name, each a list of letters or digits with the marks that follow them."""
    clusters: list[str] = []
    for character in decomposed(name).translate(_STROKE):
        if unicodedata.combining(character) and clusters:
            clusters[-1] += character
        else:
            clusters.append(character)
    for is_word, run in groupby(clusters, key=lambda cluster: cluster[0].isalnum()):
        if is_word:
            yield list(run)


def _places(word: list[str]) -> Iterator[str]:
    for is_number, run in groupby(word, key=_is_digit):
        if is_number:
            digits = "".join(cluster[0] for cluster in run).lstrip("0")
            yield f"{len(digits):04}{digits}"
        else:
            yield from map(_place, run)


def _is_digit(cluster: str) -> bool:
    return cluster[0] in "0123456789"


def _place(cluster: str) -> str:
    """One character that stands where the letter does: ấ where â does, ñ where n does, 市 where it is."""
    base, shape = cluster[0], "".join(mark for mark in cluster[1:] if mark not in _TONES)
    letter = unicodedata.normalize("NFC", base + shape)
    return _PLACE.get(letter) or _PLACE.get(base) or base


def _tone(word: list[str]) -> str:
    """0 (ngang) to 5 (nặng). A syllable has one tone; on which vowel it is written (hòa, hoà) is style."""
    marks = (mark for cluster in word for mark in cluster[1:])
    return next((str(_TONES.index(mark) + 1) for mark in marks if mark in _TONES), "0")
