"""A scanner with a line of its own, read by a thread while the screen runs."""

import os
import pty
from collections.abc import Iterator

import pytest

from terminal_app.commands.screens import scanning
from terminal_app.ui.cashier.app import CashierApp
from tests.integration.ui.keys import seen, until
from tests.integration.ui.shop import ANNA, NOW, ZONE, TestShop

pytestmark = pytest.mark.anyio


@pytest.fixture
def line() -> Iterator[tuple[int, str]]:
    """A pseudo-terminal: the scanner's end, and the name of the till's end."""
    scanner, till = pty.openpty()
    yield scanner, os.ttyname(till)
    os.close(scanner)
    os.close(till)


async def test_a_serial_scan_identifies_while_a_person_types(
    shop: TestShop, line: tuple[int, str]
) -> None:
    scanner, device = line
    app = CashierApp(shop.till, language="en", clock=lambda: NOW, zone=ZONE)
    async with app.run_test() as pilot:
        with scanning(f"serial://{device}", app.scanned):
            await pilot.press("1", "2")
            os.write(scanner, f"]Q1{ANNA}\r\n".encode())
            await until(pilot, lambda: "Anna Smith" in seen(app))
            await pilot.press(".", "5", "0", "enter")
            assert app.counter.checkout.basket.total_minor == 12_50
