"""Which members stand at this till, which left since their rights were last tidied up, and which
owe here what is to be settled from rights that others hold."""

import sqlite3

SERVING_MS = 5 * 60 * 1000
"""A member who was scanned and bought nothing counts as gone after so long."""

_SERVE = """
    INSERT INTO serving VALUES (?, ?, 0) ON CONFLICT (member_id) DO UPDATE SET
        until_ms = excluded.until_ms
"""
_LEAVE = """
    INSERT INTO serving VALUES (?, 0, 1) ON CONFLICT (member_id) DO UPDATE SET
        until_ms = 0, is_served = 1
"""
_UNTIL = "SELECT until_ms FROM serving WHERE member_id = ?"
_PRESENT = "SELECT member_id FROM serving WHERE until_ms > ? AND until_ms <= ? LIMIT ?"
_SERVED = """
    SELECT member_id FROM serving WHERE is_served = 1 AND (until_ms <= ? OR until_ms > ?)
    ORDER BY member_id LIMIT ?
"""
_ANY = "SELECT 1 FROM serving WHERE is_served < 2 OR until_ms > 0 LIMIT 1"
_OWE = "UPDATE serving SET is_served = 2 WHERE member_id = ?"
_OWING = "SELECT member_id FROM serving WHERE is_served = 2"
_SETTLE = "UPDATE serving SET is_served = 0 WHERE member_id = ?"
_ASK_AGAIN = "UPDATE serving SET is_served = 1 WHERE member_id = ? AND is_served = 2"
_ASK_ALL_AGAIN = "UPDATE serving SET is_served = 1 WHERE is_served = 2"
_LEFT = "UPDATE serving SET until_ms = 0 WHERE is_served = 2 AND (until_ms <= ? OR until_ms > ?)"
_FORGET_GONE = "DELETE FROM serving WHERE is_served = 0 AND (until_ms <= ? OR until_ms > ?)"


def serve(connection: sqlite3.Connection, member_id: str, now_ms: int) -> None:
    """The member is at this till: their rights stay here for SERVING_MS."""
    connection.execute(_SERVE, (member_id, now_ms + SERVING_MS))


def leave(connection: sqlite3.Connection, member_id: str) -> None:
    """A sale or return of the member is posted: what is held beyond the allowance may go."""
    connection.execute(_LEAVE, (member_id,))


def until_ms(connection: sqlite3.Connection, member_id: str, now_ms: int) -> int:
    """Until when the member counts as being at this till; 0 when they do not.

    A moment further away than SERVING_MS was written by a clock that has since been put back.
    """
    row = connection.execute(_UNTIL, (member_id,)).fetchone()
    return row[0] if row is not None and now_ms < row[0] <= now_ms + SERVING_MS else 0


def present(connection: sqlite3.Connection, now_ms: int, limit: int) -> list[str]:
    """At most `limit` members who are at this till now."""
    rows = connection.execute(_PRESENT, (now_ms, now_ms + SERVING_MS, limit))
    return [row[0] for row in rows]


def served(connection: sqlite3.Connection, now_ms: int, limit: int) -> list[str]:
    """At most `limit` members who were served since `settle` and are gone."""
    rows = connection.execute(_SERVED, (now_ms, now_ms + SERVING_MS, limit))
    return [row[0] for row in rows]


def is_idle(connection: sqlite3.Connection) -> bool:
    """Whether nobody is here or was since their rights were last tidied up.

    Who owes here is waited for: what settles it is told by head office.
    """
    return connection.execute(_ANY).fetchone() is None


def settle(connection: sqlite3.Connection, member_id: str) -> None:
    """The member's rights here are as they should be, until they are served again."""
    connection.execute(_SETTLE, (member_id,))


def owe(connection: sqlite3.Connection, member_id: str) -> None:
    """The member left owing: head office was asked, and more is asked for as it comes free."""
    connection.execute(_OWE, (member_id,))


def ask_again(connection: sqlite3.Connection, member_id: str) -> None:
    """What the member left owing was not looked for: it is asked for again with the next sync."""
    connection.execute(_ASK_AGAIN, (member_id,))


def ask_all_again(connection: sqlite3.Connection) -> None:
    """All was told anew: what members left owing is asked for again with the next sync."""
    connection.execute(_ASK_ALL_AGAIN)


def owing(connection: sqlite3.Connection) -> frozenset[str]:
    """Members who left owing and may still do."""
    return frozenset(row[0] for row in connection.execute(_OWING))


def forget_gone(connection: sqlite3.Connection, now_ms: int) -> None:
    """Forget members who are gone and settled."""
    connection.execute(_LEFT, (now_ms, now_ms + SERVING_MS))
    connection.execute(_FORGET_GONE, (now_ms, now_ms + SERVING_MS))
