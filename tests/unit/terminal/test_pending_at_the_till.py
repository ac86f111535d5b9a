"""Points that wait: earned and shown at once, spent from their day on."""

import pytest

from loyalty.rights import Wait
from terminal_app.bootstrap import Shop
from terminal_app.locale.words import Words
from terminal_app.store.programmes import keep_programme
from terminal_app.till.answers import Enrolment, GoodsReturn, Sale
from terminal_app.till.safe_words import safe_lines
from tests.unit.terminal.counter import ShopClock, goods, known, posted

WAITING = """
name = "waiting"
version = 1
currency = "GBP"
earning = { per = "1.00" }
reward = { at_points = 100, voucher = "5.00" }
wallets.points.pending_days = 14
"""


@pytest.fixture
def member(shop: Shop) -> str:
    with shop.store.writing() as connection:
        keep_programme(connection, WAITING, 1)
    return known(shop.till.enrol(Enrolment(name="Ala"))).member.member_id


def test_a_voucher_comes_out_with_the_first_sale_after_the_points_are_free(
    shop: Shop, clock: ShopClock, member: str
) -> None:
    first = posted(shop.till.sell(Sale(basket=goods(120_00), member_id=member))).receipt
    assert (first.points, first.balance, first.vouchers) == (120, 120, ())
    safe = shop.till.safe_to_spend(member)
    assert (safe.points, safe.pending, safe.wait) == (0, 120, Wait.PENDING)
    assert safe_lines(safe, Words("en")) == (
        "Safe to spend here now: 0",
        "120 earned lately: they can be spent later",
    )
    clock.move(days=13)
    assert posted(shop.till.sell(Sale(basket=goods(1_00), member_id=member))).receipt.balance == 121
    clock.move(days=1)
    free = shop.till.safe_to_spend(member)
    assert (free.points, free.pending) == (120, 1)
    assert safe_lines(free, Words("pl"))[1] == "1 zebrane niedawno: można je wydać później"
    quoted = shop.till.quote(goods(1_00), member)
    later = posted(shop.till.sell(Sale(basket=goods(1_00), member_id=member))).receipt
    assert (later.balance, len(later.vouchers)) == (22, 1)
    assert quoted.balance_after == later.balance  # type: ignore[union-attr]


def test_a_return_takes_what_was_waiting(shop: Shop, member: str) -> None:
    sold = posted(shop.till.sell(Sale(basket=goods(80_00), member_id=member))).receipt
    returned = GoodsReturn(basket=goods(80_00), member_id=member, of_receipt=sold.reference)
    assert posted(shop.till.take_back(returned)).receipt.balance == 0
    safe = shop.till.safe_to_spend(member)
    assert (safe.points, safe.pending, safe.wait) == (0, 0, Wait.NOTHING)
