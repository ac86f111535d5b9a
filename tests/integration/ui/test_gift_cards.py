"""Gift cards at the counter: sold with F11, scanned to pay, and every wallet on the screens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.programme.document import classic_document
from loyalty.receipts import GIFT_CARD
from terminal_app.ui.cashier.app import CashierApp
from terminal_app.ui.kiosk.app import KioskApp
from tests.integration.ui.keys import scan, seen
from tests.integration.ui.shop import ANNA, BREAD, NOW, ZONE, TestShop, open_test_shop

pytestmark = pytest.mark.anyio

STAMPS = """
[wallets.points]
[wallets.stamps]
kind = "stamps"
title = "Coffee stamps"
[[earn]]
name = "visits"
wallet = "stamps"
each = "visit"
[gift_cards]
least = "20.00"
most = "500.00"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[TestShop]:
    with open_test_shop(tmp_path, classic_document() + STAMPS) as opened:
        opened.buys(ANNA, 100_00)
        yield opened


async def test_a_card_is_sold_and_scanned_to_pay(shop: TestShop) -> None:
    app = CashierApp(shop.till, language="en", clock=lambda: NOW, zone=ZONE)
    async with app.run_test(size=(100, 32)) as pilot:
        await pilot.press("f11")
        assert "Type the amount of the gift card" in seen(app)
        await scan(pilot, "10.00")
        await pilot.press("f11")
        assert "A gift card is sold for 20.00 to 500.00" in seen(app)
        await pilot.press("f8")
        await scan(pilot, "50.00")
        await pilot.press("f11")
        assert "The gift card is sold: hand it over" in seen(app)
        receipt = app.counter.outcome
        assert receipt is not None
        assert receipt.kind == GIFT_CARD
        [slip] = receipt.vouchers
        await scan(pilot, "30.00")
        await scan(pilot, slip.code)
        await pilot.press("f2")
        paid = app.counter.outcome
        assert paid is not None
        assert (paid.to_pay_minor, paid.gift_paid_minor) == (0, 30_00)
        assert "Gift card paid" in seen(app)


async def test_every_wallet_is_on_the_screens(shop: TestShop) -> None:
    app = CashierApp(shop.till, language="en", clock=lambda: NOW, zone=ZONE)
    async with app.run_test(size=(100, 32)) as pilot:
        await scan(pilot, ANNA)
        assert "Coffee stamps: 1" in seen(app)
        await scan(pilot, BREAD)
        await pilot.press("f2")
        assert "Coffee stamps +1 · 2" in seen(app)
    kiosk = KioskApp(shop.till, language="en", clock=lambda: NOW, zone=ZONE)
    async with kiosk.run_test(size=(100, 32)) as pilot:
        await scan(pilot, ANNA)
        assert "Coffee stamps: 2" in seen(kiosk)
