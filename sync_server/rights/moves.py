"""Rights as entries move them: what head office counts of each; see `loyalty.rights`.

A grant was counted when it was written down, so its entry is a receipt, and worth what is written
down. A release counts for no more than its journal held by its own entries. What a till claims
beyond that moves nothing: a case names it.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import BigInteger, Connection, bindparam, cast, func, insert, select, update

from loyalty.journal import RIGHTS_GRANT, RIGHTS_RELEASE, Entry
from loyalty.rights import releasable
from sync_server.rights.grants import NOBODY, Written, find_grants
from sync_server.store.cases import Case, open_cases, strange_case
from sync_server.store.held import TOLD_HELD
from sync_server.store.history import history_of
from sync_server.store.payloads import granted, released
from sync_server.store.tables import grants, holdings, journals


class Moved(msgspec.Struct, frozen=True):
    """What entries of one journal add to head office's books of a member's rights."""

    granted: int = 0
    released: int = 0
    reclaimed: int = 0

    @property
    def pool(self) -> int:
        """What they add to the pool."""
        return self.released + self.reclaimed - self.granted


NO_MOVE = Moved()


class _Take(msgspec.Struct, frozen=True):
    """What the entry of a grant is worth; `is_news` when its points were not counted before."""

    member_id: str
    points: int
    is_news: bool = False
    was_withdrawn: bool = False


def rights_moved(
    connection: Connection, terminal: str, epoch: int, entries: Sequence[Entry], now_ms: int
) -> dict[str, Moved]:
    """What `entries` of one journal add to the rights of each member whom they move some of.

    A grant that head office does not know counts now if it may have been given in a time that a
    restored database has lost. One that was withdrawn had been taken after all, and counts as
    taken back. Opens cases for what does not count.
    """
    rights = [entry for entry in entries if entry.kind in (RIGHTS_GRANT, RIGHTS_RELEASE)]
    if not rights:
        return {}
    giving = {entry.member for entry in rights if entry.kind == RIGHTS_RELEASE}
    held = _held_by_entries(connection, terminal, epoch, giving)
    found: list[Case] = []
    taken = [entry for entry in rights if entry.kind == RIGHTS_GRANT]
    takes = _take(connection, terminal, epoch, taken, found, now_ms)
    moved: dict[str, Moved] = {}
    for entry in entries:
        member = entry.member
        if entry.kind == RIGHTS_GRANT:
            take = takes.get(entry.seq)
            if take is not None:
                held[take.member_id] = held.get(take.member_id, 0) + take.points
                _count_take(moved, take)
        elif entry.kind == RIGHTS_RELEASE:
            points = released(entry).points
            counting = releasable(points, held.get(member, 0))
            if counting < points:
                what = f"It gives back {points} points of which its journal held {counting}"
                found.append(strange_case(entry, f"{what}; no more count."))
            if counting:
                held[member] -= counting
                before = moved.get(member, NO_MOVE)
                moved[member] = msgspec.structs.replace(before, released=before.released + counting)
        elif member in giving:
            held[member] = held.get(member, 0) + entry.points
    open_cases(connection, found, now_ms)
    return moved


def _count_take(moved: dict[str, Moved], take: _Take) -> None:
    if take.is_news and take.points:
        before = moved.get(take.member_id, NO_MOVE)
        moved[take.member_id] = msgspec.structs.replace(
            before,
            granted=before.granted + take.points,
            reclaimed=before.reclaimed + (take.points if take.was_withdrawn else 0),
        )


def _held_by_entries(
    connection: Connection, terminal: str, epoch: int, members: set[str]
) -> dict[str, int]:
    """What the entries of a journal that arrived before leave it of the points of `members`.

    Without grants that it was given and has no entry of yet.
    """
    if not members:
        return {}
    asked = {"of_terminal": terminal, "of_epoch": epoch, "members": sorted(members)}
    untaken = {row.member_id: int(row.points) for row in connection.execute(_UNTAKEN, asked)}
    return {
        row.member_id: row.held - untaken.get(row.member_id, 0)
        for row in connection.execute(_TOLD_HELD, asked)
    }


def _take(
    connection: Connection,
    terminal: str,
    epoch: int,
    taken: Sequence[Entry],
    found: list[Case],
    now_ms: int,
) -> dict[int, _Take]:
    """What each of the grants' entries is worth, by its number in the journal.

    Writes down that they were taken; adds a case to `found` for each that was not given so.
    """
    known = find_grants(connection, terminal, epoch, [granted(entry).draw for entry in taken])
    is_lost = bool(taken) and any(granted(entry).draw not in known for entry in taken)
    may_be_lost = is_lost and _may_have_lost(connection, terminal, epoch)
    takes, seen = {}, set[int]()
    for entry in taken:
        facts = granted(entry)
        row = known.get(facts.draw)
        if facts.draw in seen or (row is not None and row.taken_at_ms is not None):
            found.append(strange_case(entry, f"It takes the grant {facts.draw} a second time."))
            continue
        seen.add(facts.draw)
        if row is None and not may_be_lost:
            what = f"It takes the grant {facts.draw}, which was never given; it does not count."
            found.append(strange_case(entry, what))
            continue
        if row is None:
            takes[entry.seq] = _write_lost(connection, entry, now_ms)
            continue
        if not _is_as_given(entry, row):
            what = f"It takes the grant {facts.draw} as another than was given; that one counts."
            found.append(strange_case(entry, what))
            points, member_id = row.points, row.member_id
        else:
            points, member_id = facts.points or 1, entry.member
        if row.member_id == NOBODY and not row.voucher:
            continue
        number = {"of_terminal": terminal, "of_epoch": epoch, "of_number": facts.draw}
        connection.execute(_TAKEN, {**number, "given": points, "now_ms": now_ms})
        was_withdrawn = row.points == 0 and points > 0
        worth = 0 if row.voucher else points
        takes[entry.seq] = _Take(member_id, worth, was_withdrawn, was_withdrawn)
    return takes


def _is_as_given(entry: Entry, row: Written) -> bool:
    """Whether a grant's entry says what is written down; of a withdrawn one the points are gone."""
    facts = granted(entry)
    return (row.member_id, row.voucher) == (entry.member, facts.voucher) and row.points in (
        0,
        facts.points or 1,
    )


