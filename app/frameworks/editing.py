"""Changing single nodes of a draft. The sums may be wrong on the way, nothing else may."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.frameworks import repository
from app.frameworks.models import FrameworkRow
from app.frameworks.reading import below, errors_but_sums, invalid
from app.frameworks.schemas import PlacedIndicator
from app.frameworks.service import record, require_draft
from app.frameworks.tree import Node, Place, extended, find, replaced, without
from app.kernel.conditional import check_if_match
from app.kernel.errors import ConflictError, FieldError, InvalidError, NotFoundError


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft to change, as its path names it, and the caller's `If-Match`."""

    code: str
    version: int
    if_match: str | None = None


def get_place(document: Mapping[str, Any], code: str) -> Place:
    """The node of this code where it stands. NotFoundError `indicator_not_found`."""
    place = find(document, code)
    if place is None:
        raise NotFoundError("indicator_not_found", f"There is no indicator '{code}' in this framework.")
    return place


async def add_indicator(session: AsyncSession, draft: Draft, body: PlacedIndicator, actor: str) -> FrameworkRow:
    """Add a node, and all below it, as the last child of its parent.

    NotFoundError, PreconditionFailedError, ConflictError `framework_not_draft`, `indicator_exists`;
    InvalidError `unknown_parent`, `invalid_framework`.
    """
    row = await _locked(session, draft)
    if find(row.document, body.code) is not None:
        raise ConflictError("indicator_exists", f"There is an indicator '{body.code}' in this framework already.")
    if body.parent is not None and find(row.document, body.parent) is None:
        detail = f"There is no indicator '{body.parent}' in this framework."
        raise InvalidError("unknown_parent", detail, [FieldError("/parent", "unknown_parent", detail)])
    document, pointer = extended(row.document, body.parent, _node(body))
    return await _rewritten(session, row, document, pointer, actor)


async def put_indicator(
    session: AsyncSession, draft: Draft, code: str, body: PlacedIndicator, actor: str
) -> FrameworkRow:
    """Replace a node and all below it. It stays where it stands and keeps its code.

    NotFoundError, PreconditionFailedError, ConflictError `framework_not_draft`; InvalidError `code_mismatch`,
    `parent_mismatch`, `invalid_framework`.
    """
    row = await _locked(session, draft)
    place = get_place(row.document, code)
    if body.code != code:
        raise _mismatch("code", f"The path names '{code}'. Delete it and add another to change the code.")
    if "parent" in body.model_fields_set and body.parent != place.parent:
        raise _mismatch("parent", "An indicator stays where it stands. Delete it and add it elsewhere.")
    document, pointer = replaced(row.document, code, _node(body))
    return await _rewritten(session, row, document, pointer, actor)


async def delete_indicator(session: AsyncSession, draft: Draft, code: str, actor: str) -> FrameworkRow:
    """Delete a node and all below it.

    NotFoundError, PreconditionFailedError, ConflictError `framework_not_draft`; InvalidError
    `invalid_framework`: the last child of a node, the last pillar, and the last leaf with a tag that an
    exemption names cannot go.
    """
    row = await _locked(session, draft)
    get_place(row.document, code)
    return await _rewritten(session, row, without(row.document, code), None, actor)


async def _locked(session: AsyncSession, draft: Draft) -> FrameworkRow:
    row = await repository.lock(session, draft.code, draft.version)
    check_if_match(draft.if_match, row.revision)
    return require_draft(row)


async def _rewritten(
    session: AsyncSession, row: FrameworkRow, document: dict[str, Any], pointer: str | None, actor: str
) -> FrameworkRow:
    """Store the draft, or tell what is wrong as seen from the node at `pointer` (None: it is gone)."""
    errors = errors_but_sums(document)
    if errors:
        raise invalid(below(pointer or "/indicators/-", errors))
    await repository.rewrite_draft(session, row, document, row.level_id)
    await record(session, row, actor, "framework.changed")
    return row


def _node(body: PlacedIndicator) -> Node:
    return body.model_dump(by_alias=True, exclude={"parent"})


def _mismatch(field: str, detail: str) -> InvalidError:
    code = f"{field}_mismatch"
    return InvalidError(code, detail, [FieldError(f"/{field}", code, detail)])
