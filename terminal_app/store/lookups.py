"""Cards that this till has not heard of, until head office says whose they are."""

import sqlite3
from collections.abc import Sequence

_ASK = "INSERT INTO lookups VALUES (?, 0) ON CONFLICT (card) DO NOTHING"
_DUE = "SELECT card FROM lookups WHERE asked_at_ms <= ? OR asked_at_ms > ? LIMIT ?"
_ASKED = "UPDATE lookups SET asked_at_ms = ? WHERE card = ?"
_CLOSE = "DELETE FROM lookups WHERE card = ?"


def ask(connection: sqlite3.Connection, card: str) -> None:
    """Have head office asked whose `card` is; nothing changes when it is asked already."""
    connection.execute(_ASK, (card,))


def due(connection: sqlite3.Connection, now_ms: int, pause_ms: int, limit: int) -> tuple[str, ...]:
    """At most `limit` cards not asked for within the last `pause_ms`."""
    rows = connection.execute(_DUE, (now_ms - pause_ms, now_ms, limit))
    return tuple(row[0] for row in rows)


def asked(connection: sqlite3.Connection, card: str, now_ms: int) -> None:
    """Record that `card` was just asked for."""
    connection.execute(_ASKED, (now_ms, card))


def close(connection: sqlite3.Connection, cards: Sequence[str]) -> None:
    """Head office said whose `cards` are: ask no more."""
    connection.executemany(_CLOSE, [(card,) for card in cards])
