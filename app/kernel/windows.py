"""Counters for rate limits, in the memory of this process."""

import time
from collections.abc import MutableMapping
from dataclasses import dataclass

from cachetools import TTLCache
from limits import RateLimitItem
from limits.storage import Storage


@dataclass(slots=True)
class Window:
    """How many have come until `ends_at`, in seconds since the epoch."""

    ends_at: float
    count: int = 0


class Windows(Storage):
    """One window for each key of one rate, and `most` keys at most: beyond that the least used are forgotten.

    A window begins with the first count. The library's own storage in memory has no bound, and under load starts a
    thread every 10 ms that looks through all keys.
    """

    STORAGE_SCHEME = None

    def __init__(self, rate: RateLimitItem, most: int) -> None:
        super().__init__()
        self.latest = Window(0)
        """The window that was counted in last."""
        self._windows: MutableMapping[str, Window] = TTLCache(most, rate.get_expiry(), timer=time.time)

    def __len__(self) -> int:
        return len(self._windows)

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """What may go wrong while counting: nothing."""
        return ()

    def find(self, key: str) -> Window | None:
        """The window that has not ended."""
        try:
            return self._windows[key]  # a third of what `get` takes there
        except KeyError:
            return None

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, in a new window where there is none; how many there are now. `expiry` is the window's seconds."""
        window = self.find(key)
        if window is None:
            window = self._windows[key] = Window(time.time() + expiry)
        self.latest = window
        window.count += amount
        return window.count

    def get(self, key: str) -> int:
        """How many there are."""
        window = self.find(key)
        return 0 if window is None else window.count

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since the epoch; now, where there is none."""
        window = self.find(key)
        return time.time() if window is None else window.ends_at

    def check(self) -> bool:
        """Memory is always there."""
        return True

    def reset(self) -> int:
        """Forget everything; how many keys there were."""
        forgotten = len(self._windows)
        self._windows.clear()
        return forgotten

    def clear(self, key: str) -> None:
        """Forget one key."""
        self._windows.pop(key, None)
