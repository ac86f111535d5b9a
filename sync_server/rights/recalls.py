"""Rights asked back: who is asked, what a till is told of it, and when it is settled.

What was taken back from a silent till without its word is asked back as well, so that the till
learns of it: its row stays until the till has released it, or has shown that it spent it.
"""

from collections.abc import Collection, Mapping, Sequence

import msgspec
from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    not_,
    or_,
    select,
    update,
)

from loyalty.vouchers import REDEEMED
from loyalty.wire import MAX_RECALLS_A_FRAME, Recall
from sync_server.store.feed import VOUCHER
from sync_server.store.held import HELD, TOLD_HELD, Held, pools_of
from sync_server.store.statements import inserting
from sync_server.store.tables import changes, holdings, recalls, standings, vouchers

HEARD_WITHIN_MS = 2 * 60_000
"""A till that is in touch is asked before one that is not: it syncs every few seconds."""


class Asked(msgspec.Struct, frozen=True):
    """A recall as its till is told. An overdue one is of rights that it holds no longer."""

    told: Recall
    is_overdue: bool


def recalls_for(
    connection: Connection, terminal: str, epoch: int, cursor: int
) -> tuple[Asked, ...]:
    """What is asked back of a journal whose till was told up to change `cursor`, the overdue first;
    at most MAX_RECALLS_A_FRAME.

    A voucher that it knows to be spent is asked of it no more: there is nothing to give back.
    """
    journal = {"of_terminal": terminal, "of_epoch": epoch, "told_to": cursor}
    rows = connection.execute(_RECALLS_FOR, journal)
    return tuple(
        Asked(Recall(row.member_id, row.points, row.voucher), row.is_overdue) for row in rows
    )


def ask_back(
    connection: Connection, asker: str, holders: Sequence[Held], missing: int, now_ms: int
) -> bool:
    """Ask `holders` for the `missing` points of a member; gives whether anyone holds some.

    Those in touch first, each time the largest; no more than is missing, counting what they were
    asked before.
    """
    wanted: list[tuple[Held, int]] = []
    alive = [one for one in holders if one.held > 0 and one.revoked_at_ms is None]
    for one in sorted(alive, key=lambda held: (_is_quiet(held, now_ms), -held.held)):
        if missing <= 0:
            break
        points = min(one.held, missing)
        missing -= points
        wanted.append((one, points))
    for one, points in wanted:
        if points > one.recalled:
            ask(connection, one.terminal, one.epoch, one.member_id, points, asker, now_ms)
    return bool(alive)


def ask(
    connection: Connection,
    terminal: str,
    epoch: int,
    member_id: str,
    points: int,
    asker: str,
    now_ms: int,
    voucher: str = "",
) -> None:
    """Write down that a journal is asked for so many points of a member, or for a voucher."""
    statement = inserting(connection, recalls).values(
        terminal=terminal,
        epoch=epoch,
        member_id=member_id,
        voucher=voucher,
        points=points,
        asked_by=asker,
        asked_at_ms=now_ms,
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(recalls.primary_key), set_={"points": statement.excluded.points}
        )
    )


def settle(
    connection: Connection,
    terminal: str,
    epoch: int,
    members: Collection[str],
    released: Mapping[str, int],
) -> frozenset[str]:
    """Bring the recalls of a journal in line after entries of `members` were posted.

    What a reclaim took too much, because the till had spent or has now released it, comes back
    out of the pool as far as that has it. Gives the members whose pool moved.
    """
    journal = {"of_terminal": terminal, "of_epoch": epoch}
    if not connection.execute(_ANY_OF_JOURNAL, journal).first():
        return frozenset()
    rows = connection.execute(_OPEN_OF, {**journal, "members": sorted(members)}).all()
    pools = pools_of(connection, [row.member_id for row in rows if row.reclaimed])
    moved = set()
    for row in rows:
        one = {**journal, "of_member": row.member_id}
        freed = released.get(row.member_id, 0)
        back = max(min(row.reclaimed, max(-row.held, freed), pools.get(row.member_id, 0)), 0)
        if back:
            connection.execute(_TAKE_BACK, {**one, "back": back})
            connection.execute(_FROM_POOL, {"of_member": row.member_id, "back": back})
            moved.add(row.member_id)
        reclaimed = row.reclaimed - back
        points = max(row.points - freed if row.told_held > 0 else 0, reclaimed)
        if points > 0:
            connection.execute(_LOWER, {**one, "left": points})
        else:
            connection.execute(_DROP, one)
    return frozenset(moved)


