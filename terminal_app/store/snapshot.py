"""How far this till has come with a snapshot: a start that is cut short goes on where it was."""

import sqlite3

import msgspec

from terminal_app.store import settings

_STARTING = "snapshot"


class Starting(msgspec.Struct, frozen=True):
    """A start from a snapshot that is under way: the SHA-256 that names it, empty while it is not
    there yet, and how many of its parts are recorded."""

    digest: bytes = b""
    recorded: int = 0


def read_starting(connection: sqlite3.Connection) -> Starting | None:
    """The start that is under way, or None."""
    raw = settings.get(connection, _STARTING)
    return None if raw is None else msgspec.msgpack.decode(raw, type=Starting)


def write_starting(connection: sqlite3.Connection, starting: Starting) -> None:
    """Record how far the start has come."""
    settings.put(connection, _STARTING, msgspec.msgpack.encode(starting))


def end_starting(connection: sqlite3.Connection) -> None:
    """Record that no start is under way: it came to its end, or is to begin anew."""
    settings.drop(connection, _STARTING)
