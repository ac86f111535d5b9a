"""What head office posts each day by itself, while it serves."""

import asyncio
import contextlib

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from loyalty.clock import Clock, epoch_ms
from loyalty.tallies import day_of
from sync_server.bookkeeping.expiring import Expiring
from sync_server.bookkeeping.own_journal import OwnJournal
from sync_server.bookkeeping.stocking import Stocking
from sync_server.errors import ServerError
from sync_server.store.engine import reading, writing
from sync_server.store.settings import load_settings, read_setting, write_setting
from sync_server.terminals.ingest import Ingest

LOOK_S = 600.0
BOOKED_DAY = "booked_day"
"""The setting with the last day whose points that are gone were booked."""

log = structlog.get_logger(__name__)


class DailyBooks:
    """Books what is gone, once a day of the shop's calendar: one task of the server process.

    Several servers on one database may all do it: what is posted once is posted for ever.
    """

    def __init__(self, engine: Engine, clock: Clock, ingest: Ingest) -> None:
        self._engine = engine
        self._clock = clock
        journal = OwnJournal(engine, clock, ingest)
        self._expiring = Expiring(engine, clock, journal)
        self._stocking = Stocking(engine, clock, journal)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin, in the background."""
        self._task = asyncio.create_task(self._run(), name="daily books")

    async def stop(self) -> None:
        """End; what is being posted comes to its end or leaves nothing behind."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def look(self) -> None:
        """Put in stock what the programme has, and book the day's points if that was not done."""
        self._stocking.stock()
        with reading(self._engine) as connection:
            today = day_of(epoch_ms(self._clock()), load_settings(connection).zone)
            if read_setting(connection, BOOKED_DAY) >= today:
                return
        done = self._expiring.book()
        if done.posted:
            log.info("points_gone", postings=done.posted, waiting=done.waiting)
        if not done.waiting:
            with writing(self._engine) as connection:
                write_setting(connection, BOOKED_DAY, today)

    async def _run(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self.look)
            except (ServerError, SQLAlchemyError) as fault:
                log.error("daily_books_not_done", fault=str(fault))
            await asyncio.sleep(LOOK_S)
