"""Working sets: which members the tills of a branch are told of.

A chain of a few shops tells every till everything. A big one tells each branch of its own members:
those it enrolled, those who ever bought there, those whose card it looked up. A card that is new to
a branch earns there at once; from then on its tills are told of that member like of any other.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, select, union, update

from loyalty.accounts import SEPARATOR, told_with
from sync_server.store.accounts import with_wallets
from sync_server.store.change_numbers import CHANGES_COUNTER
from sync_server.store.feed import BALANCE, MEMBER, NOTICE, SUMS, VOUCHER, Told, changes_after, tell
from sync_server.store.keyed import among, rows_of
from sync_server.store.marks import put_mark
from sync_server.store.settings import HISTORY_ID, SERVER_KEY, read_setting, write_setting
from sync_server.store.statements import inserting
from sync_server.store.tables import (
    branches,
    changes,
    counters,
    holdings,
    member_branches,
    members,
    notices,
    settings,
    standings,
    sums,
    terminals,
    vouchers,
)

WORKING_SETS = "working_sets"
"""Setting: what tills are told of."""

MAX_CHANGES_SCANNED = 50_000
"""Of one reply: a till whose branch is not concerned for long gets an answer in between."""

MEMBERS_AT_ONCE = 1_000


class WorkingSets(StrEnum):
    """Of which members a till is told."""

    ALL = "all"
    BRANCH = "branch"


class Page(msgspec.Struct, frozen=True):
    """Changes for a till, the number up to which they are all, and whether there are more."""

    told: Sequence[Told]
    reached: int
    more: bool


def working_sets(connection: Connection) -> WorkingSets:
    """How the chain has it; all members at every till unless it says otherwise."""
    return WorkingSets(read_setting(connection, WORKING_SETS, WorkingSets.ALL))


def branch_told(connection: Connection, terminal: str) -> str:
    """The branch whose members alone `terminal` is told of; empty when it is told of all."""
    rows = rows_of(connection, _BRANCH_TOLD, {"terminal": terminal})
    branch: str = rows[0][0] if rows else ""
    return branch


def changes_for(connection: Connection, cursor: int, limit: int, branch: str) -> Page:
    """At most `limit` changes after `cursor` that tills of `branch` are told; every till's when
    `branch` is empty.

    What is none of theirs is passed over, MAX_CHANGES_SCANNED at most, and the page reaches
    beyond it.
    """
    if not branch:
        rows = changes_after(connection, cursor, limit + 1)
        told = rows[:limit]
        return Page(told, told[-1].change_no if told else cursor, more=len(rows) > limit)
    asked = {"cursor": cursor, "passed_over": MAX_CHANGES_SCANNED - 1}
    ((end, last),) = rows_of(connection, _ENDS, asked)
    span = {"cursor": cursor, "last": end or last or cursor}
    named = rows_of(connection, _OF_BRANCH, {**span, "branch": branch, "most": limit + 1})
    rows = [Told(*row) for row in named]
    if len(rows) > limit:
        return Page(rows[:limit], rows[limit - 1].change_no, more=True)
    return Page(rows, end or max(last or 0, cursor), more=end is not None)


def note_branches(connection: Connection, terminal: str, named: Collection[str]) -> None:
    """Note that the members whose accounts are `named` were at the branch of `terminal`; in a
    writing transaction.

    Who is new to the branch is told whole to its tills, with balance, vouchers and notices, even
    where all of it was told to others long ago. Nothing happens while every till is told of all.
    """
    if not named:
        return
    branch = branch_told(connection, terminal)
    if branch:
        _note(connection, [(branch, told_with(account)) for account in named if account])


def note_homes(connection: Connection, homes: Mapping[str, str]) -> None:
    """Note the home branches of members, by member; in a writing transaction.

    A branch that the chain does not have is no home. Nothing happens while every till is told of
    all.
    """
    if homes and working_sets(connection) is WorkingSets.BRANCH:
        known = set(connection.execute(select(branches.c.branch)).scalars())
        _note(connection, [(home, member) for member, home in homes.items() if home in known])


def switch(connection: Connection, wanted: WorkingSets) -> bool:
    """Have tills told of `wanted` from now on; whether that is a change. In a writing transaction.

    Going over to branches, a branch begins with the members at home there and those who have
    points from its tills. Going back, all that is about members is put at the end of the feed:
    each till has missed another part of it.
    """
    if working_sets(connection) is wanted:
        return False
    write_setting(connection, WORKING_SETS, wanted)
    if wanted is WorkingSets.BRANCH:
        statement = inserting(connection, member_branches)
        connection.execute(
            statement.from_select(["branch", "member_id"], _FIRST_SETS).on_conflict_do_nothing()
        )
        rows = connection.execute(_OTHER_WALLETS).all()
        _note(connection, [(branch, told_with(account)) for branch, account in rows])
        _note(connection, [(branch, owner) for branch, owner in connection.execute(_FIRST_OWNERS)])
    else:
        _tell_all_again(connection)
    return True


def note_families(connection: Connection, joined: Collection[str]) -> None:
    """Note at each branch that is told of members who `joined` a family its owner as well; in a
    writing transaction."""
    rows = connection.execute(_BRANCHES_OF, {"members": list(joined)}).all()
    _note(connection, [(branch, member) for branch, member in rows])


def _note(connection: Connection, wanted: Iterable[tuple[str, str]]) -> None:
    """Note members at branches; with who is of a family goes its owner, whose account they have."""
    rows = iter(sorted(set(wanted)))
    while some := list(islice(rows, MEMBERS_AT_ONCE)):
        asked = {"members": sorted({member for _, member in some})}
        owners = dict(connection.execute(_OWNERS, asked).all())
        with_owners = ((branch, owners[member]) for branch, member in some if member in owners)
        batch = sorted({*some, *with_owners})
        named = sorted({member for _, member in batch})
        known = {tuple(row) for row in connection.execute(_KNOWN, {"members": named})}
        new = [row for row in batch if row not in known]
        if not new:
            continue
        connection.execute(
            inserting(connection, member_branches).on_conflict_do_nothing(),
            [{"branch": branch, "member_id": member} for branch, member in new],
        )
        _tell_whole(connection, sorted({member for _, member in new}))


def _tell_whole(connection: Connection, named: Sequence[str]) -> None:
    asked = {"members": named}
    tell(connection, MEMBER, connection.execute(_ENROLLED, asked).scalars().all())
    accounts = {"keys": with_wallets(connection, named)}
    tell(connection, BALANCE, connection.execute(_WITH_STANDING, accounts).scalars().all())
    tell(connection, SUMS, connection.execute(_WITH_SUMS, accounts).scalars().all())
    for topic, owned in ((VOUCHER, _VOUCHERS), (NOTICE, _NOTICES)):
        tell(connection, topic, dict(connection.execute(owned, asked).all()))


def _tell_all_again(connection: Connection) -> None:
    """Move each change that is about a member as far up as numbers were drawn: all of them come
    after every cursor, in the order they had."""
    last = connection.execute(_NUMBERS_TWICE).scalar_one() // 2
    if not last:
        return
    connection.execute(_MOVE_UP, {"last": last})
    put_mark(
        connection,
        2 * last,
        read_setting(connection, HISTORY_ID),
        read_setting(connection, SERVER_KEY),
    )


_BRANCH_TOLD = select(terminals.c.branch).where(
    terminals.c.terminal == bindparam("terminal"),
    select(settings.c.key)
    .where(settings.c.key == WORKING_SETS, settings.c.value == WorkingSets.BRANCH.value)
    .exists(),
)
_AFTER_CURSOR = changes.c.change_no > bindparam("cursor")
_ENDS = select(
    select(changes.c.change_no)
    .where(_AFTER_CURSOR)
    .order_by(changes.c.change_no)
    .limit(1)
    .offset(bindparam("passed_over"))
    .scalar_subquery(),
    select(func.max(changes.c.change_no)).scalar_subquery(),
)
"""Where a page must end at the latest, if there are so many changes; and where all of them do."""

_OF_BRANCH = (
    select(changes.c.topic, changes.c.key, changes.c.change_no)
    .where(_AFTER_CURSOR, changes.c.change_no <= bindparam("last"))
    .where(
        (changes.c.member_id == "")
        | select(member_branches.c.branch)
        .where(
            member_branches.c.branch == bindparam("branch"),
            member_branches.c.member_id == changes.c.member_id,
        )
        .exists()
    )
    .order_by(changes.c.change_no)
    .limit(bindparam("most"))
)
_NUMBERS_TWICE = (
    update(counters)
    .where(counters.c.name == CHANGES_COUNTER)
    .values(value=counters.c.value * 2)
    .returning(counters.c.value)
)
_MOVE_UP = (
    update(changes)
    .where(changes.c.member_id != "")
    .values(change_no=changes.c.change_no + bindparam("last"))
)
_members: Any = bindparam("members", expanding=True)
_KNOWN = select(member_branches.c.branch, member_branches.c.member_id).where(
    member_branches.c.member_id.in_(_members)
)
_ENROLLED = select(members.c.member_id).where(members.c.member_id.in_(_members))
_WITH_STANDING = select(standings.c.member_id).where(among(standings.c.member_id))
_WITH_SUMS = select(sums.c.member_id).where(among(sums.c.member_id)).distinct()
_VOUCHERS = select(vouchers.c.number, vouchers.c.member_id).where(
    vouchers.c.member_id.in_(_members)
)
_NOTICES = select(notices.c.notice_id, notices.c.member_id).where(
    notices.c.member_id.in_(_members), notices.c.printed_at_ms.is_(None)
)
_BRANCHES_OF = select(member_branches.c.branch, member_branches.c.member_id).where(
    member_branches.c.member_id.in_(_members)
)
_FIRST_OWNERS = (
    select(member_branches.c.branch, members.c.family)
    .join(members, members.c.member_id == member_branches.c.member_id)
    .where(members.c.family != "")
)
_OWNERS = select(members.c.member_id, members.c.family).where(
    members.c.member_id.in_(_members), members.c.family != ""
)
_FIRST_SETS = union(
    select(members.c.branch, members.c.member_id).join(
        branches, branches.c.branch == members.c.branch
    ),
    select(terminals.c.branch, holdings.c.member_id)
    .join(holdings, holdings.c.terminal == terminals.c.terminal)
    .where(~holdings.c.member_id.contains(SEPARATOR)),
)
_OTHER_WALLETS = (
    select(terminals.c.branch, holdings.c.member_id)
    .join(holdings, holdings.c.terminal == terminals.c.terminal)
    .where(holdings.c.member_id.contains(SEPARATOR))
)
