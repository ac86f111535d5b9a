"""The vouchers: issued at one till, redeemed at another, whichever head office hears of first."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select

from loyalty.journal import (
    RIGHTS_GRANT,
    RIGHTS_RELEASE,
    VOUCHER_ISSUED,
    VOUCHER_REDEEMED,
    Entry,
)
from loyalty.vouchers import ISSUED, REDEEMED, may_become
from sync_server.rights.recalls import ask, drop_voucher
from sync_server.rights.unpaid import (
    FindProgramme,
    granted_vouchers,
    unissued_vouchers,
    unpaid_vouchers,
)
from sync_server.store.cases import DOUBLE_VOUCHER, VOUCHER_DIFFERS, Case
from sync_server.store.feed import VOUCHER, tell
from sync_server.store.payloads import granted, issued, redeemed, released
from sync_server.store.statements import inserting
from sync_server.store.tables import vouchers
from sync_server.terminals.unissued import never_issued

_KINDS = frozenset({VOUCHER_ISSUED, VOUCHER_REDEEMED, RIGHTS_GRANT, RIGHTS_RELEASE})


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


def post_vouchers(
    connection: Connection, entries: Sequence[Entry], programme_of: FindProgramme, now_ms: int
) -> Sequence[Case]:
    """Write down what `entries` of one journal did to vouchers and to the rights to take them.

    Gives a case for each use that cannot stand. The first redemption that arrives stands. One
    that arrives before its issue is kept as it is, and the issue fills in the rest, so the order
    of arrival does not matter.
    """
    named = [(_number(entry), entry) for entry in entries if entry.kind in _KINDS]
    numbers = {number for number, _ in named if number}
    if not numbers:
        return []
    rows = _locked(connection, sorted(numbers))
    given = granted_vouchers(connection, entries)
    found: list[Case | None] = [*unpaid_vouchers(connection, entries, programme_of)]
    unissued = []
    for number, entry in named:
        if entry.kind == VOUCHER_ISSUED:
            found.append(_issue(rows, entry))
        elif entry.kind == VOUCHER_REDEEMED:
            found.append(_redeem(rows, entry))
            if rows[number].issued_terminal is None:
                unissued.append(entry)
        elif number and (entry.kind == RIGHTS_RELEASE or number in given):
            _move(rows, number, entry)
    found += unissued_vouchers(connection, unissued)
    found += never_issued(connection, unissued)
    insert = inserting(connection, vouchers)
    changed: dict[str, Any] = {
        column.name: insert.excluded[column.name]
        for column in vouchers.columns
        if not column.primary_key
    }
    connection.execute(
        insert.on_conflict_do_update(index_elements=[vouchers.c.number], set_=changed),
        [msgspec.structs.asdict(rows[number]) for number in sorted(rows)],
    )
    _settle(connection, rows, [(number, entry) for number, entry in named if number], now_ms)
    tell(connection, VOUCHER, {row.number: row.member_id for row in rows.values()})
    return [case for case in found if case is not None]


def _locked(connection: Connection, numbers: Sequence[str]) -> dict[str, _Row]:
    """The rows of vouchers, locked in the order of `numbers`, those not heard of among them.

    A blank row is written first, so that of two tills who use one voucher at once one waits.
    """
    blank = inserting(connection, vouchers).on_conflict_do_nothing()
    connection.execute(blank, [{"number": number, "state": ISSUED} for number in numbers])
    known = connection.execute(_OF_NUMBERS, {"numbers": numbers}).mappings()
    return {row["number"]: _Row(**row) for row in known}


def _issue(rows: dict[str, _Row], entry: Entry) -> Case | None:
    facts = issued(entry)
    row = rows[facts.number]
    if row.issued_terminal is not None:
        return _case(VOUCHER_DIFFERS, entry, row, "was issued twice; the first issue stands")
    paid_minor, was_redeemed = row.amount_minor, row.state == REDEEMED
    row.member_id = entry.member
    row.amount_minor = facts.amount_minor
    row.currency = facts.currency
    row.expires_at_ms = facts.expires_at_ms
    row.issued_terminal = entry.terminal
    row.issued_at_ms = entry.occurred_at_ms
    if not was_redeemed and row.held_terminal is None:
        row.held_terminal, row.held_epoch = entry.terminal, entry.epoch
    if was_redeemed and facts.amount_minor and paid_minor != facts.amount_minor:
        return _amount_differs(row)
    return None


def _redeem(rows: dict[str, _Row], entry: Entry) -> Case | None:
    facts = redeemed(entry)
    row = rows[facts.number]
    if not may_become(row.state, REDEEMED):
        return _case(DOUBLE_VOUCHER, entry, row, f"was redeemed before, at {row.redeemed_terminal}")
    row.state = REDEEMED
    row.held_terminal, row.held_epoch = None, 0
    row.redeemed_terminal = entry.terminal
    row.redeemed_at_ms = entry.occurred_at_ms
    if row.issued_terminal is None:
        row.amount_minor = facts.amount_minor
    elif facts.terms and not row.amount_minor:
        # Worked out on what was bought: asked by `sync_server.terminals.claim_book`.
        return None
    elif row.amount_minor != facts.amount_minor:
        return _amount_differs(row)
    return None


def _move(rows: dict[str, _Row], number: str, entry: Entry) -> None:
    """Count a rights entry: a grant was written down when it was given, unless that is forgotten.

    A voucher that another journal was given since stays there.
    """
    row = rows[number]
    row.member_id = row.member_id or entry.member
    if entry.kind == RIGHTS_RELEASE:
        if (row.held_terminal, row.held_epoch) == (entry.terminal, entry.epoch):
            row.held_terminal, row.held_epoch = None, 0
    elif row.state == ISSUED and row.held_terminal is None:
        row.held_terminal, row.held_epoch = entry.terminal, entry.epoch


def _settle(
    connection: Connection,
    rows: dict[str, _Row],
    named: Sequence[tuple[str, Entry]],
    now_ms: int,
) -> None:
    """Ask a till back for vouchers that are no longer its own; forget what it gave or used up."""
    last = {number: entry for number, entry in named if entry.kind != VOUCHER_ISSUED}
    if not last:
        return
    done = {number for number, entry in last.items() if entry.kind != RIGHTS_GRANT}
    terminal, epoch = named[0][1].terminal, named[0][1].epoch
    drop_voucher(connection, terminal, epoch, done)
    for number, entry in last.items():
        row = rows[number]
        is_elsewhere = (row.held_terminal, row.held_epoch) != (terminal, epoch)
        if entry.kind == RIGHTS_GRANT and row.state == ISSUED and is_elsewhere:
            ask(connection, terminal, epoch, row.member_id, 1, terminal, now_ms, number)


def _number(entry: Entry) -> str:
    """The voucher that an inspected entry is about; empty for points' rights."""
    if entry.kind == VOUCHER_ISSUED:
        return issued(entry).number
    if entry.kind == VOUCHER_REDEEMED:
        return redeemed(entry).number
    return granted(entry).voucher if entry.kind == RIGHTS_GRANT else released(entry).voucher


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


_OF_NUMBERS = (
    select(vouchers)
    .where(vouchers.c.number.in_(bindparam("numbers", expanding=True)))
    .order_by(vouchers.c.number)
    .with_for_update()
)
