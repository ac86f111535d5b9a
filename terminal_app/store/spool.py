"""The print spool: receipts on their way to paper, kept while the printer is away.

A job is put in the transaction of its sale. `sent` means that the printer took the bytes,
`confirmed` that it answered for them, `unknown` that nobody can tell: that one is never sent
again by itself, because a second try could give a second voucher.
"""

import sqlite3

import msgspec

from loyalty.receipts import Receipt

PENDING = "pending"
PRINTING = "printing"
SENT = "sent"
CONFIRMED = "confirmed"
UNKNOWN = "unknown"

DONE_STATES = (SENT, CONFIRMED)

_PUT = "INSERT INTO spool (reference, receipt, state) VALUES (?, ?, ?)"
_NEXT = "SELECT job, receipt FROM spool WHERE state = ? ORDER BY job LIMIT 1"
_MARK = "UPDATE spool SET state = ?, tries = tries + ?, trouble = ? WHERE job = ?"
_INTERRUPTED = "UPDATE spool SET state = ?, trouble = ? WHERE state = ?"
_COUNT = "SELECT state, count(*) FROM spool GROUP BY state"
_TROUBLE = "SELECT trouble FROM spool WHERE state = ? ORDER BY job LIMIT 1"


class PrintJob(msgspec.Struct, frozen=True):
    """A receipt to be printed."""

    job: int
    receipt: Receipt


def put(connection: sqlite3.Connection, receipt: Receipt) -> None:
    """Queue `receipt` for printing."""
    packed = msgspec.msgpack.encode(receipt)
    connection.execute(_PUT, (receipt.reference, packed, PENDING))


def next_job(connection: sqlite3.Connection) -> PrintJob | None:
    """The oldest job that waits, or None."""
    row = connection.execute(_NEXT, (PENDING,)).fetchone()
    if row is None:
        return None
    return PrintJob(row[0], msgspec.msgpack.decode(bytes(row[1]), type=Receipt))


def mark(connection: sqlite3.Connection, job: int, state: str, trouble: str = "") -> None:
    """Record where a job is; a job that goes back to `pending` has been tried once more."""
    connection.execute(_MARK, (state, int(state == PENDING), trouble, job))


def mark_interrupted(connection: sqlite3.Connection) -> int:
    """Jobs that a crash caught between printer and record become `unknown`; gives how many."""
    return connection.execute(_INTERRUPTED, (UNKNOWN, "interrupted", PRINTING)).rowcount


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """How many jobs are in each state."""
    return {row[0]: row[1] for row in connection.execute(_COUNT)}


def first_trouble(connection: sqlite3.Connection) -> str:
    """Why the oldest waiting job is not on paper yet; empty when nothing went wrong."""
    row = connection.execute(_TROUBLE, (PENDING,)).fetchone()
    return "" if row is None else str(row[0])
