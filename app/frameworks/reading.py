"""A document before the engine: everything that is wrong with it, told at once."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.frameworks.tree import walk
from app.kernel.errors import FieldError, InvalidError
from app.scoring import DocumentError, Framework, Problem, check_examples, read_framework

MAX_NODES = 5_000
MAX_DEPTH = 12
_SUMS = "points_do_not_add_up"


def read(document: Mapping[str, Any]) -> Framework:
    """The compiled framework. Raises InvalidError `invalid_framework` with every error."""
    check_size(document)
    try:
        return read_framework(document)
    except DocumentError as error:
        raise invalid(_errors(error)) from error


def errors_in(document: Mapping[str, Any]) -> list[FieldError]:
    """Every error of the document, for what belongs to it besides; too large a tree is refused alone."""
    check_size(document)
    own = [] if document["provenance"] == "example" or document["decision"] else [_no_decision()]
    try:
        read_framework(document)
    except DocumentError as error:
        return [*own, *_errors(error)]
    return own


def prove(document: Mapping[str, Any]) -> None:
    """Hold a document, which is right in itself, against its own examples.

    Raises InvalidError `example_failed` with every example that fails and every input that its leaf refuses.
    """
    errors = _told(check_examples(read_framework(document)))
    if errors:
        raise InvalidError("example_failed", f"The examples do not hold: {len(errors)} errors; see errors.", errors)


def errors_but_sums(document: Mapping[str, Any]) -> list[FieldError]:
    """As `errors_in`, for a draft that is being edited node by node: its sums may be wrong on the way."""
    return [error for error in errors_in(document) if error.code != _SUMS]


def below(pointer: str, errors: list[FieldError]) -> list[FieldError]:
    """The errors as seen from the node at `pointer`: what is wrong elsewhere points at the whole node."""
    return list(_below(pointer, errors))


def _below(pointer: str, errors: list[FieldError]) -> Iterator[FieldError]:
    for error in errors:
        if f"{error.pointer}/".startswith(f"{pointer}/"):
            yield FieldError(error.pointer.removeprefix(pointer), error.code, error.detail)
        else:
            yield FieldError("", error.code, f"{error.detail} (in the framework at {error.pointer})")


def invalid(errors: list[FieldError]) -> InvalidError:
    """The refusal for these errors; a single unknown level is told by its own code."""
    if [error.code for error in errors] == ["unknown_level"]:
        return InvalidError("unknown_level", errors[0].detail, errors)
    return InvalidError("invalid_framework", f"{len(errors)} errors in the framework; see errors.", errors)


def check_size(document: Mapping[str, Any]) -> None:
    """Refuse a tree that is too deep (`tree_too_deep`) or has too many nodes (`too_many_indicators`)."""
    for count, place in enumerate(walk(document), 1):
        if place.depth > MAX_DEPTH:
            detail = f"More than {MAX_DEPTH} nodes stand one below the other."
            raise invalid([FieldError(place.pointer, "tree_too_deep", detail)])
        if count > MAX_NODES:
            detail = f"A framework has at most {MAX_NODES} nodes."
            raise invalid([FieldError("/indicators", "too_many_indicators", detail)])


def _errors(error: DocumentError) -> list[FieldError]:
    return _told(error.problems)


def _told(problems: Iterable[Problem]) -> list[FieldError]:
    return [FieldError(problem.pointer, problem.code, problem.detail) for problem in problems]


def _no_decision() -> FieldError:
    return FieldError("/decision", "missing_field", "Only an example is without a decision.")
