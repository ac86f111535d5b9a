"""The sale in hand: what was scanned and keyed so far, as one value."""

import re

import msgspec
from msgspec.structs import replace

from loyalty.amounts import TWO_DECIMALS, parse_amount
from loyalty.baskets import Basket, Line, keyed_amount
from terminal_app.till.answers import (
    GoodsReturn,
    KnownMember,
    KnownProduct,
    KnownVoucher,
    Sale,
)
from terminal_app.ui.cashier.bringing_back import BringingBack

# Seven digits at most: from eight on, digits alone may be the barcode of goods.
_AMOUNT = re.compile(r"\d{1,7}(?:[.,](?P<fraction>\d{1,4}))?", re.ASCII)


def typed_amount(text: str, decimals: int = TWO_DECIMALS) -> int | None:
    """The amount in minor units that `text` is ("12", "12.5", "12,50") in a currency with so many
    `decimals`, or None when it is none."""
    amount = _AMOUNT.fullmatch(text)
    if amount is None or len(amount["fraction"] or "") > decimals:
        return None
    return parse_amount(text, decimals)


class Checkout(msgspec.Struct, frozen=True):
    """One customer's lines, card and vouchers; `is_return` when goods come back. With
    `pays_with_points` as many of the member's points as may pay do.

    `unknown_card` is a good card that this till has not heard of; it earns all the same. A return
    with its receipt is `back`, and has no lines of its own.
    """

    lines: tuple[Line, ...] = ()
    member: KnownMember | None = None
    unknown_card: str = ""
    vouchers: tuple[KnownVoucher, ...] = ()
    is_return: bool = False
    pays_with_points: bool = False
    back: BringingBack | None = None

    @property
    def basket(self) -> Basket:
        """The lines as the Till takes them."""
        return Basket(self.lines)

    @property
    def member_id(self) -> str:
        """Whose points it is about; empty without a card."""
        if self.member is not None:
            return self.member.member.member_id
        return "" if self.is_return else self.unknown_card

    @property
    def has_card(self) -> bool:
        """Whether a card was shown, known here or not."""
        return self.member is not None or self.unknown_card != ""

    @property
    def has_goods(self) -> bool:
        """Whether anything was entered that can be posted."""
        return bool(self.back.items if self.back else self.lines)

    @property
    def goods_return(self) -> GoodsReturn:
        """The return as the Till takes it."""
        if self.back:
            return self.back.goods
        return GoodsReturn(basket=self.basket, member_id=self.member_id)

    @property
    def voucher_codes(self) -> tuple[str, ...]:
        """The codes of the vouchers that pay, as the Till takes them."""
        return tuple(voucher.code for voucher in self.vouchers)

    def sale(self, pay_points: int = 0) -> Sale:
        """The sale as the Till takes it, with so many points that pay for a part."""
        return Sale(
            basket=self.basket,
            member_id=self.member_id,
            voucher_codes=self.voucher_codes,
            pay_points=pay_points,
        )

    def with_amount(self, amount_minor: int) -> "Checkout":
        """One more line: an amount that was keyed."""
        return replace(self, lines=(*self.lines, *keyed_amount(amount_minor).lines))

    def with_goods(self, goods: KnownProduct) -> "Checkout":
        """One more piece of `goods`, counted on its line when it was the last one scanned."""
        last = self.lines[-1] if self.lines else None
        if last is not None and last.sku == goods.code:
            more = replace(
                last,
                quantity=last.quantity + 1,
                amount_minor=last.amount_minor + goods.price_minor,
            )
            return replace(self, lines=(*self.lines[:-1], more))
        line = Line(goods.code, goods.description, 1, goods.price_minor, goods.category, goods.tags)
        return replace(self, lines=(*self.lines, line))

    def without_last(self) -> "Checkout":
        """Without the last line, or, when there is none, without the last voucher; without the
        receipt of a return that nothing is left in hand of."""
        if self.back:
            return replace(self, back=self.back.without_last() if self.back.items else None)
        if self.lines:
            return replace(self, lines=self.lines[:-1])
        return replace(self, vouchers=self.vouchers[:-1])
