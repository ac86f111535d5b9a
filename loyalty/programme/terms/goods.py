"""Groups of goods, and what earns nothing."""

from typing import Literal

import msgspec

from loyalty.programme.terms.texts import ShopText

Tender = Literal["voucher", "points", "gift_card", "deposit"]
"""Ways to pay that are no new money: each may be told to earn nothing."""


class Goods(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A group of goods that rules can name: whatever has one of these article numbers, begins of
    an article number, categories or tags. `title` is what members read."""

    items: tuple[str, ...] = ()
    starts_with: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    title: ShopText = ""


class Excluded(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What earns nothing: groups of `goods`, which get no discount either, and the part of a sale
    that is paid with one of `tenders`. That part is taken from all lines in proportion to what they
    cost after the discount, excluded goods as well: each line pays its share of a voucher."""

    goods: tuple[str, ...] = ()
    tenders: tuple[Tender, ...] = ()
