"""The search for cycles at rest, while hundreds of thousands of objects are made that have none."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


class _Resting:
    def __init__(self) -> None:
        self.holders = 0


_resting = _Resting()


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """For the length of the block. Else each of a large push's objects is looked at again and again, in vain."""
    _resting.holders += 1
    gc.disable()
    try:
        yield
    finally:
        _resting.holders -= 1
        if not _resting.holders:
            gc.enable()
