"""`dti serve`."""

import gc
import multiprocessing
import os
import signal
import socket
import sys
from typing import Annotated, Any

import typer
import uvicorn
from uvicorn.importer import import_from_string

from app.cli.data import load_seed_when_empty
from app.cli.database import owned_database, refuse_old_schema, run, say, upgrade
from app.cli.protocol import BoundedHttp
from app.cli.stopping import exit_with
from app.cli.workers import Workers
from app.postgres.launch import end_with
from app.settings import Settings

_KEEP_ALIVE_SECONDS = 75  # longer than a proxy's, whose use of a connection closed meanwhile is a 502
_OBJECTS_BEFORE_COLLECTION = 20_000
# A worker answers once it has imported everything. Killed before that on a busy machine, none would ever serve.
_WORKER_STARTS_WITHIN_SECONDS = 60
_WHERE_TO_LOOK = """
  Documentation  {base}/docs
  Ranking        {base}/v1/rankings?period=vinh-long-demo&level=commune   (also district, department)
  Score card     {base}/v1/scorecards/gia-lai-2022/H21

To call it, make a client and get a token:
  {dti} clients add me --scope admin --json
  curl -u CLIENT_ID:CLIENT_SECRET -d grant_type=client_credentials {base}/oauth/token
  curl -H 'Authorization: Bearer ACCESS_TOKEN' '{base}/v1/scorecards/gia-lai-2022/H21'
"""


def serve(
    prepare: Annotated[bool, typer.Option("--prepare", help="First migrate, and load seed/ when empty.")] = False,
    with_parent: Annotated[
        bool, typer.Option("--with-parent", help="End when the process that started this one ends.")
    ] = False,
) -> None:
    """Serve HTTP on DTI_HOST:DTI_PORT until SIGTERM or Ctrl-C."""
    signal.signal(signal.SIGTERM, exit_with(0))
    if with_parent:
        # A killed make must not leave a service that holds the port against the next start.
        end_with(os.getppid(), signal.SIGTERM)
    settings = Settings()
    door = _bind(settings)
    with owned_database(settings) as ready:
        if prepare:
            _prepare(ready)
        else:
            run(ready, refuse_old_schema)
        # The workers read their settings themselves, be they this process or others.
        os.environ["DATABASE_URL"] = str(ready.database_url)
        _listen(door, settings)


def _bind(settings: Settings) -> socket.socket:
    """The port, taken before anything starts that would have to be stopped again."""
    door = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((settings.host, settings.port))
    except OSError as problem:
        reason = f"{problem.strerror}: end what listens there, or set DTI_PORT"
        sys.exit(f"dti: cannot listen on {settings.host}:{settings.port} ({reason}).")
    return door


def _prepare(settings: Settings) -> None:
    say("[2/4] Migrating the schema …")
    upgrade(str(settings.database_url))
    say("[3/4] Looking for data …")
    run(settings, load_seed_when_empty)


def _listen(door: socket.socket, settings: Settings) -> None:
    # Listening before it is said: who reads the line may call at once.
    door.listen(2048)
    base = f"http://{_host(settings.host)}:{door.getsockname()[1]}"
    say(f"[4/4] Serving {base} (Ctrl-C stops everything, the database too).")
    say(_WHERE_TO_LOOK.format(base=base, dti=sys.argv[0]))
    config = uvicorn.Config(
        "app.cli.serving:application",
        factory=True,
        workers=settings.workers,
        loop="uvloop",
        http=BoundedHttp,
        ws="none",
        access_log=False,
        log_level="warning",
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=10,
        timeout_worker_healthcheck=_WORKER_STARTS_WITHIN_SECONDS,
        server_header=False,
    )
    if settings.workers > 1:
        Workers(config, sockets=[door]).run()
        return
    uvicorn.Server(config).run(sockets=[door])


def application() -> Any:
    """The application, in this process or in a worker's."""
    supervisor = multiprocessing.parent_process()
    if supervisor is not None and supervisor.pid is not None:
        # A worker left alone would hold the port against the next start.
        end_with(supervisor.pid, signal.SIGTERM)
    # By name: the command line and the application are unaware of each other.
    made = import_from_string("app.main:from_environment")()
    # A write makes thousands of small objects and no cycles: looking for cycles less often saves a tenth of its time.
    gc.freeze()
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTION, 20, 20)
    return made


def _host(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104 — said, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
