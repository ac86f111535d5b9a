"""A member at the kiosk: looks, walks away, and leaves nothing behind."""

import asyncio

import pytest
from textual.widgets import Static

from terminal_app.ui.kiosk.app import LANGUAGE_KEY_PAUSE_S, KioskApp
from terminal_app.ui.widgets.entry import EntryField
from tests.integration.ui.keys import burst, scan, seen, until
from tests.integration.ui.shop import (
    ANNA,
    BREAD,
    NOW,
    OLGA,
    PIOTR,
    STRANGER,
    ZONE,
    TestShop,
)

pytestmark = pytest.mark.anyio


def kiosk(shop: TestShop, language: str = "en", idle_seconds: int = 45) -> KioskApp:
    return KioskApp(
        shop.till, language=language, clock=lambda: NOW, idle_seconds=idle_seconds, zone=ZONE
    )


async def test_a_member_sees_points_way_history_and_offer(shop: TestShop) -> None:
    shop.buys(ANNA, 41_250)
    app = kiosk(shop)
    async with app.run_test() as pilot:
        await scan(pilot, ANNA)
        screen = seen(app)
        assert "Good to see you, Anna Smith" in screen
        assert "88 points to the next voucher" in screen
        assert "Your coffee is on us this" in screen
        assert "5 Mar 2026 Purchase" in screen
        assert "+412" in screen
        assert ANNA[:8] not in screen, "the card's number is nobody's business"


async def test_the_kiosk_speaks_the_members_language_and_then_the_shops_again(
    shop: TestShop,
) -> None:
    app = kiosk(shop)
    async with app.run_test() as pilot:
        await scan(pilot, OLGA)
        assert "Рады вас видеть, Ольга Иванова" in seen(app)
        await pilot.press("escape")
        assert app.words.language == "en"
        assert "Иванова" not in seen(app)


async def test_a_language_that_was_chosen_stays_for_the_member_who_chose_it(
    shop: TestShop,
) -> None:
    app = kiosk(shop)
    async with app.run_test() as pilot:
        await pilot.press("3")
        await until(pilot, lambda: app.words.language == "ru")
        assert app.query_one(EntryField).value == ""
        await scan(pilot, PIOTR)
        assert "Рады вас видеть, Piotr" in seen(app)
        await pilot.press("escape")
        assert app.words.language == "en"


async def test_a_finger_on_a_language_leaves_the_field_to_the_scanner(shop: TestShop) -> None:
    app = kiosk(shop)
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.click("#speak-pl")
        await pilot.pause()
        assert app.words.language == "pl"
        await scan(pilot, ANNA)
        assert "Miło Cię widzieć, Anna Smith" in seen(app)


async def test_a_card_that_starts_like_a_language_key_is_read_whole(shop: TestShop) -> None:
    app = kiosk(shop)
    async with app.run_test() as pilot:
        await burst(pilot, ANNA)
        await pilot.pause(LANGUAGE_KEY_PAUSE_S + 0.2)
        assert app.query_one(EntryField).value == ANNA
        assert app.words.language == "en"


async def test_after_the_last_second_everything_personal_is_gone(shop: TestShop) -> None:
    app = kiosk(shop, idle_seconds=600)
    async with app.run_test() as pilot:
        await scan(pilot, ANNA)
        assert "Esc closes this page" in seen(app)
        for _ in range(590):
            app.count_second()
        assert "This page closes in" in str(app.query_one("#countdown", Static).render())
        await pilot.press("5")
        await pilot.pause()
        for _ in range(590):
            app.count_second()
        assert "Anna" in seen(app), "a key means that somebody is there"
        for _ in range(10):
            app.count_second()
        await pilot.pause()
        assert "Anna" not in seen(app)
        assert app.query_one(EntryField).value == "", "nor what they typed"
        assert all("Anna" not in str(part.render()) for part in app.query("#own-page Static"))


async def test_the_seconds_pass_by_themselves(shop: TestShop) -> None:
    app = kiosk(shop, idle_seconds=2)
    async with app.run_test() as pilot:
        await scan(pilot, ANNA)
        await until(pilot, lambda: "closes in 1 second" in seen(app))
        await until(pilot, lambda: "Anna" not in seen(app))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (STRANGER, "We do not know this card yet"),
        (ANNA[:-1], "We could not read this card"),
        ("https://example.org", "not a card of our club"),
        ("PV1:CUT", "We could not read this voucher"),
        (BREAD, "Rye bread: £8.90"),
    ],
)
async def test_other_codes_get_a_friendly_sentence(shop: TestShop, text: str, says: str) -> None:
    app = kiosk(shop)
    async with app.run_test() as pilot:
        await scan(pilot, ANNA)
        await scan(pilot, text)
        assert says in seen(app)
        assert "Anna" not in seen(app), "the member before is gone"


async def test_a_voucher_tells_its_worth(shop: TestShop) -> None:
    code = shop.buys(ANNA, 50_000).receipt.vouchers[0].code
    app = kiosk(shop)
    async with app.run_test() as pilot:
        await scan(pilot, code)
        assert "worth £5.00 until 3 Jun 2026" in seen(app)


async def test_a_till_that_fails_is_told_kindly(shop: TestShop) -> None:
    app = kiosk(shop, "pl")
    async with app.run_test() as pilot:
        shop.store.close()
        await scan(pilot, ANNA)
        assert "Kiosk nie może teraz odpowiedzieć" in seen(app)


async def test_no_key_but_the_one_for_staff_ends_the_kiosk(shop: TestShop) -> None:
    app = kiosk(shop)
    async with app.run_test() as pilot:
        for key in ("escape", "q", "ctrl+c", "ctrl+d", "f1", "f10", "tab", "enter"):
            await pilot.press(key)
        assert app.is_running
        await pilot.press("ctrl+q")
        await asyncio.sleep(0.1)
        assert not app.is_running


async def test_a_scanner_of_its_own_gives_a_member_the_whole_time(shop: TestShop) -> None:
    app = kiosk(shop, idle_seconds=600)
    async with app.run_test() as pilot:
        for _ in range(500):
            app.count_second()
        app.scanned(ANNA)
        await until(pilot, lambda: "Anna" in seen(app))
        for _ in range(500):
            app.count_second()
        assert "Anna" in seen(app)
