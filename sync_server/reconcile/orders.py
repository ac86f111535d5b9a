"""Orders, checked: each is of a claim that arrived, for the points that it took.

An order that is cancelled gives its points back, so one that nobody claimed would give points that
nobody paid.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, bindparam, select

from loyalty.errors import EntryInvalid
from loyalty.identifiers import voucher_epoch, voucher_issuer, voucher_seq
from loyalty.journal import REDEEM, decode_entry
from loyalty.life_cycles import ORDER
from loyalty.programme.catalogue import COUNT, REWARD
from sync_server.reconcile.sums import Finding
from sync_server.store.tables import entries, orders, reward_codes


def differing_orders(connection: Connection) -> Iterator[Finding]:
    """Orders that are kept otherwise than their claims say, and codes that went to no order."""
    known = set()
    for row in connection.execute(select(orders).order_by(orders.c.order_id)):
        known.add(row.order_id)
        where = f"order {row.order_id}"
        claim = _claim(connection, row.order_id)
        if claim is None:
            yield Finding(where, "no entry claims it")
            continue
        kept = (row.account, row.points, row.reward, row.count, row.programme)
        if kept != claim:
            yield Finding(where, "it is kept otherwise than its claim says")
        if row.state not in ORDER:
            yield Finding(where, f"it is kept as {row.state}, which no order is")
    for row in connection.execute(_GIVEN):
        if row.order_id not in known:
            yield Finding(
                f"code {row.number} of {row.reward}", "it is given to an order that is not there"
            )


def _claim(connection: Connection, order_id: str) -> tuple[object, ...] | None:
    """What the entry says that an order is named by, when it is a claim. Orders are named as
    vouchers are: by terminal, journal and entry."""
    asked = {
        "of_terminal": voucher_issuer(order_id),
        "of_epoch": voucher_epoch(order_id),
        "of_seq": voucher_seq(order_id),
    }
    row = connection.execute(_ENTRY, asked).first()
    try:
        entry = None if row is None else decode_entry(row.body)
    except EntryInvalid:
        return None
    if entry is None or entry.kind != REDEEM or REWARD not in entry.payload:
        return None
    said = entry.payload
    return (entry.member, -entry.points, said[REWARD], said.get(COUNT), entry.programme)


_ENTRY = select(entries.c.body).where(
    entries.c.terminal == bindparam("of_terminal"),
    entries.c.epoch == bindparam("of_epoch"),
    entries.c.seq == bindparam("of_seq"),
)
_GIVEN = (
    select(reward_codes.c.reward, reward_codes.c.number, reward_codes.c.order_id)
    .where(reward_codes.c.order_id != "")
    .order_by(reward_codes.c.reward, reward_codes.c.number)
)
