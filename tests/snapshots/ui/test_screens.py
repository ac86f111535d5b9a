"""Pictures of the screens; after a wanted change make them anew with --snapshot-update."""

from collections.abc import Awaitable, Callable

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from drivers.connect import open_printer
from drivers.simulators.paper import Paper
from drivers.simulators.text import text_lines
from loyalty.baskets import keyed_amount
from loyalty.members import LANGUAGES
from terminal_app.printing.compose import compose_document
from terminal_app.store import settings
from terminal_app.store.settings import Lease
from terminal_app.till.answers import GoodsReturn
from terminal_app.ui.cashier.app import CashierApp
from terminal_app.ui.kiosk.app import KioskApp
from tests.integration.ui.keys import scan
from tests.integration.ui.shop import (
    ANNA,
    BREAD,
    COFFEE,
    NOW,
    OLGA,
    PIOTR,
    STRANGER,
    ZONE,
    TestShop,
)

SnapCompare = Callable[..., bool]
Steps = Callable[[Pilot[None]], Awaitable[None]]

in_every_language = pytest.mark.parametrize("language", LANGUAGES)


def cashier(shop: TestShop, language: str = "en") -> CashierApp:
    return CashierApp(shop.till, language=language, clock=lambda: NOW, zone=ZONE)


def kiosk(shop: TestShop, language: str) -> KioskApp:
    return KioskApp(shop.till, language=language, clock=lambda: NOW, zone=ZONE)


def steps(*lines: str, keys: tuple[str, ...] = ()) -> Steps:
    """Scan `lines`, then press `keys`; the cursor stands still for the picture."""

    async def take(pilot: Pilot[None]) -> None:
        steady(pilot.app)
        for line in lines:
            await scan(pilot, line)
        await pilot.press(*keys)
        await pilot.pause()

    return take


def steady(app: App[None]) -> None:
    for field in app.query(Input):
        field.cursor_blink = False


@in_every_language
def test_cashier_waits(shop: TestShop, snap_compare: SnapCompare, language: str) -> None:
    assert snap_compare(cashier(shop, language), run_before=steps())


@in_every_language
def test_cashier_sells_to_a_member(
    shop: TestShop, snap_compare: SnapCompare, language: str
) -> None:
    shop.buys(PIOTR, 41_250)
    taken = steps(PIOTR, COFFEE, COFFEE, BREAD, "12.50")
    assert snap_compare(cashier(shop, language), run_before=taken)


@in_every_language
def test_cashier_sees_who_holds_the_rest(
    shop: TestShop, snap_compare: SnapCompare, language: str
) -> None:
    shop.buys(PIOTR, 12_050)
    shop.elsewhere(PIOTR, 430, pool=30)
    taken = steps(PIOTR, COFFEE, "12.50")
    assert snap_compare(cashier(shop, language), run_before=taken)


@in_every_language
def test_cashier_is_promised_nothing_while_the_line_is_down(
    shop: TestShop, snap_compare: SnapCompare, language: str
) -> None:
    shop.buys(PIOTR, 12_050)
    shop.elsewhere(PIOTR, 430, pool=30)
    shop.line.found_down("no route")
    assert snap_compare(cashier(shop, language), run_before=steps(PIOTR, COFFEE, "12.50"))


@in_every_language
def test_cashier_hears_that_head_office_is_silent(
    shop: TestShop, snap_compare: SnapCompare, language: str
) -> None:
    shop.buys(PIOTR, 41_250)
    with shop.store.writing() as connection:
        settings.write_lease(connection, Lease(until_ms=1))
    assert snap_compare(cashier(shop, language), run_before=steps(PIOTR, COFFEE, COFFEE))


@in_every_language
def test_cashier_hands_a_voucher_over(
    shop: TestShop, snap_compare: SnapCompare, language: str
) -> None:
    shop.buys(ANNA, 45_000)
    taken = steps(ANNA, "62.30", keys=("f2",))
    assert snap_compare(cashier(shop, language), run_before=taken)


@in_every_language
def test_cashier_meets_an_unknown_card(
    shop: TestShop, snap_compare: SnapCompare, language: str
) -> None:
    assert snap_compare(cashier(shop, language), run_before=steps("4", STRANGER))


