"""Sales as they were made, whatever they come from: what a simulation is fed with."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from loyalty.baskets import Basket
from loyalty.programme.terms.goods import Tender
from loyalty.receipt_files.invoices import Invoice


class PastSale(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A sale or a return of goods that was made; `member` is empty for a shopper without a card.

    `has_receipt` is said of a return that came with the receipt of its sale.
    `paid` is what was paid with gift cards and deposits, in minor units. Vouchers and points that
    paid are not in it: those were another programme's, and the simulated one gives its own.
    """

    member: str
    occurred_at_ms: int
    basket: Basket
    is_return: bool = False
    has_receipt: bool = False
    branch: str = ""
    paid: Mapping[Tender, int] = {}


def in_order(invoices: Iterable[Invoice]) -> Iterator[PastSale]:
    """The sales of a file in the order they were made, each customer's number their name."""
    for invoice in sorted(invoices, key=lambda invoice: invoice.occurred_at_ms):
        yield PastSale(
            member=str(invoice.customer) if invoice.customer else "",
            occurred_at_ms=invoice.occurred_at_ms,
            basket=invoice.basket,
            is_return=invoice.is_return,
            branch=invoice.branch,
        )
