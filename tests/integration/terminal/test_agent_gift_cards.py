"""Gift cards over the agent, as another till's software sells them and pays with them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from terminal_app.bootstrap import open_till
from terminal_app.pos.agent import build_agent
from tests.unit.terminal.counter import ShopClock, found_till

SHOP = """
name = "corner"
version = 1
currency = "PLN"
[earning]
per = "1.00"
[gift_cards]
least = "20.00"
most = "500.00"
"""


@pytest.fixture
def pos(tmp_path: Path) -> Iterator[httpx.Client]:
    found_till(tmp_path / "till", document=SHOP)
    with (
        open_till(tmp_path / "till", clock=ShopClock()) as shop,
        TestClient(build_agent(shop.till), base_url="http://127.0.0.1") as client,
    ):
        yield client


def sold(pos: httpx.Client, amount_minor: int) -> dict[str, Any]:
    asked = {"gift_card": "G-1", "amount_minor": amount_minor}
    answer = pos.post("/v1/gift-cards", json=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_card_is_sold_once_shown_and_paid_with(pos: httpx.Client) -> None:
    card = sold(pos, 50_00)
    assert (card["amount_minor"], card["repeated"]) == (50_00, False)
    assert sold(pos, 50_00) == card | {"repeated": True}
    lines = [{"amount_minor": 30_00}]
    quote = pos.post("/v1/quotes", json={"lines": lines, "vouchers": [card["code"]]}).json()
    assert quote["to_pay_minor"] == 0
    sale = {"sale": "S-1", "lines": lines, "vouchers": [card["code"]]}
    paid = pos.post("/v1/sales", json=sale).json()
    assert paid["gift_cards"] == [
        {"number": card["number"], "paid_minor": 30_00, "left_minor": 20_00}
    ]
    shown = pos.get(f"/v1/gift-cards/{card['code']}").json()
    assert shown["amount_minor"] == 20_00


def test_what_is_no_card_to_sell_or_to_pay_with_is_refused_in_words(pos: httpx.Client) -> None:
    too_little = pos.post("/v1/gift-cards", json={"gift_card": "G-2", "amount_minor": 5_00})
    assert too_little.status_code == 422
    assert too_little.json()["detail"] == (
        "A gift card is sold for 20.00 to 500.00 PLN. Key another amount."
    )
    assert pos.get("/v1/gift-cards/PG1:AAAA").status_code == 422
    assert pos.get("/v1/gift-cards/nothing").status_code == 422
