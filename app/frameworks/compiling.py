"""Compiled frameworks, and where those that can no longer change are kept."""

from collections import OrderedDict
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import AsyncSession

from app.scoring import Framework

_KEPT = 64


@dataclass(frozen=True, slots=True)
class CompiledFramework:
    """A framework ready to score with.

    `indicator_ids` are database ids by `Indicator.ordinal`. `content_hash` is None for a draft only. The
    engine's indicators carry what a receipt shows besides: `method`, and the rule as stored
    (`rule.document`).
    """

    id: int
    code: str
    version: int
    content_hash: str | None
    provenance: str
    framework: Framework
    indicator_ids: tuple[int, ...]

    @property
    def reference(self) -> str:
        """`code/version`."""
        return f"{self.code}/{self.version}"


class CompiledCache:
    """The frameworks used last, by id. Only immutable ones (published, retired) may be put in."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[int, CompiledFramework] = OrderedDict()

    def find(self, framework_id: int) -> CompiledFramework | None:
        found = self._kept.get(framework_id)
        if found is not None:
            self._kept.move_to_end(framework_id)
        return found

    def put(self, compiled: CompiledFramework) -> None:
        self._kept[compiled.id] = compiled
        self._kept.move_to_end(compiled.id)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)


# An id means something only in its own database, and a process may know several: one cache for each engine,
# gone together with it.
_caches: WeakKeyDictionary[Engine, CompiledCache] = WeakKeyDictionary()


def cache_of(session: AsyncSession) -> CompiledCache:
    """The cache of the database this session talks to."""
    return _caches.setdefault(session.get_bind().engine, CompiledCache(_KEPT))
