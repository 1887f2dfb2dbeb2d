"""A signal ends a command wherever it comes."""

import subprocess
import sys

import pytest

_TOLD_WHILE_AN_OBJECT_GOES_AWAY = """
import os, signal, sys, time, weakref
from app.cli.stopping import exit_with

class Thing: pass

def told(_reference):
    os.kill(os.getpid(), signal.SIGTERM)
    sum(range(1000))  # the handler runs in here, and what it raises is dropped

signal.signal(signal.SIGTERM, exit_with(7))
thing = Thing()
reference = weakref.ref(thing, told)
try:
    del thing
    print("went on", flush=True)
    {listening}
    time.sleep(20)
finally:
    print("closed", flush=True)
"""
_ANOTHER = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))"


@pytest.mark.parametrize(("listening", "code"), [("pass", 7), (_ANOTHER, 9)])
def test_a_signal_that_python_drops_while_an_object_goes_away_is_told_again(listening: str, code: int) -> None:
    program = _TOLD_WHILE_AN_OBJECT_GOES_AWAY.format(listening=listening)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=15, check=False)
    assert ended.stdout == "went on\nclosed\n", ended.stderr
    assert ended.returncode == code
    assert ended.stderr == ""


def test_a_second_signal_does_not_cut_the_end_short() -> None:
    program = """
import os, signal, time
from app.cli.stopping import exit_with
signal.signal(signal.SIGTERM, exit_with(7))
try:
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(20)
finally:
    for number in (signal.SIGTERM, signal.SIGINT):
        os.kill(os.getpid(), number)
    time.sleep(0.2)
    print("closed", flush=True)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=15, check=False)
    assert (ended.returncode, ended.stdout) == (7, "closed\n")
