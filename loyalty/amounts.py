"""Money in integers of minor units: parsed once at the edge, rounded in one place."""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision, list_currencies

from loyalty.errors import AmountInvalid

TWO_DECIMALS = 2
"""Of most currencies; `decimals_of` tells those of one."""

MAX_AMOUNT_MINOR = 10**12
"""Ten thousand million: far over any sale, far under what a 64-bit column holds."""

_MINOR = Decimal(1)
_WRITTEN = re.compile(r"[+-]?(?=[.,]?[0-9])[0-9]{0,12}([.,][0-9]{0,12})?\Z")
"""At most 24 digits, so that a product with 100 is exact within the 28 of a Decimal."""


@lru_cache(maxsize=256)
def decimals_of(currency: str) -> int:
    """How many decimals amounts in `currency` have: 2 in PLN, 0 in JPY, 3 in KWD (ISO 4217, as
    the Unicode locale data have it)."""
    return int(get_currency_precision(currency))


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def is_currency(code: str) -> bool:
    """Whether `code` is a currency's of ISO 4217, as the Unicode locale data have them."""
    return code in _currencies()


def parse_decimal(text: str) -> Decimal:
    """The decimal number written in `text`, with a point or a comma.

    Raises AmountInvalid for anything else: letters, exponents, NaN and infinities included.
    """
    written = text.strip()
    if not _WRITTEN.match(written):
        raise _not_an_amount(text)
    return Decimal(written.replace(",", "."))


def parse_amount(text: str, decimals: int = TWO_DECIMALS) -> int:
    """The amount written in `text` ("12", "12.5", "12,50") in minor units of a currency with so
    many `decimals`.

    Raises AmountInvalid when it is no number, is finer than a minor unit, or is out of range.
    """
    minor = parse_decimal(text) * 10**decimals
    if minor != minor.to_integral_value() or abs(minor) > MAX_AMOUNT_MINOR:
        raise _not_an_amount(text, decimals)
    return int(minor)


def major(amount_minor: int, decimals: int = TWO_DECIMALS) -> Decimal:
    """`amount_minor` as people count it, exactly: 1250 with two decimals is 12.50."""
    return Decimal(amount_minor).scaleb(-decimals)


def example_minor(decimals: int = TWO_DECIMALS) -> int:
    """An amount to show how one is written: 12.50, or 12 where there are no decimals."""
    return int(125 * 10**decimals) // 10


def line_amount(quantity: int, unit_price: Decimal, decimals: int = TWO_DECIMALS) -> int:
    """Amount of a receipt line in minor units: quantity times unit price, rounded half up.

    Half goes away from zero, so that a return is worth exactly what its sale was.
    Raises AmountInvalid when the amount is out of range.
    """
    if abs(unit_price) > MAX_AMOUNT_MINOR or abs(quantity) > MAX_AMOUNT_MINOR:
        raise _not_an_amount(f"{quantity} x {unit_price}", decimals)
    minor = unit_price * 10**decimals * quantity
    if abs(minor) > MAX_AMOUNT_MINOR:
        raise _not_an_amount(f"{quantity} x {unit_price}", decimals)
    return int(minor.quantize(_MINOR, rounding=ROUND_HALF_UP))


def plain_amount(amount_minor: int, decimals: int = TWO_DECIMALS) -> str:
    """`amount_minor` as "12.34", the same in every language; faces localise for people."""
    sign = "-" if amount_minor < 0 else ""
    major, minor = divmod(abs(amount_minor), 10**decimals)
    return f"{sign}{major}.{minor:0{decimals}d}" if decimals else f"{sign}{major}"


def _not_an_amount(text: str, decimals: int = TWO_DECIMALS) -> AmountInvalid:
    finest = f"with at most {decimals} decimals" if decimals else "without decimals"
    example = plain_amount(example_minor(decimals), decimals)
    return AmountInvalid(
        f"{text.strip()[:40]!r} is not an amount of money.",
        f"Write it in digits {finest}, such as {example}.",
    )
