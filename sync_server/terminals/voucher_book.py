"""The vouchers: issued at one till, redeemed at another, whichever head office hears of first."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select

from loyalty.journal import VOUCHER_ISSUED, VOUCHER_REDEEMED, Entry
from loyalty.vouchers import ISSUED, REDEEMED, may_become
from sync_server.store.cases import DOUBLE_VOUCHER, VOUCHER_DIFFERS, Case
from sync_server.store.feed import VOUCHER, tell
from sync_server.store.statements import inserting
from sync_server.store.tables import vouchers
from sync_server.terminals.inspection import issued, redeemed


class _Row(msgspec.Struct):
    """A row of `vouchers`; without `issued_terminal` only the redemption has arrived."""

    number: str
    member_id: str = ""
    amount_minor: int = 0
    currency: str = ""
    expires_at_ms: int = 0
    state: str = ISSUED
    issued_terminal: str | None = None
    issued_at_ms: int | None = None
    held_terminal: str | None = None
    held_epoch: int = 0
    redeemed_terminal: str | None = None
    redeemed_at_ms: int | None = None


def post_vouchers(connection: Connection, entries: Sequence[Entry]) -> Sequence[Case]:
    """Write down what `entries` did to vouchers; gives a case for each use that cannot stand.

    The first redemption that arrives stands. One that arrives before its issue is kept as it is,
    and the issue fills in the rest, so the order of arrival does not matter.
    """
    numbers = {
        issued(entry).number if entry.kind == VOUCHER_ISSUED else redeemed(entry).number
        for entry in entries
        if entry.kind in (VOUCHER_ISSUED, VOUCHER_REDEEMED)
    }
    if not numbers:
        return []
    known = connection.execute(_OF_NUMBERS, {"numbers": sorted(numbers)}).mappings()
    rows = {row["number"]: _Row(**row) for row in known}
    found = []
    for entry in entries:
        if entry.kind == VOUCHER_ISSUED:
            found.append(_issue(rows, entry))
        elif entry.kind == VOUCHER_REDEEMED:
            found.append(_redeem(rows, entry))
    insert = inserting(connection, vouchers)
    changed: dict[str, Any] = {
        column.name: insert.excluded[column.name]
        for column in vouchers.columns
        if not column.primary_key
    }
    connection.execute(
        insert.on_conflict_do_update(index_elements=[vouchers.c.number], set_=changed),
        [msgspec.structs.asdict(row) for row in rows.values()],
    )
    tell(connection, VOUCHER, {row.number: row.member_id for row in rows.values()})
    return [case for case in found if case is not None]


def _issue(rows: dict[str, _Row], entry: Entry) -> Case | None:
    facts = issued(entry)
    row = rows.setdefault(facts.number, _Row(facts.number))
    if row.issued_terminal is not None:
        return _case(VOUCHER_DIFFERS, entry, row, "was issued twice; the first issue stands")
    paid_minor, was_redeemed = row.amount_minor, row.state == REDEEMED
    row.member_id = entry.member
    row.amount_minor = facts.amount_minor
    row.currency = facts.currency
    row.expires_at_ms = facts.expires_at_ms
    row.issued_terminal = entry.terminal
    row.issued_at_ms = entry.occurred_at_ms
    if not was_redeemed:
        row.held_terminal, row.held_epoch = entry.terminal, entry.epoch
    if was_redeemed and paid_minor != facts.amount_minor:
        return _amount_differs(row)
    return None


def _redeem(rows: dict[str, _Row], entry: Entry) -> Case | None:
    facts = redeemed(entry)
    row = rows.setdefault(facts.number, _Row(facts.number))
    if not may_become(row.state, REDEEMED):
        return _case(DOUBLE_VOUCHER, entry, row, f"was redeemed before, at {row.redeemed_terminal}")
    row.state = REDEEMED
    row.held_terminal, row.held_epoch = None, 0
    row.redeemed_terminal = entry.terminal
    row.redeemed_at_ms = entry.occurred_at_ms
    if row.issued_terminal is None:
        row.amount_minor = facts.amount_minor
    elif row.amount_minor != facts.amount_minor:
        return _amount_differs(row)
    return None


def _amount_differs(row: _Row) -> Case:
    return Case(
        case_id=f"{VOUCHER_DIFFERS}:{row.number}",
        kind=VOUCHER_DIFFERS,
        terminal=row.redeemed_terminal or "",
        epoch=0,
        seq=0,
        member_id=row.member_id,
        detail=f"Voucher {row.number} was redeemed for another amount than it was issued for.",
    )


def _case(kind: str, entry: Entry, row: _Row, what: str) -> Case:
    return Case(
        case_id=f"{kind}:{entry.terminal}:{entry.epoch}:{entry.seq}",
        kind=kind,
        terminal=entry.terminal,
        epoch=entry.epoch,
        seq=entry.seq,
        member_id=row.member_id,
        detail=f"Voucher {row.number} {what}.",
    )


_OF_NUMBERS = select(vouchers).where(vouchers.c.number.in_(bindparam("numbers", expanding=True)))
