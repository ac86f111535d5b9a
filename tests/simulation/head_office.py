"""Head office in the simulation: the product's handlers on a real SQLite file, without sockets.

The file can be copied and put back, and its power can be cut between any two statements.
"""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import Any

import msgspec
from litestar import Response, Router
from litestar.exceptions import HTTPException
from litestar.response import Stream
from litestar.routes import HTTPRoute
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR
from sqlalchemy import Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from loyalty.wire import ENROL_PATH
from sync_server.campaigns.triggers import on_entries
from sync_server.store.engine import open_engine, reading, writing
from sync_server.store.history import note_restored
from sync_server.store.programmes import put_in_force
from sync_server.store.settings import load_settings
from sync_server.terminals.enrolment import issue_code, terminal_of_token
from sync_server.terminals.ingest import Ingest
from sync_server.terminals.routes import terminal_router
from tests.simulation.clocks import MachineClock
from tests.simulation.network import Answer, HeadOfficeDown, Packet
from tests.simulation.power import Fuse, PowerCut, fused_connect, replaced

_SIDE_FILES = ("-wal", "-shm", "-journal")


class _Asking:
    """What a handler looks at of a request: who asks, and where."""

    def __init__(self, user: object, packet: Packet) -> None:
        self.user = user
        self.headers = packet.headers
        self.url = self
        self.path = packet.path
        self.scope: dict[str, Any] = {"state": {}}


class _Database:
    """One engine for all seeds: statements are compiled once; the file below is exchanged."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fuse = Fuse()
        self.engine: Engine = open_engine(f"sqlite:///{path}")
        event.listen(self.engine, "do_connect", self._connect)

    def _connect(
        self,
        _dialect: object,
        _record: ConnectionPoolEntry,
        arguments: list[Any],
        options: dict[str, Any],
    ) -> sqlite3.Connection:
        return fused_connect(self.fuse)(*arguments, **options)

    def let_go(self) -> None:
        """Close every connection and take a new fuse."""
        self.fuse.disarm()
        self.fuse.is_blown = False
        self.engine.dispose()
        self.fuse = Fuse()


_databases: dict[Path, _Database] = {}


def database_at(path: Path) -> _Database:
    if path not in _databases:
        _databases[path] = _Database(path)
    return _databases[path]


class HeadOffice:
    """A head office whose books are a copy of `template` at `path`."""

    def __init__(self, path: Path, template: Path, clock: MachineClock) -> None:
        self.clock = clock
        self._database = database_at(path)
        self._database.let_go()
        put_back(template, path)
        self._router: Router | None = None
        self.on_stop: Callable[[], None] = lambda: None
        self.on_fault: Callable[[Exception], None] = lambda fault: None

    @property
    def path(self) -> Path:
        return self._database.path

    @property
    def engine(self) -> Engine:
        return self._database.engine

    @property
    def fuse(self) -> Fuse:
        return self._database.fuse

    @property
    def is_up(self) -> bool:
        return self._router is not None

    def start(self) -> None:
        """Wire the rooms together as the product's own bootstrap does."""
        with reading(self.engine) as connection:
            settings = load_settings(connection)
        ingest = Ingest(self.engine, self.clock, settings.zone, [on_entries])
        self._router = terminal_router(self.engine, self.clock, ingest)

    def stop(self) -> None:
        self._router = None
        self.on_stop()
        self._database.let_go()

    def answer(self, packet: Packet) -> Answer:
        """What the product answers; a power cut on the way takes head office down.

        Raises HeadOfficeDown when nobody listens, or nobody is left to answer.
        """
        if self._router is None:
            raise HeadOfficeDown
        try:
            return self._answer(self._router, packet)
        except PowerCut:
            self.stop()
            raise HeadOfficeDown from None

    def _answer(self, router: Router, packet: Packet) -> Answer:
        try:
            return _as_answer(self._handled(router, packet))
        except HTTPException as fault:
            return _json(fault.status_code, {"detail": fault.detail})
        except Exception as fault:
            for kind in type(fault).__mro__:
                handler: Any = router.exception_handlers.get(kind)
                if handler is not None:
                    answer = _as_answer(handler(_Asking(None, packet), fault))
                    if answer.status >= HTTP_500_INTERNAL_SERVER_ERROR:
                        self.on_fault(fault)
                    return answer
            raise

    def _handled(self, router: Router, packet: Packet) -> object:
        handler = _handler(router, packet)
        wanted = signature(handler).parameters
        given: dict[str, object] = {"body": packet.content}
        if "data" in wanted:
            given["data"] = _decoded(packet, wanted["data"].annotation)
        if packet.path == ENROL_PATH:
            return handler(data=given["data"])
        scheme, _, token = packet.headers.get("authorization", "").partition(" ")
        with reading(self.engine) as connection:
            known = terminal_of_token(connection, token) if scheme == "Bearer" else None
        if known is None:
            return _json(401, {"detail": "Head office does not know this token."})
        given["request"] = _Asking(known, packet)
        if "epoch" in wanted:
            given["epoch"] = int(packet.query["epoch"])
        return handler(**{name: thing for name, thing in given.items() if name in wanted})

    def issue_code(self, terminal: str) -> str:
        with writing(self.engine) as connection:
            return issue_code(connection, terminal, self.clock.now_ms).code

    def publish(self, document: str) -> None:
        """Put another programme in force."""
        with writing(self.engine) as connection:
            put_in_force(connection, document, self.clock.now_ms)

    def note_restored(self) -> None:
        """What the operator says after putting a backup back."""
        with writing(self.engine) as connection:
            note_restored(connection, self.clock.now_ms, "the operator says so")

    def back_up(self, copy: Path) -> None:
        """Copy the books while they are in use, as SQLite's own backup does."""
        back_up(self.path, copy)

    def put_back(self, copy: Path) -> None:
        """Stop, and put the books of `copy` in place of what there is."""
        self.stop()
        put_back(copy, self.path)


