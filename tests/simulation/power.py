"""Power that can be cut between any two statements of a database, and what is left then."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

IS_WHOLE = True
"""Whether a transaction is whole or not at all, as on every real disk."""

_OF_TRANSACTIONS = ("BEGIN", "COMMIT", "SAVEPOIN", "RELEASE")
_CHANGES_NOTHING = ("SELECT", "PRAGMA", "WITH")


class PowerCut(BaseException):
    """The process ended here: no handler of the product may take it for a fault of its own."""


class Fuse:
    """Counts the writes of one process and cuts its power before the one it was armed for."""

    def __init__(self) -> None:
        self._left: int | None = None
        self.is_blown = False

    def arm(self, writes: int) -> None:
        """Cut the power before the write after so many more."""
        self._left = writes

    def disarm(self) -> None:
        """Let everything through."""
        self._left = None

    def pass_write(self) -> None:
        """Let one more write through, or cut the power."""
        if self.is_blown:
            raise PowerCut
        if self._left is None:
            return
        self._left -= 1
        if self._left < 0:
            self.is_blown = True
            raise PowerCut


class _FusedCursor(sqlite3.Cursor):
    @property
    def _fuse(self) -> Fuse:
        connection = self.connection
        assert isinstance(connection, FusedConnection)
        return connection.fuse

    def execute(self, sql: str, parameters: Any = (), /) -> "_FusedCursor":
        words = sql.lstrip()[:8].upper()
        if not IS_WHOLE and words.startswith(_OF_TRANSACTIONS):
            return self
        if words.startswith("ROLLBACK"):
            # What a dying process leaves undone is undone all the same.
            super().execute(sql, parameters)
            return self
        if not words.startswith(_CHANGES_NOTHING):
            self._fuse.pass_write()
        super().execute(sql, parameters)
        if words.startswith("COMMIT"):
            self._fuse.pass_write()
        return self

    def executemany(self, sql: str, parameters: Any, /) -> "_FusedCursor":
        self._fuse.pass_write()
        super().executemany(sql, parameters)
        return self


class FusedConnection(sqlite3.Connection):
    """A connection whose writes go through a fuse; a commit has one before and one after it."""

    def __init__(self, fuse: Fuse, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fuse = fuse

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(_FusedCursor if factory is None else factory)

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        cursor: sqlite3.Cursor = self.cursor()
        return cursor.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> sqlite3.Cursor:
        cursor: sqlite3.Cursor = self.cursor()
        return cursor.executemany(sql, parameters)

    def commit(self) -> None:
        self.fuse.pass_write()
        super().commit()
        self.fuse.pass_write()


_connect = sqlite3.connect


def fused_connect(fuse: Fuse) -> Callable[..., FusedConnection]:
    """`sqlite3.connect` for a process that draws its power through `fuse`."""

    def connect(*arguments: Any, **options: Any) -> FusedConnection:
        def factory(*inner: Any, **more: Any) -> FusedConnection:
            return FusedConnection(fuse, *inner, **more)

        connection = _connect(*arguments, **{**options, "factory": factory})
        assert isinstance(connection, FusedConnection)
        return connection

    return connect


@contextmanager
def replaced(places: Sequence[tuple[object, str, object]]) -> Iterator[None]:
    """Other things under some names of some modules, for as long as the block lasts."""
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in places]
    for owner, name, thing in places:
        setattr(owner, name, thing)
    try:
        yield
    finally:
        for owner, name, thing in reversed(before):
            setattr(owner, name, thing)
