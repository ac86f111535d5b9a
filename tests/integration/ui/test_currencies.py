"""A shop that counts in money without decimals, and one with three of them: what is typed, shown,
posted and printed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.simulators.text import text
from loyalty.programme.document import classic_document
from terminal_app.printing.compose import compose_document
from terminal_app.ui.cashier.app import CashierApp
from terminal_app.ui.cashier.counter import Counter
from tests.integration.ui.keys import scan, seen
from tests.integration.ui.shop import ANNA, BREAD, NOW, ZONE, TestShop, open_test_shop
from tests.unit.terminal.papers import papers_of

DECIMALS = {"JPY": 0, "PLN": 2, "KWD": 3}


def document_in(currency: str) -> str:
    """A point for each full 1, a voucher of 5 at 500 points, in whichever money."""
    return classic_document().replace('"GBP"', f'"{currency}"')


@pytest.fixture(params=list(DECIMALS))
def currency(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def money_shop(tmp_path: Path, currency: str) -> Iterator[TestShop]:
    with open_test_shop(tmp_path, document_in(currency)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("typed", "amounts"),
    [
        ("512", {"JPY": 512, "PLN": 51_200, "KWD": 512_000}),
        ("12.5", {"JPY": None, "PLN": 1_250, "KWD": 12_500}),
        ("12,50", {"JPY": None, "PLN": 1_250, "KWD": 12_500}),
        ("12.505", {"JPY": None, "PLN": None, "KWD": 12_505}),
        ("12.5050", {"JPY": None, "PLN": None, "KWD": None}),
    ],
)
def test_an_amount_is_typed_as_the_currency_has_it(
    money_shop: TestShop, currency: str, typed: str, amounts: dict[str, int | None]
) -> None:
    counter = Counter(money_shop.till)
    counter.enter(typed)
    entered = [line.amount_minor for line in counter.checkout.lines]
    assert entered == [amount for amount in [amounts[currency]] if amount is not None]


@pytest.mark.anyio
async def test_the_screen_shows_the_decimals_of_the_currency(
    money_shop: TestShop, currency: str
) -> None:
    example, line, total = {
        "JPY": ("such as 12.", " 890 ", "JP¥1,402"),
        "PLN": ("such as 12.50.", " 8.90 ", "PLN520.90"),
        "KWD": ("such as 12.500.", " 0.890 ", "KWD512.890"),
    }[currency]
    app = CashierApp(money_shop.till, language="en", clock=lambda: NOW, zone=ZONE)
    async with app.run_test() as pilot:
        assert example in seen(app)
        await scan(pilot, ANNA)
        await scan(pilot, BREAD)
        await scan(pilot, "512")
        assert line in seen(app)
        assert total in without_blanks(app)


def without_blanks(app: CashierApp) -> str:
    """The screen with the blank that stands between a currency and its amount taken out."""
    return seen(app).replace("\N{NO-BREAK SPACE}", "")


def test_a_sale_earns_and_prints_in_its_currency(money_shop: TestShop, currency: str) -> None:
    major = 10 ** DECIMALS[currency]
    receipt = money_shop.buys(ANNA, 512 * major).receipt
    assert receipt.points == 512
    assert [slip.amount_minor for slip in receipt.vouchers] == [5 * major]
    papers = papers_of(compose_document(receipt, ZONE), "sim:?width=80")
    rows = [row.replace(" ", "") for paper in papers for row in text(paper).splitlines()]
    amount, total, worth = {
        "JPY": ("512", "JP¥512", "JP¥5"),
        "PLN": ("512.00", "PLN512.00", "PLN5.00"),
        "KWD": ("512.000", "KWD512.000", "KWD5.000"),
    }[currency]
    assert {f"Sale{amount}", f"Total{total}", worth} <= set(rows)