def drop_spent(connection: Connection, terminal: str, epoch: int, cursor: int) -> None:
    """Forget that a journal was asked for vouchers that its till, told up to change `cursor`, knows
    to be spent."""
    connection.execute(_DROP_SPENT, {"of_terminal": terminal, "of_epoch": epoch, "told_to": cursor})


def drop_voucher(
    connection: Connection, terminal: str, epoch: int, numbers: Collection[str]
) -> None:
    """Forget that a journal was asked for the vouchers `numbers`: it has no right to them."""
    connection.execute(
        _DROP_VOUCHERS, {"of_terminal": terminal, "of_epoch": epoch, "numbers": sorted(numbers)}
    )


def _is_quiet(one: Held, now_ms: int) -> bool:
    """Whether its till may not answer soon, or ever: a journal that another followed."""
    return one.followed_at_ms is not None or now_ms - (one.last_contact_ms or 0) > HEARD_WITHIN_MS


_OF_JOURNAL = (recalls.c.terminal == bindparam("of_terminal")) & (
    recalls.c.epoch == bindparam("of_epoch")
)
_IS_OF_POINTS = recalls.c.voucher == ""
_WITH_HOLDING = recalls.join(
    holdings,
    and_(
        holdings.c.member_id == recalls.c.member_id,
        holdings.c.terminal == recalls.c.terminal,
        holdings.c.epoch == recalls.c.epoch,
    ),
    isouter=True,
)
_LIES_HERE = and_(
    vouchers.c.held_terminal == recalls.c.terminal, vouchers.c.held_epoch == recalls.c.epoch
)
_IS_KNOWN_TO_BE_SPENT = (
    exists()
    .where(vouchers.c.number == recalls.c.voucher, vouchers.c.state == REDEEMED)
    .where(changes.c.topic == VOUCHER, changes.c.key == recalls.c.voucher)
    .where(changes.c.change_no <= bindparam("told_to"))
    .correlate(recalls)
)
_IS_OVERDUE = case(
    (_IS_OF_POINTS, holdings.c.reclaimed > 0), else_=func.coalesce(_LIES_HERE, False).is_(False)
)
_RECALLS_FOR = (
    select(
        recalls.c.member_id,
        case(
            (_IS_OF_POINTS & (recalls.c.points > TOLD_HELD), TOLD_HELD), else_=recalls.c.points
        ).label("points"),
        recalls.c.voucher,
        _IS_OVERDUE.label("is_overdue"),
    )
    .select_from(_WITH_HOLDING.outerjoin(vouchers, vouchers.c.number == recalls.c.voucher))
    .where(
        _OF_JOURNAL,
        or_(and_(recalls.c.voucher != "", not_(_IS_KNOWN_TO_BE_SPENT)), TOLD_HELD > 0),
    )
    .order_by(_IS_OVERDUE.desc(), recalls.c.member_id, recalls.c.voucher)
    .limit(MAX_RECALLS_A_FRAME)
)
_ANY_OF_JOURNAL = select(recalls.c.member_id).where(_OF_JOURNAL).limit(1)
_OPEN_OF = (
    select(
        recalls.c.member_id,
        recalls.c.points,
        func.coalesce(HELD, 0).label("held"),
        func.coalesce(TOLD_HELD, 0).label("told_held"),
        func.coalesce(holdings.c.reclaimed, 0).label("reclaimed"),
    )
    .select_from(_WITH_HOLDING)
    .where(
        _OF_JOURNAL, _IS_OF_POINTS, recalls.c.member_id.in_(bindparam("members", expanding=True))
    )
    .order_by(recalls.c.member_id)
)
_OF_MEMBER = _OF_JOURNAL & _IS_OF_POINTS & (recalls.c.member_id == bindparam("of_member"))
_LOWER = update(recalls).where(_OF_MEMBER).values(points=bindparam("left"))
_DROP = delete(recalls).where(_OF_MEMBER)
_DROP_VOUCHERS = delete(recalls).where(
    _OF_JOURNAL, recalls.c.voucher.in_(bindparam("numbers", expanding=True))
)
_DROP_SPENT = delete(recalls).where(_OF_JOURNAL, _IS_KNOWN_TO_BE_SPENT)
_TAKE_BACK = (
    update(holdings)
    .where(
        holdings.c.terminal == bindparam("of_terminal"),
        holdings.c.epoch == bindparam("of_epoch"),
        holdings.c.member_id == bindparam("of_member"),
    )
    .values(reclaimed=holdings.c.reclaimed - bindparam("back"))
)
_FROM_POOL = (
    update(standings)
    .where(standings.c.member_id == bindparam("of_member"), standings.c.pool >= bindparam("back"))
    .values(pool=standings.c.pool - bindparam("back"))
)
