"""How a command ends when it is told to."""

import signal
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

OnSignal = Callable[[int, FrameType | None], NoReturn]


def exit_with(code: int) -> OnSignal:
    """A handler that ends the process in good order: everything opened is closed, the database too."""

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        # Told once is enough: a second Ctrl-C, or a make that passes its own on, must not cut it short.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise SystemExit(code)

    return stop
