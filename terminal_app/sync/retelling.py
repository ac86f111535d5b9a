"""Journals that this till has left, told again to a head office whose books were put back.

Head office held them when the till moved on, and nobody else may have them: a copy's own entries
are in the copy's file alone. Only what head office held is told under the old numbers; what it did
not hold was written again in a later journal, which is told like any other.
"""

import sqlite3
from collections.abc import Sequence

from loyalty.clock import Clock, epoch_ms
from loyalty.journal import Sealed, decode_entry
from loyalty.tallies import Days, DayTally, counted
from loyalty.wire import (
    MAX_ENTRIES_A_FRAME,
    MAX_TALLIES_A_FRAME,
    WIRE_VERSION,
    Outcome,
    SyncReply,
    SyncRequest,
    Waiting,
)
from terminal_app.errors import HeadOfficeRefused
from terminal_app.store import epochs, journal, settings
from terminal_app.store.connection import Store
from terminal_app.store.settings import Identity
from terminal_app.sync.rounds import frame_of
from terminal_app.sync.salvage import sound_entries, write_again
from terminal_app.sync.uplink import Uplink

MORE_TO_COME = Waiting(entries=1)
"""Said of every frame of an old journal: head office must not think that it was told all."""


def retell(store: Store, uplink: Uplink, clock: Clock, product_version: str) -> int | None:
    """Tell the journals that were left, where they are to be told again; gives the entries told,
    or None where none are to be.

    Raises HeadOfficeUnreachable or HeadOfficeRefused; the next sync goes on with the journal that
    was not told to its end.
    """
    with store.reading() as connection:
        waiting = epochs.read_retelling(connection)
    if not waiting:
        return None
    told = 0
    for epoch in waiting:
        told += _OldJournal(store, uplink, clock, product_version, epoch).tell()
        with store.writing() as connection:
            rest = [other for other in epochs.read_retelling(connection) if other != epoch]
            epochs.write_retelling(connection, rest)
    return told


class _OldJournal:
    """One journal that was left, on its way to head office again."""

    def __init__(
        self, store: Store, uplink: Uplink, clock: Clock, product_version: str, epoch: int
    ) -> None:
        self._store = store
        self._uplink = uplink
        self._clock = clock
        self._product_version = product_version
        self._epoch = epoch

    def tell(self) -> int:
        """Tell it from where head office has lost it; gives the entries told."""
        with self._store.reading() as connection:
            held_seq = epochs.read_held(connection, self._epoch)
        reply = self._exchange(held_seq + 1, [])
        sent_seq = self._known_seq(reply, held_seq)
        told = 0
        while sent_seq < held_seq:
            with self._store.reading() as connection:
                limit = min(held_seq - sent_seq, MAX_ENTRIES_A_FRAME)
                rows = frame_of(connection, self._epoch, sent_seq + 1, limit)
            if not rows:
                # Somebody took entries away here: what head office has lost of them is lost.
                return told
            reply = self._exchange(sent_seq + 1, rows)
            if reply.outcome is Outcome.FORKED and reply.fork_seq:
                self._take_along(reply.fork_seq, held_seq)
                return told
            if reply.outcome is not Outcome.ACCEPTED:
                raise HeadOfficeRefused(
                    f"Head office does not take journal {self._epoch} of this till again.",
                    "Its entries are kept here; paragon ledger verify says whether they hold.",
                )
            sent_seq = rows[-1].seq
            told += len(rows)
        return told

    def _known_seq(self, reply: SyncReply, held_seq: int) -> int:
        """The last entry that head office surely holds as it is here."""
        with self._store.reading() as connection:
            identity = settings.require_identity(connection)
            seal = journal.seal_at(connection, identity.terminal, self._epoch, reply.head_seq)
        is_same = reply.outcome is not Outcome.FORKED and seal == reply.head_seal
        return min(reply.head_seq, held_seq) if is_same else 0

    def _exchange(self, first_seq: int, rows: Sequence[Sealed]) -> SyncReply:
        """One frame of the old journal. What head office tells of balances is for a till that
        writes it, so none of that is taken."""
        bodies = tuple(row.body for row in rows)
        last_seq = first_seq - 1 + len(bodies)
        with self._store.reading() as connection:
            identity = settings.require_identity(connection)
            state = settings.read_sync_state(connection)
            seal = journal.seal_at(connection, identity.terminal, self._epoch, last_seq)
            tallies = _tallies_up_to(connection, identity, self._epoch, last_seq)
        return self._uplink.exchange(
            SyncRequest(
                version=WIRE_VERSION,
                terminal=identity.terminal,
                epoch=self._epoch,
                first_seq=first_seq,
                bodies=bodies,
                last_seal=seal or b"",
                history_id=state.history_id,
                cursor=state.cursor,
                sent_at_ms=epoch_ms(self._clock()),
                product_version=self._product_version,
                tallies=tallies,
                mark=state.mark,
                count=len(bodies),
                length=sum(map(len, bodies)),
                waiting=MORE_TO_COME,
            )
        )

    def _take_along(self, fork_seq: int, held_seq: int) -> None:
        """Others wrote under these numbers meanwhile: the entries go into the present journal."""
        with self._store.writing() as connection:
            identity = settings.require_identity(connection)
            entries = [
                entry
                for entry in sound_entries(connection, identity.terminal, self._epoch, fork_seq)
                if entry.seq <= held_seq
            ]
            write_again(connection, identity, entries)
            epochs.write_held(connection, self._epoch, fork_seq - 1)


def _tallies_up_to(
    connection: sqlite3.Connection, identity: Identity, epoch: int, last_seq: int
) -> tuple[DayTally, ...]:
    """The day sums of a journal that was left, once its last entry is on its way."""
    if last_seq < epochs.read_held(connection, epoch):
        return ()
    days = Days(identity.zone)
    tallies: dict[str, DayTally] = {}
    for row in journal.walk(connection, epoch):
        if row.seq > last_seq:
            break
        entry = decode_entry(row.body)
        day = days.of(entry.occurred_at_ms)
        tallies[day] = counted(tallies.get(day, DayTally(day)), entry)
    return tuple(tallies.values())[-MAX_TALLIES_A_FRAME:]
