"""The processes that serve, when there are several."""

import time
from typing import Any

from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process


class Workers(Multiprocess):
    """uvicorn's supervisor, except that it waits for no worker's answer.

    While it waits it heeds no signal, and one that was killed meanwhile never answers: a service told to stop
    would go on until the time for answers is over.
    """

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._asked: dict[Process, float] = {}  # when, of those that did not answer yet

    def keep_subprocess_alive(self) -> None:
        """Replace the workers that have ended, and those that do not answer for too long."""
        for place, worker in enumerate(self.processes):
            if worker.process.is_alive() and self._answers(worker):
                continue
            worker.kill()
            worker.join()
            self._asked.pop(worker, None)
            if worker.exitcode == STARTUP_FAILURE:
                # The others would fail the same way, again and again.
                self.should_exit.set()
                return
            self.processes[place] = Process(self.config, self.sockets)
            self.processes[place].start()

    def _answers(self, worker: Process) -> bool:
        """Whether it answered, or still has time to."""
        now = time.monotonic()
        try:
            if worker.parent_conn.poll():
                worker.parent_conn.recv()
                self._asked.pop(worker, None)
            if worker not in self._asked:
                worker.parent_conn.send(b"ping")
                self._asked[worker] = now
        except (OSError, EOFError):
            return False
        return now - self._asked[worker] < self.config.timeout_worker_healthcheck
