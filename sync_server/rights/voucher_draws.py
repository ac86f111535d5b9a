"""The right to take a voucher offline: granted where it lies at head office, else asked back."""

from sqlalchemy import Connection, bindparam, func, select, update

from loyalty.vouchers import ISSUED
from loyalty.wire import Draw, Grant, SyncRequest
from sync_server.rights.grants import withdraw_voucher, write_grant
from sync_server.rights.recalls import ask
from sync_server.rights.reclaims import reclaimed_case
from sync_server.store.cases import Case, open_cases
from sync_server.store.feed import VOUCHER, tell
from sync_server.store.held import DAY_MS, lease_from_ms
from sync_server.store.tables import journals, terminals, vouchers
from sync_server.store.terms import longest_lease, offline_terms

HELD_ELSEWHERE = "held-elsewhere"
NONE = "none"


def draw_voucher(connection: Connection, request: SyncRequest, draw: Draw, now_ms: int) -> Grant:
    """The answer to a draw of a voucher; in the transaction that locked its member."""
    row = connection.execute(_STANDS, {"of_voucher": draw.voucher}).first()
    if row is None or row.state != ISSUED:
        return Grant(draw.number, 0, NONE)
    holder = (row.held_terminal, row.held_epoch)
    is_elsewhere = row.held_terminal is not None and holder != (request.terminal, request.epoch)
    if is_elsewhere and not _is_overdue(connection, *holder, now_ms):
        ask(connection, *holder, row.member_id, 1, request.terminal, now_ms, draw.voucher)
        return Grant(draw.number, 0, HELD_ELSEWHERE)
    if is_elsewhere:
        found = reclaim_voucher(connection, *holder, draw.voucher, row.member_id, now_ms)
        open_cases(connection, [found], now_ms)
    connection.execute(
        _HOLD,
        {"of_voucher": draw.voucher, "terminal": request.terminal, "epoch": request.epoch},
    )
    write_grant(connection, request, draw, 1, now_ms)
    tell(connection, VOUCHER, {draw.voucher: row.member_id})
    return Grant(draw.number, 1)


def release_voucher(connection: Connection, terminal: str, epoch: int, voucher: str) -> bool:
    """Bring the right to a voucher to head office; gives whether it was that journal's to give."""
    released = connection.execute(
        _RELEASE, {"of_voucher": voucher, "terminal": terminal, "epoch": epoch}
    )
    return released.rowcount > 0


def reclaim_voucher(
    connection: Connection, terminal: str, epoch: int, voucher: str, member_id: str, now_ms: int
) -> Case:
    """Take the right to a voucher back without its till's word, and ask the till for it."""
    release_voucher(connection, terminal, epoch, voucher)
    if not withdraw_voucher(connection, terminal, epoch, voucher):
        ask(connection, terminal, epoch, member_id, 1, terminal, now_ms, voucher)
    tell(connection, VOUCHER, {voucher: member_id})
    return reclaimed_case(terminal, epoch, f"voucher {voucher}", now_ms, member_id)


def _is_overdue(connection: Connection, terminal: str, epoch: int, now_ms: int) -> bool:
    """Whether a holder's lease and grace are over and its till is not in touch right now."""
    holder = connection.execute(_HOLDER, {"terminal": terminal, "epoch": epoch}).first()
    if holder is None:
        return False
    terms = offline_terms(connection)
    from_ms = lease_from_ms(holder.last_contact_ms, holder.followed_at_ms)
    over_ms = now_ms - terms.grace_days * DAY_MS
    return (
        from_ms + terms.days * DAY_MS < over_ms
        and longest_lease(connection).until_ms(from_ms) < over_ms
    )


_OF_VOUCHER = vouchers.c.number == bindparam("of_voucher")
_STANDS = (
    select(vouchers.c.state, vouchers.c.member_id, vouchers.c.held_terminal, vouchers.c.held_epoch)
    .where(_OF_VOUCHER)
    .with_for_update()
)
_HOLD = (
    update(vouchers)
    .where(_OF_VOUCHER, vouchers.c.state == ISSUED)
    .values(held_terminal=bindparam("terminal"), held_epoch=bindparam("epoch"))
)
_RELEASE = (
    update(vouchers)
    .where(
        _OF_VOUCHER,
        vouchers.c.held_terminal == bindparam("terminal"),
        vouchers.c.held_epoch == bindparam("epoch"),
    )
    .values(held_terminal=None, held_epoch=0)
)
_HOLDER = (
    select(
        terminals.c.last_contact_ms,
        select(func.min(journals.c.started_at_ms))
        .where(journals.c.terminal == terminals.c.terminal, journals.c.epoch > bindparam("epoch"))
        .scalar_subquery()
        .label("followed_at_ms"),
    )
    .where(terminals.c.terminal == bindparam("terminal"))
    .with_for_update(skip_locked=True)
)
