"""Pictures of the screens; after a wanted change make them anew with --snapshot-update."""

from collections.abc import Awaitable, Callable

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from loyalty.baskets import keyed_amount
from loyalty.members import LANGUAGES
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

PAPER = [
    "                  Paragon Demo",
    "                     Kraków",
    "-" * 48,
    "Sale                           05/03/2026, 14:04",
    "Receipt KRK-1.1.2                          KRK-1",
    "-" * 48,
    "Coffee beans 1 kg                          54.90",
    "Rye bread                                   8.90",
    "-" * 48,
    "Total                                     £63.80",
    "-" * 48,
    "Anna Smith                           Card ..0177",
    "Points earned                                 63",
    "Balance                                      475",
]

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


def test_cashier_takes_a_voucher(shop: TestShop, snap_compare: SnapCompare) -> None:
    code = shop.buys(ANNA, 50_000).receipt.vouchers[0].code
    assert snap_compare(cashier(shop), run_before=steps(ANNA, "12.50", code))


@in_every_language
def test_cashier_reads_the_help(shop: TestShop, snap_compare: SnapCompare, language: str) -> None:
    assert snap_compare(cashier(shop, language), run_before=steps(keys=("f1",)))


def test_cashier_with_the_paper_beside(shop: TestShop, snap_compare: SnapCompare) -> None:
    class Printed:
        """A printer whose two receipts are out already."""

        def subscribe(self, callback: Callable[[list[str]], None]) -> None:
            callback(PAPER)
            callback(PAPER)

    shop.buys(ANNA, 41_200)
    app = CashierApp(
        shop.till,
        language="en",
        clock=lambda: NOW,
        paper=Printed(),
        hint="Cards to try:\n2900 0000 0000 0177  Anna\n2900 0000 0000 0254  Piotr",
        zone=ZONE,
    )
    assert snap_compare(app, terminal_size=(120, 40), run_before=steps("4"))


@in_every_language
def test_kiosk_welcomes(shop: TestShop, snap_compare: SnapCompare, language: str) -> None:
    assert snap_compare(kiosk(shop, language), run_before=steps())


@pytest.mark.parametrize("card", [ANNA, PIOTR, OLGA], ids=LANGUAGES)
def test_kiosk_shows_a_member(shop: TestShop, snap_compare: SnapCompare, card: str) -> None:
    shop.buys(card, 72_000)
    assert snap_compare(kiosk(shop, "en"), run_before=steps(card))


def test_kiosk_shows_a_debt(shop: TestShop, snap_compare: SnapCompare) -> None:
    shop.till.take_back(GoodsReturn(basket=keyed_amount(190_000), member_id=ANNA))
    assert snap_compare(kiosk(shop, "en"), run_before=steps(ANNA))


@in_every_language
def test_kiosk_meets_an_unknown_card(
    shop: TestShop, snap_compare: SnapCompare, language: str
) -> None:
    assert snap_compare(kiosk(shop, language), run_before=steps(STRANGER))
