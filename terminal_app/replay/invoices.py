"""Invoices of a file that is replayed, and the cards that its customers have at the tills."""

from pathlib import Path
from zoneinfo import ZoneInfo

from loyalty.errors import FileUnreadable
from loyalty.identifiers import CARD_COUNTER_DIGITS, CARD_ISSUER, CARD_TERMINAL_DIGITS, card_number
from loyalty.receipt_files import invoices
from loyalty.receipt_files.invoices import InvoiceFile


def read_invoices(path: Path, zone: ZoneInfo, currency: str = "") -> InvoiceFile:
    """All invoices of the file `path`; raises FileUnreadable when it cannot be read as such."""
    try:
        with path.open("rb") as file:
            return invoices.read_invoices(str(path), file, zone, currency)
    except OSError as fault:
        raise FileUnreadable(
            f"{path} cannot be read: {fault.strerror or fault}.", "Check the name and the rights."
        ) from None


def card_of(customer: int) -> str:
    """The card of the shop's customer number `customer`; empty for 0, a shopper without one.

    It stands where a terminal numbered 0 would mint its own, and no terminal has that number.
    """
    if not customer:
        return ""
    body = f"{CARD_ISSUER}{0:0{CARD_TERMINAL_DIGITS}d}{customer:0{CARD_COUNTER_DIGITS}d}"
    return card_number(body)
