"""Who holds what of a member's points, until when, and what was asked back."""

import msgspec
from sqlalchemy import Connection, and_, bindparam, func, or_, select

from loyalty.vouchers import ISSUED
from sync_server.store.held import HELD, held_of
from sync_server.store.tables import (
    holdings,
    members,
    recalls,
    standings,
    vouchers,
)
from sync_server.store.terms import offline_terms


class HolderNow(msgspec.Struct, frozen=True, kw_only=True):
    """A journal that holds rights, or has a debt (`points` below zero).

    `asked_back` are points of a recall that is open; `taken_back` ones that were taken without
    the till's word and that it has not given up yet. `is_followed` says that its terminal has a
    later journal.
    """

    terminal: str
    epoch: int
    branch: str
    points: int
    asked_back: int
    taken_back: int
    lease_until_ms: int
    is_revoked: bool
    is_followed: bool


class VoucherHolder(msgspec.Struct, frozen=True):
    """A voucher that is open, and the journal that may take it offline; none is head office."""

    number: str
    terminal: str
    epoch: int
    is_asked_back: bool


class MemberRights(msgspec.Struct, frozen=True, kw_only=True):
    """Where the rights to a member's points and vouchers lie; `pool` is at head office."""

    member_id: str
    points: int
    pool: int
    holders: tuple[HolderNow, ...]
    vouchers: tuple[VoucherHolder, ...]


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """The chain's points by where their rights lie; `debts` are spent or returned beyond them."""

    points: int
    pool: int
    held: int
    debts: int
    taken_back: int


def find_member(connection: Connection, named: str) -> str | None:
    """The member whom `named` names, by number or card; None when head office knows neither."""
    found = connection.execute(_FOUND, {"named": named}).scalar()
    return found or connection.execute(_STANDS, {"named": named}).scalar()


def member_rights(connection: Connection, member_id: str) -> MemberRights:
    """Who holds what of a member; of one without points, nobody holds anything."""
    standing = connection.execute(_STANDING, {"named": member_id}).first()
    days = offline_terms(connection).days
    return MemberRights(
        member_id=member_id,
        points=standing.points if standing else 0,
        pool=standing.pool if standing else 0,
        holders=tuple(
            HolderNow(
                terminal=one.terminal,
                epoch=one.epoch,
                branch=one.branch,
                points=one.held,
                asked_back=one.recalled,
                taken_back=one.reclaimed,
                lease_until_ms=one.lease_until_ms(days),
                is_revoked=one.revoked_at_ms is not None,
                is_followed=one.followed_at_ms is not None,
            )
            for one in held_of(connection, [member_id])
            if one.held or one.reclaimed or one.recalled
        ),
        vouchers=tuple(
            VoucherHolder(row.number, row.terminal or "", row.epoch, row.asked is not None)
            for row in connection.execute(_VOUCHERS, {"named": member_id})
        ),
    )


def exposure(connection: Connection) -> Exposure:
    """Where the rights to all points of the chain lie."""
    standing = connection.execute(_TOTALS).one()
    held = connection.execute(_HELD).one()
    return Exposure(
        points=int(standing.points or 0),
        pool=int(standing.pool or 0),
        held=int(held.held or 0),
        debts=-int(held.debts or 0),
        taken_back=int(held.reclaimed or 0),
    )


def held_by_terminal(connection: Connection) -> dict[str, int]:
    """The points that each terminal holds the rights to, over all its journals."""
    return {row.terminal: int(row.held) for row in connection.execute(_BY_TERMINAL)}


_FOUND = select(members.c.member_id).where(
    or_(members.c.member_id == bindparam("named"), members.c.card == bindparam("named"))
)
_STANDS = select(standings.c.member_id).where(standings.c.member_id == bindparam("named"))
_STANDING = select(standings.c.points, standings.c.pool).where(
    standings.c.member_id == bindparam("named")
)
_TOTALS = select(
    func.sum(standings.c.points).label("points"), func.sum(standings.c.pool).label("pool")
)
_HELD = select(
    func.sum(HELD).filter(HELD > 0).label("held"),
    func.sum(HELD).filter(HELD < 0).label("debts"),
    func.sum(holdings.c.reclaimed).label("reclaimed"),
)
_BY_TERMINAL = (
    select(holdings.c.terminal, func.sum(HELD).label("held"))
    .where(HELD > 0)
    .group_by(holdings.c.terminal)
)
_VOUCHERS = (
    select(
        vouchers.c.number,
        vouchers.c.held_terminal.label("terminal"),
        vouchers.c.held_epoch.label("epoch"),
        recalls.c.asked_at_ms.label("asked"),
    )
    .outerjoin(
        recalls,
        and_(
            recalls.c.terminal == vouchers.c.held_terminal,
            recalls.c.epoch == vouchers.c.held_epoch,
            recalls.c.member_id == vouchers.c.member_id,
            recalls.c.voucher == vouchers.c.number,
        ),
    )
    .where(vouchers.c.member_id == bindparam("named"), vouchers.c.state == ISSUED)
    .order_by(vouchers.c.number)
)
