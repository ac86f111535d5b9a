"""From the cashier's key to paper: the real spool, real bytes, and the pane beside the till."""

from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.connect import open_printer
from drivers.simulators.paper import Paper
from drivers.simulators.text import text_lines
from terminal_app.bootstrap import open_till
from terminal_app.ui.cashier.app import MIN_TILL_COLUMNS, CashierApp
from terminal_app.ui.widgets.paper import EDGE_COLUMNS, PAPER_COLUMNS, PaperPane
from tests.integration.ui.keys import scan, seen, until
from tests.integration.ui.shop import NOW, PIOTR, ZONE, TestShop, open_test_shop

pytestmark = pytest.mark.anyio


class Roll:
    """Hands each paper of the simulated printer on as lines."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[list[str]], None]] = []

    def subscribe(self, callback: Callable[[list[str]], None]) -> None:
        self._callbacks.append(callback)

    def put(self, paper: Paper) -> None:
        for callback in self._callbacks:
            callback(text_lines(paper, "blocks"))


async def test_a_posted_sale_comes_out_beside_the_till_with_its_voucher(tmp_path: Path) -> None:
    with open_test_shop(tmp_path):
        pass
    roll = Roll()
    printer = open_printer("sim:", on_paper=roll.put)
    with open_till(tmp_path, clock=lambda: NOW, printer=printer) as shop:
        app = CashierApp(shop.till, language="en", clock=lambda: NOW, paper=roll, zone=ZONE)
        async with app.run_test(size=(120, 80)) as pilot:
            await scan(pilot, PIOTR)
            await scan(pilot, "512.00")
            await pilot.press("f2")
            await until(pilot, lambda: "printer: 1 waiting" in seen(app))
            assert shop.spool.drain() == 1
            await until(pilot, lambda: "Naliczone punkty" in seen(app))
            paper = seen(app)
            assert "Sprzedaż" in paper, "the receipt speaks the member's language"
            assert "512,00" in paper
            assert "▀▀▀" in paper, "the voucher's QR code stands on its slip"
            await until(pilot, lambda: "waiting" not in seen(app))


async def test_the_paper_makes_way_on_a_narrow_screen(tmp_path: Path, shop: TestShop) -> None:
    app = CashierApp(shop.till, language="en", clock=lambda: NOW, paper=Roll())
    enough = MIN_TILL_COLUMNS + PAPER_COLUMNS + EDGE_COLUMNS
    async with app.run_test(size=(enough, 24)) as pilot:
        assert app.query_one(PaperPane).display
        await pilot.resize_terminal(enough - 1, 24)
        await pilot.pause()
        assert not app.query_one(PaperPane).display
        assert "Scan the customer's card" in seen(app)
