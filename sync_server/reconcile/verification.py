"""Head office's own books, made again from the entries: does anything differ from what is kept?

Tallies compare a till with head office; this compares head office with itself. Every journal is
sealed again from its bytes, and balances, rights and day sums are folded again from nothing.
"""

import heapq
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import BigInteger, Connection, Row, bindparam, cast, func, literal, select

from loyalty.balances import NO_BALANCE, Balance, after
from loyalty.errors import EntryInvalid
from loyalty.journal import (
    RIGHTS_GRANT,
    RIGHTS_RELEASE,
    Entry,
    decode_entry,
)
from loyalty.rights import NO_RIGHTS, Rights, rights_after
from loyalty.tallies import Days, DayTally, counted
from sync_server.reconcile.rights import JournalMember, misplaced_rights
from sync_server.reconcile.seals import Chain, kept_journals, signing_half
from sync_server.store.tables import (
    TALLY_COUNTS,
    day_tallies,
    entries,
    holdings,
    quarantine,
    standings,
)

ROWS_AT_ONCE = 1_000
_said = attrgetter(
    *("kind", "member", "points", "amount_minor", "receipt", "programme", "occurred_at_ms")
)
_COLUMNS = ("kind", "member", "points", "amount_minor", "receipt", "programme", "occurred_at_ms")
_SUMS = ("points", "earned", "clawed_back", "redeemed")


class Finding(msgspec.Struct, frozen=True):
    """Something in the books that the entries do not make: where, and what."""

    where: str
    what: str


class _Books(msgspec.Struct):
    """What the entries make, as far as they were read."""

    balances: dict[str, Balance] = {}
    tallies: dict[tuple[str, int, str], DayTally] = {}
    rights: dict[JournalMember, Rights] = {}

    def count(self, entry: Entry, days: Days) -> None:
        if entry.member:
            before = self.balances.get(entry.member, NO_BALANCE)
            self.balances[entry.member] = after(before, entry)
        if entry.member and entry.kind in (RIGHTS_GRANT, RIGHTS_RELEASE):
            journal = (entry.terminal, entry.epoch, entry.member)
            self.rights[journal] = rights_after(self.rights.get(journal, NO_RIGHTS), entry)
        day = days.of(entry.occurred_at_ms)
        key = (entry.terminal, entry.epoch, day)
        self.tallies[key] = counted(self.tallies.get(key) or DayTally(day), entry)


def verify_books(connection: Connection, zone: ZoneInfo) -> Iterator[Finding]:
    """Everything in head office's books that its entries do not make; nothing when they hold.

    Reads every entry once, a few at a time. `zone` is the shop's, in which days are counted.
    """
    made, days = _Books(), Days(zone)
    key = signing_half(connection)
    for (terminal, epoch), head in kept_journals(connection).items():
        chain = Chain(terminal, epoch)
        for row, broken in chain.walk(_rows(connection, terminal, epoch)):
            if broken:
                yield Finding(chain.where, broken)
            if row.counts:
                yield from _entry(chain.where, (terminal, epoch), row, made, days)
        for end in chain.ends_at(head, key):
            yield Finding(end.where, end.what)
    kept = {row.member_id: Balance(*row[1:]) for row in connection.execute(_STANDINGS)}
    yield from _balances("balance", kept, made.balances)
    held = {row.member_id: Balance(*row[1:]) for row in connection.execute(_HOLDINGS)}
    yield from _balances("sum of the terminals' parts", held, made.balances)
    yield from _days(connection, made)
    for misplaced in misplaced_rights(connection, made.rights):
        yield Finding(misplaced.where, misplaced.what)


def _entry(
    where: str, journal: tuple[str, int], row: Row[Any], made: _Books, days: Days
) -> Iterator[Finding]:
    try:
        entry = decode_entry(row.body)
    except EntryInvalid as fault:
        yield Finding(where, f"entry {row.seq}: {fault.message}")
        return
    if (entry.terminal, entry.epoch, entry.seq) != (*journal, row.seq):
        yield Finding(where, f"entry {row.seq}: its bytes are of another place")
    if row[4:] != _said(entry):
        for name in _COLUMNS:
            if getattr(row, name) != getattr(entry, name):
                yield Finding(where, f"entry {row.seq}: {name} is not what its bytes say")
    try:
        made.count(entry, days)
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


def _balances(what: str, kept: dict[str, Balance], made: dict[str, Balance]) -> Iterator[Finding]:
    for member in sorted(kept.keys() | made.keys()):
        ours, folded = kept.get(member, NO_BALANCE), made.get(member, NO_BALANCE)
        if ours != folded:
            yield Finding(
                f"member {member}",
                f"the {what} is {ours.points} points, the entries make {folded.points}",
            )


def _days(connection: Connection, made: _Books) -> Iterator[Finding]:
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


_STANDINGS = select(standings.c.member_id, *(standings.c[name] for name in _SUMS))
_HOLDINGS = select(
    holdings.c.member_id,
    *(cast(func.sum(holdings.c[name]), BigInteger).label(name) for name in _SUMS),
).group_by(holdings.c.member_id)
_ENTRIES = (
    select(
        entries.c.seq,
        entries.c.body,
        entries.c.seal,
        literal(True).label("counts"),
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
