"""What is on a receipt: goods, quantities and amounts in minor units."""

import msgspec

MAX_LINES = 5_000
MAX_TEXT = 200
MAX_QUANTITY = 10**9
"""Of one line: far over any sale, far under what 64 bits hold."""


class Line(msgspec.Struct, frozen=True, array_like=True):
    """One line of a receipt; `amount_minor` is the whole line's, already rounded.

    Amounts of a returned basket are positive too: what was bought is described, and the entry
    that records the return says which way it went. `category` and `tags` are the shop's own words
    for the article, by which a programme may name it.
    """

    sku: str
    description: str
    quantity: int
    amount_minor: int
    category: str = ""
    tags: tuple[str, ...] = ()


class Basket(msgspec.Struct, frozen=True):
    """The lines of one receipt in one currency."""

    lines: tuple[Line, ...]

    @property
    def total_minor(self) -> int:
        """Sum of the line amounts, in minor units."""
        return sum(line.amount_minor for line in self.lines)


def keyed_amount(amount_minor: int, description: str = "") -> Basket:
    """The basket of a cashier who keys one amount and scans no goods."""
    return Basket((Line("", description, 1, amount_minor),))
