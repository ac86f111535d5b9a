"""The POS agent over a real socket, as another till's software meets it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from loyalty.identifiers import card_number
from terminal_app.bootstrap import Shop
from terminal_app.pos.agent import MAX_BODY_BYTES
from terminal_app.till.answers import Enrolment
from tests.unit.terminal.counter import ShopClock, faults_of, known, shop_at

CARD = card_number("290000900000001")
STRANGER = card_number("290000900000002")
START_TIMEOUT_S = 10


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "till"


@pytest.fixture
def shop(home: Path) -> Iterator[Shop]:
    with shop_at(home, ShopClock()) as shop:
        known(shop.till.enrol(Enrolment(name="Ala Kot", card=CARD)))
        yield shop


def sale(**fields: Any) -> dict[str, Any]:
    plain = {"sale": "536365", "lines": [{"amount_minor": 1530, "quantity": 6, "sku": "85123A"}]}
    return plain | fields


def test_a_sale_is_keyed_by_its_number(pos: httpx.Client, home: Path) -> None:
    first = pos.post("/v1/sales", json=sale(card=CARD))
    assert (first.status_code, first.headers["content-type"]) == (200, "application/json")
    answer = first.json()
    assert answer == {
        "sale": "536365",
        "repeated": False,
        "points": 15,
        "points_redeemed": 0,
        "balance": 15,
        "total_minor": 1530,
        "to_pay_minor": 1530,
        "vouchers": [],
        "discount_minor": 0,
        "points_paid": 0,
        "points_paid_minor": 0,
        "rules": [],
        "tier": [],
        "receipt_code": answer["receipt_code"],
        "revoked": [],
        "wallets": [],
        "gift_cards": [],
    }
    assert answer["receipt_code"].startswith("PR1:")
    again = pos.post("/v1/sales", json=sale(card=CARD))
    assert again.json() == answer | {"repeated": True}
    for other in (sale(card=""), sale(card=CARD, lines=[{"amount_minor": 1531}])):
        conflict = pos.post("/v1/sales", json=other)
        assert conflict.status_code == 409
        assert conflict.json()["extra"]["reason"] == "receipt-conflict"
        assert "536365" in conflict.json()["detail"]
    assert pos.get(f"/v1/members/{CARD}").json()["points"] == 15
    assert faults_of(home) == []


def test_many_repeats_at_once_are_one_sale(pos: httpx.Client, home: Path) -> None:
    with ThreadPoolExecutor(8) as hands:
        answers = [
            future.result().json()
            for future in [
                hands.submit(pos.post, "/v1/sales", json=sale(card=CARD)) for _ in range(24)
            ]
        ]
    assert sorted(answer["repeated"] for answer in answers) == [False] + [True] * 23
    assert {answer["balance"] for answer in answers} == {15}
    assert faults_of(home) == []


def test_a_sale_brings_vouchers_and_a_voucher_pays(pos: httpx.Client) -> None:
    big = pos.post("/v1/sales", json=sale(card=CARD, lines=[{"amount_minor": 51_000}])).json()
    (voucher,) = big["vouchers"]
    assert (big["points"], big["points_redeemed"], big["balance"]) == (510, 500, 10)
    assert voucher["amount_minor"] == 500
    asked = {"lines": [{"amount_minor": 800}], "vouchers": [voucher["code"]]}
    quote = pos.post("/v1/quotes", json=asked).json()
    assert (quote["total_minor"], quote["to_pay_minor"], quote["balance_after"]) == (800, 300, None)
    paid = pos.post("/v1/sales", json=asked | {"sale": "2"})
    assert paid.json()["to_pay_minor"] == 300
    spent = pos.post("/v1/sales", json=asked | {"sale": "3"})
    assert spent.status_code == 409
    assert voucher["number"] in spent.json()["detail"]
    damaged = pos.post("/v1/sales", json=asked | {"sale": "3", "vouchers": ["PV1:" + "A" * 5000]})
    assert (damaged.status_code, damaged.json()["extra"]["reason"]) == (422, "voucher-damaged")


def test_a_quote_writes_nothing(pos: httpx.Client) -> None:
    asked = {"lines": [{"amount_minor": 50_000}], "card": CARD}
    quote = pos.post("/v1/quotes", json=asked).json()
    assert (quote["points"], quote["balance_after"], quote["vouchers_due"]) == (500, 0, 1)
    assert pos.get("/health").json()["unsent"] == 1


def test_goods_brought_back(pos: httpx.Client) -> None:
    pos.post("/v1/sales", json=sale(card=CARD))
    back = {"sale": "C536365", "lines": [{"amount_minor": 1530}], "card": CARD}
    answer = pos.post("/v1/returns", json=back).json()
    assert (answer["points"], answer["balance"], answer["repeated"]) == (-15, 0, False)
    assert pos.post("/v1/returns", json=back).json() == answer | {"repeated": True}
    assert pos.post("/v1/sales", json=back).status_code == 409


def test_goods_brought_back_with_their_receipt(pos: httpx.Client) -> None:
    lines = [
        {"sku": "A", "description": "Mug", "quantity": 3, "amount_minor": 1_850},
        {"sku": "B", "description": "Tea", "amount_minor": 1_000},
    ]
    asked = {"sale": "R1", "lines": lines, "card": CARD, "wants_code": True}
    sold = pos.post("/v1/sales", json=asked | {"print_receipt": False}).json()
    assert (sold["points"], sold["receipt_code"][:4]) == (28, "PR1:")
    back = {"sale": "C1", "of_sale": "R1", "lines": [{"sku": "A", "amount_minor": 617}]}
    answer = pos.post("/v1/returns", json=back).json()
    assert (answer["points"], answer["balance"], answer["to_pay_minor"]) == (-6, 22, 617)
    by_place = {"sale": "C2", "of_sale": "R1", "items": [{"line": 0, "quantity": 2}]}
    assert pos.post("/v1/returns", json=by_place).json()["total_minor"] == 1_233
    too_much = pos.post("/v1/returns", json={**by_place, "sale": "C3"})
    assert (too_much.status_code, too_much.json()["extra"]["reason"]) == (422, "return-too-much")
    by_code = {"sale": "C4", "receipt_code": sold["receipt_code"], "card": CARD}
    rest = pos.post("/v1/returns", json=by_code).json()
    assert (rest["points"], rest["balance"], rest["total_minor"]) == (-10, 0, 1_000)
    gone = pos.post("/v1/returns", json={**by_code, "sale": "C5"})
    assert (gone.status_code, gone.json()["extra"]["reason"]) == (409, "receipt-returned")
    assert pos.post("/v1/returns", json={"sale": "C6"}).status_code == 422


def test_a_card_nobody_knows_is_a_sentence(pos: httpx.Client) -> None:
    refused = pos.post("/v1/returns", json=sale(card=STRANGER))
    assert refused.status_code == 404
    assert refused.json()["extra"]["reason"] == "unknown-card"
    assert refused.json()["detail"].startswith(f"Card {STRANGER} is not known here.")
    assert pos.get(f"/v1/members/{STRANGER}").status_code == 404
    damaged = pos.get(f"/v1/members/{CARD[:-1]}")
    assert (damaged.status_code, damaged.json()["extra"]["reason"]) == (422, "damaged-card")
    assert pos.post("/v1/sales", json=sale(card="https://x.example")).status_code == 422


def test_a_good_card_nobody_knows_earns_all_the_same(pos: httpx.Client) -> None:
    quote = pos.post("/v1/quotes", json={"lines": sale()["lines"], "card": STRANGER}).json()
    assert (quote["points"], quote["balance_after"], quote["vouchers_due"]) == (15, None, 0)
    answer = pos.post("/v1/sales", json=sale(card=STRANGER)).json()
    assert (answer["points"], answer["balance"], answer["vouchers"]) == (15, None, [])


def test_a_member_as_a_pos_sees_them(pos: httpx.Client) -> None:
    told = pos.get(f"/v1/members/{CARD}").json()
    assert told == {
        "member_id": CARD,
        "name": "Ala Kot",
        "points": 0,
        "points_to_next": 500,
        "notices": [],
        "known_at_ms": 0,
        "safe": {
            "points": 0,
            "wait": "nothing",
            "at_head_office": 0,
            "elsewhere": [],
            "lines": [],
        },
        "wallet": "points",
        "tier": [],
        "wallets": [],
        "account_of": "",
    }


@pytest.mark.parametrize("path", ["/v1/sales", "/v1/returns", "/v1/quotes"])
@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/msgpack", ""]
)
def test_only_json_is_taken(pos: httpx.Client, path: str, content_type: str) -> None:
    """A web page can send these without asking; JSON it cannot."""
    body = b'{"sale":"1","lines":[{"amount_minor":100}]}'
    headers = {"Content-Type": content_type} if content_type else {}
    refused = pos.post(path, content=body, headers=headers)
    assert (refused.status_code, refused.json()["detail"]) == (415, "Send application/json.")
    assert pos.get("/health").json()["unsent"] == 1


@pytest.mark.parametrize("host", ["paragon.example", "127.0.0.1.example", "localhost.example:80"])
def test_a_name_that_is_not_this_machine_is_refused(pos: httpx.Client, host: str) -> None:
    """A page whose name was pointed at this machine is stopped by the name it still sends."""
    assert pos.get("/health", headers={"Host": host}).status_code == 400
    refused = pos.post("/v1/sales", json=sale(), headers={"Host": host})
    assert refused.status_code == 400
    assert pos.get("/health").json()["unsent"] == 1


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_this_machine_is_known_by_its_names(pos: httpx.Client, host: str) -> None:
    port = pos.base_url.port
    assert pos.get("/health", headers={"Host": f"{host}:{port}"}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"sale":"1","lines":[]}',
        b'{"sale":"","lines":[{"amount_minor":1}]}',
        b'{"sale":"1","lines":[{"amount_minor":1.5}]}',
        b'{"sale":"1","lines":[{"amount_minor":10000000000000}]}',
        b'{"sale":"1","lines":[{"amount_minor":1,"quantity":100000000000000000000000}]}',
        b'{"sale":"1","lines":[{"amount_minor":1}],"tip":1}',
        b'{"sale":"\xff","lines":[{"amount_minor":1}]}',
        b'{"sale":"1","lines":' + b"[" * 50_000 + b"}",
    ],
    ids=range(12),
)
def test_what_is_no_sale_is_a_client_fault(pos: httpx.Client, body: bytes) -> None:
    refused = pos.post("/v1/sales", content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code == 400
    assert "Traceback" not in refused.text


def test_what_the_till_refuses_is_a_sentence(pos: httpx.Client) -> None:
    refused = pos.post("/v1/sales", json=sale(sale="two words"))
    assert (refused.status_code, refused.json()["extra"]["reason"]) == (422, "receipt-invalid")
    large = pos.post("/v1/sales", json=sale(lines=[{"amount_minor": 10**12}] * 2))
    assert (large.status_code, large.json()["extra"]["reason"]) == (422, "basket-too-large")


def test_a_body_beyond_its_limit_is_not_read(pos: httpx.Client) -> None:
    huge = b'{"sale":"' + b"x" * MAX_BODY_BYTES + b'"}'
    refused = pos.post("/v1/sales", content=huge, headers={"Content-Type": "application/json"})
    assert refused.status_code == 413


def test_the_contract_is_told_as_openapi(pos: httpx.Client) -> None:
    document = pos.get("/schema/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert set(document["paths"]) >= {"/v1/sales", "/v1/returns", "/v1/quotes", "/health"}
    page = pos.get("/schema")
    assert page.status_code == 200
    assert "openapi" in page.text.lower()


def test_a_database_that_fails_is_a_sentence(pos: httpx.Client, shop: Shop) -> None:
    with shop.store.reading() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
    confirmed = 0
    while (answer := pos.post("/v1/sales", json=sale(sale=f"S{confirmed}"))).status_code == 200:
        confirmed += 1
    assert answer.status_code == 503
    assert "Make room on the disk" in answer.json()["detail"]
    with shop.store.reading() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    assert pos.post("/v1/sales", json=sale(sale=f"S{confirmed}")).json()["repeated"] is False
    assert pos.get("/health").json()["unsent"] == confirmed + 2
