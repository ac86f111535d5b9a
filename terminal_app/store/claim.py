"""A claim on something that one process at a time may use: a printer, a folder."""

import sqlite3
from pathlib import Path

from terminal_app.store.connection import said


class Claim:
    """A claim that the file at `path` stands for.

    The lock is a database's, so it works on every system, and the system lets go of it whatever
    ends the process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock: sqlite3.Connection | None = None

    @property
    def is_held(self) -> bool:
        """Whether this process holds the claim."""
        return self._lock is not None

    def take(self) -> bool:
        """Take the claim, or keep it; False when another process holds it.

        Raises StoreFault when the file cannot be used, StoreFull for want of room.
        """
        if self._lock is not None:
            return True
        try:
            lock = sqlite3.connect(
                self._path, timeout=0, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as fault:
            raise said(fault, self._path) from fault
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as fault:
            lock.close()
            if fault.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                return False
            raise said(fault, self._path) from fault
        self._lock = lock
        return True

    def release(self) -> None:
        """Let go of the claim; nothing happens when it is not held."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
