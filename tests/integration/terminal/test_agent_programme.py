"""The agent under a programme of many terms: words of goods, points that pay, reasons, tiers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from loyalty.identifiers import card_number
from terminal_app.bootstrap import Shop, open_till
from terminal_app.till.answers import Enrolment, Sale
from tests.unit.terminal.counter import ShopClock, found_till, goods, known, posted

CARD = card_number("290000900000001")
DOCUMENT = """
name = "club"
version = 1
currency = "PLN"
[goods.tobacco]
categories = ["tobacco"]
tags = ["smoke"]
[excluded]
goods = ["tobacco"]
tenders = ["points", "deposit"]
[[earn]]
name = "shopping"
title = { en = "Shopping", pl = "Zakupy" }
per = "1.00"
[[earn]]
name = "visit"
title = { en = "Visit", pl = "Wizyta" }
each = "visit"
points = 3
[[tier]]
name = "gold"
at = "1000.00"
title = { en = "Gold", pl = "Złoto" }
[pay]
points = 100
worth = "1.00"
percent = "50"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "till"


@pytest.fixture
def shop(home: Path) -> Iterator[Shop]:
    """A till where Ala, who speaks Polish, has 503 points."""
    found_till(home, document=DOCUMENT)
    with open_till(home, clock=ShopClock()) as shop:
        known(shop.till.enrol(Enrolment(name="Ala Kot", card=CARD, language="pl")))
        posted(shop.till.sell(Sale(basket=goods(500_00), member_id=CARD)))
        yield shop


LINES: list[dict[str, Any]] = [
    {"amount_minor": 10_00, "sku": "TEA"},
    {"amount_minor": 20_00, "category": "tobacco"},
    {"amount_minor": 5_00, "tags": ["smoke"]},
]


def test_a_quote_says_how_much_the_card_can_pay_and_why_it_earns(pos: httpx.Client) -> None:
    asked = {"lines": LINES, "card": CARD, "language": "en"}
    quote = pos.post("/v1/quotes", json=asked).json()
    assert (quote["points"], quote["payable_points"], quote["payable_minor"]) == (13, 500, 500)
    assert quote["reasons"] == [
        "Shopping: PLN10.00, 1 point for each full PLN1.00 = 10 points.",
        "Visit: 3 points.",
    ]
    paying = pos.post("/v1/quotes", json=asked | {"pay_points": 500, "deposit_minor": 700}).json()
    assert (paying["points_paid_minor"], paying["to_pay_minor"]) == (500, 30_00)
    assert paying["points"] == 6 + 3, "10.00 bore its share of the 12.00 that are no new money"


def test_a_sale_paid_from_the_card_says_what_each_rule_gave(pos: httpx.Client) -> None:
    sale = {"sale": "1", "lines": LINES, "card": CARD, "pay_points": 300}
    answer = pos.post("/v1/sales", json=sale).json()
    assert (answer["points_paid"], answer["points_paid_minor"]) == (300, 300)
    assert (answer["to_pay_minor"], answer["balance"]) == (32_00, 503 - 300 + 9 + 3)
    assert answer["rules"] == [
        {"title": "Zakupy", "points": 9},
        {"title": "Wizyta", "points": 3},
    ]
    assert answer["tier"] == ["Jeszcze 490,86\xa0zł do poziomu Złoto"]
    assert pos.post("/v1/sales", json=sale).json() == answer | {"repeated": True}
    other = pos.post("/v1/sales", json=sale | {"pay_points": 200})
    assert (other.status_code, other.json()["extra"]["reason"]) == (409, "receipt-conflict")
    member = pos.get(f"/v1/members/{CARD}").json()
    assert (member["wallet"], member["tier"]) == ("points", answer["tier"])


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"pay_points": 150}, "pay-no-full-step"),
        ({"pay_points": 600}, "pay-not-enough"),
        ({"deposit_minor": 35_01}, "paid-too-much"),
    ],
)
def test_what_cannot_pay_is_refused_in_words(
    pos: httpx.Client, given: dict[str, int], reason: str
) -> None:
    refused = pos.post("/v1/sales", json={"sale": "1", "lines": LINES, "card": CARD} | given)
    assert (refused.status_code, refused.json()["extra"]["reason"]) == (422, reason)
    assert refused.json()["detail"].endswith(".")


@pytest.mark.parametrize("given", [{"pay_points": -1}, {"gift_card_minor": -1}])
def test_nothing_below_zero_is_taken(pos: httpx.Client, given: dict[str, int]) -> None:
    refused = pos.post("/v1/sales", json={"sale": "1", "lines": LINES, "card": CARD} | given)
    assert refused.status_code == 400
