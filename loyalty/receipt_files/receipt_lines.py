"""Receipt lines: what a row of the file says, or why it cannot be part of a sale."""

import re
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from loyalty.amounts import TWO_DECIMALS, decimals_of, line_amount
from loyalty.baskets import MAX_TAGS, MAX_TEXT, Line, tags_in
from loyalty.clock import epoch_ms
from loyalty.errors import AmountInvalid
from loyalty.identifiers import CARD_COUNTER_DIGITS, is_receipt_reference
from loyalty.receipt_files.rows import Row

RETURN_LETTER = "C"
"""First letter of the numbers of invoices that are returns."""

FIRST_YEAR, LAST_YEAR = 1970, 2199
MAX_CODE = 10
"""Characters of what stands where a currency should that are repeated."""

_QUANTITY = re.compile(r"[+-]?[0-9]{1,9}\Z")
_PRICE = re.compile(r"[+-]?[0-9]{1,10}(?:[.,][0-9]{1,6})?\Z")
_AMBIGUOUS = re.compile(r",[0-9]{3}\Z")
_CUSTOMER = re.compile(rf"([0-9]{{1,{CARD_COUNTER_DIGITS}}})(?:\.0+)?\Z")
_NOTHING_MORE = ("", "", "", "")
_KEPT_DATES = 4_096
_KEPT_TEXTS = 65_536


class ReceiptLine(msgspec.Struct, frozen=True, gc=False):
    """One line of an invoice; `customer` is 0 for a shopper without a card, `branch` empty where
    the file does not say."""

    invoice: str
    customer: int
    occurred_at_ms: int
    line: Line
    branch: str = ""


class Reject(msgspec.Struct, frozen=True):
    """A line that cannot be part of a sale: its number in the file, why, and its text."""

    line: int
    reason: str
    content: str


def is_return(invoice: str) -> bool:
    """Whether `invoice` is the number of a return."""
    return invoice.startswith(RETURN_LETTER)


def read_line(row: Row, zone: ZoneInfo, currency: str = "") -> ReceiptLine | str:
    """The receipt line in `row`, or the reason why it is none.

    Amounts come out positive, for a return too, in minor units of `currency` (empty: of one with
    two decimals, whatever the file says); times without an offset are local to `zone`.
    """
    stated, branch, category, tags = row.more or _NOTHING_MORE
    if currency and stated.strip() not in {"", currency}:
        return f"the amount is in {stated.strip()[:MAX_CODE]}, not in {currency}"
    invoice, sku, description, quantity, moment, price, customer = row.cells
    invoice = invoice.strip()
    fault = _invoice_fault(invoice)
    if fault:
        return fault
    count = _quantity(quantity.strip(), is_return(invoice))
    if isinstance(count, str):
        return count
    unit_price = _price(price.strip())
    if isinstance(unit_price, str):
        return unit_price
    occurred_at_ms = _moment_ms(moment.strip(), zone)
    if occurred_at_ms is None:
        return "the date is not readable; it must be like 2010-12-01 08:26:00"
    number = _customer(customer.strip())
    if number is None:
        return f"the customer id is not a number of 1 to {CARD_COUNTER_DIGITS} digits"
    if number == 0 and customer.strip():
        return "the customer id is zero; leave it empty for a shopper without a card"
    try:
        amount_minor = line_amount(count, unit_price, _decimals(currency))
    except AmountInvalid:
        return "the amount is out of range"
    line = Line(
        _shared(sku.strip()),
        _shared(description.strip()),
        count,
        amount_minor,
        _shared(category.strip()),
        _tags(tags),
    )
    return ReceiptLine(invoice, number, occurred_at_ms, line, _shared(branch.strip()))


@lru_cache(_KEPT_DATES)
def _invoice_fault(invoice: str) -> str:
    """Why `invoice` is the number of none; a file repeats it on every line of it."""
    if not invoice:
        return "no invoice number"
    if not is_receipt_reference(invoice):
        return "the invoice number holds blanks or has more than 64 characters"
    return ""


@lru_cache(_KEPT_DATES)
def _quantity(text: str, came_back: bool) -> int | str:
    """How many pieces were sold or brought back, or why that cannot be."""
    if not _QUANTITY.match(text):
        return "the quantity is not a whole number"
    quantity = int(text)
    if quantity == 0:
        return "the quantity is zero"
    if came_back:
        return -quantity if quantity < 0 else "a positive quantity on a return"
    return quantity if quantity > 0 else "a stock correction, not a sale: the quantity is below 0"


@lru_cache(_KEPT_DATES)
def _price(text: str) -> Decimal | str:
    if not _PRICE.match(text):
        return "the price is not a number"
    if _AMBIGUOUS.search(text):
        return "the price is ambiguous: a comma before three digits may part thousands"
    price = Decimal(text.replace(",", "."))
    return "the price is below 0" if price < 0 else price


@lru_cache(_KEPT_DATES)
def _moment_ms(text: str, zone: ZoneInfo) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
        if not FIRST_YEAR < moment.year <= LAST_YEAR:
            return None
        return epoch_ms(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    except ValueError:
        return None


def _decimals(currency: str) -> int:
    return decimals_of(currency) if currency else TWO_DECIMALS


@lru_cache(_KEPT_TEXTS)
def _tags(text: str) -> tuple[str, ...]:
    return tags_in(text[:MAX_TEXT])[:MAX_TAGS]


@lru_cache(_KEPT_TEXTS)
def _customer(text: str) -> int | None:
    if not text:
        return 0
    match = _CUSTOMER.match(text)
    return int(match[1]) if match else None


@lru_cache(_KEPT_TEXTS)
def _shared(text: str) -> str:
    """`text`, one object for all lines that say the same: a file repeats its goods endlessly."""
    return text[:MAX_TEXT]
