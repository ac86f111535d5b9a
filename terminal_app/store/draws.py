"""Draws: the till's requests for rights, each one numbered for ever.

A draw is written down before it is sent. Until head office answers it is sent again with every
request, under the same number, so that a lost answer is given once more and never doubled.
"""

import sqlite3

from loyalty.wire import Draw

OPEN = "open"
CLOSED = "closed"

_PUT = "INSERT INTO draws (number, member_id, points, voucher, state) VALUES (?, ?, ?, ?, ?)"
_OPEN = """
    SELECT number, member_id, points, voucher FROM draws WHERE state = ? ORDER BY number LIMIT ?
"""
_OPEN_ONE = "SELECT number, member_id, points, voucher FROM draws WHERE number = ? AND state = ?"
_IS_WANTED = "SELECT 1 FROM draws WHERE state = ? AND member_id = ? AND voucher = '' LIMIT 1"
_IS_VOUCHER_WANTED = "SELECT 1 FROM draws WHERE state = ? AND voucher = ? LIMIT 1"
_LAST = "SELECT coalesce(max(number), 0) FROM draws"
_CLOSE = "UPDATE draws SET state = ? WHERE number = ?"
_CLOSE_ALL = "UPDATE draws SET state = ?"
# The last one stays, so that its number is never given again.
_PRUNE = "DELETE FROM draws WHERE state = ? AND number < (SELECT max(number) FROM draws)"


def ask_points(connection: sqlite3.Connection, member_id: str, points: int) -> bool:
    """Ask for the rights to `points` of a member; False when such a draw is open already."""
    if connection.execute(_IS_WANTED, (OPEN, member_id)).fetchone() is not None:
        return False
    _put(connection, member_id, points, "")
    return True


def ask_voucher(connection: sqlite3.Connection, voucher: str) -> bool:
    """Ask for the right to `voucher`; False when such a draw is open already."""
    if connection.execute(_IS_VOUCHER_WANTED, (OPEN, voucher)).fetchone() is not None:
        return False
    _put(connection, "", 0, voucher)
    return True


def open_draws(connection: sqlite3.Connection, limit: int) -> tuple[Draw, ...]:
    """At most `limit` draws that head office has not answered, oldest first (below 0: all)."""
    return tuple(Draw(*row) for row in connection.execute(_OPEN, (OPEN, limit)))


def close(connection: sqlite3.Connection, number: int) -> Draw | None:
    """Close draw `number`; None when it was closed before or never made here."""
    row = connection.execute(_OPEN_ONE, (number, OPEN)).fetchone()
    if row is None:
        return None
    connection.execute(_CLOSE, (CLOSED, number))
    connection.execute(_PRUNE, (CLOSED,))
    return Draw(*row)


def close_all(connection: sqlite3.Connection) -> None:
    """Close every draw: the journal that they were made in is left."""
    connection.execute(_CLOSE_ALL, (CLOSED,))


def last_number(connection: sqlite3.Connection) -> int:
    """The last number given; 0 before the first."""
    return int(connection.execute(_LAST).fetchone()[0])


def count_from(connection: sqlite3.Connection, number: int) -> None:
    """Give no number up to `number` again."""
    if number > last_number(connection):
        connection.execute(_PUT, (number, "", 0, "", CLOSED))


def _put(connection: sqlite3.Connection, member_id: str, points: int, voucher: str) -> None:
    number = last_number(connection) + 1
    connection.execute(_PUT, (number, member_id, points, voucher, OPEN))
