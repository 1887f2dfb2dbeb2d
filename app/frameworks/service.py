"""The life of a framework: drafted, replaced, published, retired. Nothing here commits."""

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record_global
from app.frameworks import repository
from app.frameworks.compiling import CompiledFramework, cache_of
from app.frameworks.document import FrameworkDocument
from app.frameworks.models import FrameworkRow
from app.frameworks.reading import errors_in, invalid, prove, read
from app.kernel.canonical import digest
from app.kernel.conditional import check_if_match, check_if_none_match, etag
from app.kernel.errors import ConflictError, FieldError, InvalidError

__all__ = [
    "CompiledFramework",
    "compiled",
    "create",
    "delete",
    "publish",
    "replace",
    "require_draft",
    "retire",
]


async def create(session: AsyncSession, document: FrameworkDocument, actor: str) -> FrameworkRow:
    """Store a document as a draft.

    ConflictError `framework_exists`; InvalidError `unknown_level`, or `invalid_framework` with every error.
    """
    stored = document.stored()
    if await repository.find(session, document.code, document.version) is not None:
        reference = f"{document.code}/{document.version}"
        raise ConflictError("framework_exists", f"There is a framework '{reference}' already.")
    level_id = await _check(session, stored)
    row = await repository.insert_draft(session, stored, level_id)
    await record(session, row, actor, "framework.created")
    return row


async def replace(
    session: AsyncSession,
    code: str,
    version: int,
    document: FrameworkDocument,
    actor: str,
    *,
    if_match: str | None = None,
    if_none_match: str | None = None,
    seen: int | None = None,
) -> tuple[FrameworkRow, bool]:
    """Replace a draft's document; with `If-None-Match: *` create it (True).

    The conditions are header values; `seen` is a revision from the body, which binds like If-Match. Raises
    NotFoundError `framework_not_found`, PreconditionFailedError, ConflictError `framework_not_draft`,
    InvalidError `code_mismatch` and as `create`.
    """
    row = await repository.find_locked(session, code, version)
    revision = None if row is None else row.revision
    check_if_none_match(if_none_match, revision)
    check_if_match(if_match, revision)
    check_if_match(None if seen is None else etag(seen), revision)
    _check_key(document, code, version)
    if row is None and (if_none_match or "").strip() == "*":
        return await create(session, document, actor), True
    draft = require_draft(row or await repository.get(session, code, version))
    stored = document.stored()
    await repository.rewrite_draft(session, draft, stored, await _check(session, stored))
    await record(session, draft, actor, "framework.changed")
    return draft, False


async def delete(session: AsyncSession, code: str, version: int, actor: str, if_match: str | None = None) -> None:
    """Delete a draft. NotFoundError, PreconditionFailedError, ConflictError `framework_not_draft`."""
    row = await repository.lock(session, code, version)
    check_if_match(if_match, row.revision)
    await repository.delete_draft(session, require_draft(row))
    await record(session, row, actor, "framework.deleted")


async def publish(
    session: AsyncSession, code: str, version: int, actor: str, if_match: str | None = None
) -> FrameworkRow:
    """Read a draft once more, sums and all, hold it against its own examples, seal it with its hash, and let
    it be used.

    NotFoundError, PreconditionFailedError, ConflictError `framework_not_draft`, InvalidError
    `invalid_framework`, `example_failed`.
    """
    row = await repository.lock(session, code, version)
    check_if_match(if_match, row.revision)
    require_draft(row)
    errors = errors_in(row.document)
    if errors:
        raise invalid(errors)
    await asyncio.to_thread(prove, row.document)
    row.status = "published"
    row.content_hash = digest(row.document)
    row.published_at = func.now()
    return await _saved(session, row, actor, "framework.published")


async def retire(
    session: AsyncSession, code: str, version: int, actor: str, if_match: str | None = None
) -> FrameworkRow:
    """Take a published framework out of use for new periods; what was scored with it stays.

    NotFoundError, PreconditionFailedError, ConflictError `framework_not_published`.
    """
    row = await repository.lock(session, code, version)
    check_if_match(if_match, row.revision)
    if row.status != "published":
        raise ConflictError("framework_not_published", f"Framework '{code}/{version}' is {row.status}.")
    row.status = "retired"
    row.retired_at = func.now()
    return await _saved(session, row, actor, "framework.retired")


async def compiled(session: AsyncSession, framework_id: int) -> CompiledFramework:
    """The framework ready to score with; kept in this process once it is published.

    NotFoundError `framework_not_found`; InvalidError for a draft whose sums are not right yet.
    """
    cache = cache_of(session)
    found = cache.find(framework_id)
    if found is not None:
        return found
    row = await repository.get_by_id(session, framework_id)
    made = CompiledFramework(
        id=row.id,
        code=row.code,
        version=row.version,
        content_hash=row.content_hash,
        provenance=row.document["provenance"],
        framework=read(row.document),
        indicator_ids=await repository.indicator_ids(session, row.id),
    )
    if row.status != "draft":
        cache.put(made)
    return made


def require_draft(row: FrameworkRow) -> FrameworkRow:
    """The row, if it is a draft. ConflictError `framework_not_draft`."""
    if row.status != "draft":
        detail = f"Framework '{row.code}/{row.version}' is {row.status}; only a draft can change."
        raise ConflictError("framework_not_draft", detail)
    return row


async def record(session: AsyncSession, row: FrameworkRow, actor: str, event: str) -> None:
    """Append what happened to a framework to the global chain, with the hash of its document."""
    data = {
        "code": row.code,
        "version": row.version,
        "status": row.status,
        "revision": row.revision,
        "content_hash": row.content_hash or digest(row.document),
    }
    await record_global(session, actor=actor, type=event, data=data)


async def _saved(session: AsyncSession, row: FrameworkRow, actor: str, event: str) -> FrameworkRow:
    row.revision += 1
    await repository.save(session, row)
    await record(session, row, actor, event)
    return row


async def _check(session: AsyncSession, document: Mapping[str, Any]) -> int:
    """The id of the document's level, once nothing is wrong with the document."""
    errors = errors_in(document)
    level_id = await repository.find_level_id(session, document["level"])
    if level_id is None:
        errors.append(FieldError("/level", "unknown_level", f"There is no level '{document['level']}'."))
    if errors or level_id is None:
        raise invalid(errors)
    return level_id


def _check_key(document: FrameworkDocument, code: str, version: int) -> None:
    given = {"code": (document.code, code), "version": (document.version, version)}
    errors = [
        FieldError(f"/{name}", "code_mismatch", f"The path names '{path}', and that never changes.")
        for name, (body, path) in given.items()
        if body != path
    ]
    if errors:
        raise InvalidError("code_mismatch", errors[0].detail, errors)
