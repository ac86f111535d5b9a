"""Who holds the rights to what: each journal's part of a member's points, and how long it lasts.

A till may spend what it holds until its lease is over: so many days after head office last heard
it. A journal that another one followed gets no longer lease, whoever still writes in it.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, bindparam, func, select

from loyalty.wire import MAX_HOLDERS_TOLD, Holder
from sync_server.store.keyed import among, rows_of
from sync_server.store.tables import holdings, journals, recalls, standings, terminals

DAY_MS = 86_400_000

TOLD_HELD = holdings.c.points + holdings.c.granted - holdings.c.released
"""What the till of a journal believes to hold, as far as its entries have arrived."""

HELD = TOLD_HELD - holdings.c.reclaimed
"""What it holds by head office's books: less what was taken back without its word."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """The rights of one journal to one member's points, and what bears on getting them back.

    `followed_at_ms` is when the terminal was given a later journal, `recalled` how many of the
    points were asked back already. `held` is below zero for a debt.
    """

    member_id: str
    terminal: str
    epoch: int
    branch: str
    held: int
    reclaimed: int
    recalled: int
    last_contact_ms: int | None
    revoked_at_ms: int | None
    followed_at_ms: int | None

    @property
    def lease_from_ms(self) -> int:
        """When its till was given its lease."""
        return lease_from_ms(self.last_contact_ms, self.followed_at_ms)

    def lease_until_ms(self, days: int) -> int:
        """When its till may no longer spend them, where rights last for `days`."""
        return self.lease_from_ms + days * DAY_MS


def lease_from_ms(last_contact_ms: int | None, followed_at_ms: int | None) -> int:
    """When a journal was last given a lease: at its terminal's last contact before the next one."""
    heard_at_ms = last_contact_ms or 0
    return heard_at_ms if followed_at_ms is None else min(heard_at_ms, followed_at_ms)


def held_of(connection: Connection, members: Collection[str]) -> Sequence[Held]:
    """Every journal's part in the points of `members`, by member, the largest first."""
    rows = connection.execute(_HELD_OF, {"members": sorted(members)}).mappings()
    return [Held(**row) for row in rows]


def pools_of(connection: Connection, members: Collection[str]) -> dict[str, int]:
    """The points of each of `members` whose rights lie at head office; unknown ones are left out.

    In a writing transaction: the rows stay locked to its end, taken in the order of members, and
    with them all that bears on these members' rights.
    """
    rows = connection.execute(_POOLS_OF, {"members": sorted(members)})
    return {row.member_id: row.pool for row in rows}


class Parts(msgspec.Struct, frozen=True):
    """Who has which part in members' points, as the till of one journal is told of it.

    `holders` are for each member the terminals that hold rights outside of that journal, the
    largest first, at most MAX_HOLDERS_TOLD; who is held by none is left out. `own` is what came of
    that journal's own entries: points, earned, clawed back, redeemed.
    """

    holders: Mapping[str, tuple[Holder, ...]]
    own: Mapping[str, Sequence[int]]


def parts_in(connection: Connection, members: Collection[str], terminal: str, epoch: int) -> Parts:
    """The parts in the points of `members`, for the till that writes `epoch` of `terminal`."""
    found: dict[str, dict[str, int]] = {}
    own: dict[str, Sequence[int]] = {}
    # Sifted and added up here: either database takes several times longer over so many keys, and
    # PostgreSQL goes on joining as was best when there were few.
    for member, name, of_epoch, held, *sums in rows_of(connection, _PARTS, {"members": members}):
        if name == terminal and of_epoch == epoch:
            own[member] = sums
        elif held > 0:
            of_member = found.get(member)
            if of_member is None:
                found[member] = {name: held}
            else:
                of_member[name] = of_member.get(name, 0) + held
    return Parts({member: _largest(held) for member, held in found.items()}, own)


def _largest(held: Mapping[str, int]) -> tuple[Holder, ...]:
    if len(held) == 1:
        ((only, points),) = held.items()
        return (Holder(only, points),)
    ordered = sorted((-points, name) for name, points in held.items())[:MAX_HOLDERS_TOLD]
    return tuple(Holder(name, -points) for points, name in ordered)


FOLLOWED_AT = (
    select(func.min(journals.c.started_at_ms))
    .where(journals.c.terminal == holdings.c.terminal, journals.c.epoch > holdings.c.epoch)
    .scalar_subquery()
)
_members: Any = bindparam("members", expanding=True)
_HELD_OF = (
    select(
        holdings.c.member_id,
        holdings.c.terminal,
        holdings.c.epoch,
        func.coalesce(terminals.c.branch, "").label("branch"),
        HELD.label("held"),
        holdings.c.reclaimed,
        func.coalesce(recalls.c.points, 0).label("recalled"),
        terminals.c.last_contact_ms,
        terminals.c.revoked_at_ms,
        FOLLOWED_AT.label("followed_at_ms"),
    )
    .select_from(
        holdings.outerjoin(terminals, terminals.c.terminal == holdings.c.terminal).outerjoin(
            recalls,
            and_(
                recalls.c.terminal == holdings.c.terminal,
                recalls.c.epoch == holdings.c.epoch,
                recalls.c.member_id == holdings.c.member_id,
                recalls.c.voucher == "",
            ),
        )
    )
    .where(holdings.c.member_id.in_(_members))
    .order_by(holdings.c.member_id, HELD.desc(), holdings.c.terminal, holdings.c.epoch)
)
_POOLS_OF = (
    select(standings.c.member_id, standings.c.pool)
    .where(standings.c.member_id.in_(_members))
    .order_by(standings.c.member_id)
    .with_for_update()
)
_PARTS = select(
    holdings.c.member_id,
    holdings.c.terminal,
    holdings.c.epoch,
    HELD.label("held"),
    holdings.c.points,
    holdings.c.earned,
    holdings.c.clawed_back,
    holdings.c.redeemed,
).where(among(holdings.c.member_id, "members"))
