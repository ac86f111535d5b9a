"""The journal on disk: appended to, read, never changed."""

import sqlite3
from collections.abc import Iterator, Sequence

import msgspec

from loyalty.journal import (
    Entry,
    Sealed,
    decode_entry,
    encode_entry,
    first_seal,
    next_seal,
)

_HEAD = "SELECT seq, seal FROM journal WHERE epoch = ? ORDER BY seq DESC LIMIT 1"
_SEAL_AT = "SELECT seal FROM journal WHERE epoch = ? AND seq = ?"
_APPEND = "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)"
_FROM = "SELECT seq, body, seal FROM journal WHERE epoch = ? AND seq >= ? ORDER BY seq LIMIT ?"
# A blob, whatever somebody with a SQLite shell put there.
_ALL = """
    SELECT seq, CAST(body AS BLOB), CAST(seal AS BLOB) FROM journal WHERE epoch = ? ORDER BY seq
"""
_LOOKED_UP_BY = """
    SELECT seq, kind, member_id, receipt, CAST(body AS BLOB) FROM journal
    WHERE epoch = ? ORDER BY seq
"""
_OTHER_EPOCHS = "SELECT epoch, count(*) FROM journal WHERE epoch <> ? GROUP BY epoch ORDER BY epoch"
_OF_MEMBER = "SELECT body FROM journal WHERE member_id = ? AND epoch = ? ORDER BY seq"
_LATEST_OF_MEMBER = (
    "SELECT body FROM journal WHERE member_id = ? ORDER BY epoch DESC, seq DESC LIMIT ?"
)


class Head(msgspec.Struct, frozen=True):
    """The last entry of a journal: its number (0 when there is none) and its seal."""

    seq: int
    seal: bytes


class LookedUpBy(msgspec.Struct, frozen=True):
    """A row of the journal without its seal, to hold its columns against its bytes."""

    seq: int
    kind: str
    member_id: str
    receipt: str
    body: bytes


def head(connection: sqlite3.Connection, terminal: str, epoch: int) -> Head:
    """Where the journal of `(terminal, epoch)` ends."""
    row = connection.execute(_HEAD, (epoch,)).fetchone()
    return Head(0, first_seal(terminal, epoch)) if row is None else Head(row[0], bytes(row[1]))


def seal_at(connection: sqlite3.Connection, terminal: str, epoch: int, seq: int) -> bytes | None:
    """The seal of entry `seq` (0: the seal before the first), or None when there is no such."""
    if seq == 0:
        return first_seal(terminal, epoch)
    row = connection.execute(_SEAL_AT, (epoch, seq)).fetchone()
    return None if row is None else bytes(row[0])


def append(connection: sqlite3.Connection, at: Head, entries: Sequence[Entry]) -> Head:
    """Append `entries`, numbered on from `at`, and give the new head.

    Must run inside the transaction that read `at`, or two writers could seal one number twice.
    """
    seal = at.seal
    rows = []
    for entry in entries:
        body = encode_entry(entry)
        seal = next_seal(seal, body)
        rows.append((entry.epoch, entry.seq, entry.kind, entry.member, entry.receipt, body, seal))
    connection.executemany(_APPEND, rows)
    return Head(at.seq + len(rows), seal)


def read_sealed(
    connection: sqlite3.Connection, epoch: int, first_seq: int, limit: int
) -> list[Sealed]:
    """At most `limit` entries from `first_seq` on, in order."""
    rows = connection.execute(_FROM, (epoch, first_seq, limit))
    return [Sealed(seq, bytes(body), bytes(seal)) for seq, body, seal in rows]


def walk(connection: sqlite3.Connection, epoch: int) -> Iterator[Sealed]:
    """Every entry of `epoch` in order, a few at a time in memory."""
    for seq, body, seal in connection.execute(_ALL, (epoch,)):
        yield Sealed(seq, bytes(body), bytes(seal))


def looked_up_by(connection: sqlite3.Connection, epoch: int) -> Iterator[LookedUpBy]:
    """The columns that entries of `epoch` are looked up by, beside their bytes, in order."""
    for row in connection.execute(_LOOKED_UP_BY, (epoch,)):
        yield LookedUpBy(*row)


def other_epochs(connection: sqlite3.Connection, epoch: int) -> list[tuple[object, int]]:
    """The epochs in the journal that are not `epoch`, each with its count of rows."""
    return [(row[0], row[1]) for row in connection.execute(_OTHER_EPOCHS, (epoch,))]


def entries_of(connection: sqlite3.Connection, epoch: int, member_id: str) -> list[Entry]:
    """Every entry of a member at this till in `epoch`, oldest first."""
    rows = connection.execute(_OF_MEMBER, (member_id, epoch))
    return [decode_entry(bytes(row[0])) for row in rows]


def latest_of(connection: sqlite3.Connection, member_id: str, limit: int) -> list[Entry]:
    """The last `limit` entries of a member at this till, newest first."""
    rows = connection.execute(_LATEST_OF_MEMBER, (member_id, limit))
    return [decode_entry(bytes(row[0])) for row in rows]
