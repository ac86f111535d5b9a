"""The journal on disk: appended to, read, never changed."""

import sqlite3
from collections.abc import Iterator, Sequence

import msgspec

from loyalty.errors import EntryInvalid
from loyalty.journal import (
    RIGHTS_GRANT,
    RIGHTS_RELEASE,
    Entry,
    Sealed,
    decode_entry,
    encode_entry,
    first_seal,
    next_seal,
)

# Bytes are read as bytes, whatever a flipped bit or somebody with a SQLite shell made of them.
_HEAD = "SELECT seq, CAST(seal AS BLOB) FROM heads WHERE epoch = ?"
_MOVE_HEAD = """
    INSERT INTO heads VALUES (?, ?, ?)
    ON CONFLICT (epoch) DO UPDATE SET seq = excluded.seq, seal = excluded.seal
"""
_LAST_ROW = """
    SELECT seq, CAST(seal AS BLOB) FROM journal WHERE epoch = ? ORDER BY seq DESC LIMIT 1
"""
_BODY_AT = "SELECT CAST(body AS BLOB) FROM journal WHERE epoch = ? AND seq = ?"
_ELAPSED = "SELECT run_elapsed_ms(?)"
_NOTE_SEAL = "SELECT run_note_seal(?)"
_SEAL_AT = "SELECT CAST(seal AS BLOB) FROM journal WHERE epoch = ? AND seq = ?"
_APPEND = "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)"
_FROM = """
    SELECT seq, CAST(body AS BLOB), CAST(seal AS BLOB) FROM journal
    WHERE epoch = ? AND seq >= ? ORDER BY seq LIMIT ?
"""
_RECEIPT_THAT_GOES_ON = """
    SELECT min(seq) FROM journal WHERE epoch = :epoch AND seq BETWEEN :first_seq AND :last_seq
    AND receipt <> ''
    AND receipt = (SELECT receipt FROM journal WHERE epoch = :epoch AND seq = :last_seq + 1)
"""
_ALL = """
    SELECT seq, CAST(body AS BLOB), CAST(seal AS BLOB) FROM journal
    WHERE epoch = ? AND seq >= ? ORDER BY seq
"""
_LOOKED_UP_BY = """
    SELECT seq, kind, member_id, receipt, CAST(body AS BLOB) FROM journal
    WHERE epoch = ? ORDER BY seq
"""
_EPOCHS = "SELECT epoch, count(*) FROM journal GROUP BY epoch ORDER BY epoch"
_OF_MEMBER = """
    SELECT CAST(body AS BLOB) FROM journal WHERE member_id = ? AND epoch = ? ORDER BY seq
"""
_LATEST_OF_MEMBER = """
    SELECT CAST(body AS BLOB) FROM journal WHERE member_id = ? AND kind NOT IN (?, ?)
    ORDER BY epoch DESC, seq DESC LIMIT ?
"""


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
    """Where the journal of `(terminal, epoch)` ends, by the anchor that moves with every entry."""
    return _head(connection, _HEAD, terminal, epoch)


def last_seq(connection: sqlite3.Connection, epoch: int) -> int:
    """The number of the last entry of `epoch`, by its anchor; 0 before the first."""
    row = connection.execute(_HEAD, (epoch,)).fetchone()
    return 0 if row is None else int(row[0])


def last_row(connection: sqlite3.Connection, terminal: str, epoch: int) -> Head:
    """The last entry that is there; it is the head unless somebody took entries away."""
    return _head(connection, _LAST_ROW, terminal, epoch)


def recorded_by(connection: sqlite3.Connection, at: Head, epoch: int) -> int:
    """When the entry at the head `at` was recorded, in milliseconds since 1970; 0 without one."""
    row = connection.execute(_BODY_AT, (epoch, at.seq)).fetchone()
    if row is None:
        return 0
    try:
        return decode_entry(bytes(row[0])).recorded_at_ms
    except EntryInvalid:
        # `paragon ledger verify` names it; a sale does not wait for that.
        return 0


def elapsed_ms(connection: sqlite3.Connection, at: Head) -> int:
    """Milliseconds since the entry at the head `at` was written in this run of the till, or 0."""
    elapsed: int = connection.execute(_ELAPSED, (at.seal,)).fetchone()[0]
    return elapsed


