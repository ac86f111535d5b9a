"""Entries that head office does not hold, written again in the journal that the till goes on in."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress

from msgspec.structs import replace

from loyalty.balances import Balance, fold
from loyalty.errors import EntryInvalid
from loyalty.journal import (
    RIGHTS_GRANT,
    RIGHTS_RELEASE,
    VOUCHER_ISSUED,
    Entry,
    decode_entry,
    next_seal,
)
from loyalty.tallies import day_of
from terminal_app.store import journal, ledger, rights, serving, sums, vouchers
from terminal_app.store.settings import Identity

_RIGHTS = frozenset({RIGHTS_GRANT, RIGHTS_RELEASE})


def sound_entries(
    connection: sqlite3.Connection, terminal: str, epoch: int, first_seq: int
) -> Iterator[Entry]:
    """Entries of journal `epoch` from `first_seq` on that are as they were written.

    One that was damaged cannot be written again as if it were sound: it stays where it is, and
    `paragon ledger verify` names it.
    """
    before = journal.seal_at(connection, terminal, epoch, first_seq - 1)
    before_seq = first_seq - 1
    for row in journal.walk(connection, epoch, first_seq):
        if row.seq != before_seq + 1:
            # Behind entries that are gone nothing says what came before; the chain goes on.
            before = None
        if before is None or next_seal(before, row.body) == row.seal:
            with suppress(EntryInvalid):
                yield decode_entry(row.body)
        before, before_seq = row.seal, row.seq


def write_again(
    connection: sqlite3.Connection, identity: Identity, entries: Sequence[Entry]
) -> None:
    """Write `entries` of an earlier journal into the present one, with what follows from them.

    Entries of rights are left out: the rights of the old journal stay with head office.
    """
    head = journal.head(connection, identity.terminal, identity.epoch)
    latest_ms = journal.recorded_by(connection, head, identity.epoch)
    written: list[Entry] = []
    days: dict[str, list[Entry]] = {}
    for one in entries:
        if one.kind in _RIGHTS:
            continue
        latest_ms = max(latest_ms, one.recorded_at_ms)
        entry = _salvaged(one, identity.epoch, head.seq + len(written) + 1, latest_ms)
        written.append(entry)
        days.setdefault(day_of(entry.occurred_at_ms, identity.zone), []).append(entry)
        if entry.kind == VOUCHER_ISSUED:
            vouchers.hold(connection, str(entry.payload.get("number", "")), identity.journal)
    journal.append(connection, head, written)
    for member_id, moved in fold(written).items():
        own = ledger.part_of(connection, member_id, ledger.OWN)
        ledger.put_parts(connection, ledger.OWN, {member_id: _sum(own, moved)})
        if rights.held(connection, member_id) < 0:
            # What was spent by the rights of the old journal is a debt of this one.
            serving.leave(connection, member_id)
    sums.count_in(connection, written)
    for day, of_day in days.items():
        ledger.count_in(connection, day, of_day)


def _salvaged(entry: Entry, epoch: int, seq: int, recorded_at_ms: int) -> Entry:
    """An entry in its new place; it says where it stood first.

    Made of the entry alone and those before it, so that copies of it come to the same bytes.
    """
    return replace(
        entry,
        epoch=epoch,
        seq=seq,
        recorded_at_ms=recorded_at_ms,
        elapsed_ms=0,
        payload={"salvaged": [entry.epoch, entry.seq]} | entry.payload,
    )


def _sum(one: Balance, other: Balance) -> Balance:
    return Balance(
        points=one.points + other.points,
        earned=one.earned + other.earned,
        clawed_back=one.clawed_back + other.clawed_back,
        redeemed=one.redeemed + other.redeemed,
    )
