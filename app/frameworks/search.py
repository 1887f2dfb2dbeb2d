"""The form of a text under which it is found whatever its marks and capitals."""

import unicodedata
from collections.abc import Mapping
from typing import Any

_METHOD_CHARACTERS = 500
# These do not decompose. Ð (eth) stands for Đ in older files.
_STROKE = str.maketrans({"đ": "d", "ð": "d"})


def bare(text: str) -> str:
    """`text` in small letters without any mark (đ is d), words parted by one space."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    letters = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(letters.translate(_STROKE).split())


def search_text(node: Mapping[str, Any]) -> str:
    """What a search over indicators looks into: title, and the beginning of the method."""
    return bare(f"{node['title']} {(node['method'] or '')[:_METHOD_CHARACTERS]}")


def agencies(node: Mapping[str, Any]) -> str | None:
    """The lead agencies of a node: its own, and those named for single inputs (5.12.1, 6.22)."""
    named = [node["lead_agency"], *(declared.get("lead_agency") for declared in node["inputs"])]
    return "; ".join(dict.fromkeys(agency for agency in named if agency)) or None
