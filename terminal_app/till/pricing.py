"""What a basket comes to for whoever buys it: the same sums for a quote and for the sale."""

import sqlite3

import msgspec
from msgspec.structs import replace

from loyalty.amounts import decimals_of, plain_amount
from loyalty.baskets import Basket
from loyalty.clock import from_epoch_ms
from loyalty.members import Member
from loyalty.programme.awards import award
from loyalty.programme.benefits import less_discount
from loyalty.programme.document import Programme
from loyalty.programme.occasions import NEWCOMER, Award, Occasion, Standing
from loyalty.programme.paying import (
    NOTHING_PAID,
    NoPayment,
    PointsPaid,
    most_paid,
    paid_with_points,
)
from loyalty.programme.sale_facts import PAID_WITH_POINTS
from loyalty.programme.standing import sums_of
from loyalty.programme.terms.goods import Tender
from loyalty.scans import is_gift_code
from terminal_app.store import ledger, members
from terminal_app.till.answers import Reason, Refusal, Sale
from terminal_app.till.gift_cards import GiftPayment, check_gift_cards
from terminal_app.till.limits import overmarked
from terminal_app.till.safety import spendable_by
from terminal_app.till.standing import Past, past_of, standing_at
from terminal_app.till.voucher_check import VoucherDesk, check_vouchers
from terminal_app.till.voucher_worth import PaidVoucher, paid_with

NOTHING_EARNED = Award(points=0, wallets={}, base_minor=0)
"""Of a shopper without a card."""

_REASONS = {
    NoPayment.NOT_OFFERED: Reason.PAY_NOT_OFFERED,
    NoPayment.TOO_FEW: Reason.PAY_TOO_FEW,
    NoPayment.NO_FULL_STEP: Reason.PAY_NO_FULL_STEP,
    NoPayment.TOO_MUCH: Reason.PAY_TOO_MUCH,
    NoPayment.NOT_ENOUGH: Reason.PAY_NOT_ENOUGH,
}


class Priced(msgspec.Struct, frozen=True, kw_only=True):
    """A sale as it would be posted: what the award was computed from, and what pays for it.

    `payable` is the most that points could pay of it.
    """

    occasion: Occasion
    past: Past
    standing: Standing
    award: Award
    vouchers: tuple[PaidVoucher, ...]
    voucher_paid_minor: int
    points_paid: PointsPaid
    payable: PointsPaid
    gifts: tuple[GiftPayment, ...] = ()

    def sums(self, programme: Programme) -> dict[str, int]:
        """What the sale adds to its member's sums; nothing without a card."""
        return {} if self.award is NOTHING_EARNED else sums_of(programme, self.occasion, self.award)

    @property
    def to_pay_minor(self) -> int:
        """What is left after discount, vouchers, points and gift cards."""
        return (
            self.occasion.basket.total_minor
            - self.award.discount_minor
            - self.voucher_paid_minor
            - self.points_paid.paid_minor
            - sum(one.paid_minor for one in self.gifts)
        )


