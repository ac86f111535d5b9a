"""Rewards on the screens: the cashier's list, and the kiosk's buttons."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from loyalty.receipts import CLAIM
from terminal_app.locale.words import Words
from terminal_app.ui.cashier.app import CashierApp
from terminal_app.ui.cashier.counter import Counter
from terminal_app.ui.kiosk.app import KioskApp
from tests.integration.ui.keys import scan, seen
from tests.integration.ui.shop import ANNA, BREAD, NOW, PIOTR, ZONE, TestShop, open_test_shop

pytestmark = pytest.mark.anyio

EN = Words("en")
TOUCH_S = 0.3
DOCUMENT = """
name = "catalogue"
version = 1
currency = "GBP"
[earning]
per = "1.00"
points = 1
[goods.bread]
items = ["5900000000022"]
[[rewards]]
name = "bread"
title = { en = "Free bread", pl = "Chleb gratis", ru = "Хлеб бесплатно" }
cost = 30
gives = "free_goods"
goods = ["bread"]
[[rewards]]
name = "mug"
title = { en = "Mug", pl = "Kubek", ru = "Кружка" }
cost = 90
gives = "gift"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[TestShop]:
    with open_test_shop(tmp_path, DOCUMENT) as opened:
        opened.buys(ANNA, 100_00)
        yield opened


def cashier(shop: TestShop) -> CashierApp:
    return CashierApp(shop.till, language="en", clock=lambda: NOW, zone=ZONE)


def kiosk(shop: TestShop) -> KioskApp:
    return KioskApp(shop.till, language="en", clock=lambda: NOW, zone=ZONE)


async def touch(pilot: Pilot[None], button: str) -> None:
    """Touch a button, and wait until it would take another touch: a bouncing finger is one."""
    await pilot.click(button)
    await pilot.pause(TOUCH_S)


async def test_the_cashier_claims_by_number_and_hands_the_voucher_over(shop: TestShop) -> None:
    app = cashier(shop)
    async with app.run_test(size=(100, 32)) as pilot:
        await pilot.press("f10")
        assert "then the rewards stand here" in seen(app)
        await pilot.press("f10")
        await scan(pilot, ANNA)
        await pilot.press("f10")
        screen = seen(app)
        assert "Free bread" in screen
        assert "30 points" in screen
        await scan(pilot, "1")
        assert app.counter.outcome is not None
        assert app.counter.outcome.kind == CLAIM
        screen = seen(app)
        assert "The reward is given" in screen
        assert "Points redeemed" in screen
        assert "Free bread · Valid until" in screen
    assert shop.till.status().waiting_jobs == 1


async def test_a_number_off_the_page_is_an_amount_again(shop: TestShop) -> None:
    app = cashier(shop)
    async with app.run_test(size=(100, 32)) as pilot:
        await scan(pilot, ANNA)
        await pilot.press("f10")
        await scan(pilot, "7")
        assert "No reward stands there" in seen(app)
        await scan(pilot, "7")
        assert app.counter.checkout.basket.total_minor == 7_00


async def test_why_a_reward_cannot_be_had_stands_below_it(shop: TestShop) -> None:
    app = cashier(shop)
    async with app.run_test(size=(100, 32)) as pilot:
        await scan(pilot, PIOTR)
        await pilot.press("f10", "pagedown", "pageup")
        assert "90 more must be free to spend here" in seen(app)
        await scan(pilot, "2")
        assert "90 more must be free to spend here" in seen(app)
    assert shop.till.status().waiting_jobs == 0


async def test_a_sale_in_hand_goes_on_after_a_claim(shop: TestShop) -> None:
    counter = Counter(shop.till)
    for text in (ANNA, "5.00"):
        counter.enter(text)
    counter.claim(1)
    assert counter.outcome is None
    assert counter.checkout.basket.total_minor == 5_00
    receipt = shop.till.last_receipt()
    assert receipt is not None
    [slip] = receipt.vouchers
    counter.enter(slip.code)
    assert "not in this purchase" in counter.said.say(EN), "it waits for the bread"
    counter.enter(BREAD)
    assert counter.quote is not None
    assert counter.quote.to_pay_minor == 5_00
    counter.enter("")
    assert counter.outcome is not None


async def test_a_gift_is_named_to_the_cashier(shop: TestShop) -> None:
    app = cashier(shop)
    async with app.run_test(size=(100, 32)) as pilot:
        await scan(pilot, ANNA)
        await pilot.press("f10")
        await scan(pilot, "2")
        assert "★ 1 × Mug" in seen(app)


async def test_a_member_claims_at_the_kiosk_with_two_touches(shop: TestShop) -> None:
    app = kiosk(shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await scan(pilot, ANNA)
        assert "Free bread · 30 points" in seen(app)
        assert "Mug · 90 points" in seen(app)
        await touch(pilot, "#claim-0")
        assert "Touch once more: Free bread for 30 points" in seen(app)
        assert shop.till.status().waiting_jobs == 0
        await touch(pilot, "#claim-1")
        assert "Touch once more: Mug" in seen(app)
        await touch(pilot, "#claim-1")
        screen = seen(app)
        assert "Here you are: Mug" in screen
        assert "Free bread" not in screen, "10 points are left"
        await pilot.press("escape")
        assert "Mug" not in seen(app)
    assert shop.till.status().waiting_jobs == 1


async def test_who_has_too_little_sees_no_reward(shop: TestShop) -> None:
    app = kiosk(shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await scan(pilot, PIOTR)
        assert "Chleb" not in seen(app)


async def test_points_at_other_tills_are_asked_for_with_the_first_touch(shop: TestShop) -> None:
    shop.elsewhere(PIOTR, 40, pool=40)
    app = kiosk(shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await scan(pilot, PIOTR)
        await touch(pilot, "#claim-0")
        await touch(pilot, "#claim-0")
        assert "brakuje tu jeszcze: 30" in seen(app)