def seal_at(connection: sqlite3.Connection, terminal: str, epoch: int, seq: int) -> bytes | None:
    """The seal of entry `seq` (0: the seal before the first), or None when there is no such."""
    if seq == 0:
        return first_seal(terminal, epoch)
    row = connection.execute(_SEAL_AT, (epoch, seq)).fetchone()
    return None if row is None else bytes(row[0])


def append(connection: sqlite3.Connection, at: Head, entries: Sequence[Entry]) -> Head:
    """Append `entries`, numbered on from `at`, move the anchor, and give the new head.

    Must run inside the transaction that read `at`, or two writers could seal one number twice.
    """
    seal = at.seal
    rows = []
    for entry in entries:
        body = encode_entry(entry)
        seal = next_seal(seal, body)
        rows.append((entry.epoch, entry.seq, entry.kind, entry.member, entry.receipt, body, seal))
    connection.executemany(_APPEND, rows)
    if entries:
        connection.execute(_MOVE_HEAD, (entries[0].epoch, at.seq + len(rows), seal))
        connection.execute(_NOTE_SEAL, (seal,))
    return Head(at.seq + len(rows), seal)


def read_sealed(
    connection: sqlite3.Connection, epoch: int, first_seq: int, limit: int
) -> list[Sealed]:
    """At most `limit` entries from `first_seq` on, in order, up to the first that is missing."""
    rows = connection.execute(_FROM, (epoch, first_seq, limit))
    return [
        Sealed(seq, bytes(body), bytes(seal))
        for expected_seq, (seq, body, seal) in enumerate(rows, first_seq)
        if seq == expected_seq
    ]


def torn_receipt(connection: sqlite3.Connection, epoch: int, first_seq: int, last_seq: int) -> int:
    """The first entry from `first_seq` on of the receipt that goes on behind `last_seq`; 0 when a
    receipt ends there."""
    span = {"epoch": epoch, "first_seq": first_seq, "last_seq": last_seq}
    (seq,) = connection.execute(_RECEIPT_THAT_GOES_ON, span).fetchone()
    return seq or 0


def walk(connection: sqlite3.Connection, epoch: int, first_seq: int = 0) -> Iterator[Sealed]:
    """Every entry of `epoch` from `first_seq` on in order, a few at a time in memory."""
    for seq, body, seal in connection.execute(_ALL, (epoch, first_seq)):
        yield Sealed(seq, bytes(body), bytes(seal))


def looked_up_by(connection: sqlite3.Connection, epoch: int) -> Iterator[LookedUpBy]:
    """The columns that entries of `epoch` are looked up by, beside their bytes, in order."""
    for row in connection.execute(_LOOKED_UP_BY, (epoch,)):
        yield LookedUpBy(*row)


def settle_head(connection: sqlite3.Connection, epoch: int, last: Head) -> None:
    """Anchor the end of a journal that is left, where it was found to end."""
    if last.seq:
        connection.execute(_MOVE_HEAD, (epoch, last.seq, last.seal))


def epochs(connection: sqlite3.Connection) -> list[tuple[object, int]]:
    """The epochs in the journal, each with its count of rows."""
    return [(row[0], row[1]) for row in connection.execute(_EPOCHS)]


def entries_of(connection: sqlite3.Connection, epoch: int, member_id: str) -> list[Entry]:
    """Every entry of a member at this till in `epoch`, oldest first."""
    rows = connection.execute(_OF_MEMBER, (member_id, epoch))
    return [decode_entry(bytes(row[0])) for row in rows]


def latest_of(connection: sqlite3.Connection, member_id: str, limit: int) -> list[Entry]:
    """The last `limit` entries of what a member did at this till, newest first.

    Rights that moved between till and head office are no doing of theirs.
    """
    parameters = (member_id, RIGHTS_GRANT, RIGHTS_RELEASE, limit)
    rows = connection.execute(_LATEST_OF_MEMBER, parameters)
    return [decode_entry(bytes(row[0])) for row in rows]


def _head(connection: sqlite3.Connection, statement: str, terminal: str, epoch: int) -> Head:
    row = connection.execute(statement, (epoch,)).fetchone()
    return Head(0, first_seal(terminal, epoch)) if row is None else Head(row[0], bytes(row[1]))
