"""Documents from files into the database. Nothing here commits."""

from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from app.frameworks import repository, service
from app.frameworks.document import FrameworkDocument
from app.kernel.canonical import digest

Loaded = Literal["created", "replaced", "unchanged", "published"]


async def load(session: AsyncSession, document: FrameworkDocument, actor: str) -> Loaded:
    """Store a document as a draft, in place of the draft that is there; word for word the same stays untouched.

    ConflictError `framework_not_draft` where another document is published as this version; as `service.create`.
    """
    row = await repository.find_locked(session, document.code, document.version)
    if row is None:
        await service.create(session, document, actor)
        return "created"
    if digest(row.document) == digest(document.stored()):
        return "unchanged"
    await service.replace(session, document.code, document.version, document, actor)
    return "replaced"


async def load_published(session: AsyncSession, document: FrameworkDocument, actor: str) -> Loaded:
    """As `load`, and publish what is a draft. InvalidError as `service.publish`."""
    loaded = await load(session, document, actor)
    row = await repository.get(session, document.code, document.version)
    if row.status != "draft":
        return loaded
    await service.publish(session, document.code, document.version, actor)
    return "published"
