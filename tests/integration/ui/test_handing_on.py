"""Points handed on at the counter with F12, and whose account the screens say it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from loyalty.programme.document import classic_document
from loyalty.receipts import TRANSFER
from terminal_app.locale.words import Words
from terminal_app.store import members
from terminal_app.ui.cashier.app import CashierApp
from terminal_app.ui.cashier.counter import Counter
from terminal_app.ui.kiosk.app import KioskApp
from tests.integration.ui.keys import scan, seen
from tests.integration.ui.shop import (
    ANNA,
    BREAD,
    NOW,
    OLGA,
    PIOTR,
    STRANGER,
    ZONE,
    TestShop,
    open_test_shop,
)

pytestmark = pytest.mark.anyio

EN = Words("en")
DOCUMENT = classic_document() + '\n[transfers]\nto = "anybody"\nleast = 10\n[family]\n'


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[TestShop]:
    with open_test_shop(tmp_path, DOCUMENT) as opened:
        opened.buys(ANNA, 100_00)
        with opened.store.writing() as connection:
            for card in (PIOTR, OLGA):
                member = members.member(connection, card)
                assert member is not None
                members.put_member(connection, replace(member, family=PIOTR))
        yield opened


def cashier(shop: TestShop) -> CashierApp:
    return CashierApp(shop.till, language="en", clock=lambda: NOW, zone=ZONE)


async def test_the_cashier_hands_points_on(shop: TestShop) -> None:
    app = cashier(shop)
    async with app.run_test(size=(100, 32)) as pilot:
        await pilot.press("f12")
        assert "Scan the card of who hands points on" in seen(app)
        await scan(pilot, ANNA)
        await pilot.press("f12")
        assert "hands points on: type how many" in seen(app)
        await scan(pilot, "40")
        await scan(pilot, PIOTR)
        screen = seen(app)
        assert "To Piotr" in screen
        assert "Handed on" in screen
        await scan(pilot, OLGA)
        assert "Account of Piotr" in seen(app)
    receipt = shop.till.last_receipt()
    assert receipt is not None
    assert (receipt.kind, receipt.points, receipt.balance) == (TRANSFER, 40, 60)
    assert shop.till.status().waiting_jobs == 1


def said(counter: Counter) -> str:
    return counter.said.say(EN)


async def test_what_is_entered_wrong_is_asked_again(shop: TestShop) -> None:
    counter = Counter(shop.till)
    counter.enter(ANNA)
    counter.hand_on()
    for text in ("many", "0", "-5", PIOTR):
        counter.enter(text)
        assert "type how many" in said(counter), text
    counter.enter("5")
    counter.enter(STRANGER)
    assert "is not known here" in said(counter)
    counter.enter(BREAD)
    assert "scan the card of whom they are for" in said(counter)
    counter.enter(PIOTR)
    assert "from 10 on" in said(counter)
    counter.enter("400")
    counter.enter(PIOTR)
    assert said(counter) == "100 may be handed on here now. Take fewer."
    counter.hand_on()
    assert said(counter) == "Nothing was handed on."
    counter.enter("4.00")
    assert counter.checkout.basket.total_minor == 4_00
    counter.hand_on()
    assert "Scan the card of who hands points on" in said(counter), "a sale is in hand"
    assert shop.till.status().waiting_jobs == 0


async def test_the_kiosk_says_whose_account_it_is_and_what_was_handed_on(shop: TestShop) -> None:
    counter = Counter(shop.till)
    for step in (ANNA, "f12", "40", OLGA):
        counter.hand_on() if step == "f12" else counter.enter(step)
    app = KioskApp(shop.till, language="en", clock=lambda: NOW, zone=ZONE)
    async with app.run_test(size=(100, 32)) as pilot:
        await scan(pilot, OLGA)
        screen = seen(app)
        # She speaks Russian.
        assert "Счёт: Piotr" in screen
        assert "Передача" in screen
