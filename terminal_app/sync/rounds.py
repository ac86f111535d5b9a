"""Composing what the till says in one round of a sync."""

import sqlite3
from collections.abc import Sequence

from msgspec.structs import replace

from loyalty.clock import Clock, epoch_ms
from loyalty.journal import Sealed
from loyalty.wire import (
    MAX_CHANGES_A_FRAME,
    MAX_DRAWS_A_FRAME,
    MAX_ENTRIES_A_FRAME,
    MAX_LOOKUPS_A_FRAME,
    MAX_TALLIES_A_FRAME,
    WIRE_VERSION,
    SignedHead,
    SyncRequest,
    Waiting,
)
from terminal_app.posting.upkeep import upkeep
from terminal_app.store import draws, epochs, journal, ledger, lookups, members, serving, settings
from terminal_app.store.connection import Store
from terminal_app.store.programmes import programme_in_force
from terminal_app.store.settings import SyncState
from terminal_app.sync.waiting import Unsent

MAX_FRAME_BODY_BYTES = 4 << 20
"""Entry bytes in one frame; a few entries with thousands of lines make a frame of their own."""

LOOKUP_PAUSE_MS = 60_000
"""Between two questions for the same card: most unknown cards stay unknown for a while."""


def compose(
    store: Store,
    clock: Clock,
    product_version: str,
    unsent: Unsent | None = None,
    state: SyncState | None = None,
) -> SyncRequest:
    """The till's side: the entries head office has not confirmed, and the sums of their days.

    `unsent` carries what was counted of the entries behind the frame from one frame to the next.
    `state` is where the sync is about to stand, when that is not recorded yet.
    """
    # Before the journal is looked at: of two frames, the one that knows more is never the older.
    sent_at_ms = epoch_ms(clock())
    _tidy_up(store, sent_at_ms)
    with store.reading() as connection:
        identity = settings.require_identity(connection)
        state = state or told_by_this_version(settings.read_sync_state(connection))
        first_seq = state.confirmed_seq + 1
        rows = frame_of(connection, identity.epoch, first_seq, MAX_ENTRIES_A_FRAME)
        damaged_seq = epochs.read_damaged(connection)
        if damaged_seq:
            rows = [row for row in rows if row.seq < damaged_seq]
        bodies = tuple(row.body for row in rows)
        last_seq = state.confirmed_seq + len(bodies)
        seal = journal.seal_at(connection, identity.terminal, identity.epoch, last_seq)
        is_suspended = settings.read_suspension(connection) != ""
        return SyncRequest(
            version=WIRE_VERSION,
            terminal=identity.terminal,
            epoch=identity.epoch,
            first_seq=first_seq,
            bodies=bodies,
            last_seal=seal or b"",
            history_id=state.history_id,
            cursor=state.cursor,
            sent_at_ms=sent_at_ms,
            product_version=product_version,
            printed_notices=members.printed_notices(connection, MAX_CHANGES_A_FRAME),
            tallies=tuple(
                ledger.tallies_between(connection, state.tallied_seq, last_seq, MAX_TALLIES_A_FRAME)
            ),
            mark=state.mark,
            count=len(bodies),
            length=sum(map(len, bodies)),
            draws=() if is_suspended else draws.open_draws(connection, MAX_DRAWS_A_FRAME),
            lookups=lookups.due(connection, sent_at_ms, LOOKUP_PAUSE_MS, MAX_LOOKUPS_A_FRAME),
            waiting=_waiting(connection, identity.epoch, last_seq, unsent or Unsent()),
            receipt=_lost_receipt(connection, identity.epoch, state),
        )


def _tidy_up(store: Store, now_ms: int) -> None:
    """Rights to where they should lie; most syncs have none to move, and then write nothing."""
    with store.reading() as connection:
        if serving.is_idle(connection):
            return
    with store.writing() as connection:
        identity = settings.require_identity(connection)
        upkeep(connection, identity, programme_in_force(connection, now_ms), now_ms)


def told_by_this_version(state: SyncState) -> SyncState:
    """What an older version was told, it may have kept in part alone: it is told anew."""
    return state if state.told_version >= WIRE_VERSION else replace(state, cursor=0, mark="")


def frame_of(
    connection: sqlite3.Connection, epoch: int, first_seq: int, limit: int
) -> Sequence[Sealed]:
    """The entries of a journal from `first_seq` on that go into one frame, one at least.

    A receipt is not cut in two where that can be: head office then has it whole or not at all, also
    when the till is lost in between.
    """
    rows = _fitting(journal.read_sealed(connection, epoch, first_seq, limit))
    torn_seq = journal.torn_receipt(connection, epoch, first_seq, rows[-1].seq) if rows else 0
    return rows[: torn_seq - first_seq] if torn_seq > first_seq else rows


def _fitting(rows: Sequence[Sealed]) -> Sequence[Sealed]:
    size = 0
    for place, row in enumerate(rows):
        size += len(row.body)
        if size > MAX_FRAME_BODY_BYTES and place:
            return rows[:place]
    return rows


def _waiting(connection: sqlite3.Connection, epoch: int, last_seq: int, unsent: Unsent) -> Waiting:
    """What comes behind this frame: of this journal, and of those that are to be told again."""
    waiting = unsent.beyond(connection, epoch, last_seq, journal.last_seq(connection, epoch))
    again = len(epochs.read_retelling(connection))
    return replace(waiting, entries=waiting.entries + again) if again else waiting


def _lost_receipt(
    connection: sqlite3.Connection, epoch: int, state: SyncState
) -> SignedHead | None:
    """The proof that head office once held more than it says now; None while it does not."""
    receipt = epochs.read_receipt(connection, epoch)
    is_lost = receipt is not None and receipt.seq > state.confirmed_seq
    return receipt if is_lost else None
