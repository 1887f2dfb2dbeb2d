"""The reference of reads: bare Starlette that sends ready bytes. `python -m bench.bare ANSWERS`.

ANSWERS is JSON: by path, the status, the headers and the body that the service was seen to send there.
"""

import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.postgres.launch import end_with


def main(answers: Path) -> None:
    """Serve with the settings of `dti serve` until SIGTERM."""
    end_with(os.getppid(), signal.SIGTERM)
    documents = json.loads(answers.read_text())
    app = Starlette(routes=[_route(path, document) for path, document in documents.items()])
    door = socket.create_server(("127.0.0.1", 0), backlog=2048)
    sys.stderr.write(f"Serving http://127.0.0.1:{door.getsockname()[1]}\n")
    sys.stderr.flush()
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        timeout_keep_alive=75,
        server_header=False,
    )
    uvicorn.Server(config).run(sockets=[door])


def _route(path: str, document: dict[str, Any]) -> Route:
    body, headers = document["body"].encode(), dict(document["headers"])

    async def answer(_request: Request) -> Response:
        return Response(body, document["status"], headers)

    return Route(path, answer)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
