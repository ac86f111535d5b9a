"""The only place that wires head office: database, rooms, and the application that serves them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import structlog
from litestar import Litestar, MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from loyalty.clock import Clock, epoch_ms
from sync_server.bookkeeping.daily import DailyBooks
from sync_server.campaigns.dispatcher import Dispatcher
from sync_server.campaigns.triggers import on_entries
from sync_server.config import ServerConfig
from sync_server.errors import NotFounded
from sync_server.office.application import office_router
from sync_server.office.desk import Desk
from sync_server.office.problems import unrouted_handlers
from sync_server.store.engine import open_engine, reading, writing
from sync_server.store.history import settle_place, settled_history
from sync_server.store.schema import migrate
from sync_server.store.settings import load_settings
from sync_server.terminals.ingest import Ingest
from sync_server.terminals.routes import terminal_router
from sync_server.terminals.starting import ProgrammeStarts

OF_PROGRAMS = ("/v1/", "/health")
"""Where programs ask, and are answered in JSON whatever they ask for."""

DISTRIBUTION = "paragon-loyalty"

log = structlog.get_logger(__name__)


def present() -> datetime:
    """The clock of head office: now, in UTC."""
    return datetime.now(UTC)


def open_store(database_url: str) -> Engine:
    """The engine for `database_url`, its schema brought to this version.

    Raises ConfigInvalid, StoreUnavailable or StoreNewer.
    """
    engine = open_engine(database_url)
    migrate(engine)
    return engine


def open_books(database_url: str) -> Engine:
    """`open_store` for books that are there already: a missing file is not made anew.

    Raises NotFounded, besides what `open_store` raises.
    """
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        return open_store(database_url)
    if url.get_backend_name() == "sqlite" and not (
        is_sqlite_file(url) and Path(url.database or "").exists()
    ):
        raise NotFounded(
            f"There is no database file {url.database or ''!r}.",
            "Put the file back from a backup, or correct database in server.toml.",
        )
    return open_store(database_url)


def is_sqlite_file(url: URL) -> bool:
    """Whether an SQLite `url` names a file, rather than memory or a URI of SQLite's own."""
    return bool(url.database) and url.database != ":memory:" and "uri" not in url.query


def build_app(
    config: ServerConfig, *, clock: Clock = present, is_over_tls: bool = False
) -> Litestar:
    """The application of a founded head office, ready to be served.

    Raises NotFounded when its database holds no chain, and what `open_books` raises.
    """
    engine = open_books(config.database)
    with writing(engine) as connection:
        settings = load_settings(connection)
        settled_history(connection, epoch_ms(clock()))
        settle_place(connection, epoch_ms(clock()))
    ingest = Ingest(engine, clock, settings.zone, [on_entries])
    dispatcher = Dispatcher(engine, clock, config.smtp)
    starts = ProgrammeStarts(engine, clock)
    daily = DailyBooks(engine, clock, ingest)

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        try:
            await starts.start()
            await daily.start()
            await dispatcher.start()
            yield
        finally:
            try:
                await starts.stop()
                await daily.stop()
                await dispatcher.stop()
            finally:
                engine.dispose()

    @get("/health", sync_to_thread=True)
    def health() -> dict[str, str]:
        with reading(engine) as connection:
            connection.execute(text("SELECT 1"))
        return {"status": "ok", "version": product_version()}

    return Litestar(
        route_handlers=[
            health,
            terminal_router(engine, clock, ingest),
            office_router(engine, clock, settings, config.smtp, is_over_tls=is_over_tls),
        ],
        lifespan=[lifespan],
        exception_handlers={
            **unrouted_handlers(Desk(engine, clock, settings, config.smtp), OF_PROGRAMS),
            HTTP_500_INTERNAL_SERVER_ERROR: _own_fault,
        },
        # Nothing is served that needs no login, and no page that fetches scripts from elsewhere.
        openapi_config=None,
        logging_config=None,
    )


def product_version() -> str:
    """The version of the installed distribution."""
    return version(DISTRIBUTION)


def _own_fault(request: Request[object, object, State], fault: Exception) -> Response[object]:
    log.error("fault", path=request.url.path, exc_info=fault)
    status_code = (
        fault.status_code if isinstance(fault, HTTPException) else HTTP_500_INTERNAL_SERVER_ERROR
    )
    return Response(
        {"detail": "Head office met a fault of its own; its log has the whole story."},
        status_code=status_code,
        media_type=MediaType.JSON,
    )
