"""A return with its receipt, in the cashier's hands: which receipt, and what of it comes back.

A line is taken by its number on the screen, so many units of it as "2*3", all that is left as "*",
a part of a keyed amount as "20.00"; goods are scanned as they were when they were sold.
"""

import re

import msgspec
from msgspec.structs import replace

from loyalty.amounts import parse_amount
from loyalty.programme.brought_back import AskedBack
from loyalty.programme.returning import is_gone
from terminal_app.till.answers import GoodsReturn, KnownProduct, KnownReceipt

ALL = "*"
_PLACE = re.compile(r"(?P<number>[1-9]\d{0,3})(?:\*(?P<units>\d{1,9}))?", re.ASCII)
_AMOUNT = re.compile(r"\d{1,9}[.,](?P<fraction>\d{1,4})", re.ASCII)


class BringingBack(msgspec.Struct, frozen=True):
    """A receipt that is shown, and the parts of it that were entered so far, the last one last."""

    receipt: KnownReceipt
    items: tuple[AskedBack, ...] = ()

    @property
    def goods(self) -> GoodsReturn:
        """The return as the Till takes it."""
        receipt = self.receipt
        if receipt.code:
            return GoodsReturn(receipt_code=receipt.code, items=self.items)
        return GoodsReturn(of_receipt=receipt.reference, items=self.items)

    def units_of(self, place: int) -> int:
        """How many units of a line come back; where none are counted, all that are left of it, or
        the one whose price comes back in parts."""
        whole = max(self.receipt.left[place].quantity, 1)
        counted = [item.quantity for item in self.items if item.line == place]
        return min(sum(whole if units is None else units for units in counted), whole)

    def with_goods(self, goods: KnownProduct) -> "BringingBack | None":
        """One more piece of `goods`, of the first line that has some left; None when none has."""
        lines = enumerate(self.receipt.left)
        of_article = [(place, line) for place, line in lines if line.sku == goods.code]
        for place, line in of_article:
            if self.units_of(place) < line.quantity:
                return self._with(AskedBack(place, 1))
        return self._with(AskedBack(of_article[0][0], 1)) if of_article else None

    def with_typed(self, text: str, decimals: int) -> "BringingBack | None":
        """What `text` asks for, in a currency with so many `decimals`; None when it is no line and
        no amount. Whether so much is left is the Till's to say."""
        if text == ALL:
            left = enumerate(self.receipt.left)
            whole = tuple(AskedBack(place) for place, line in left if not is_gone(line))
            return replace(self, items=whole)
        place = _PLACE.fullmatch(text)
        if place is not None:
            return self._with_line(int(place["number"]) - 1, place["units"])
        amount = _AMOUNT.fullmatch(text)
        if amount is None or len(amount["fraction"]) > decimals:
            return None
        return self._with_amount(parse_amount(text, decimals))

    def without_last(self) -> "BringingBack":
        """Without what was entered last."""
        return replace(self, items=self.items[:-1])

    def _with_line(self, place: int, units: str | None) -> "BringingBack | None":
        if place >= len(self.receipt.lines):
            return None
        counts = units is not None or self.receipt.lines[place].quantity > 1
        return self._with(AskedBack(place, int(units or 1) if counts else None))

    def _with_amount(self, amount_minor: int) -> "BringingBack | None":
        """A part of the first keyed amount that has so much left, beside what was entered of it."""
        for place, line in enumerate(self.receipt.left):
            asked = sum(item.amount_minor or 0 for item in self.items if item.line == place)
            if not line.sku and asked + amount_minor <= line.amount_minor:
                return self._with(AskedBack(place, None, amount_minor))
        return None

    def _with(self, item: AskedBack) -> "BringingBack":
        return replace(self, items=(*self.items, item))
