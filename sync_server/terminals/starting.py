"""Versions of the programme that start by the clock: looked after while head office serves."""

import asyncio
import contextlib

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from loyalty.clock import Clock, epoch_ms
from sync_server.errors import ServerError
from sync_server.store.engine import reading, writing
from sync_server.store.programmes import bring_into_force, is_one_due

LOOK_S = 5.0
"""How late head office itself may be; tills start by their own clocks."""

log = structlog.get_logger(__name__)


class ProgrammeStarts:
    """Brings each version into force when its time has come: one task of the server process.

    Several servers on one database may all do it: who comes second finds it done.
    """

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look, in the background."""
        self._task = asyncio.create_task(self._run(), name="programme starts")

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def look(self) -> None:
        """Bring into force what has started."""
        now_ms = epoch_ms(self._clock())
        with reading(self._engine) as connection:
            if not is_one_due(connection, now_ms):
                return
        with writing(self._engine) as connection:
            log.info("programme_in_force", programme=bring_into_force(connection, now_ms))

    async def _run(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self.look)
            except (ServerError, SQLAlchemyError) as fault:
                log.error("programmes_not_looked_after", fault=str(fault))
            await asyncio.sleep(LOOK_S)