def _write_lost(connection: Connection, entry: Entry, now_ms: int) -> _Take:
    """Write down a grant that was given in a time that the books have lost."""
    facts = granted(entry)
    connection.execute(
        insert(grants).values(
            terminal=entry.terminal,
            epoch=entry.epoch,
            number=facts.draw,
            member_id=entry.member,
            voucher=facts.voucher,
            points=facts.points or 1,
            given_at_ms=now_ms,
            taken_at_ms=now_ms,
        )
    )
    return _Take(entry.member, facts.points, is_news=True)


def _may_have_lost(connection: Connection, terminal: str, epoch: int) -> bool:
    """Whether the books may have lost a grant to a journal: they were put back since it was given,
    and not all of it was sent since, or tills were not heard.

    What the terminal sent of another journal says nothing of this one: a copy's machine may have
    been heard long before the machine that goes on here.
    """
    history = history_of(connection)
    if history.is_recovering:
        return True
    if epoch >= history.least_epoch:
        return False
    heard = connection.execute(_HEARD, {"of_terminal": terminal, "of_epoch": epoch}).scalar()
    return heard != history.history_id


_TOLD_HELD = select(holdings.c.member_id, TOLD_HELD.label("held")).where(
    holdings.c.terminal == bindparam("of_terminal"),
    holdings.c.epoch == bindparam("of_epoch"),
    holdings.c.member_id.in_(bindparam("members", expanding=True)),
)
_UNTAKEN = (
    select(grants.c.member_id, cast(func.sum(grants.c.points), BigInteger).label("points"))
    .where(
        grants.c.terminal == bindparam("of_terminal"),
        grants.c.epoch == bindparam("of_epoch"),
        grants.c.member_id.in_(bindparam("members", expanding=True)),
        grants.c.voucher == "",
        grants.c.taken_at_ms.is_(None),
    )
    .group_by(grants.c.member_id)
)
_TAKEN = (
    update(grants)
    .where(
        grants.c.terminal == bindparam("of_terminal"),
        grants.c.epoch == bindparam("of_epoch"),
        grants.c.number == bindparam("of_number"),
    )
    .values(taken_at_ms=bindparam("now_ms"), points=bindparam("given"))
)
_HEARD = select(journals.c.heard_history).where(
    journals.c.terminal == bindparam("of_terminal"), journals.c.epoch == bindparam("of_epoch")
)
