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
_ALL = "SELECT seq, body, seal FROM journal WHERE epoch = ? ORDER BY seq"
_OF_MEMBER = "SELECT body FROM journal WHERE member_id = ? ORDER BY epoch, seq"
_LATEST_OF_MEMBER = (
    "SELECT body FROM journal WHERE member_id = ? ORDER BY epoch DESC, seq DESC LIMIT ?"
)


class Head(msgspec.Struct, frozen=True):
    """The last entry of a journal: its number (0 when there is none) and its seal."""

    seq: int
    seal: bytes


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


def entries_of(connection: sqlite3.Connection, member_id: str) -> list[Entry]:
    """Every entry of a member at this till, oldest first."""
    return [decode_entry(bytes(row[0])) for row in connection.execute(_OF_MEMBER, (member_id,))]


def latest_of(connection: sqlite3.Connection, member_id: str, limit: int) -> list[Entry]:
    """The last `limit` entries of a member at this till, newest first."""
    rows = connection.execute(_LATEST_OF_MEMBER, (member_id, limit))
    return [decode_entry(bytes(row[0])) for row in rows]
