"""Lots folded from what a till really wrote: sales, part-payments, vouchers, returns by item."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from loyalty.baskets import Basket, Line
from loyalty.clock import epoch_ms
from loyalty.identifiers import card_number
from loyalty.lots import Lots, expired, fold_lots, spendable_lots
from loyalty.programme.brought_back import AskedBack
from loyalty.programme.document import load_programme
from terminal_app.bootstrap import Shop, open_till
from terminal_app.store import ledger
from terminal_app.till.answers import Enrolment, GoodsReturn, Sale
from tests.unit.terminal.counter import ShopClock, entries_in, found_till, known, posted

CARD = card_number("290000900000001")
WARSAW = ZoneInfo("Europe/Warsaw")
TERMS = """
name = "club"
version = 1
currency = "PLN"
[wallets.points]
expiry = { days = 100 }
[earning]
per = "10.00"
[reward]
at_points = 20
voucher = "5.00"
[pay]
points = 1
worth = "1.00"
[returns]
vouchers = "revoked"
"""


@pytest.fixture
def shop(home: Path, clock: ShopClock) -> Iterator[Shop]:
    found_till(home, document=TERMS)
    with open_till(home, clock=clock) as shop:
        known(shop.till.enrol(Enrolment(name="Ala Kot", card=CARD)))
        yield shop


def sell(shop: Shop, reference: str, minor: int, pay_points: int = 0) -> None:
    basket = Basket((Line("A", "", 1, minor), Line("B", "", 1, 10_00)))
    sale = Sale(basket=basket, member_id=CARD, reference=reference, pay_points=pay_points)
    posted(shop.till.sell(sale))


def lots_of(shop: Shop) -> Lots:
    wallet = load_programme(TERMS).wallet()
    with shop.store.reading() as connection:
        lots = fold_lots(CARD, entries_in(connection), lambda _: wallet, WARSAW)
        assert lots.balance == ledger.balance_of(connection, CARD).points
    return lots


def left(shop: Shop) -> list[int]:
    return [lot.points_left for lot in lots_of(shop).lots]


def test_what_paid_comes_back_to_the_lots_it_came_from(shop: Shop, clock: ShopClock) -> None:
    sell(shop, "R1", 60_00)
    clock.move(days=10)
    sell(shop, "R2", 90_00)
    clock.move(days=10)
    sell(shop, "R3", 20_00, pay_points=12)
    assert left(shop) == [0, 5, 3]
    posted(shop.till.take_back(GoodsReturn(of_receipt="R3", items=(AskedBack(1),))))
    posted(shop.till.take_back(GoodsReturn(of_receipt="R3")))
    assert left(shop) == [7, 10, 0]
    now_ms = epoch_ms(clock.now)
    assert [lot.points_left for lot in spendable_lots(lots_of(shop).lots, now_ms)] == [7, 10]
    clock.move(days=81)
    assert [lot.points_left for lot in expired(lots_of(shop).lots, epoch_ms(clock.now))] == [7]


def test_points_of_vouchers_that_are_revoked_come_back_to_theirs(
    shop: Shop, clock: ShopClock
) -> None:
    sell(shop, "R1", 80_00)
    clock.move(days=10)
    sell(shop, "R2", 150_00)
    # Nine and sixteen: a voucher for twenty, nine of them the older ones.
    assert left(shop) == [0, 5]
    posted(shop.till.take_back(GoodsReturn(of_receipt="R2")))
    assert left(shop) == [9, 0]


def test_a_debt_is_worked_off_by_the_next_sale(shop: Shop) -> None:
    sell(shop, "R1", 80_00)
    sell(shop, "R2", 10_00, pay_points=9)
    posted(shop.till.take_back(GoodsReturn(of_receipt="R1")))
    assert (left(shop), lots_of(shop).debt) == ([0, 0], 7)
    sell(shop, "R3", 90_00)
    assert (left(shop), lots_of(shop).debt) == ([0, 0, 3], 0)