def price(
    connection: sqlite3.Connection, desk: VoucherDesk, sale: Sale, member: Member | None
) -> Priced | Refusal:
    """What `sale` comes to at `desk`; `member` is None without a card, and for a card that this
    till has not heard of. First the member's discount, then vouchers, points and gift cards:
    each pays for what the one before it left."""
    programme = desk.programme
    basket = with_words(connection, programme, sale.basket)
    if programme.goods and (refusal := overmarked(basket)):
        return refusal
    occasion = Occasion(
        basket=basket,
        at=from_epoch_ms(desk.at_ms).astimezone(desk.identity.zone),
        branch=desk.identity.branch,
    )
    past, standing, given = Past(), NEWCOMER, NOTHING_EARNED
    if sale.member_id:
        past = past_of(connection, programme, member.account if member else sale.member_id, member)
        standing = standing_at(programme, past, occasion.at)
        given = award(programme, occasion, standing)
    due_minor = sale.basket.total_minor - given.discount_minor
    costs = less_discount(occasion.basket, given.discounts_minor)
    gift_codes = [code for code in sale.voucher_codes if is_gift_code(code)]
    codes = tuple(code for code in sale.voucher_codes if code not in gift_codes)
    vouchers = check_vouchers(connection, desk, codes, costs)
    if isinstance(vouchers, Refusal):
        return vouchers
    voucher_minor = paid_with(vouchers, due_minor)
    points = _paid_with_points(connection, desk, sale, member, due_minor - voucher_minor)
    if isinstance(points, Refusal):
        return points
    points_paid, payable = points
    left_minor = due_minor - voucher_minor - points_paid.paid_minor - sum(sale.paid.values())
    gifts = check_gift_cards(connection, desk, gift_codes, left_minor)
    if isinstance(gifts, Refusal):
        return gifts
    gift_minor = sum(one.paid_minor for one in gifts)
    paid = _paid(sale, due_minor, voucher_minor, points_paid.paid_minor, gift_minor)
    if isinstance(paid, Refusal):
        return paid
    if paid:
        occasion = replace(occasion, paid=paid)
        if sale.member_id and not paid.keys().isdisjoint(programme.excluded.tenders):
            given = award(programme, occasion, standing)
    return Priced(
        occasion=occasion,
        past=past,
        standing=standing,
        award=given,
        vouchers=tuple(vouchers),
        voucher_paid_minor=voucher_minor,
        points_paid=points_paid,
        payable=payable,
        gifts=gifts,
    )


def with_words(connection: sqlite3.Connection, programme: Programme, basket: Basket) -> Basket:
    """`basket` with category and tags by the list of goods, where the programme knows groups of
    goods and a line does not bring its own."""
    if not programme.goods:
        return basket
    asked = {line.sku for line in basket.lines if line.sku and not (line.category or line.tags)}
    if not asked:
        return basket
    words = members.words_for_goods(connection, asked)
    return Basket(
        tuple(
            replace(line, category=words[line.sku][0], tags=words[line.sku][1])
            if line.sku in words and not (line.category or line.tags)
            else line
            for line in basket.lines
        )
    )


def _paid_with_points(
    connection: sqlite3.Connection,
    desk: VoucherDesk,
    sale: Sale,
    member: Member | None,
    due_minor: int,
) -> tuple[PointsPaid, PointsPaid] | Refusal:
    """What the points that the member gives pay of `due_minor`, and the most that they could."""
    programme, asked = desk.programme, sale.pay_points
    if member is None or programme.pay is None:
        if not asked:
            return NOTHING_PAID, NOTHING_PAID
        return Refusal(Reason.PAY_NOT_OFFERED if member or sale.member_id else Reason.PAY_NO_CARD)
    balance = ledger.balance_of(connection, member.account).points
    safe = spendable_by(connection, programme, member, balance, 0, desk.now_ms)
    most = most_paid(programme, safe, due_minor)
    paid = paid_with_points(programme, asked, safe, due_minor)
    if isinstance(paid, PointsPaid):
        return paid, most
    facts = {
        "least": str(programme.pay.least),
        "points": str(programme.pay.points),
        "safe": str(safe),
        "most": plain_amount(most.paid_minor, decimals_of(programme.currency)),
    }
    return Refusal(_REASONS[paid], facts)


def _paid(
    sale: Sale, due_minor: int, voucher_minor: int, points_minor: int, gift_minor: int
) -> dict[Tender, int] | Refusal:
    """What of the sale is paid with no new money, by tender."""
    paid = dict(sale.paid)
    if voucher_minor:
        paid["voucher"] = paid.get("voucher", 0) + voucher_minor
    if points_minor:
        paid[PAID_WITH_POINTS] = paid.get(PAID_WITH_POINTS, 0) + points_minor
    if gift_minor:
        paid["gift_card"] = paid.get("gift_card", 0) + gift_minor
    if sale.paid and (min(paid.values()) < 0 or sum(paid.values()) > max(due_minor, 0)):
        return Refusal(Reason.PAID_TOO_MUCH)
    return paid
