"""What a sale or a return says of the other entries of its receipt, held against those.

A sale says what points and vouchers paid of it, and a return how many vouchers it revoked; the
entries that take them stand behind it in the same receipt. A receipt that frames cut in two is
looked at once all of it is here.
"""

from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from sqlalchemy import Connection

from loyalty.journal import EARN, REDEEM, REVERSE, VOUCHER_REDEEMED, Entry
from loyalty.programme.document import Programme
from loyalty.programme.sale_facts import PAID_MINOR, PAID_WITH_POINTS
from sync_server.store.cases import Case, differs_case
from sync_server.store.payloads import first_place, redeemed
from sync_server.terminals.claim_book import NEARBY, receipt_of

FindProgramme = Callable[[Connection, str], Programme | None]

VOUCHER = "voucher"


class _Said(msgspec.Struct, frozen=True):
    """What the first entry of a receipt says of the others."""

    paid: dict[str, int] = {}
    revoked: int = 0


class _Taken(msgspec.Struct, frozen=True):
    """What entries of a receipt took: points and vouchers that paid, and vouchers revoked."""

    points_minor: int
    voucher_minor: int
    revoked: int


def receipt_cases(
    connection: Connection,
    arrived: Sequence[Entry],
    programme_of: FindProgramme,
    *,
    is_cut: bool,
) -> list[Case]:
    """A case for each receipt among `arrived` of one journal whose entries contradict each other.
    `is_cut` says that more is to come, so that the last of them may not be whole; the books are
    asked only of receipts that do not come out by what arrived."""
    concerned = {entry.receipt for entry in arrived if _is_concerned(entry)}
    if not concerned:
        return []
    of_receipt: dict[str, list[Entry]] = {receipt: [] for receipt in concerned}
    for entry in arrived:
        if entry.receipt in concerned:
            of_receipt[entry.receipt].append(entry)
    if is_cut:
        of_receipt.pop(arrived[-1].receipt, None)
    find = partial(programme_of, connection)
    found = []
    for entries in of_receipt.values():
        if (head := _head(entries)) and not _contradiction(head, entries, find):
            continue
        held = receipt_of(connection, entries[0], after=NEARBY)
        head = _head(held)
        difference = _contradiction(head, held, find) if head else ""
        if head and difference:
            found.append(differs_case(head, difference))
    return found


def _is_concerned(entry: Entry) -> bool:
    """Whether `entry` says something of others in its receipt, or is one of those."""
    match entry.kind:
        case kind if kind == EARN:
            return "paid" in entry.payload
        case kind if kind == REVERSE:
            return "revoked" in entry.payload
        case kind if kind == REDEEM:
            return PAID_MINOR in entry.payload
    return entry.kind == VOUCHER_REDEEMED


def _head(entries: Sequence[Entry]) -> Entry | None:
    """The sale or the return of a receipt."""
    return next((entry for entry in entries if entry.kind in (EARN, REVERSE)), None)


def _contradiction(
    head: Entry, entries: Sequence[Entry], find: Callable[[str], Programme | None]
) -> str:
    """How the `entries` of a receipt took something else than its `head` says, or nothing."""
    try:
        said = msgspec.convert(head.payload, _Said)
    except (msgspec.ValidationError, RecursionError):
        # What cannot be read has its own case.
        return ""
    taken = _taken(entries)
    if head.kind == REVERSE:
        if said.revoked == taken.revoked:
            return ""
        return f"it says that it revokes {said.revoked} vouchers, and revokes {taken.revoked}"
    paid_minor = said.paid.get(PAID_WITH_POINTS, 0)
    if paid_minor != taken.points_minor:
        return f"it says that points paid {paid_minor}, and they paid {taken.points_minor}"
    programme = find(head.programme)
    is_excluded = programme is not None and VOUCHER in programme.excluded.tenders
    # Vouchers of others may pay as well, and are in the same sum.
    if is_excluded and said.paid.get(VOUCHER, 0) < taken.voucher_minor:
        paid_minor = said.paid.get(VOUCHER, 0)
        return f"it says that vouchers paid {paid_minor}, and they paid {taken.voucher_minor}"
    return ""


def _taken(entries: Sequence[Entry]) -> _Taken:
    points_minor = voucher_minor = revoked = 0
    # One that was written again in another journal is the same.
    for entry in {first_place(entry): entry for entry in entries}.values():
        if entry.kind == REDEEM:
            paid_minor = entry.payload.get(PAID_MINOR)
            points_minor += paid_minor if isinstance(paid_minor, int) else 0
        elif entry.kind == VOUCHER_REDEEMED and entry.payload.get("revoked") is True:
            revoked += 1
        elif entry.kind == VOUCHER_REDEEMED:
            voucher_minor += redeemed(entry).amount_minor
    return _Taken(points_minor, voucher_minor, revoked)
