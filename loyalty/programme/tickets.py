"""The tickets that are in a draw: those of all receipts, less what goods brought back take.

A return takes the last tickets of its sale, so that the numbers of those that stay are the ones on
the member's paper. One without its receipt takes the member's latest tickets.
"""

from collections.abc import Callable, Iterable

import msgspec

from loyalty.journal import EARN, Entry
from loyalty.programme.lotteries import (
    MAX_TICKETS_A_RECEIPT,
    Ticket,
    ticket_numbers,
    tickets_in,
)
from loyalty.programme.sale_facts import RETURNED_SALE
from loyalty.sums import sums_in


class _Receipt(msgspec.Struct):
    """A sale with tickets: how many it brought, and how many are left."""

    terminal: str
    reference: str
    member: str
    occurred_at_ms: int
    left: int


def tickets_left(
    name: str, entries: Iterable[Entry], holder_of: Callable[[str], str]
) -> list[Ticket]:
    """The tickets of the lottery `name` that are in its draw, by all `entries` of the books, in
    any order; `holder_of` says who is named for a member.

    A receipt counts once, wherever it was written, and no number is there twice.
    """
    receipts: dict[tuple[str, str], _Receipt] = {}
    places: dict[str, _Receipt] = {}
    back: list[tuple[Entry, int]] = []
    for entry in entries:
        count = tickets_in(name, sums_in(entry))
        if entry.kind == EARN and count > 0:
            receipt = receipts.setdefault(
                (entry.terminal, entry.receipt),
                _Receipt(
                    entry.terminal,
                    entry.receipt,
                    entry.member,
                    entry.occurred_at_ms,
                    min(count, MAX_TICKETS_A_RECEIPT),
                ),
            )
            first = entry.payload.get("salvaged") or (entry.epoch, entry.seq)
            places[_named((entry.terminal, *first))] = receipt
        elif count < 0:
            back.append((entry, -count))
    # What names its sale comes first: it takes from that one alone.
    for entry, count in sorted(back, key=lambda one: RETURNED_SALE not in one[0].payload):
        _take(entry, count, places, list(receipts.values()))
    return [
        Ticket(number, holder_of(receipt.member))
        for receipt in receipts.values()
        for number in ticket_numbers(receipt.terminal, receipt.reference, receipt.left)
    ]


def _take(entry: Entry, count: int, places: dict[str, _Receipt], receipts: list[_Receipt]) -> None:
    """Take `count` tickets of the sale that `entry` is a return of, or of its member's latest."""
    of = entry.payload.get(RETURNED_SALE)
    if of:
        sale = places.get(_named(of))
        if sale and sale.member == entry.member:
            sale.left = max(sale.left - count, 0)
        return
    own = [receipt for receipt in receipts if receipt.member == entry.member]
    for receipt in sorted(own, key=lambda one: (-one.occurred_at_ms, one.terminal, one.reference)):
        taken = min(receipt.left, count)
        receipt.left -= taken
        count -= taken


def _named(place: Iterable[object]) -> str:
    """A place in a journal as one text: entries are other machines' words."""
    return ".".join(str(part) for part in place)
