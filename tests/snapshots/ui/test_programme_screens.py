"""Pictures of what a programme of more than one rule shows: tiers, reasons, money, stamps."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import resources
from pathlib import Path

import pytest

from loyalty.members import LANGUAGES
from tests.integration.ui.shop import (
    ANNA,
    BREAD,
    COFFEE,
    HEARD,
    OLGA,
    PIOTR,
    TestShop,
    open_test_shop,
)
from tests.snapshots.ui.test_screens import SnapCompare, cashier, kiosk, steps

Opened = Callable[[str], TestShop]

in_every_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture
def shop_under(tmp_path: Path) -> Iterator[Opened]:
    """Opens a till under an example programme of a name; Anna, Piotr and Olga bought before."""
    with ExitStack() as opened:

        def under(example: str) -> TestShop:
            shipped = resources.files("loyalty.programme").joinpath(f"examples/{example}.toml")
            # What was earned a moment ago may be spent at once, so that a picture shows it.
            document = shipped.read_text("utf-8").replace("pending_days = 14", "pending_days = 0")
            shop = opened.enter_context(open_test_shop(tmp_path, document))
            for card in (ANNA, PIOTR, OLGA):
                shop.buys(card, 2_340_50)
            shop.hears(HEARD)
            return shop

        yield under


@in_every_language
def test_a_silver_member_at_the_desk(
    shop_under: Opened, snap_compare: SnapCompare, language: str
) -> None:
    shop = shop_under("supermarket")
    assert snap_compare(cashier(shop, language), run_before=steps(PIOTR, COFFEE, BREAD, "12.50"))


@in_every_language
def test_why_a_sale_earns_so_much(
    shop_under: Opened, snap_compare: SnapCompare, language: str
) -> None:
    taken = steps(PIOTR, COFFEE, BREAD, "12.50", keys=("f9",))
    assert snap_compare(cashier(shop_under("supermarket"), language), run_before=taken)


def test_the_card_can_pay_a_part(shop_under: Opened, snap_compare: SnapCompare) -> None:
    shop = shop_under("cashback")
    assert snap_compare(cashier(shop), run_before=steps(ANNA, COFFEE))


@in_every_language
def test_the_card_pays_a_part(shop_under: Opened, snap_compare: SnapCompare, language: str) -> None:
    taken = steps(ANNA, COFFEE, keys=("f7",))
    assert snap_compare(cashier(shop_under("cashback"), language), run_before=taken)


@in_every_language
def test_what_is_posted_in_money(
    shop_under: Opened, snap_compare: SnapCompare, language: str
) -> None:
    taken = steps(ANNA, COFFEE, keys=("f7", "f2"))
    assert snap_compare(cashier(shop_under("cashback"), language), run_before=taken)


@in_every_language
def test_a_discount_at_the_desk(
    shop_under: Opened, snap_compare: SnapCompare, language: str
) -> None:
    shop = shop_under("growing_discount")
    shop.buys(OLGA, 3_000_00)
    assert snap_compare(cashier(shop, language), run_before=steps(OLGA, COFFEE, BREAD))


@in_every_language
def test_a_silver_member_at_the_kiosk(
    shop_under: Opened, snap_compare: SnapCompare, language: str
) -> None:
    card = dict(zip(LANGUAGES, (ANNA, PIOTR, OLGA), strict=True))[language]
    shop = shop_under("supermarket")
    assert snap_compare(kiosk(shop, language), terminal_size=(100, 34), run_before=steps(card))


def test_money_at_the_kiosk(shop_under: Opened, snap_compare: SnapCompare) -> None:
    shop = shop_under("cashback")
    assert snap_compare(kiosk(shop, "en"), terminal_size=(100, 34), run_before=steps(ANNA))
