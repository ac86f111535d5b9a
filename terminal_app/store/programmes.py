"""Programme documents: every one this till was told of, by the label that entries carry.

None that something was sold under is ever forgotten: goods come back under that version. One
that has not started yet waits here, so that it starts on time with the line down.
"""

import sqlite3
from functools import lru_cache

from loyalty.bounds import MAX_MOMENT_MS
from loyalty.errors import EntryInvalid, ProgrammeInvalid
from loyalty.journal import decode_entry
from loyalty.programme.document import Programme, load_programme
from loyalty.wire import ProgrammeVersion

MAX_PROGRAMMES_KEPT = 16
"""In memory; the database keeps all of them."""

_PUT = """
    INSERT INTO programmes (label, document, starts_at_ms, signature) VALUES (?, ?, ?, ?)
    ON CONFLICT (label) DO UPDATE
    SET document = excluded.document, starts_at_ms = excluded.starts_at_ms,
        signature = excluded.signature
"""
_MENTIONS = "SELECT CAST(body AS BLOB) FROM journal WHERE instr(body, CAST(? AS BLOB))"
# With a clock that was put back before the first start, the first is the one that is meant.
_IN_FORCE = """
    SELECT CAST(document AS TEXT) FROM programmes
    ORDER BY starts_at_ms <= ?1 DESC, abs(starts_at_ms - ?1), number DESC LIMIT 1
"""
_HAS_START = "SELECT 1 FROM programmes WHERE starts_at_ms > 0 LIMIT 1"
_NEVER = "UPDATE programmes SET starts_at_ms = ?, signature = NULL WHERE label = ?"
_DATED = """
    SELECT label, CAST(document AS BLOB), starts_at_ms, CAST(ifnull(signature, x'') AS BLOB)
    FROM programmes WHERE (starts_at_ms > 0 OR signature IS NOT NULL) AND starts_at_ms < ?
    ORDER BY number
"""
_LABELLED = "SELECT CAST(document AS TEXT) FROM programmes WHERE label = ?"

_programme_of = lru_cache(maxsize=MAX_PROGRAMMES_KEPT)(load_programme)


def keep_programme(
    connection: sqlite3.Connection, document: str, starts_at_ms: int = 0, signature: bytes = b""
) -> Programme:
    """Keep `document`, in force from `starts_at_ms` until a later one starts.

    What head office signed (`signature`, checked before) takes the place of another text under
    its label that nothing was promised under here: a head office that was put back may publish a
    number again.

    Raises ProgrammeInvalid when it cannot be loaded, or is another text than receipts here were
    promised under by its label; nothing changes then.
    """
    programme = load_programme(document, "the programme that head office published")
    row = connection.execute(_LABELLED, (programme.label,)).fetchone()
    is_other = row is not None and row[0] != document
    if is_other and (not signature or _was_promised(connection, programme.label)):
        raise ProgrammeInvalid(f"Programme {programme.label} is here with another text.")
    connection.execute(_PUT, (programme.label, document, starts_at_ms, signature or None))
    return programme


def hears_versions(connection: sqlite3.Connection) -> bool:
    """Whether head office has told of a version with its start: then it tells of all that way."""
    return connection.execute(_HAS_START).fetchone() is not None


def dated_versions(connection: sqlite3.Connection) -> list[ProgrammeVersion]:
    """The versions here that head office told of with a start and did not take back, as they lie
    on the disk: bytes that are no text are replaced in them, and their signature fails."""
    return [
        ProgrammeVersion(label, bytes(document).decode(errors="replace"), starts_at_ms, signature)
        for label, document, starts_at_ms, signature in connection.execute(_DATED, (MAX_MOMENT_MS,))
    ]


def withdraw_programme(connection: sqlite3.Connection, label: str) -> None:
    """Let version `label` never start: head office took it back. What it awarded here by a clock
    that was ahead keeps its document."""
    connection.execute(_NEVER, (MAX_MOMENT_MS, label))


def programme_in_force(connection: sqlite3.Connection, at_ms: int) -> Programme:
    """What the shop promises at `at_ms`. Raises ProgrammeInvalid before the till joined a chain."""
    row = connection.execute(_IN_FORCE, (at_ms,)).fetchone()
    return _programme_of("" if row is None else row[0], "the programme in force")


def programme_labelled(connection: sqlite3.Connection, label: str) -> Programme | None:
    """The programme that entries call `label` ("classic@1"); None when it was never told here."""
    row = connection.execute(_LABELLED, (label,)).fetchone()
    return None if row is None else _programme_of(row[0], label)


def _was_promised(connection: sqlite3.Connection, label: str) -> bool:
    """Whether an entry of this till was made under version `label`, or may have been: one that
    cannot be read counts."""
    for (body,) in connection.execute(_MENTIONS, (label,)):
        try:
            if decode_entry(body).programme == label:
                return True
        except EntryInvalid:
            return True
    return False
