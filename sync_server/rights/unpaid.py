"""Vouchers that no till of the product writes: issued for nothing, or redeemed without an issue.

They count as what was written, because paper is out; a case names each.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, bindparam, select

from loyalty.accounts import member_of
from loyalty.identifiers import voucher_issuer
from loyalty.journal import REDEEM, RIGHTS_GRANT, VOUCHER_ISSUED, Entry, decode_entry
from loyalty.programme.sale_facts import PAID_MINOR
from sync_server.rights.grants import find_grants
from sync_server.store.accounts import with_wallets
from sync_server.store.cases import Case, strange_case
from sync_server.store.payloads import granted, issued, redeemed
from sync_server.store.tables import entries, terminals


def unpaid_vouchers(connection: Connection, arrived: Sequence[Entry]) -> list[Case]:
    """A case for each voucher among `arrived` whose receipt redeems no points for it.

    A receipt may be cut in two by frames, and what was taken along into another journal keeps its
    receipt: what arrived earlier of the terminal is looked at too.
    """
    paid = {
        (member_of(entry.member), entry.receipt) for entry in arrived if _pays_for_vouchers(entry)
    }
    missing = [
        entry
        for entry in arrived
        if entry.kind == VOUCHER_ISSUED and (entry.member, entry.receipt) not in paid
    ]
    if not missing:
        return []
    asked = {
        "of_terminal": missing[0].terminal,
        "members": with_wallets(connection, sorted({entry.member for entry in missing})),
        "receipts": sorted({entry.receipt for entry in missing}),
    }
    paid |= {
        (member_of(row.member), row.receipt)
        for row in connection.execute(_REDEEMED, asked)
        if _pays_for_vouchers(decode_entry(row.body))
    }
    return [
        strange_case(entry, f"It issues voucher {issued(entry).number} and redeems no points.")
        for entry in missing
        if (entry.member, entry.receipt) not in paid
    ]


def unissued_vouchers(connection: Connection, spent: Sequence[Entry]) -> list[Case]:
    """A case for each redemption in `spent`, of vouchers without an issue so far, that can have
    none: no terminal of the chain issues such a number."""
    numbers = {entry.seq: redeemed(entry).number for entry in spent}
    if not numbers:
        return []
    issuers = sorted({voucher_issuer(number) for number in numbers.values()})
    known = set(connection.execute(_TERMINALS, {"names": issuers}).scalars())
    return [
        strange_case(entry, f"It redeems voucher {numbers[entry.seq]!r} that nobody issues.")
        for entry in spent
        if voucher_issuer(numbers[entry.seq]) not in known
    ]


def granted_vouchers(connection: Connection, arrived: Sequence[Entry]) -> Collection[str]:
    """The vouchers whose rights `arrived` entries of one journal took, and that it was granted."""
    drawn = {
        granted(entry).draw: granted(entry).voucher
        for entry in arrived
        if entry.kind == RIGHTS_GRANT and granted(entry).voucher
    }
    if not drawn:
        return ()
    rows = find_grants(connection, arrived[0].terminal, arrived[0].epoch, sorted(drawn))
    return {drawn[number] for number, row in rows.items() if row.voucher == drawn[number]}


def _pays_for_vouchers(entry: Entry) -> bool:
    """Whether `entry` redeems points, and not for a part of the purchase."""
    return entry.kind == REDEEM and PAID_MINOR not in entry.payload


_REDEEMED = select(entries.c.member, entries.c.receipt, entries.c.body).where(
    entries.c.member.in_(bindparam("members", expanding=True)),
    entries.c.terminal == bindparam("of_terminal"),
    entries.c.kind == REDEEM,
    entries.c.receipt.in_(bindparam("receipts", expanding=True)),
)
_TERMINALS = select(terminals.c.terminal).where(
    terminals.c.terminal.in_(bindparam("names", expanding=True))
)
