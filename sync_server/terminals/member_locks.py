"""Frames of several processes that are about the same members wait for each other, in one order.

On PostgreSQL frames are taken side by side. What they decide by (a pool, the state of a voucher,
whether a card is known) may be a row that is not there yet, which no row lock can hold; so members
and vouchers are locked by name, all of a frame's at once and in one order, before it writes.
SQLite has one writer at a time and needs none of this.
"""

from collections.abc import Sequence
from zlib import crc32

from sqlalchemy import Connection, bindparam, select

from loyalty.journal import Entry
from loyalty.wire import SyncRequest
from sync_server.store.tables import recalls

LOCKS = 128
"""Names share this many locks: a frame of a thousand members takes no more, which PostgreSQL's
table of locks has room for however many frames are taken at once."""

LOCKS_OF_MEMBERS = 0x7061
"""The first key of PostgreSQL's advisory locks of two keys; the second is the lock's number."""


def hold_members(connection: Connection, request: SyncRequest, entries: Sequence[Entry]) -> None:
    """Keep other frames away, to the end of the transaction, from all whom this one is about.

    Those are the members and vouchers of its `entries` and draws, and of what its journal was
    asked back.
    """
    if connection.dialect.name != "postgresql":
        return
    names = {entry.member for entry in entries}
    names |= {_voucher(entry) for entry in entries}
    names |= {name for draw in request.draws for name in (draw.member_id, draw.voucher)}
    asked = {"terminal": request.terminal, "epoch": request.epoch}
    for row in connection.execute(_ASKED_BACK, asked):
        names |= {row.member_id, row.voucher}
    names.discard("")
    if names:
        locks = sorted({crc32(name.encode()) % LOCKS for name in names})
        connection.exec_driver_sql(_HOLD, (LOCKS_OF_MEMBERS, locks))


def _voucher(entry: Entry) -> str:
    """The voucher that an entry of any kind names, or nothing."""
    named = entry.payload.get("number", entry.payload.get("voucher", ""))
    return named if isinstance(named, str) else ""


_ASKED_BACK = select(recalls.c.member_id, recalls.c.voucher).where(
    recalls.c.terminal == bindparam("terminal"), recalls.c.epoch == bindparam("epoch")
)
_HOLD = "SELECT pg_advisory_xact_lock(%s::int, number) FROM unnest(%b::int[]) AS number"
