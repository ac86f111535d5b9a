"""Vouchers that no till of the product writes: issued for too little, or redeemed without an issue.

They count as what was written, because paper is out; a case names each.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial

from sqlalchemy import Connection, bindparam, select

from loyalty.accounts import member_of
from loyalty.identifiers import voucher_issuer
from loyalty.journal import REDEEM, RIGHTS_GRANT, VOUCHER_ISSUED, Entry, decode_entry
from loyalty.programme.catalogue import COUNT, REWARD
from loyalty.programme.document import Programme
from loyalty.programme.rewards import MAX_VOUCHERS_A_RECEIPT
from loyalty.programme.sale_facts import PAID_MINOR
from sync_server.rights.grants import find_grants
from sync_server.store.accounts import with_wallets
from sync_server.store.cases import Case, strange_case
from sync_server.store.payloads import first_place, granted, issued, redeemed
from sync_server.store.tables import entries, terminals

FindProgramme = Callable[[Connection, str], Programme | None]

_Key = tuple[str, str, str]
"""A member, a receipt, and the reward of the catalogue; "" for what comes out by itself."""


def unpaid_vouchers(
    connection: Connection, arrived: Sequence[Entry], programme_of: FindProgramme
) -> list[Case]:
    """A case for each voucher among `arrived` whose receipt redeems no points for it, or not enough
    for all that it issues.

    A receipt may be cut in two by frames, and what was taken along into another journal keeps its
    receipt: what arrived earlier of the terminal is looked at too, where the frame alone is short.
    """
    new = [entry for entry in arrived if entry.kind == VOUCHER_ISSUED]
    if not new:
        return []
    find = partial(programme_of, connection)
    short = _unpaid(new, arrived, find).keys()
    if not short:
        return []
    asked = {
        "of_terminal": new[0].terminal,
        "members": with_wallets(connection, sorted({member for member, _, _ in short})),
        "receipts": sorted({receipt for _, receipt, _ in short}),
    }
    held = [decode_entry(row.body) for row in connection.execute(_RECEIPTS, asked)]
    unpaid = _unpaid([one for one in held if one.kind == VOUCHER_ISSUED], held, find)
    numbers = {issued(entry).number for entry in new}
    return [
        strange_case(entry, f"It issues voucher {number} and redeems {_for_how_many(paid)}.")
        for _, (paid, found) in unpaid.items()
        for number, entry in found.items()
        if number in numbers
    ]


def _unpaid(
    vouchers: Iterable[Entry], around: Iterable[Entry], find: Callable[[str], Programme | None]
) -> dict[_Key, tuple[int, dict[str, Entry]]]:
    """What was issued and is not paid for: for how many vouchers the receipt redeems points, and
    those beyond them, by their numbers."""
    by_key: dict[_Key, dict[str, Entry]] = {}
    for entry in vouchers:
        said = issued(entry)
        key = (entry.member, entry.receipt, said.reward)
        # One that was written again in another journal is the same.
        by_key.setdefault(key, {}).setdefault(said.number, entry)
    paid: dict[_Key, dict[tuple[int, int], int]] = {}
    for entry in around:
        if entry.kind == REDEEM and PAID_MINOR not in entry.payload:
            reward = str(entry.payload.get(REWARD, ""))
            key = (member_of(entry.member), entry.receipt, reward)
            paid.setdefault(key, {})[first_place(entry)] = _vouchers_paid(entry, find)
    found = {}
    for key, issues in by_key.items():
        count = sum(paid.get(key, {}).values())
        if len(issues) > count:
            found[key] = (count, dict(list(issues.items())[count:]))
    return found


def _vouchers_paid(entry: Entry, find: Callable[[str], Programme | None]) -> int:
    """For how many vouchers an entry redeems points: what each one costs of the catalogue is held
    against its reward elsewhere."""
    if REWARD in entry.payload:
        count = entry.payload.get(COUNT)
        return max(count, 0) if type(count) is int else 0
    programme = find(entry.programme)
    if programme is None or programme.reward is None:
        # Another case names it.
        return MAX_VOUCHERS_A_RECEIPT
    return max(-entry.points, 0) // programme.reward.at_points


def _for_how_many(paid: int) -> str:
    return f"points for {paid} only" if paid else "no points"


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


_RECEIPTS = (
    select(entries.c.body)
    .where(
        entries.c.member.in_(bindparam("members", expanding=True)),
        entries.c.terminal == bindparam("of_terminal"),
        entries.c.kind.in_((REDEEM, VOUCHER_ISSUED)),
        entries.c.receipt.in_(bindparam("receipts", expanding=True)),
    )
    .order_by(entries.c.epoch, entries.c.seq)
)
_TERMINALS = select(terminals.c.terminal).where(
    terminals.c.terminal.in_(bindparam("names", expanding=True))
)
