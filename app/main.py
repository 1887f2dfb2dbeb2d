"""The application, put together. Nothing happens at import."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import structlog
from fastapi import Depends, FastAPI
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.middleware import Middleware

from app import api
from app.changes.service import ChangeLog
from app.clients.door import Door
from app.clients.issuers import Issuers, load_issuers
from app.clients.issuers.fetching import fetching, open_http
from app.clients.keys import load_keys
from app.clients.router.tokens import PATH as TOKEN_PATH
from app.clients.router.tokens import router as tokens
from app.clients.standing import Standings
from app.clients.tokens import Tokens
from app.kernel import docs, health
from app.kernel.background import working
from app.kernel.database import Database, close_database, open_database
from app.kernel.errors import install, problem_responses
from app.kernel.limits import BodyLimit
from app.kernel.logs import RequestLog, configure_logs
from app.kernel.outages import is_lost
from app.kernel.rates import RateLimit
from app.kernel.reference import DocumentedAPI
from app.kernel.strictness import Strictness
from app.pushes.jobs import running as jobs
from app.pushes.router import MOST_BYTES, PATH
from app.rankings.service import Rankings
from app.settings import Settings
from app.webhooks.courier import courier
from app.webhooks.receivers import Receivers
from app.webhooks.signing import secret_seal

_VERSION = "1.0.0"
EXAMPLES = Path(__file__).parent / "examples"
_CONNECTIONS_BESIDE = 5  # three for jobs and what they tell of themselves, two for messages
_log = structlog.get_logger(__name__)


def create_app(settings: Settings) -> FastAPI:
    """The application for these settings. Pools, keys and caches are made when it starts, on `app.state`."""
    app = DocumentedAPI(
        title="Digital Transformation Index",
        version=_VERSION,
        description="Index sets, reports, scores and rankings of a province and its units.",
        openapi_tags=[{"name": name, "description": description} for name, description in api.TAGS.items()],
        models=api.models,
        examples=EXAMPLES,
        lifespan=_lifespan,
        middleware=[
            Middleware(RequestLog),
            Middleware(RateLimit, settings.rate_limit, settings.address_rate_limit, frozenset({TOKEN_PATH})),
            Middleware(BodyLimit, limit=settings.max_body_bytes, paths={PATH: MOST_BYTES}),
        ],
        dependencies=[Depends(Strictness())],
        responses=problem_responses(422),  # in place of the framework's own 422
        generate_unique_id_function=lambda route: route.name,
        redirect_slashes=False,
        separate_input_output_schemas=False,  # split schemas cost generated clients their response types
        docs_url=None,
        redoc_url=None,
        # Asked for at every request, though nothing here is set up to receive it.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.settings = settings
    install(app)
    for router in (api.router, health.router, tokens, docs.router):
        app.include_router(router)
    app.router.routes[:0] = api.first
    return app


def from_environment() -> FastAPI:
    """For a server that starts its workers by name (`uvicorn --factory app.main:from_environment`)."""
    return create_app(Settings())


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    configure_logs(settings.log_level)
    state = app.state
    state.keys = load_keys(settings)
    trusted = load_issuers(settings)
    state.tokens = Tokens(state.keys.token_key, settings.issuer, settings.token_seconds)
    state.schema_head = health.schema_head()
    async with AsyncExitStack() as opened:
        state.database = open_database(settings)
        opened.push_async_callback(close_database, state.database)
        state.rankings = Rankings(state.database)
        state.changes = ChangeLog(state.database)
        issuers = Issuers(trusted, fetching(await opened.enter_async_context(open_http())))
        opened.push_async_callback(issuers.close)
        state.door = Door(state.tokens, Standings(state.database), issuers)
        state.receivers = Receivers(settings.webhook_networks)
        opened.callback(state.receivers.close)
        if settings.environment == "production":
            await _refuse_old_schema(state.database, state.schema_head)
        await opened.enter_async_context(_working_beside(app))
        yield


@asynccontextmanager
async def _working_beside(app: FastAPI) -> AsyncIterator[None]:
    """Jobs and messages go on beside the requests, and take none of their connections."""
    settings, state = app.state.settings, app.state
    database = open_database(settings.model_copy(update={"pool_size": _CONNECTIONS_BESIDE}))
    try:
        async with (
            courier(database, state.receivers, secret_seal(state.keys.pepper)) as messages,
            working(database, [messages.work, *jobs.works(database, settings)]),
        ):
            yield
    finally:
        await close_database(database)


async def _refuse_old_schema(database: Database, head: str | None) -> None:
    try:
        await health.check_schema(database, head)
    except (DBAPIError, OSError, PoolTimeoutError) as error:
        if not is_lost(error):
            raise
        # Up without a database: requests get 503 until it is back, /readyz checks the schema then.
        _log.warning("database_unavailable", at="start", error=type(error).__name__)
