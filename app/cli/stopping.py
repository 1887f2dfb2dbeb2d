"""How a command ends when it is told to."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

OnSignal = Callable[[int, FrameType | None], NoReturn]

_AGAIN_SECONDS = 0.05


def exit_with(code: int) -> OnSignal:
    """A handler that ends the process in good order: everything opened is closed, the database too."""

    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        # Told once is enough: a second Ctrl-C, or a make that passes its own on, must not cut it short.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.unraisablehook = _tell_again(number, stop)
        raise SystemExit(code)

    return stop


def _tell_again(number: int, stop: OnSignal) -> Callable[["UnraisableHookArgs"], None]:
    """Python drops what is raised while an object goes away, a signal's SystemExit too: then it is sent once more."""

    def dropped(unraisable: "UnraisableHookArgs") -> None:
        if not issubclass(unraisable.exc_type, SystemExit):
            sys.__unraisablehook__(unraisable)
            return
        if signal.getsignal(number) is signal.SIG_IGN:  # else somebody else listens by now, and is told
            signal.signal(number, stop)
        # Not at once: that would be dropped as well.
        threading.Timer(_AGAIN_SECONDS, os.kill, (os.getpid(), number)).start()

    return dropped
