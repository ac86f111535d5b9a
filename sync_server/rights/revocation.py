"""A till that is lost, or a disk that is gone: it is locked out, and its rights come back.

By themselves they come back when they are needed and the till's lease and grace are over. Who
knows that it spends no more takes them back at once; should it have spent some, that is the
exposure, and a case names it.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from loyalty.vouchers import ISSUED
from sync_server.errors import UnknownSubject
from sync_server.rights.reclaims import reclaim, reclaimed_case
from sync_server.rights.voucher_draws import reclaim_voucher
from sync_server.store.cases import Case, open_cases
from sync_server.store.feed import BALANCE, tell
from sync_server.store.held import HELD, Held, held_of
from sync_server.store.tables import holdings, terminals, vouchers

MEMBERS_AT_ONCE = 500
EVERY_EPOCH = 2**62


class TakenBack(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken back from a terminal at once: the exposure, if it had spent it."""

    terminal: str
    members: int = 0
    points: int = 0
    vouchers: int = 0


def revoke(connection: Connection, terminal: str, now_ms: int, *, is_now: bool) -> TakenBack:
    """Lock `terminal` out; its token and any code are dead from the commit on.

    With `is_now` all its rights are taken back as well, without waiting for lease and grace. In a
    writing transaction. Raises UnknownSubject when the chain has no such terminal.
    """
    _require(connection, terminal)
    connection.execute(_LOCK_OUT, {"of_terminal": terminal, "now_ms": now_ms})
    if is_now:
        return _take_back(connection, terminal, EVERY_EPOCH, now_ms)
    return TakenBack(terminal=terminal)


def reclaim_earlier(connection: Connection, terminal: str, now_ms: int) -> TakenBack:
    """Take back at once what journals of `terminal` hold that a later one followed.

    For a till whose earlier disk is known to be gone. In a writing transaction. Raises
    UnknownSubject when the chain has no such terminal.
    """
    return _take_back(connection, terminal, _require(connection, terminal), now_ms)


def _require(connection: Connection, terminal: str) -> int:
    """The terminal's journal of today."""
    epoch = connection.execute(_EPOCH, {"of_terminal": terminal}).scalar()
    if epoch is None:
        raise UnknownSubject(
            f"The chain has no terminal {terminal!r}.", "paragon-server terminal list names them."
        )
    return int(epoch)


def _take_back(connection: Connection, terminal: str, before: int, now_ms: int) -> TakenBack:
    asked: dict[str, str | int] = {"of_terminal": terminal, "before": before}
    members: Sequence[str] = connection.execute(_MEMBERS, asked).scalars().all()
    points: dict[int, int] = {}
    for start in range(0, len(members), MEMBERS_AT_ONCE):
        for one in held_of(connection, members[start : start + MEMBERS_AT_ONCE]):
            if one.terminal == terminal and one.epoch < before and one.held > 0:
                points[one.epoch] = points.get(one.epoch, 0) + _reclaim(connection, one, now_ms)
    found = [
        reclaimed_case(terminal, epoch, f"{amount} points", now_ms)
        for epoch, amount in sorted(points.items())
    ]
    given = _vouchers(connection, asked, terminal, now_ms)
    open_cases(connection, [*found, *given], now_ms)
    tell(connection, BALANCE, members)
    return TakenBack(
        terminal=terminal,
        members=len(members),
        points=sum(points.values()),
        vouchers=len(given),
    )


def _reclaim(connection: Connection, one: Held, now_ms: int) -> int:
    return reclaim(connection, one, one.terminal, now_ms)


def _vouchers(
    connection: Connection, asked: dict[str, str | int], terminal: str, now_ms: int
) -> list[Case]:
    rows = connection.execute(_VOUCHERS, asked).all()
    return [
        reclaim_voucher(connection, terminal, row.held_epoch, row.number, row.member_id, now_ms)
        for row in rows
    ]


_OF_TERMINAL = terminals.c.terminal == bindparam("of_terminal")
_EPOCH = select(terminals.c.epoch).where(_OF_TERMINAL).with_for_update()
_LOCK_OUT = (
    update(terminals)
    .where(_OF_TERMINAL)
    .values(
        token_hash=None, code_hash=None, code_expires_at_ms=None, revoked_at_ms=bindparam("now_ms")
    )
)
_MEMBERS = (
    select(holdings.c.member_id)
    .where(
        holdings.c.terminal == bindparam("of_terminal"),
        holdings.c.epoch < bindparam("before"),
        HELD > 0,
    )
    .distinct()
    .order_by(holdings.c.member_id)
)
_VOUCHERS = (
    select(vouchers.c.number, vouchers.c.member_id, vouchers.c.held_epoch)
    .where(
        vouchers.c.held_terminal == bindparam("of_terminal"),
        vouchers.c.held_epoch < bindparam("before"),
        vouchers.c.state == ISSUED,
    )
    .order_by(vouchers.c.number)
)
