"""Invoices: the receipt lines of a file brought together, whatever stood between them."""

from typing import BinaryIO
from zoneinfo import ZoneInfo

import msgspec

from loyalty.baskets import MAX_LINES, Basket, Line
from loyalty.receipt_files.receipt_lines import ReceiptLine, Reject, is_return, read_line
from loyalty.receipt_files.rows import TornRow, read_rows

MAX_CONTENT = 1_000
"""Characters of a rejected line that are kept to be listed."""


class Invoice(msgspec.Struct):
    """One sale or return of the file; `first_line` is where it begins there, `customer` 0 for a
    shopper without a card."""

    number: str
    first_line: int
    customer: int
    occurred_at_ms: int
    lines: list[Line]
    branch: str = ""

    @property
    def is_return(self) -> bool:
        """Whether goods came back."""
        return is_return(self.number)

    @property
    def basket(self) -> Basket:
        """The goods."""
        return Basket(tuple(self.lines))


class InvoiceFile(msgspec.Struct, frozen=True):
    """What a file holds: its invoices in the order they begin, and the lines that are in none."""

    invoices: tuple[Invoice, ...]
    rejects: tuple[Reject, ...]
    lines: int


def read_invoices(name: str, file: BinaryIO, zone: ZoneInfo, currency: str = "") -> InvoiceFile:
    """All invoices of the open `file`, whose path is `name`, in `currency`.

    Raises FileUnreadable as `read_rows` does.

    The whole file is read before the first sale: a later line may belong to the first invoice,
    and a file that turns out unreadable half-way should have sold nothing.
    """
    invoices: dict[str, Invoice] = {}
    rejects: list[Reject] = []
    lines = 0
    for row in read_rows(name, file):
        lines += 1
        if isinstance(row, TornRow):
            reason = row.reason
        else:
            line = read_line(row, zone, currency)
            reason = line if isinstance(line, str) else _place(invoices, row.line, line)
        if reason:
            rejects.append(Reject(row.line, reason, row.text.rstrip("\r\n")[:MAX_CONTENT]))
    return InvoiceFile(tuple(invoices.values()), tuple(rejects), lines)


def _place(invoices: dict[str, Invoice], at: int, line: ReceiptLine) -> str:
    """Put `line` on its invoice; the reason why not, or nothing."""
    invoice = invoices.get(line.invoice)
    if invoice is None:
        invoices[line.invoice] = Invoice(
            line.invoice, at, line.customer, line.occurred_at_ms, [line.line], line.branch
        )
    elif invoice.customer != line.customer:
        return f"another customer than on line {invoice.first_line} of the same invoice"
    elif len(invoice.lines) == MAX_LINES:
        return f"the invoice has more than {MAX_LINES} lines"
    else:
        invoice.lines.append(line.line)
    return ""
