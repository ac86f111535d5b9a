"""What was counted of members over time, in two parts as balances are: own journal, and others.

Empty where the programme asks for nothing of a member's past. A part is one row of numbers by key:
it is read whole at a scan and told whole by head office.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

from loyalty.journal import Entry
from loyalty.sums import added, fold_sums, latest, packed, unpacked
from loyalty.wire import SumsChange
from terminal_app.store.ledger import OTHERS, OWN

_SUMS = "SELECT sums FROM sums WHERE member_id = ?"
_PART = "SELECT sums FROM sums WHERE member_id = ? AND source = ?"
_PARTS = "SELECT member_id, CAST(sums AS BLOB) FROM sums WHERE source = ?"
_PUT = """
    INSERT INTO sums VALUES (?, ?, ?)
    ON CONFLICT (member_id, source) DO UPDATE SET sums = excluded.sums
"""
_DROP = "DELETE FROM sums WHERE member_id = ? AND source = ?"
_FORGET = "DELETE FROM sums WHERE source = ?"


def sums_of(connection: sqlite3.Connection, member_id: str) -> dict[str, int]:
    """What was counted of a member as this till knows it: own journal and told by head office."""
    return added(*(unpacked(row[0]) for row in connection.execute(_SUMS, (member_id,))))


def count_in(connection: sqlite3.Connection, entries: Iterable[Entry]) -> None:
    """Count new `entries` of the own journal in; most count nothing, and cost nothing."""
    for member_id, more in fold_sums(entries).items():
        own = part_of(connection, member_id, OWN)
        put_parts(connection, OWN, {member_id: latest(added(own, more))})


def part_of(connection: sqlite3.Connection, member_id: str, source: str) -> dict[str, int]:
    """The part of a member's sums that `source` makes: OWN journal or OTHERS."""
    row = connection.execute(_PART, (member_id, source)).fetchone()
    return {} if row is None else unpacked(row[0])


def parts(connection: sqlite3.Connection, source: str) -> dict[str, dict[str, int]]:
    """The part of every member's sums that `source` makes."""
    return {row[0]: unpacked(row[1]) for row in connection.execute(_PARTS, (source,))}


def kept_parts(
    connection: sqlite3.Connection, source: str
) -> Iterator[tuple[str, dict[str, int] | str]]:
    """Every member's part as it is kept; a text says why one cannot be read."""
    for member_id, kept in connection.execute(_PARTS, (source,)):
        try:
            yield str(member_id), unpacked(kept)
        except ValueError as fault:
            yield str(member_id), f"what cannot be read ({fault})"


def put_parts(
    connection: sqlite3.Connection, source: str, sums: Mapping[str, Mapping[str, int]]
) -> None:
    """Record the parts of members' sums that `source` makes."""
    connection.executemany(
        _PUT, [(member_id, source, packed(part)) for member_id, part in sums.items()]
    )


def put_told(connection: sqlite3.Connection, changes: Sequence[SumsChange]) -> None:
    """Record what head office says all other terminals counted of members."""
    if not changes:
        return
    put_parts(connection, OTHERS, {told.member_id: told.sums for told in changes if told.sums})
    gone = [(told.member_id, OTHERS) for told in changes if not told.sums]
    connection.executemany(_DROP, gone)


def forget(connection: sqlite3.Connection, source: str) -> None:
    """Forget the part that `source` makes, before it is made again from nothing."""
    connection.execute(_FORGET, (source,))


def leave(connection: sqlite3.Connection, hidden: Iterable[Entry]) -> None:
    """Count the own part as another's from now on, without the `hidden` entries, which are written
    again in the journal that the till goes on in."""
    others, unheld = parts(connection, OTHERS), fold_sums(hidden)
    for member_id, own in parts(connection, OWN).items():
        less = {key: -value for key, value in unheld.get(member_id, {}).items()}
        told = latest(added(others.get(member_id, {}), own, less))
        put_parts(connection, OTHERS, {member_id: told})
    forget(connection, OWN)
