"""Points handed on through the agent, as another till's software asks for it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from loyalty.identifiers import card_number
from loyalty.programme.document import classic_document
from terminal_app.bootstrap import Shop, open_till
from terminal_app.till.answers import Enrolment, Sale
from tests.unit.terminal.counter import ShopClock, found_till, goods, known, posted

CARD, OTHER, STRANGER = (card_number(f"29000090000000{number}") for number in (1, 2, 3))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    home = tmp_path / "till"
    found_till(home, document=classic_document() + '\n[transfers]\nto = "anybody"\n')
    with open_till(home, clock=ShopClock()) as shop:
        for name, card in (("Ala", CARD), ("Jan", OTHER)):
            known(shop.till.enrol(Enrolment(name=name, card=card)))
        posted(shop.till.sell(Sale(basket=goods(15_00), member_id=CARD)))
        yield shop


def asked(**fields: object) -> dict[str, object]:
    return {"transfer": "T-1", "card": CARD, "to_card": OTHER, "points": 10} | fields


def test_points_are_handed_on_once_per_number(pos: httpx.Client) -> None:
    first, again = (pos.post("/v1/transfers", json=asked()).json() for _ in range(2))
    assert first == {
        "transfer": "T-1",
        "repeated": False,
        "points": 10,
        "handed_to": "Jan",
        "balance": 5,
    }
    assert again == {**first, "repeated": True}
    assert pos.get(f"/v1/members/{OTHER}").json()["points"] == 10


def test_what_cannot_be_handed_on_is_refused_with_its_reason(pos: httpx.Client) -> None:
    refused = pos.post("/v1/transfers", json=asked(points=16))
    assert (refused.status_code, refused.json()["extra"]["reason"]) == (422, "hand-on-not-enough")
    assert pos.post("/v1/transfers", json=asked(points=0)).status_code == 400
    assert pos.post("/v1/transfers", json=asked(to_card=STRANGER)).status_code == 404
