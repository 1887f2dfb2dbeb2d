"""What of an indicator a search looks into."""

from collections.abc import Mapping
from typing import Any

from app.kernel.bare import bare

_METHOD_CHARACTERS = 500


def search_text(node: Mapping[str, Any]) -> str:
    """What a search over indicators looks into: title, and the beginning of the method."""
    return bare(f"{node['title']} {(node['method'] or '')[:_METHOD_CHARACTERS]}")


def agencies(node: Mapping[str, Any]) -> str | None:
    """The lead agencies of a node: its own, and those named for single inputs (5.12.1, 6.22)."""
    named = [node["lead_agency"], *(declared.get("lead_agency") for declared in node["inputs"])]
    return "; ".join(dict.fromkeys(agency for agency in named if agency)) or None
