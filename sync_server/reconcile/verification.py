"""Head office's own books, made again from the entries: does anything differ from what is kept?

Tallies compare a till with head office; this compares head office with itself. Every journal is
sealed again from its bytes, and balances, rights and day sums are folded again from nothing.
"""

import heapq
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import ValidationError
from sqlalchemy import Connection, Row, bindparam, literal, select

from loyalty.errors import EntryInvalid
from loyalty.journal import decode_entry
from loyalty.tallies import Days, DayTally
from sync_server.reconcile.columns import misfits, read_as_declared
from sync_server.reconcile.counted import differing_counts
from sync_server.reconcile.enrolments import differing_members
from sync_server.reconcile.fold import Made, Written, written_grants
from sync_server.reconcile.held_vouchers import misheld_vouchers
from sync_server.reconcile.orders import differing_orders
from sync_server.reconcile.paper import Paper, differing_vouchers
from sync_server.reconcile.rights import misplaced_rights
from sync_server.reconcile.seals import (
    Chain,
    differing_keys,
    kept_journals,
    signing_half,
    ungiven_journals,
)
from sync_server.reconcile.sums import Finding, differing_sums
from sync_server.store.tables import TALLY_COUNTS, day_tallies, entries, quarantine

ROWS_AT_ONCE = 1_000
_COLUMNS = (
    *("kind", "member", "points", "amount_minor", "receipt", "programme"),
    *("occurred_at_ms", "recorded_at_ms"),
)
_said = attrgetter(*_COLUMNS)


def verify_books(connection: Connection, zone: ZoneInfo) -> Iterator[Finding]:
    """Everything in head office's books that its entries do not make; nothing when they hold.

    Reads every entry once, a few at a time. `zone` is the shop's, in which days are counted.
    """
    with read_as_declared(connection) as meddled:
        for table in meddled:
            for misfit in misfits(connection, table):
                yield Finding(misfit.where, misfit.what)
        yield from _verify(connection, zone)


def _verify(connection: Connection, zone: ZoneInfo) -> Iterator[Finding]:
    made, paper, days = Made(), Paper(), Days(zone)
    key = signing_half(connection)
    for (terminal, epoch), head in kept_journals(connection).items():
        chain = Chain(terminal, epoch)
        written = written_grants(connection, terminal, epoch)
        for row, broken in chain.walk(_rows(connection, terminal, epoch)):
            if broken:
                yield Finding(chain.where, broken)
            if row.counts:
                yield from _entry(chain.where, (terminal, epoch), row, made, paper, days, written)
        for end in chain.ends_at(head, key):
            yield Finding(end.where, end.what)
    yield from differing_sums(connection, made)
    yield from differing_counts(connection, made)
    yield from differing_members(connection, made)
    yield from _days(connection, made)
    yield from differing_vouchers(connection, paper)
    yield from misheld_vouchers(connection, paper)
    yield from differing_orders(connection)
    for strange in (*ungiven_journals(connection), *differing_keys(connection)):
        yield Finding(strange.where, strange.what)
    for misplaced in misplaced_rights(connection, made.rights, made.unfounded):
        yield Finding(misplaced.where, misplaced.what)


def _entry(
    where: str,
    journal: tuple[str, int],
    row: Row[Any],
    made: Made,
    paper: Paper,
    days: Days,
    written: Written,
) -> Iterator[Finding]:
    try:
        entry = decode_entry(row.body)
    except EntryInvalid as fault:
        yield Finding(where, f"entry {row.seq}: {fault.message}")
        return
    if (entry.terminal, entry.epoch, entry.seq) != (*journal, row.seq):
        yield Finding(where, f"entry {row.seq}: its bytes are of another place")
    if row[5:] != _said(entry):
        for name in _COLUMNS:
            if getattr(row, name) != getattr(entry, name):
                yield Finding(where, f"entry {row.seq}: {name} is not what its bytes say")
    try:
        day = days.of(entry.occurred_at_ms)
        if row.day != day:
            yield Finding(where, f"entry {row.seq}: day is not what its bytes say")
        made.count(entry, day, written)
        paper.count(entry, written)
    except (KeyError, TypeError, ValidationError):
        yield Finding(where, f"entry {row.seq}: its payload is not of its kind")
    except (OverflowError, ValueError):
        # Bytes that a disk changed may still read as an entry, of a day that no calendar has.
        yield Finding(where, f"entry {row.seq}: it happened at no time that there is")


def _rows(connection: Connection, terminal: str, epoch: int) -> Iterator[Row[Any]]:
    """The entries of a journal and those refused ones that its chain goes over, in order."""
    streams: list[Iterable[Row[Any]]] = [
        connection.execution_options(yield_per=ROWS_AT_ONCE).execute(
            statement, {"terminal": terminal, "epoch": epoch}
        )
        for statement in (_ENTRIES, _REFUSED)
    ]
    return heapq.merge(*streams, key=attrgetter("seq"))


def _days(connection: Connection, made: Made) -> Iterator[Finding]:
    kept = {
        (row.terminal, row.epoch, row.day): DayTally(
            row.day, row.last_seq, *(getattr(row, name) for name in TALLY_COUNTS)
        )
        for row in connection.execute(select(day_tallies))
    }
    for key in sorted(kept.keys() | made.tallies.keys()):
        if kept.get(key) != made.tallies.get(key):
            terminal, epoch, day = key
            yield Finding(
                f"journal {terminal}, epoch {epoch}", f"the sums of {day} are not its entries'"
            )


_ENTRIES = (
    select(
        entries.c.seq,
        entries.c.body,
        entries.c.seal,
        literal(True).label("counts"),
        entries.c.day,
        *(entries.c[name] for name in _COLUMNS),
    )
    .where(entries.c.terminal == bindparam("terminal"), entries.c.epoch == bindparam("epoch"))
    .order_by(entries.c.seq)
)
_REFUSED = (
    select(quarantine.c.seq, quarantine.c.body, quarantine.c.seal, literal(False).label("counts"))
    .where(
        quarantine.c.terminal == bindparam("terminal"),
        quarantine.c.epoch == bindparam("epoch"),
        quarantine.c.in_chain,
    )
    .order_by(quarantine.c.seq)
)
