"""Sales that went by a standing which the books contradict: the till thought silver, they say gold.

A till sells by what it knows of a member. What other tills had sold before, and it was not told in
time, may have made another tier, another discount, or used up a limit. The promise stands: it is
listed, with what it would have been, and nothing is corrected. The books are asked as the sale
arrives, and again of later sales of other journals when one from before them arrives after them.
"""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, bindparam, or_, select

from loyalty.clock import from_epoch_ms
from loyalty.journal import EARN, Entry, decode_entry
from loyalty.programme.awards import award
from loyalty.programme.consulted import consulted
from loyalty.programme.document import Programme
from loyalty.programme.occasions import Standing
from loyalty.programme.sale_facts import MAX_FIGURE
from loyalty.programme.standing import standing_of
from loyalty.sums import added, sums_in
from sync_server.store.cases import STALE_STANDING, Case
from sync_server.store.lines import facts_of
from sync_server.store.sums import sums_of
from sync_server.store.tables import entries
from sync_server.terminals.promises import Promises

MAX_LATER_ENTRIES = 1_000
"""Of a member with more sales after this one than that, nobody can say any more what was known."""


MAX_ASKED_AGAIN = 1_000
"""Later sales that are asked about again for one frame with sales from before them, the earliest
first; those beyond them are not."""


class _Went(msgspec.Struct, frozen=True):
    """What a sale gave by one standing."""

    points: int
    discount_minor: int


def stale_standings(
    connection: Connection, arrived: Sequence[Entry], promises: Promises, zone: ZoneInfo
) -> list[Case]:
    """A case for each member, and each standing that a till took them for, whom the `arrived` sales
    of one journal gave something else than the books would have; asked before their sums are
    counted in. A programme that asks for nothing of a member's past has no standing to be stale.
    """
    asked = {
        entry.seq: programme
        for entry in arrived
        if entry.kind == EARN
        and entry.member
        and (programme := promises.programme(connection, entry.programme)) is not None
        and consulted(programme).has_sums
    }
    if not asked:
        return []
    known = sums_of(connection, {entry.member for entry in arrived if entry.seq in asked})
    found = []
    for entry in arrived:
        before = known.get(entry.member, {})
        if entry.seq in asked:
            case = _stale(connection, entry, asked[entry.seq], before, zone)
            found += [case] if case else []
        if more := sums_in(entry):
            known[entry.member] = added(before, more)
    first_ms: dict[str, int] = {}
    for entry in arrived:
        if entry.seq in asked:
            earlier_ms = first_ms.get(entry.member, MAX_FIGURE)
            first_ms[entry.member] = min(earlier_ms, entry.occurred_at_ms)
    journal = (arrived[0].terminal, arrived[0].epoch)
    for entry in _later_sales(connection, journal, first_ms):
        programme = promises.programme(connection, entry.programme)
        if programme is not None and consulted(programme).has_sums:
            case = _asked_again(connection, entry, programme, known.get(entry.member, {}), zone)
            found += [case] if case else []
    return found


def _later_sales(
    connection: Connection, journal: tuple[str, int], first_ms: Mapping[str, int]
) -> list[Entry]:
    """Sales in other journals to the members of `first_ms`, each from after the moment there."""
    terminal, epoch = journal
    asked = {
        "members": sorted(first_ms),
        "after_ms": min(first_ms.values()),
        "of_terminal": terminal,
        "of_epoch": epoch,
    }
    sales = [decode_entry(row.body) for row in connection.execute(_LATER_SALES, asked)]
    return [entry for entry in sales if entry.occurred_at_ms > first_ms[entry.member]]


def _asked_again(
    connection: Connection,
    entry: Entry,
    programme: Programme,
    known: Mapping[str, int],
    zone: ZoneInfo,
) -> Case | None:
    """The case of a sale that arrived before one from before it. `known` is all that is counted of
    the member now, with what its own journal counted from it on."""
    asked = {
        "of_member": entry.member,
        "of_terminal": entry.terminal,
        "of_epoch": entry.epoch,
        "from_seq": entry.seq,
    }
    rows = connection.execute(_OWN_SINCE, asked).all()
    if len(rows) > MAX_LATER_ENTRIES:
        return None
    own = added(*(sums_in(decode_entry(row.body)) for row in rows))
    before = added(known, {key: -value for key, value in own.items()})
    return _stale(connection, entry, programme, before, zone)


