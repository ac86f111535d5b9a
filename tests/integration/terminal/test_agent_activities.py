"""Activities over the POS agent: reported by another system, given once."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from loyalty.identifiers import card_number
from loyalty.programme.document import classic_document
from terminal_app.bootstrap import Shop, open_till
from terminal_app.till.answers import Enrolment
from tests.unit.terminal.counter import ShopClock, found_till, known

CARD = card_number("290000900000001")
DOCUMENT = (
    classic_document()
    + """
[[event]]
name = "app"
title = { en = "Our app", pl = "Nasza aplikacja" }
on = "custom"
code = "app-installed"
points = 50
a_member = 1
"""
)
ASKED = {"activity": "A-1", "card": CARD, "on": "custom", "code": "app-installed"}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    found_till(tmp_path / "till", document=DOCUMENT)
    with open_till(tmp_path / "till", clock=ShopClock()) as shop:
        known(shop.till.enrol(Enrolment(name="Ala Kot", card=CARD, language="pl")))
        yield shop


def test_an_activity_is_keyed_by_its_number(pos: httpx.Client) -> None:
    first = pos.post("/v1/activities", json=ASKED)
    assert first.json() == {
        "activity": "A-1",
        "repeated": False,
        "points": 50,
        "balance": 50,
        "given": [{"title": "Nasza aplikacja", "points": 50}],
        "wallets": [],
    }
    again = pos.post("/v1/activities", json=ASKED).json()
    assert again == first.json() | {"repeated": True}
    assert pos.get(f"/v1/members/{CARD}").json()["points"] == 50


def test_what_gives_nothing_says_why(pos: httpx.Client) -> None:
    pos.post("/v1/activities", json=ASKED)
    for changed, reason in (
        ({"activity": "A-2"}, "activity-had-before"),
        ({"activity": "A-3", "on": "quiz"}, "activity-unknown"),
        ({"activity": "A-4", "code": "another"}, "activity-unknown"),
        ({"on": "quiz"}, "receipt-conflict"),
    ):
        refused = pos.post("/v1/activities", json=ASKED | changed)
        assert (refused.status_code in (409, 422), refused.json()["extra"]["reason"]) == (
            True,
            reason,
        )
    for wrong in ({"on": "birthday"}, {"activity": ""}, {"points": 9}):
        assert pos.post("/v1/activities", json=ASKED | wrong).status_code == 400