def back_up(path: Path, copy: Path) -> None:
    """A whole copy of the database at `path`, which may be open."""
    for file in (copy, *(copy.with_name(copy.name + end) for end in _SIDE_FILES)):
        file.unlink(missing_ok=True)
    source, target = sqlite3.connect(path), sqlite3.connect(copy)
    source.backup(target)
    target.execute("PRAGMA journal_mode = DELETE").fetchone()
    source.close()
    target.close()


def put_back(copy: Path, path: Path) -> None:
    """Write the bytes of `copy` over the file at `path`, which stays the same file."""
    for end in _SIDE_FILES:
        path.with_name(path.name + end).unlink(missing_ok=True)
    shutil.copyfile(copy, path)


def _handler(router: Router, packet: Packet) -> Any:
    for route in router.routes:
        if isinstance(route, HTTPRoute) and route.path == packet.path:
            for handler in route.route_handlers:
                if packet.method in getattr(handler, "http_methods", ()):
                    return handler.fn
    raise HTTPException(status_code=404, detail=f"nothing at {packet.path}")


def _decoded(packet: Packet, kind: Any) -> Any:
    try:
        return msgspec.json.decode(packet.content, type=kind)
    except (msgspec.MsgspecError, ValueError) as fault:
        raise HTTPException(status_code=400, detail=str(fault)) from None


def _as_answer(given: object) -> Answer:
    if isinstance(given, Answer):
        return given
    if not isinstance(given, Response):
        return _json(200, given)
    content = given.content
    if isinstance(given, Stream):
        content = asyncio.run(_whole(given))
    if isinstance(content, bytes):
        return Answer(given.status_code or 200, content, str(given.media_type))
    return _json(given.status_code or 200, content)


async def _whole(stream: Stream) -> bytes:
    """All that is streamed, made in this thread: a cut of the power meets whoever asked."""

    async def at_once(work: Callable[..., Any], *given: object) -> Any:
        return work(*given)

    pieces: Any = stream.iterator
    with replaced([(asyncio, "to_thread", at_once)]):
        return b"".join([piece async for piece in pieces])


def _json(status: int, content: object) -> Answer:
    return Answer(status, msgspec.json.encode(content), "application/json")