@in_every_language
def test_cashier_makes_a_member(shop: TestShop, snap_compare: SnapCompare, language: str) -> None:
    taken = steps(STRANGER, keys=("f4", "J", "a", "n"))
    assert snap_compare(cashier(shop, language), run_before=taken)


def test_cashier_takes_goods_back_in_the_dark(shop: TestShop, snap_compare: SnapCompare) -> None:
    shop.buys(PIOTR, 41_250)
    shop.line.found_down("no route")
    taken = steps(PIOTR, BREAD, keys=("ctrl+t", "f3"))
    assert snap_compare(cashier(shop), run_before=taken)


@in_every_language
def test_cashier_takes_goods_back_by_their_receipt(
    shop: TestShop, snap_compare: SnapCompare, language: str
) -> None:
    taken = steps(ANNA, COFFEE, COFFEE, COFFEE, BREAD, "12.50", keys=("f2", "f3"))
    back = steps("KRK-1.1.1", "1*2", BREAD)

    async def buy_and_bring_back(pilot: Pilot[None]) -> None:
        await taken(pilot)
        await back(pilot)

    assert snap_compare(cashier(shop, language), run_before=buy_and_bring_back)


def test_cashier_takes_a_voucher(shop: TestShop, snap_compare: SnapCompare) -> None:
    code = shop.buys(ANNA, 50_000).receipt.vouchers[0].code
    assert snap_compare(cashier(shop), run_before=steps(ANNA, "12.50", code))


@in_every_language
def test_cashier_reads_the_help(shop: TestShop, snap_compare: SnapCompare, language: str) -> None:
    assert snap_compare(cashier(shop, language), run_before=steps(keys=("f1",)))


class Roll:
    """A simulated printer's papers, handed on to the screen as lines."""

    def __init__(self) -> None:
        self.callbacks: list[Callable[[list[str]], None]] = []

    def subscribe(self, callback: Callable[[list[str]], None]) -> None:
        self.callbacks.append(callback)

    def put(self, paper: Paper) -> None:
        for callback in self.callbacks:
            callback(text_lines(paper, "blocks"))


def test_cashier_with_the_paper_beside(shop: TestShop, snap_compare: SnapCompare) -> None:
    shop.buys(ANNA, 41_200)
    roll = Roll()
    printer = open_printer("sim:", on_paper=roll.put)
    app = CashierApp(
        shop.till, language="en", clock=lambda: NOW, paper=roll, paper_columns=48, zone=ZONE
    )

    async def sell_and_print(pilot: Pilot[None]) -> None:
        await steps(ANNA, COFFEE, COFFEE, keys=("f2",))(pilot)
        receipt = shop.till.last_receipt()
        assert receipt is not None
        printer.print(compose_document(receipt, ZONE))
        await pilot.pause()
        await pilot.pause()

    assert snap_compare(app, terminal_size=(124, 52), run_before=sell_and_print)


@in_every_language
def test_kiosk_welcomes(shop: TestShop, snap_compare: SnapCompare, language: str) -> None:
    assert snap_compare(kiosk(shop, language), run_before=steps())


@pytest.mark.parametrize("card", [ANNA, PIOTR, OLGA], ids=LANGUAGES)
def test_kiosk_shows_a_member(shop: TestShop, snap_compare: SnapCompare, card: str) -> None:
    shop.buys(card, 72_000)
    assert snap_compare(kiosk(shop, "en"), run_before=steps(card))


@pytest.mark.parametrize("card", [ANNA, PIOTR, OLGA], ids=LANGUAGES)
def test_kiosk_shows_what_is_held_elsewhere(
    shop: TestShop, snap_compare: SnapCompare, card: str
) -> None:
    shop.buys(card, 12_000)
    shop.elsewhere(card, 400)
    assert snap_compare(kiosk(shop, "en"), run_before=steps(card))


def test_kiosk_shows_a_debt(shop: TestShop, snap_compare: SnapCompare) -> None:
    shop.till.take_back(GoodsReturn(basket=keyed_amount(190_000), member_id=ANNA))
    assert snap_compare(kiosk(shop, "en"), run_before=steps(ANNA))


@in_every_language
def test_kiosk_meets_an_unknown_card(
    shop: TestShop, snap_compare: SnapCompare, language: str
) -> None:
    assert snap_compare(kiosk(shop, language), run_before=steps(STRANGER))
