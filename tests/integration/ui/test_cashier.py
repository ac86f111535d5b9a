"""A cashier's day by keyboard and scanner alone, on the real screen and a real till."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from textual import events
from textual.widgets import Digits, Input, Static

from terminal_app.ui.cashier.app import CashierApp
from terminal_app.ui.cashier.desk import BAR_EMPTY, BAR_FULL
from terminal_app.ui.cashier.enrolment import EnrolmentForm
from terminal_app.ui.theme import DARK, LIGHT
from terminal_app.ui.widgets.entry import EMPTY_ENTER_PAUSE_S, EntryField
from terminal_app.ui.widgets.paper import MAX_RECEIPTS_SHOWN
from tests.integration.ui.keys import burst, scan, seen, until
from tests.integration.ui.shop import ANNA, BREAD, HEARD, NOW, PIOTR, STRANGER, ZONE, TestShop

pytestmark = pytest.mark.anyio


def cashier(shop: TestShop, language: str = "en") -> CashierApp:
    return CashierApp(shop.till, language=language, clock=lambda: NOW, zone=ZONE)


async def test_a_burst_of_digits_identifies_and_f2_posts(shop: TestShop) -> None:
    app = cashier(shop)
    async with app.run_test() as pilot:
        await scan(pilot, ANNA)
        assert "Anna Smith" in seen(app)
        assert "Your coffee is on us" in seen(app), "the cashier can say it aloud"
        await scan(pilot, "512.40")
        assert "1 voucher will come out" in seen(app)
        await pilot.press("f2")
        assert "Sale KRK-1.1.1 is posted" in seen(app)
        assert "1 voucher came out" in seen(app)
        assert app.query_one("#moved", Digits).value == "+512"
        assert app.query_one("#left", Digits).value == "12"
        await scan(pilot, "3")
        assert "is posted" not in seen(app), "the next customer has the screen"
        assert "No card yet" in seen(app)
    assert shop.till.status().waiting_jobs == 1


async def test_bursts_that_follow_at_once_are_kept_apart(shop: TestShop) -> None:
    app = cashier(shop)
    async with app.run_test() as pilot:
        await burst(pilot, ANNA, "enter", BREAD, "enter", BREAD, "enter", PIOTR, "tab")
        assert app.counter.checkout.member_id == PIOTR
        assert [line.quantity for line in app.counter.checkout.lines] == [2]


async def test_a_scanner_that_ends_lines_twice_posts_nothing_by_itself(shop: TestShop) -> None:
    app = cashier(shop)
    async with app.run_test() as pilot:
        await burst(pilot, BREAD, "enter", "enter")
        assert shop.till.last_receipt() is None
        await pilot.pause(EMPTY_ENTER_PAUSE_S)
        await pilot.press("enter")
        await pilot.pause()
        assert shop.till.last_receipt() is not None, "a person's Enter does"


async def test_the_field_has_the_keys_whatever_was_done_before(shop: TestShop) -> None:
    app = cashier(shop)
    async with app.run_test() as pilot:
        for key in ("f1", "f1", "f3", "f3", "f4", "escape", "f5", "f6", "f8", "f2", "tab"):
            await pilot.press(key)
            await pilot.pause()
        assert isinstance(app.focused, EntryField)
        await scan(pilot, ANNA)
        assert app.counter.checkout.member_id == ANNA


async def test_a_return_is_posted_by_the_same_keys(shop: TestShop) -> None:
    shop.buys(PIOTR, 10_000)
    app = cashier(shop)
    async with app.run_test() as pilot:
        await pilot.press("f3")
        assert "RETURN" in seen(app)
        await scan(pilot, PIOTR)
        await scan(pilot, "8,90")
        assert "takes back 8 points" in seen(app)
        await pilot.press("f2")
        assert "Return KRK-1.1.2 is posted" in seen(app)
        assert app.query_one("#moved", Digits).value == "-8"


async def test_a_new_member_by_keyboard_with_the_card_that_was_just_scanned(
    shop: TestShop,
) -> None:
    app = cashier(shop, "pl")
    async with app.run_test() as pilot:
        await scan(pilot, STRANGER)
        await pilot.press("f4")
        for line in ("Jan Nowak", "600100200", "jan@example.org", "1.2.1990"):
            await scan(pilot, line)
        await pilot.press("enter", "space")
        assert "✓" in seen(app)
        await pilot.press("f2")
        await pilot.pause()
        known = shop.till.member(STRANGER)
        assert known is not None
        assert (known.member.name, known.member.phone) == ("Jan Nowak", "600100200")
        assert (known.member.email, known.member.email_consent) == ("jan@example.org", True)
        assert (known.member.language, known.member.birthday) == ("pl", "1990-02-01")
        assert app.counter.checkout.member_id == STRANGER
        assert isinstance(app.focused, EntryField)


async def test_a_card_scanned_into_the_name_goes_to_its_own_field(shop: TestShop) -> None:
    app = cashier(shop)
    async with app.run_test() as pilot:
        await pilot.press("f4")
        await scan(pilot, STRANGER)
        form = app.query_one(EnrolmentForm).filled()
        assert (form.name, form.card) == ("", STRANGER)
        await pilot.press("f2")
        assert "needs a name" in seen(app), "the form stays, and says what is missing"
        assert app.query_one(EnrolmentForm).display
        await pilot.press("escape")
        assert "Scan a card" in seen(app)


async def test_a_member_without_a_card_gets_a_number_with_the_line_down(shop: TestShop) -> None:
    shop.line.found_down("no route")
    app = cashier(shop)
    async with app.run_test() as pilot:
        await pilot.press("f4")
        await burst(pilot, "Eva")
        await pilot.press("f2")
        await pilot.pause()
        assert app.counter.checkout.member is not None
        assert len(app.counter.checkout.member_id) == 16
        assert "Eva is a member now" in seen(app)


async def test_the_language_turns_with_everything_on_the_screen(shop: TestShop) -> None:
    app = cashier(shop)
    async with app.run_test() as pilot:
        await scan(pilot, STRANGER)
        assert "is not known here" in seen(app)
        await pilot.press("f6")
        assert "nie jest tu znana" in seen(app)
        assert "Klubowicz" in seen(app)
        await pilot.press("f6")
        assert "здесь не известна" in seen(app)
        await pilot.press("f6")
        assert "is not known here" in seen(app)


async def test_backspace_in_the_empty_field_takes_the_last_entry_out(shop: TestShop) -> None:
    app = cashier(shop)
    async with app.run_test() as pilot:
        await scan(pilot, "10")
        await scan(pilot, "20")
        await pilot.press("5", "backspace")
        assert app.counter.checkout.basket.total_minor == 3_000, "first the letter in the field"
        await pilot.press("backspace")
        await pilot.pause()
        assert app.counter.checkout.basket.total_minor == 1_000


async def test_clear_forgets_the_sale_and_what_is_typed(shop: TestShop) -> None:
    app = cashier(shop)
    async with app.run_test() as pilot:
        await scan(pilot, ANNA)
        await scan(pilot, "10")
        await pilot.press("7", "f8", "f2")
        assert "There is nothing to post" in seen(app)
        assert app.query_one(EntryField).value == ""
    assert shop.till.last_receipt() is None


async def test_the_banner_follows_the_line_and_the_paper(shop: TestShop) -> None:
    shop.hears(HEARD)
    app = cashier(shop)
    async with app.run_test() as pilot:
        assert "● Online" in seen(app)
        assert "14:04" in seen(app), "the shop's time"
        shop.line.found_down("no route to head office")
        await scan(pilot, "5")
        await pilot.press("f2")
        await until(pilot, lambda: "○ Offline since 05/03/2026, 13:58 · 1 unsent" in seen(app))
        assert "printer: 1 waiting" in seen(app)
        await pilot.press("f1")
        assert "no route to head office" in seen(app)
        shop.hears(NOW)
        await until(pilot, lambda: "● Online" in seen(app))
        assert "unsent" not in seen(app)


async def test_news_from_head_office_reach_the_member_on_the_screen(shop: TestShop) -> None:
    shop.hears(HEARD)
    app = cashier(shop)
    async with app.run_test() as pilot:
        await scan(pilot, ANNA)
        assert app.query_one("#points", Digits).value == "0"
        shop.buys(ANNA, 3_300)
        shop.hears(HEARD + timedelta(minutes=1))
        await until(pilot, lambda: app.query_one("#points", Digits).value == "33")
        assert "13:59" in seen(app)


async def test_a_till_that_fails_says_so_and_keeps_the_basket(shop: TestShop) -> None:
    app = cashier(shop)
    async with app.run_test() as pilot:
        await scan(pilot, ANNA)
        await scan(pilot, "10")
        shop.store.close()
        await pilot.press("f2")
        assert "✗ The till's database cannot be used" in seen(app)
        await until(pilot, lambda: "! The till's database cannot be used" in seen(app))
        assert "Traceback" not in seen(app)
        assert app.counter.checkout.basket.total_minor == 1_000


async def test_a_member_cannot_write_commands_to_the_terminal(shop: TestShop) -> None:
    app = cashier(shop)
    async with app.run_test() as pilot:
        await pilot.press("f4")
        app.query_one("#new-name", Input).value = "Eva\x1b[2J[red]Adams[/]"
        await pilot.press("f2")
        await pilot.pause()
        assert "\x1b" not in seen(app)
        assert "Eva [2J[red]Adams[/]" in seen(app)


async def test_light_turns_to_dark_and_back(shop: TestShop) -> None:
    app = cashier(shop)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+t")
        assert app.theme == DARK.name
        await pilot.press("ctrl+t")
        assert app.theme == LIGHT.name


class Printer:
    """Lets receipts out from a thread of its own, as the simulated printer does."""

    callback: Callable[[list[str]], None]

    def subscribe(self, callback: Callable[[list[str]], None]) -> None:
        self.callback = callback

    def print(self, *receipts: list[str]) -> None:
        def come_out() -> None:
            for lines in receipts:
                self.callback(lines)

        thread = threading.Thread(target=come_out)
        thread.start()
        thread.join()


async def test_receipts_come_out_beside_the_till_and_the_newest_is_in_sight(
    shop: TestShop,
) -> None:
    printer = Printer()
    app = CashierApp(shop.till, language="en", clock=lambda: NOW, paper=printer)
    async with app.run_test(size=(120, 40)) as pilot:
        assert "Receipts come out here." in seen(app)
        printer.print(*([f"receipt {number}"] * 12 for number in range(MAX_RECEIPTS_SHOWN + 3)))
        await until(pilot, lambda: f"receipt {MAX_RECEIPTS_SHOWN + 2}" in seen(app))
        assert len(app.query(".receipt")) == MAX_RECEIPTS_SHOWN, "memory has a limit"
        await pilot.press("pageup")
        await pilot.pause()
        assert f"receipt {MAX_RECEIPTS_SHOWN - 1}" in seen(app)
        assert isinstance(app.focused, EntryField)


@pytest.mark.parametrize("language", ["en", "pl", "ru"])
async def test_no_sentence_is_cut_off_on_the_smallest_screen(shop: TestShop, language: str) -> None:
    app = cashier(shop, language)
    async with app.run_test(size=(80, 24)) as pilot:
        for text in (STRANGER, ANNA[:-2], "5901234123457", "https://example.org/x", "?"):
            await scan(pilot, text)
            speech = app.query_one("#speech", Static)
            assert app.counter.said.say(app.words).split()[-1] in seen(app)
            assert speech.size.height == 2


async def test_a_paste_of_many_lines_is_as_many_entries(shop: TestShop) -> None:
    app = cashier(shop)
    async with app.run_test() as pilot:
        app.query_one(EntryField).post_message(events.Paste(f"{ANNA}\n12.50\n{BREAD}\n"))
        await pilot.pause()
        assert app.counter.checkout.member_id == ANNA
        assert app.counter.checkout.basket.total_minor == 12_50 + 8_90


async def test_the_bar_is_as_wide_as_its_panel(shop: TestShop) -> None:
    shop.buys(ANNA, 250_00)
    app = cashier(shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await scan(pilot, ANNA)
        await pilot.resize_terminal(60, 24)
        await pilot.pause()
        bar = app.query_one("#bar", Static)
        drawn = str(bar.content)
        assert abs(drawn.count(BAR_FULL) - drawn.count(BAR_EMPTY)) <= 1
        assert len(drawn) <= bar.size.width
