"""Time as one run of the till has seen it go by, whatever its clock is set to.

The wall clock can be set back, years ahead, or jump with the season. What has gone by since an
entry was written, or since a moment was known to have come, is counted by a clock that nobody can
set; it says nothing of the time before the run. SQL asks for it, so that it is at hand wherever a
transaction is.
"""

import sqlite3
from collections.abc import Callable

Ticks = Callable[[], int]
"""Gives nanoseconds that only ever go forward; products pass `time.monotonic_ns`."""

NANOSECONDS_A_MILLISECOND = 1_000_000


class RunClock:
    """Counts on from what was noted in this run."""

    def __init__(self, ticks: Ticks) -> None:
        self._ticks = ticks
        self._seal = b""
        self._sealed_at = 0
        self._latest_ms = 0
        self._latest_at = 0

    def register(self, connection: sqlite3.Connection) -> None:
        """Let SQL on `connection` ask: run_elapsed_ms, run_note_seal and run_advanced_ms."""
        connection.create_function("run_elapsed_ms", 1, self.elapsed_ms)
        connection.create_function("run_note_seal", 1, self.note_seal)
        connection.create_function("run_advanced_ms", 1, self.advanced_ms)

    def elapsed_ms(self, seal: bytes) -> int:
        """Milliseconds since the entry sealed `seal` was written; 0 when not in this run."""
        return self._since(self._sealed_at) if seal == self._seal else 0

    def note_seal(self, seal: bytes) -> None:
        """The entry sealed `seal` was written now."""
        self._seal, self._sealed_at = seal, self._ticks()

    def advanced_ms(self, latest_ms: int) -> int:
        """The moment `latest_ms` with what has gone by since this run first heard of it."""
        if latest_ms != self._latest_ms:
            self._latest_ms, self._latest_at = latest_ms, self._ticks()
        return latest_ms + self._since(self._latest_at)

    def _since(self, at: int) -> int:
        return (self._ticks() - at) // NANOSECONDS_A_MILLISECOND
