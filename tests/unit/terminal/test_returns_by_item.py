"""Goods that come back with their receipt: by its number here, by its code at another till."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.baskets import Basket, Line
from loyalty.identifiers import card_number
from loyalty.journal import REVERSE, VOUCHER_REDEEMED
from loyalty.programme.brought_back import AskedBack
from loyalty.receipt_codes import read_receipt, receipt_code
from loyalty.receipts import RETURN
from terminal_app.bootstrap import Shop, open_till
from terminal_app.store import members, settings
from terminal_app.store.programmes import keep_programme
from terminal_app.till.answers import (
    Enrolment,
    GoodsReturn,
    KnownReceipt,
    Reason,
    Refusal,
    ReturnQuote,
    Sale,
)
from tests.unit.terminal.counter import (
    ShopClock,
    entries_in,
    faults_of,
    found_till,
    known,
    opened,
    posted,
)

CARD = card_number("290000900000001")
TERMS = """
name = "club"
version = 1
currency = "PLN"
[earning]
per = "10.00"
[reward]
at_points = 20
voucher = "5.00"
[pay]
points = 1
worth = "1.00"
[returns]
vouchers = "revoked"
"""
NEXT_TERMS = TERMS.replace("version = 1", "version = 2").replace('per = "10.00"', 'per = "1.00"')
MUGS = Basket(
    (
        Line("MUG", "Mug", 3, 30_00),
        Line("TEA", "Tea", 1, 19_00),
        Line("MUG", "Mug, offer", 1, 5_00),
    )
)


@pytest.fixture
def shop(home: Path, clock: ShopClock) -> Iterator[Shop]:
    found_till(home, document=TERMS)
    with open_till(home, clock=clock) as shop:
        yield shop


@pytest.fixture
def member_id(shop: Shop) -> str:
    return known(shop.till.enrol(Enrolment(name="Ala Kot", card=CARD))).member.member_id


@pytest.fixture
def away(shop: Shop, home: Path, tmp_path: Path, clock: ShopClock) -> Iterator[Shop]:
    """A till of another branch, which was told who else there is, and of no sale."""
    there = tmp_path / "away"
    found_till(there, terminal="GDA-1", number=2, document=TERMS)
    with shop.store.reading() as connection:
        identity = settings.require_identity(connection)
    with opened(there) as store, store.writing() as connection:
        key = identity.signing_key.public_key().public_bytes_raw()
        members.put_terminal(connection, identity.terminal, identity.branch, {1: key})
    with open_till(there, clock=clock) as other:
        yield other


def sold(shop: Shop, member_id: str = "", basket: Basket = MUGS) -> str:
    """The code of a sale R1."""
    sale = Sale(basket=basket, member_id=member_id, reference="R1")
    return posted(shop.till.sell(sale)).receipt.code


def test_a_return_in_parts_takes_what_the_sale_earned(
    shop: Shop, member_id: str, home: Path
) -> None:
    sold(shop, member_id)
    back = [
        posted(shop.till.take_back(GoodsReturn(of_receipt="R1", items=(item,)))).receipt
        for item in (AskedBack(0, 1), AskedBack(1), AskedBack(0, 2), AskedBack(2))
    ]
    assert [receipt.points for receipt in back] == [-1, -2, -2, 0]
    assert [receipt.total_minor for receipt in back] == [10_00, 19_00, 20_00, 5_00]
    assert back[-1].balance == 0
    first = back[0]
    assert (first.kind, first.of_receipt, first.card) == (RETURN, "R1", CARD)
    assert first.lines == (Line("MUG", "Mug", 1, 10_00),)
    assert shop.till.take_back(GoodsReturn(of_receipt="R1")) == Refusal(
        Reason.RECEIPT_RETURNED, {"receipt": "R1"}
    )
    with shop.store.reading() as connection:
        entries = [entry for entry in entries_in(connection) if entry.kind == REVERSE]
    assert [entry.payload["of"] for entry in entries] == [["KRK-1", 1, 2]] * 4
    assert entries[1].payload == {
        "lines": [["TEA", 1, 19_00]],
        "of": ["KRK-1", 1, 2],
        "returned": [[1, 1, 19_00]],
        "before": [[0, 1, 10_00]],
    }
    assert faults_of(home) == []


def test_goods_by_their_article_and_a_repeat_that_counts_once(shop: Shop, member_id: str) -> None:
    sold(shop, member_id)
    goods = GoodsReturn(of_receipt="R1", basket=Basket((Line("MUG", "", 1, 5_00),)), reference="C1")
    assert posted(shop.till.take_back(goods)).receipt.lines[0].description == "Mug, offer"
    assert posted(shop.till.take_back(goods)).repeated
    other = GoodsReturn(of_receipt="R1", reference="C1")
    assert shop.till.take_back(other) == Refusal(Reason.RECEIPT_CONFLICT, {"receipt": "C1"})
    rest = posted(shop.till.take_back(GoodsReturn(of_receipt="R1"))).receipt
    assert (rest.total_minor, rest.points, rest.balance) == (49_00, -4, 0)


@pytest.mark.parametrize(
    ("goods", "reason", "facts"),
    [
        (GoodsReturn(of_receipt="R9"), Reason.RECEIPT_ELSEWHERE, {"receipt": "R9"}),
        (GoodsReturn(of_receipt="C0"), Reason.RECEIPT_NO_SALE, {"receipt": "C0"}),
        (
            GoodsReturn(of_receipt="R1", items=(AskedBack(0, 4),)),
            Reason.RETURN_TOO_MUCH,
            {"goods": "Mug", "left": "4", "amount": "35.00 PLN", "receipt": "R1"},
        ),
        (
            GoodsReturn(of_receipt="R1", basket=Basket((Line("CUP", "Cup", 1, 1_00),))),
            Reason.RETURN_NOT_SOLD,
            {"goods": "CUP", "receipt": "R1"},
        ),
        (GoodsReturn(of_receipt="R1", items=(AskedBack(0, 0),)), Reason.BASKET_EMPTY, {}),
        (
            GoodsReturn(of_receipt="R1", member_id="M-2"),
            Reason.RECEIPT_OF_ANOTHER,
            {"receipt": "R1"},
        ),
        (GoodsReturn(receipt_code="PR1:NONSENSE"), Reason.RECEIPT_DAMAGED, {}),
        (GoodsReturn(receipt_code="R1"), Reason.RECEIPT_DAMAGED, {}),
        (GoodsReturn(), Reason.BASKET_EMPTY, {}),
    ],
)
def test_what_cannot_come_back_is_refused(
    shop: Shop, member_id: str, goods: GoodsReturn, reason: Reason, facts: dict[str, str]
) -> None:
    sold(shop, member_id)
    without = GoodsReturn(basket=Basket((Line("X", "", 1, 1),)), reference="C0")
    posted(shop.till.take_back(without))
    assert shop.till.take_back(goods) == Refusal(reason, facts)
    assert shop.till.quote_return(goods) == Refusal(reason, facts)


def test_another_till_takes_goods_back_by_the_code_alone(
    shop: Shop, away: Shop, member_id: str
) -> None:
    code = sold(shop, member_id)
    seen = away.till.identify(code)
    assert isinstance(seen, KnownReceipt)
    assert (seen.reference, seen.terminal, seen.member_id) == ("R1", "KRK-1", member_id)
    assert [line.quantity for line in seen.left] == [3, 1, 1]
    goods = GoodsReturn(receipt_code=code, items=(AskedBack(1),))
    quote = away.till.quote_return(goods)
    assert quote == ReturnQuote(
        lines=(Line("TEA", "", 1, 19_00),), total_minor=19_00, money_minor=19_00, points=-2
    )
    receipt = posted(away.till.take_back(goods)).receipt
    assert (receipt.points, receipt.of_receipt, receipt.balance) == (-2, "R1", None)
    again = away.till.take_back(goods)
    assert isinstance(again, Refusal)
    assert again.reason is Reason.RETURN_TOO_MUCH
    with away.store.reading() as connection:
        (entry,) = [one for one in entries_in(connection) if one.kind == REVERSE]
    assert entry.member == member_id
    assert entry.programme == "club@1"
    assert entry.payload["sale"][:6] == ["KRK-1", 1, 2, "R1", member_id, 5]


def test_a_code_that_another_key_signed_is_not_taken(
    shop: Shop, away: Shop, member_id: str
) -> None:
    read = read_receipt(sold(shop, member_id))
    assert read is not None
    forged = receipt_code(read.sold, Ed25519PrivateKey.generate())
    refusal = Refusal(Reason.RECEIPT_FORGED, {"receipt": "R1"})
    assert away.till.identify(forged) == refusal
    assert away.till.take_back(GoodsReturn(receipt_code=forged)) == refusal


def test_the_version_on_the_receipt_decides_and_must_be_known(
    shop: Shop, away: Shop, member_id: str, clock: ShopClock
) -> None:
    with shop.store.writing() as connection:
        keep_programme(connection, NEXT_TERMS, starts_at_ms=1)
    code = sold(shop, member_id)
    refusal = Refusal(Reason.RECEIPT_PROGRAMME, {"receipt": "R1"})
    assert away.till.take_back(GoodsReturn(receipt_code=code)) == refusal
    with away.store.writing() as connection:
        keep_programme(connection, NEXT_TERMS, starts_at_ms=1 << 44)
    receipt = posted(away.till.take_back(GoodsReturn(receipt_code=code))).receipt
    assert receipt.points == -54


def test_points_that_paid_come_back_and_the_rest_is_money(shop: Shop, member_id: str) -> None:
    posted(shop.till.sell(Sale(basket=Basket((Line("A", "", 1, 190_00),)), member_id=member_id)))
    paid = Sale(basket=MUGS, member_id=member_id, pay_points=18, reference="R2")
    assert posted(shop.till.sell(paid)).receipt.balance == 6
    receipt = posted(shop.till.take_back(GoodsReturn(of_receipt="R2"))).receipt
    assert (receipt.points_paid, receipt.points_paid_minor) == (18, 18_00)
    assert receipt.to_pay_minor == 36_00
    assert (receipt.points, receipt.balance) == (13, 19)


def test_vouchers_of_the_sale_are_revoked_while_they_are_unused(
    shop: Shop, member_id: str, home: Path
) -> None:
    """40.00 of points came out as vouchers; a return that makes a debt takes them first."""
    sale = Sale(basket=Basket((Line("A", "", 1, 450_00),)), member_id=member_id, reference="R3")
    slips = posted(shop.till.sell(sale)).receipt.vouchers
    assert len(slips) == 2
    spend = Sale(basket=MUGS, member_id=member_id, voucher_codes=(slips[0].code,))
    posted(shop.till.sell(spend))
    receipt = posted(shop.till.take_back(GoodsReturn(of_receipt="R3"))).receipt
    assert receipt.revoked == (slips[1].number,)
    assert (receipt.points, receipt.balance) == (-25, -15)
    refused = shop.till.identify(slips[1].code)
    assert refused == Refusal(Reason.VOUCHER_SPENT, {"voucher": slips[1].number})
    with shop.store.reading() as connection:
        last = entries_in(connection)[-1]
    assert (last.kind, last.payload["revoked"]) == (VOUCHER_REDEEMED, True)
    assert faults_of(home) == []


def test_a_sale_without_a_card_comes_back_by_its_number(shop: Shop) -> None:
    assert sold(shop) == ""
    receipt = posted(shop.till.take_back(GoodsReturn(of_receipt="R1"))).receipt
    assert (receipt.points, receipt.total_minor, receipt.balance) == (0, 54_00, None)
    found = shop.till.receipt_sold("R1")
    assert isinstance(found, KnownReceipt)
    assert [line.quantity for line in found.left] == [0, 0, 0]
    assert shop.till.receipt_sold("R7") == Refusal(Reason.RECEIPT_ELSEWHERE, {"receipt": "R7"})


def test_a_card_that_nobody_here_knew_is_told_from_the_receipt(shop: Shop) -> None:
    sold(shop, CARD)
    receipt = posted(shop.till.take_back(GoodsReturn(of_receipt="R1"))).receipt
    assert (receipt.points, receipt.card, receipt.balance) == (-5, CARD, None)
