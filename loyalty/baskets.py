"""What is on a receipt: goods, quantities and amounts in minor units."""

from collections.abc import Iterable

import msgspec

MAX_LINES = 5_000
MAX_TEXT = 200
MAX_QUANTITY = 10**9
"""Of one line: far over any sale, far under what 64 bits hold."""

MAX_TAGS = 20
"""Of one article."""

TAG_SEPARATOR = ";"
"""Stands between tags in lists and tables, so that no tag holds it."""


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


def tags_in(text: str) -> tuple[str, ...]:
    """The tags written in `text` as a list of goods has them ("vegan; sugar-free"), each once."""
    tags = (tag.strip() for tag in text.split(TAG_SEPARATOR))
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def tags_text(tags: Iterable[str]) -> str:
    """`tags` as one text, which `tags_in` reads."""
    return TAG_SEPARATOR.join(tags)


def keyed_amount(amount_minor: int, description: str = "") -> Basket:
    """The basket of a cashier who keys one amount and scans no goods."""
    return Basket((Line("", description, 1, amount_minor),))
