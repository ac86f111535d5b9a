"""A receipt's lines as an entry carries them, read one way wherever they are computed with."""

from collections.abc import Sequence

import msgspec

from loyalty.baskets import Basket, Line
from loyalty.journal import Entry

MAX_FIGURE = 2**63 - 1
"""What either engine can hold of a figure."""

UNREADABLE = "its lines cannot be read"


class _Lines(msgspec.Struct, frozen=True):
    lines: list[tuple[str, int, int]]


def basket_of(entry: Entry) -> Basket | None:
    """What an earn or reverse entry was computed from; None when its lines cannot be read.

    Tills write `lines` as [code, quantity, amount in minor units]. Journals are other machines'
    words: a fraction or a number beyond 64 bits is no quantity and no amount.
    """
    lines = _read(entry)
    if lines is None or _total(lines) is None:
        return None
    return Basket(tuple([Line(sku, "", quantity, minor) for sku, quantity, minor in lines]))


def total_of(entry: Entry) -> int | None:
    """What the lines of `basket_of` sum to, in minor units, without making them."""
    lines = _read(entry)
    return None if lines is None else _total(lines)


def _read(entry: Entry) -> Sequence[tuple[str, int, int]] | None:
    try:
        return msgspec.convert(entry.payload, _Lines).lines
    except (msgspec.ValidationError, RecursionError):
        return None


def _total(lines: Sequence[tuple[str, int, int]]) -> int | None:
    """What `lines` sum to; None when a figure is beyond what an engine holds."""
    total_minor = 0
    for _, quantity, minor in lines:
        if not -MAX_FIGURE <= quantity <= MAX_FIGURE or not -MAX_FIGURE <= minor <= MAX_FIGURE:
            return None
        total_minor += minor
    return total_minor