def _stale(
    connection: Connection,
    entry: Entry,
    programme: Programme,
    known: Mapping[str, int],
    zone: ZoneInfo,
) -> Case | None:
    facts = facts_of(entry, zone)
    if facts is None:
        return None
    at = from_epoch_ms(entry.occurred_at_ms).astimezone(zone)
    went = _Went(entry.points, facts.discount_minor)

    def by_books(sums: Mapping[str, int]) -> tuple[Standing, _Went]:
        # Birthday and segments are no sums: the till's word for them is taken.
        books = replace(
            standing_of(programme, None, sums, at),
            birthday=facts.standing.birthday,
            segments=facts.standing.segments,
        )
        given = award(programme, facts.occasion, books)
        return books, _Went(given.points, given.discount_minor)

    books, due = by_books(known)
    if due == went:
        return None
    later = _later_sums(connection, entry)
    if later is None:
        return None
    books, due = by_books(added(known, {key: -value for key, value in later.items()}))
    return None if due == went else _case(entry, facts.standing, books, went, due)


def _later_sums(connection: Connection, entry: Entry) -> dict[str, int] | None:
    """What other journals counted of the member for sales after `entry`, which its till could not
    know; None when they are too many to look at."""
    asked = {
        "of_member": entry.member,
        "after_ms": entry.occurred_at_ms,
        "of_terminal": entry.terminal,
        "of_epoch": entry.epoch,
    }
    rows = connection.execute(_LATER, asked).all()
    if len(rows) > MAX_LATER_ENTRIES:
        return None
    return added(*(sums_in(decode_entry(row.body)) for row in rows))


def _case(entry: Entry, till: Standing, books: Standing, went: _Went, due: _Went) -> Case:
    said = f"the till gave {went.points} points"
    computed = f"by the books it were {due.points}"
    if went.discount_minor or due.discount_minor:
        said += f" and {went.discount_minor} off"
        computed += f" and {due.discount_minor} off"
    return Case(
        case_id=(
            f"{STALE_STANDING}:{entry.terminal}:{entry.member}:{entry.programme}:"
            f"{till.tier}:{books.tier}"
        ),
        kind=STALE_STANDING,
        terminal=entry.terminal,
        epoch=entry.epoch,
        seq=entry.seq,
        member_id=entry.member,
        detail=f"Receipt {entry.receipt}: {said} {_tier(till)}, {computed} {_tier(books)}.",
    )


def _tier(standing: Standing) -> str:
    return f"by tier {standing.tier}" if standing.tier else "by no tier"


_LATER = (
    select(entries.c.body)
    .where(
        entries.c.member == bindparam("of_member"),
        entries.c.occurred_at_ms > bindparam("after_ms"),
        or_(
            entries.c.terminal != bindparam("of_terminal"), entries.c.epoch != bindparam("of_epoch")
        ),
    )
    .limit(MAX_LATER_ENTRIES + 1)
)
_LATER_SALES = (
    select(entries.c.body)
    .where(
        entries.c.member.in_(bindparam("members", expanding=True)),
        entries.c.kind == EARN,
        entries.c.occurred_at_ms > bindparam("after_ms"),
        or_(
            entries.c.terminal != bindparam("of_terminal"), entries.c.epoch != bindparam("of_epoch")
        ),
    )
    .order_by(entries.c.occurred_at_ms, entries.c.terminal, entries.c.epoch, entries.c.seq)
    .limit(MAX_ASKED_AGAIN)
)
_OWN_SINCE = (
    select(entries.c.body)
    .where(
        entries.c.member == bindparam("of_member"),
        entries.c.terminal == bindparam("of_terminal"),
        entries.c.epoch == bindparam("of_epoch"),
        entries.c.seq >= bindparam("from_seq"),
    )
    .limit(MAX_LATER_ENTRIES + 1)
)
