"""What a till is told: changes after its cursor, each as the thing stands now.

The order of numbers is the order of commits, so what a till was told up to is all there was. A
thing that changes while it is read is told again with its newer number.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from loyalty.baskets import tags_in
from loyalty.members import Member
from loyalty.wire import (
    MAX_CHANGES_A_FRAME,
    BalanceChange,
    Change,
    MemberChange,
    NoticeChange,
    ProductChange,
    ProgrammeChange,
    TerminalChange,
    VoucherChange,
)
from sync_server.store import feed
from sync_server.store.held import parts_in
from sync_server.store.keyed import among, rows_of
from sync_server.store.programmes import document_in_force, told_version
from sync_server.store.tables import (
    branches,
    journals,
    members,
    notices,
    products,
    standings,
    terminals,
    vouchers,
)
from sync_server.store.working_sets import changes_for
from sync_server.terminals.keys_told import told_keys
from sync_server.terminals.sum_book import told_sums


class Journal(msgspec.Struct, frozen=True):
    """Who is told: the journal of one till. Points of its own entries are not told to it.

    `branch` is empty when it is told of all members, else the branch whose working set it has.
    """

    terminal: str
    epoch: int
    branch: str = ""


class News(msgspec.Struct, frozen=True):
    """Changes in order, the cursor after them with its mark, and whether there is more.

    `from_start` says that they begin with the first change there is.
    """

    changes: tuple[Change, ...]
    cursor: int
    mark: str
    more: bool
    from_start: bool


def news_for(
    connection: Connection,
    journal: Journal,
    cursor: int,
    mark: str = "",
    limit: int = MAX_CHANGES_A_FRAME,
) -> News:
    """At most `limit` changes after `cursor`, as the till of `journal` is to be told them.

    A cursor whose `mark` is another comes from a life of this database that a restored backup
    does not know: the till is told everything anew.
    """
    if cursor and feed.mark_at(connection, cursor) != mark:
        cursor = 0
    page = changes_for(connection, cursor, limit, journal.branch)
    keys_of: dict[str, list[str]] = {}
    for one in page.told:
        keys_of.setdefault(one.topic, []).append(one.key)
    things = {topic: things_of(connection, topic, keys, journal) for topic, keys in keys_of.items()}
    if len(things) == 1:
        (of_topic,) = things.values()
        changes = [of_topic.get(one.key) for one in page.told]
    else:
        changes = [things[one.topic].get(one.key) for one in page.told]
    # Where nothing is told, the mark was looked up above.
    is_there = cursor > 0 and page.reached == cursor
    return News(
        changes=tuple([change for change in changes if change is not None]),
        cursor=page.reached,
        mark=mark if is_there else feed.mark_at(connection, page.reached) or "",
        more=page.more,
        from_start=cursor == 0,
    )


def things_of(
    connection: Connection, topic: str, keys: Sequence[str], journal: Journal
) -> Mapping[str, Change]:
    """The things `keys` of `topic` as they stand now and the till of `journal` is told them, by
    key; what is not there, or is of no topic that tills know, is left out."""
    reader = _READERS.get(topic)
    return dict(reader(connection, keys, journal)) if reader and keys else {}


_Found = Iterable[tuple[str, Change]]
_Reader = Callable[[Connection, Sequence[str], Journal], _Found]


def _members(connection: Connection, keys: Sequence[str], _journal: Journal) -> _Found:
    for row in connection.execute(_MEMBERS, {"keys": keys}).all():
        yield row[0], MemberChange(Member(**dict(zip(_FACTS, row, strict=True))))


def _balances(connection: Connection, keys: Sequence[str], journal: Journal) -> _Found:
    parts = parts_in(connection, keys, journal.terminal, journal.epoch)
    told = []
    for member, points, earned, clawed_back, redeemed, pool in rows_of(
        connection, _BALANCES, {"keys": keys}
    ):
        own = parts.own.get(member, _NOTHING_OWN)
        change = BalanceChange(
            member,
            points - own[0],
            earned - own[1],
            clawed_back - own[2],
            redeemed - own[3],
            pool,
            parts.holders.get(member, ()),
        )
        told.append((member, change))
    return told


def _sums(connection: Connection, keys: Sequence[str], journal: Journal) -> _Found:
    return told_sums(connection, keys, journal.terminal, journal.epoch)


def _vouchers(connection: Connection, keys: Sequence[str], _journal: Journal) -> _Found:
    for row in connection.execute(_VOUCHERS, {"keys": keys}):
        held_by = f"{row.held_terminal}.{row.held_epoch}" if row.held_terminal else ""
        yield row.number, VoucherChange(*row[:6], held_by)


def _notices(connection: Connection, keys: Sequence[str], _journal: Journal) -> _Found:
    for row in connection.execute(_NOTICES, {"keys": keys}):
        texts: dict[str, str] = row.texts if row.printed_at_ms is None else {}
        yield row.notice_id, NoticeChange(row.notice_id, row.member_id, texts)


def _terminals(connection: Connection, keys: Sequence[str], _journal: Journal) -> _Found:
    keys_of: dict[tuple[Any, ...], dict[int, bytes]] = {}
    for *place, epoch, public_key in rows_of(connection, _TERMINALS, {"keys": keys}):
        keys_of.setdefault(tuple(place), {})[epoch] = public_key
    for (terminal, branch, name), public_keys in keys_of.items():
        told = told_keys(connection, terminal, public_keys)
        yield terminal, TerminalChange(terminal, branch, told, name)


def _products(connection: Connection, keys: Sequence[str], _journal: Journal) -> _Found:
    for row in connection.execute(_PRODUCTS, {"keys": keys}):
        yield (
            row.code,
            ProductChange(
                row.code, row.description, row.price_minor, row.category, tags_in(row.tags)
            ),
        )


def _programme(connection: Connection, keys: Sequence[str], _journal: Journal) -> _Found:
    """Versions, each under its label; what is in force is for tills that know of no versions."""
    for key in keys:
        if key == feed.PROGRAMME_IN_FORCE:
            document = document_in_force(connection)
            if document:
                yield key, ProgrammeChange(document)
        else:
            yield key, told_version(connection, key)


_READERS: Mapping[str, _Reader] = {
    feed.MEMBER: _members,
    feed.BALANCE: _balances,
    feed.SUMS: _sums,
    feed.VOUCHER: _vouchers,
    feed.NOTICE: _notices,
    feed.TERMINAL: _terminals,
    feed.PRODUCT: _products,
    feed.PROGRAMME: _programme,
}

_FACTS = tuple(members.c.keys())
_MEMBERS = select(members).where(among(members.c.member_id))
_NOTHING_OWN = (0, 0, 0, 0)
_BALANCES = select(
    standings.c.member_id,
    standings.c.points,
    standings.c.earned,
    standings.c.clawed_back,
    standings.c.redeemed,
    standings.c.pool,
).where(among(standings.c.member_id))
_VOUCHERS = select(
    vouchers.c.number,
    vouchers.c.member_id,
    vouchers.c.amount_minor,
    vouchers.c.currency,
    vouchers.c.expires_at_ms,
    vouchers.c.state,
    vouchers.c.held_terminal,
    vouchers.c.held_epoch,
).where(among(vouchers.c.number), vouchers.c.amount_minor > 0)
_NOTICES = select(
    notices.c.notice_id, notices.c.member_id, notices.c.texts, notices.c.printed_at_ms
).where(among(notices.c.notice_id))
_TERMINALS = (
    select(
        terminals.c.terminal,
        terminals.c.branch,
        branches.c.name,
        journals.c.epoch,
        journals.c.public_key,
    )
    .join(journals, journals.c.terminal == terminals.c.terminal)
    .join(branches, branches.c.branch == terminals.c.branch)
    .where(among(terminals.c.terminal))
)
_PRODUCTS = select(products).where(among(products.c.code))
