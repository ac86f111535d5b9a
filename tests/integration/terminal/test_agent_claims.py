"""The catalogue over the POS agent: looked at, claimed, and used in a sale."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from loyalty.identifiers import card_number
from terminal_app.bootstrap import Shop, open_till
from terminal_app.till.answers import Enrolment, Sale
from tests.unit.terminal.counter import ShopClock, found_till, goods, known, posted

CARD = card_number("290000900000001")
DOCUMENT = """
name = "catalogue"
version = 1
currency = "GBP"
[earning]
per = "1.00"
points = 1
[goods.coffee]
items = ["COF"]
[[rewards]]
name = "coffee"
title = { en = "Free coffee", pl = "Kawa gratis", ru = "Кофе" }
cost = 30
gives = "free_goods"
goods = ["coffee"]
[[rewards]]
name = "mug"
title = "Mug"
cost = 100
gives = "gift"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    found_till(tmp_path / "till", document=DOCUMENT)
    with open_till(tmp_path / "till", clock=ShopClock()) as shop:
        enrolment = Enrolment(name="Ala Kot", card=CARD, language="pl")
        ala = known(shop.till.enrol(enrolment)).member.member_id
        posted(shop.till.sell(Sale(basket=goods(110_00), member_id=ala)))
        yield shop


def test_the_catalogue_is_told_in_the_members_language(pos: httpx.Client) -> None:
    coffee, mug = pos.get(f"/v1/members/{CARD}/rewards").json()
    assert coffee == {
        "reward": "coffee",
        "title": "Kawa gratis",
        "wallet": "points",
        "cost": 30,
        "count": 3,
        "missing": 0,
        "reason": "",
        "sentence": "",
    }
    assert (mug["count"], mug["reason"]) == (1, "")
    assert pos.get("/v1/members/2900009000000021/rewards").status_code in (404, 422)


def test_a_claim_is_keyed_by_its_number_and_its_voucher_pays(pos: httpx.Client) -> None:
    asked = {"claim": "C-7", "card": CARD, "reward": "coffee"}
    first = pos.post("/v1/claims", json=asked).json()
    [voucher] = first["vouchers"]
    assert (first["claim"], first["points_redeemed"], first["balance"]) == ("C-7", 30, 80)
    assert (voucher["title"], voucher["amount_minor"]) == ("Kawa gratis", 0)
    assert pos.post("/v1/claims", json=asked).json() == first | {"repeated": True}
    other = pos.post("/v1/claims", json=asked | {"reward": "mug"})
    assert (other.status_code, other.json()["extra"]["reason"]) == (409, "receipt-conflict")
    lines = [{"amount_minor": 450, "sku": "COF"}, {"amount_minor": 300, "sku": "BUN"}]
    paid = pos.post("/v1/sales", json={"sale": "S", "lines": lines, "vouchers": [voucher["code"]]})
    assert paid.json()["to_pay_minor"] == 300


def test_what_cannot_be_had_is_an_error_with_a_sentence(pos: httpx.Client) -> None:
    mug = {"claim": "C-1", "card": CARD, "reward": "mug", "print_receipt": False}
    given = pos.post("/v1/claims", json=mug).json()
    assert given["rewards"] == [{"title": "Mug", "count": 1, "handed": "at-once"}]
    refused = pos.post("/v1/claims", json=mug | {"claim": "C-2"})
    assert refused.status_code == 422
    assert refused.json()["extra"] == {"reason": "claim-too-few", "facts": {"missing": "90"}}
    [_, offer] = pos.get(f"/v1/members/{CARD}/rewards").json()
    assert (offer["missing"], offer["reason"]) == (90, "claim-too-few")
    assert offer["sentence"].startswith("Do tej nagrody brakuje")
    nobody = pos.post("/v1/claims", json=mug | {"card": "", "claim": "C-3"})
    assert nobody.status_code == 400
