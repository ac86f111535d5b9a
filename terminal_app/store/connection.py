"""The door to the till's database: durable, one writer at a time, faults told in sentences."""

import errno
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from terminal_app.errors import StoreBusy, StoreFault, StoreFull, StoreTooNew
from terminal_app.store.migrations import newer_steps, till_migrations
from terminal_app.store.run_clock import RunClock, Ticks

BUSY_TIMEOUT_MS = 5_000
"""How long a write waits for another process of the same till."""

CACHE_KIBIBYTES = 16_384
MIN_FREE_BYTES = 65_536
"""With less than this SQLite cannot map the index of its log, two pages of 32 KiB."""

_NO_ROOM_CODES = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)

PRIVATE_FILE_MODE = 0o600
"""The file holds the terminal's token and key."""


class Store:
    """One connection to a till's database, safe to share between threads.

    `synchronous=FULL` with a write-ahead log means that a commit that returned survives a power
    cut, which is what the cashier's confirmation promises.
    """

    def __init__(
        self, connection: sqlite3.Connection, path: Path, ticks: Ticks = time.monotonic_ns
    ) -> None:
        self.path = path
        self._connection = connection
        RunClock(ticks).register(connection)
        self._lock = threading.RLock()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that takes the write lock first, and is whole or not at all.

        Raises StoreFull, StoreBusy or StoreFault; then nothing of it was recorded.
        """
        with self._lock, _in_words(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for a view of the last commit that holds for the whole block."""
        with self._lock, _in_words(self.path):
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                self._roll_back()

    def _roll_back(self) -> None:
        # A full disk may have ended the transaction already.
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Give the database back; what is committed stays."""
        with self._lock:
            self._connection.close()


def open_store(path: Path, *, ticks: Ticks = time.monotonic_ns) -> Store:
    """Open the till's database at `path`, made or brought forward when needed.

    `ticks` is the clock that nobody can set: what goes by in this run is counted by it.

    Raises StoreTooNew when a newer version wrote it, StoreFault when it cannot be used.
    """
    with _in_words(path):
        is_new = not path.exists()
        if is_new:
            path.touch(mode=PRIVATE_FILE_MODE)
        connection = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=False, isolation_level=None
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
            _bring_forward(connection, path)
        except BaseException:
            connection.close()
            raise
    return Store(connection, path, ticks)


def _bring_forward(connection: sqlite3.Connection, path: Path) -> None:
    database = Database(connection)
    newer = newer_steps(database)
    if newer:
        raise StoreTooNew(
            f"{path} was written by a newer version of Paragon ({newer[-1]}).",
            "Install that version again; nothing in the file was touched.",
        )
    if till_migrations.pending(database):
        # Two programs of one till may start at once: the second finds everything done.
        connection.execute("BEGIN IMMEDIATE")
        try:
            till_migrations.apply(database)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as fault:
        raise said(fault, path) from fault
    except OSError as fault:
        if fault.errno == errno.ENOSPC:
            raise _full(path) from fault
        raise StoreFault(f"{path} cannot be used: {fault.strerror}.") from fault


def said(fault: sqlite3.Error, path: Path) -> StoreFault:
    """The fault of the database at `path` in a sentence that says what to do.

    A database that cannot even be opened for want of room reports a broken disk, so the room that
    is left decides.
    """
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL or (code in _NO_ROOM_CODES and not _has_room(path)):
        return _full(path)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(
            f"Another process keeps {path} busy; this was not recorded.",
            "Close the other program, then do it again.",
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreFault(
            f"{path} is damaged: {fault}.",
            "Keep the file, and set the till up again in a new home; head office has what it sent.",
        )
    return StoreFault(f"The till's database {path} cannot be used: {fault}.")


def _full(path: Path) -> StoreFull:
    return StoreFull(
        f"The disk that holds {path} is full; this was not recorded.",
        "Make room on the disk, then do it again.",
    )


def _has_room(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free >= MIN_FREE_BYTES
    except OSError:
        return True
