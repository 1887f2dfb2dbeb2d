"""The form of a Vietnamese text under which it is found whatever its marks and capitals."""

import unicodedata

# These do not decompose. Ð (eth) stands for Đ in older files.
_STROKE = str.maketrans({"đ": "d", "ð": "d"})


def decomposed(text: str) -> str:
    """`text` in small letters, each mark a character of its own."""
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())


def bare(text: str) -> str:
    """`text` in small letters without any mark (đ is d), words parted by one space.

    For substring search: to be applied to what is stored and to what is searched for.
    """
    letters = "".join(character for character in decomposed(text) if not unicodedata.combining(character))
    return " ".join(letters.translate(_STROKE).split())
