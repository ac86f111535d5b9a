"""Grants as they are written down: found again, added, withdrawn.

A grant that its till has not taken may be withdrawn: it stays written down as nothing given, and
is what the till hears should it ask again. Does its entry turn up after all, the till had taken
it: then it counts as taken back without its word, and the till is asked for it.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from loyalty.wire import Draw, SyncRequest
from sync_server.store.tables import grants, holdings, standings

MAX_DRAW = 2**62
"""The largest number of a draw: either database has room for it."""

NOBODY = ""
"""Whose row it is that says up to where a journal's draws were answered."""


class Written(msgspec.Struct, frozen=True):
    """A grant of a journal as it is written down."""

    number: int
    member_id: str
    voucher: str
    points: int
    taken_at_ms: int | None


def find_grants(
    connection: Connection, terminal: str, epoch: int, numbers: Sequence[int]
) -> dict[int, Written]:
    """The grants of a journal under `numbers`, by number."""
    if not numbers:
        return {}
    rows = connection.execute(
        _OF_NUMBERS, {"of_terminal": terminal, "of_epoch": epoch, "numbers": sorted(numbers)}
    )
    return {row.number: Written(*row) for row in rows}


def write_grant(
    connection: Connection, request: SyncRequest, draw: Draw, points: int, now_ms: int
) -> None:
    """Write down what a draw was given: so many points, or 1 for its voucher."""
    connection.execute(
        insert(grants).values(
            terminal=request.terminal,
            epoch=request.epoch,
            number=draw.number,
            member_id=draw.member_id,
            voucher=draw.voucher,
            points=points,
            given_at_ms=now_ms,
        )
    )


def answers_before(
    connection: Connection, terminal: str, epoch: int, draws: Sequence[Draw]
) -> dict[int, int]:
    """What `draws` of a journal were given that were answered before; others are left out.

    A till sends all its open draws each time, so the answer to one is the answer to all below it:
    those without a grant were given nothing. It stays so: the till may have closed them. One that
    asks for something else under the number of a grant is another's, and is given nothing.
    """
    journal = {"of_terminal": terminal, "of_epoch": epoch}
    last_empty = connection.execute(_LAST_EMPTY, journal).scalar() or 0
    given = {draw.number: 0 for draw in draws if draw.number <= last_empty}
    found = find_grants(connection, terminal, epoch, [draw.number for draw in draws])
    for draw in draws:
        grant = found.get(draw.number)
        if grant is not None:
            given[draw.number] = grant.points if _is_of(grant, draw) else 0
    return given


def last_answered(connection: Connection, terminal: str, epoch: int) -> int:
    """The last number of a draw of the journal that was answered."""
    journal = {"of_terminal": terminal, "of_epoch": epoch}
    return connection.execute(_LAST_ANSWERED, journal).scalar() or 0


def _is_of(grant: Written, draw: Draw) -> bool:
    """Whether a grant answers `draw`: of its voucher, or of points of its member."""
    if grant.voucher or draw.voucher:
        return grant.voucher == draw.voucher
    return grant.member_id == draw.member_id


def note_empty(connection: Connection, terminal: str, epoch: int, number: int, now_ms: int) -> None:
    """Note that draws of a journal up to `number` were answered, the last one with nothing.

    One row a journal says so, without a member, however often a till asks in vain.
    """
    journal = {"of_terminal": terminal, "of_epoch": epoch}
    last = connection.execute(_LAST_EMPTY, journal).scalar() or 0
    if number > last:
        connection.execute(_DROP_EMPTY, journal)
        connection.execute(
            insert(grants).values(
                terminal=terminal,
                epoch=epoch,
                number=number,
                member_id=NOBODY,
                points=0,
                given_at_ms=now_ms,
            )
        )


def withdraw_points(
    connection: Connection, terminal: str, epoch: int, member_id: str, numbers: Sequence[int] = ()
) -> int:
    """Take back grants of points that their till has not taken; gives how many points.

    Those under `numbers`, or all of the member's.
    """
    journal = {"of_terminal": terminal, "of_epoch": epoch, "of_member": member_id}
    rows = connection.execute(_UNTAKEN_OF, journal).all()
    named = [row.number for row in rows if not numbers or row.number in numbers]
    points: int = sum(row.points for row in rows if row.number in named)
    if points:
        connection.execute(_WITHDRAW, {**journal, "numbers": named})
        connection.execute(_UNGRANT, {**journal, "withdrawn": points})
        connection.execute(_TO_POOL, {"of_member": member_id, "withdrawn": points})
    return points


def withdraw_voucher(connection: Connection, terminal: str, epoch: int, voucher: str) -> bool:
    """Take back the grant of a voucher that its till has not taken; gives whether there was one."""
    withdrawn = connection.execute(
        _WITHDRAW_VOUCHER, {"of_terminal": terminal, "of_epoch": epoch, "of_voucher": voucher}
    )
    return withdrawn.rowcount > 0


_COLUMNS = (
    grants.c.number,
    grants.c.member_id,
    grants.c.voucher,
    grants.c.points,
    grants.c.taken_at_ms,
)
_OF_JOURNAL = (grants.c.terminal == bindparam("of_terminal")) & (
    grants.c.epoch == bindparam("of_epoch")
)
_NAMED = grants.c.number.in_(bindparam("numbers", expanding=True))
_UNTAKEN = _OF_JOURNAL & grants.c.taken_at_ms.is_(None) & (grants.c.points > 0)
_OF_NUMBERS = select(*_COLUMNS).where(_OF_JOURNAL, _NAMED)
# A till may draw a voucher without knowing whose it is.
_IS_EMPTY = (grants.c.member_id == NOBODY) & (grants.c.voucher == "")
_LAST_EMPTY = select(grants.c.number).where(_OF_JOURNAL, _IS_EMPTY)
_LAST_ANSWERED = select(func.max(grants.c.number)).where(_OF_JOURNAL)
_DROP_EMPTY = delete(grants).where(_OF_JOURNAL, _IS_EMPTY)
_IS_OF_POINTS = (grants.c.member_id == bindparam("of_member")) & (grants.c.voucher == "")
_UNTAKEN_OF = select(grants.c.number, grants.c.points).where(_UNTAKEN, _IS_OF_POINTS)
_WITHDRAW = update(grants).where(_UNTAKEN, _IS_OF_POINTS, _NAMED).values(points=0)
_WITHDRAW_VOUCHER = (
    update(grants).where(_UNTAKEN, grants.c.voucher == bindparam("of_voucher")).values(points=0)
)
_UNGRANT = (
    update(holdings)
    .where(
        holdings.c.terminal == bindparam("of_terminal"),
        holdings.c.epoch == bindparam("of_epoch"),
        holdings.c.member_id == bindparam("of_member"),
    )
    .values(granted=holdings.c.granted - bindparam("withdrawn"))
)
_TO_POOL = (
    update(standings)
    .where(standings.c.member_id == bindparam("of_member"))
    .values(pool=standings.c.pool + bindparam("withdrawn"))
)
