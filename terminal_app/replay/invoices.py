"""Invoices: the receipt lines of a file brought together, whatever stood between them."""

from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from loyalty.baskets import MAX_LINES, Basket, Line
from loyalty.identifiers import CARD_COUNTER_DIGITS, CARD_ISSUER, CARD_TERMINAL_DIGITS, card_number
from terminal_app.replay.receipt_lines import ReceiptLine, Reject, is_return, read_line
from terminal_app.replay.rows import TornRow, read_rows

MAX_CONTENT = 1_000
"""Characters of a rejected line that are kept to be listed."""


class Invoice(msgspec.Struct):
    """One sale or return of the file; `first_line` is where it begins there."""

    number: str
    first_line: int
    customer: int
    occurred_at_ms: int
    lines: list[Line]

    @property
    def is_return(self) -> bool:
        """Whether goods came back."""
        return is_return(self.number)

    @property
    def basket(self) -> Basket:
        """The goods."""
        return Basket(tuple(self.lines))

    @property
    def card(self) -> str:
        """The customer's card number, empty for a shopper without one."""
        return card_of(self.customer) if self.customer else ""


class InvoiceFile(msgspec.Struct, frozen=True):
    """What a file holds: its invoices in the order they begin, and the lines that are in none."""

    invoices: tuple[Invoice, ...]
    rejects: tuple[Reject, ...]
    lines: int


def read_invoices(path: Path, zone: ZoneInfo) -> InvoiceFile:
    """All invoices of the file `path`; raises FileUnreadable as `read_rows` does.

    The whole file is read before the first sale: a later line may belong to the first invoice,
    and a file that turns out unreadable half-way should have sold nothing.
    """
    invoices: dict[str, Invoice] = {}
    rejects: list[Reject] = []
    lines = 0
    for row in read_rows(path):
        lines += 1
        if isinstance(row, TornRow):
            reason = row.reason
        else:
            line = read_line(row, zone)
            reason = line if isinstance(line, str) else _place(invoices, row.line, line)
        if reason:
            rejects.append(Reject(row.line, reason, row.text.rstrip("\r\n")[:MAX_CONTENT]))
    return InvoiceFile(tuple(invoices.values()), tuple(rejects), lines)


def card_of(customer: int) -> str:
    """The card of the shop's customer number `customer`.

    It stands where a terminal numbered 0 would mint its own, and no terminal has that number.
    """
    body = f"{CARD_ISSUER}{0:0{CARD_TERMINAL_DIGITS}d}{customer:0{CARD_COUNTER_DIGITS}d}"
    return card_number(body)


def _place(invoices: dict[str, Invoice], at: int, line: ReceiptLine) -> str:
    """Put `line` on its invoice; the reason why not, or nothing."""
    invoice = invoices.get(line.invoice)
    if invoice is None:
        invoices[line.invoice] = Invoice(
            line.invoice, at, line.customer, line.occurred_at_ms, [line.line]
        )
    elif invoice.customer != line.customer:
        return f"another customer than on line {invoice.first_line} of the same invoice"
    elif len(invoice.lines) == MAX_LINES:
        return f"the invoice has more than {MAX_LINES} lines"
    else:
        invoice.lines.append(line.line)
    return ""
