"""A receipt's lines as an entry carries them, read one way wherever they are computed with."""

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
    try:
        lines = msgspec.convert(entry.payload, _Lines).lines
    except (msgspec.ValidationError, RecursionError):
        return None
    for _, quantity, minor in lines:
        if not -MAX_FIGURE <= quantity <= MAX_FIGURE or not -MAX_FIGURE <= minor <= MAX_FIGURE:
            return None
    return Basket(tuple([Line(sku, "", quantity, minor) for sku, quantity, minor in lines]))
