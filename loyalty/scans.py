"""What a scanner read: named for what it is, never guessed.

A scan that is not ours is no fault: shoppers show the wrong code every day. So it comes back as
a value that a face can put into words.
"""

import re
from urllib.parse import urlsplit

import msgspec

from loyalty.identifiers import (
    CARD_DIGITS,
    GIFT_PREFIX,
    RECEIPT_PREFIX,
    VOUCHER_PREFIX,
    is_card_number,
)

MAX_SCAN_CHARACTERS = 1_024

_AIM = re.compile(r"\A\][A-Za-z][0-9A-Za-z]")
_BLANKS = " \t\r\n\v\f\xa0"
"""Around a scan; not the group separator, which Python strips too and GS1 codes begin with."""

_CARD_TYPING = str.maketrans("", "", " -")


class CardScan(msgspec.Struct, frozen=True, tag=True):
    """A member's card with a good check digit."""

    card: str


class VoucherScan(msgspec.Struct, frozen=True, tag=True):
    """The code of one of our vouchers, neither read nor verified yet."""

    code: str


class GiftCardScan(msgspec.Struct, frozen=True, tag=True):
    """The code of one of our gift cards, neither read nor verified yet."""

    code: str


class ReceiptScan(msgspec.Struct, frozen=True, tag=True):
    """The code of one of our receipts, neither read nor verified yet."""

    code: str


class DamagedScan(msgspec.Struct, frozen=True, tag=True):
    """A card number that was cut off or mistyped: its length or its check digit is wrong."""


class ForeignScan(msgspec.Struct, frozen=True, tag=True):
    """A code that is not ours; `kind` is "ean", "gs1", "link" or "unknown"."""

    kind: str


class EmptyScan(msgspec.Struct, frozen=True, tag=True):
    """Nothing but blanks."""


Scan = CardScan | VoucherScan | GiftCardScan | ReceiptScan | DamagedScan | ForeignScan | EmptyScan


def without_aim(text: str) -> str:
    """The code in `text` as it stands on the label, without the AIM identifier in front."""
    return _AIM.sub("", text.strip(_BLANKS))


def is_gift_code(text: str) -> bool:
    """Whether a scanned `text` is the code of one of our gift cards."""
    return without_aim(text).upper().startswith(GIFT_PREFIX)


def read_scan(text: str) -> Scan:
    """Name what `text`, as it came from a scanner or a keyboard, is.

    An AIM identifier in front (`]Q1`) is taken off, blanks and hyphens inside a typed card
    number are forgiven.
    """
    code = without_aim(text)
    if not code:
        return EmptyScan()
    if len(code) > MAX_SCAN_CHARACTERS:
        return ForeignScan("unknown")
    if code.upper().startswith(VOUCHER_PREFIX):
        return VoucherScan(code.upper())
    if code.upper().startswith(GIFT_PREFIX):
        return GiftCardScan(code.upper())
    if code.upper().startswith(RECEIPT_PREFIX):
        return ReceiptScan(code.upper())
    digits = code.translate(_CARD_TYPING)
    if digits.isascii() and digits.isdigit():
        return _number(digits)
    return ForeignScan(_foreign_kind(code))


def _number(digits: str) -> Scan:
    if is_card_number(digits):
        return CardScan(digits)
    if len(digits) in (8, 12, 13) and _ean_holds(digits):
        return ForeignScan("ean")
    if len(digits) in range(CARD_DIGITS - 3, CARD_DIGITS + 4):
        return DamagedScan()
    return ForeignScan("unknown")


def _ean_holds(digits: str) -> bool:
    """Whether the GS1 check digit of an EAN-8, UPC-A or EAN-13 is right (GS1 GenSpecs 7.9)."""
    weighted = sum(
        int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits))
    )
    return weighted % 10 == 0


def _foreign_kind(code: str) -> str:
    if code.startswith(("(01)", "\x1d", "01")) and not code.isalpha():
        return "gs1"
    try:
        address = urlsplit(code)
    except ValueError:
        return "unknown"
    return "link" if address.scheme in ("http", "https") and address.netloc else "unknown"
