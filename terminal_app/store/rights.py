"""Rights to a member's points: what this till's journal moved of them, and what it holds."""

import sqlite3
from collections.abc import Mapping

from loyalty.rights import NO_RIGHTS, Rights
from terminal_app.store import ledger

_RIGHTS = "SELECT granted, released FROM rights WHERE member_id = ?"
_ALL_RIGHTS = "SELECT member_id, granted, released FROM rights"
_PUT_RIGHTS = """
    INSERT INTO rights VALUES (?, ?, ?)
    ON CONFLICT (member_id) DO UPDATE SET granted = excluded.granted, released = excluded.released
"""
_HELD = """
    SELECT coalesce((SELECT points FROM balances WHERE member_id = ? AND source = ?), 0)
        + coalesce((SELECT granted - released FROM rights WHERE member_id = ?), 0)
"""
_FORGET_RIGHTS = "DELETE FROM rights"


def rights_of(connection: sqlite3.Connection, member_id: str) -> Rights:
    """What this till's journal moved of a member's rights."""
    row = connection.execute(_RIGHTS, (member_id,)).fetchone()
    return NO_RIGHTS if row is None else Rights(*row)


def all_rights(connection: sqlite3.Connection) -> dict[str, Rights]:
    """What this till's journal moved of every member's rights, as it is kept."""
    return {row[0]: Rights(*row[1:]) for row in connection.execute(_ALL_RIGHTS)}


def put_rights(connection: sqlite3.Connection, rights: Mapping[str, Rights]) -> None:
    """Record what this till's journal moved of members' rights."""
    connection.executemany(
        _PUT_RIGHTS,
        [(member_id, moved.granted, moved.released) for member_id, moved in rights.items()],
    )


def forget_rights(connection: sqlite3.Connection) -> None:
    """Forget all moved rights, before they are folded again from a journal."""
    connection.execute(_FORGET_RIGHTS)


def held(connection: sqlite3.Connection, member_id: str) -> int:
    """Points of a member that this till holds the rights to; below zero they are a debt here."""
    (points,) = connection.execute(_HELD, (member_id, ledger.OWN, member_id)).fetchone()
    return int(points)
