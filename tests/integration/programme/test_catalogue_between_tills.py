"""The catalogue in a chain: claimed at one till, used at another, and head office agrees."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from terminal_app.bootstrap import Shop
from terminal_app.till.answers import Claim, KnownVoucher, Reason, Refusal
from tests.integration.programme.examples import (
    agree,
    bought,
    brought_back,
    enrolled,
    may,
    points,
)
from tests.integration.terminal.head_office import HeadOffice, found_under
from tests.integration.terminal.tills import sync, till_of
from tests.unit.terminal.counter import posted

PRODUCTS = """code,description,price,category,tags
COF-1,Flat white,16.00,coffee,
COF-2,Filter coffee,12.00,coffee,
CAKE,Cheesecake,18.00,cakes,
"""
SHOP = """
name = "corner"
version = 1
currency = "PLN"
[goods.coffee]
categories = ["coffee"]
[discount]
steps = [{ at = "100.00", percent = "5" }]
[[earn]]
name = "all"
per = "1.00"
points = 1
[[rewards]]
name = "coffee"
title = { en = "Free coffee", pl = "Kawa gratis", ru = "Бесплатный кофе" }
cost = 100
gives = "free_goods"
goods = ["coffee"]
[[rewards]]
name = "half"
cost = 60
gives = "cheaper_goods"
percent = "50"
goods = ["coffee"]
[[rewards]]
name = "tenth"
cost = 80
gives = "percent_off"
percent = "10"
amount = "3.00"
[[rewards]]
name = "five"
cost = 50
gives = "money_off"
amount = "5.00"
[[rewards]]
name = "gift"
cost = 70
gives = "gift"
a_member = 1
[offline]
vouchers = "anywhere"
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[HeadOffice]:
    products, document = tmp_path / "products.csv", tmp_path / "corner.toml"
    products.write_text(PRODUCTS, "utf-8")
    document.write_text(SHOP, "utf-8")
    office = found_under(tmp_path / "office", document, "--products", str(products))
    office.start()
    yield office
    office.stop()


def claimed(shop: Shop, member: str, reward: str) -> str:
    """The code of the voucher that comes out of a claim."""
    [slip] = posted(shop.till.claim(Claim(member_id=member, reward=reward))).receipt.vouchers
    return slip.code


def test_a_voucher_of_each_kind_is_used_at_another_till_and_goods_come_back(
    office: HeadOffice, tmp_path: Path
) -> None:
    with (
        till_of(office, tmp_path / "one", "KRK-1") as one,
        till_of(office, tmp_path / "two", "KRK-2") as two,
    ):
        ala = enrolled(one, may(1, 9))
        bought(one, ala, may(1), "CAKE*30")
        codes = {kind: claimed(one, ala, kind) for kind in ("coffee", "half", "tenth", "five")}
        sync(one, two)
        assert isinstance(two.till.identify(codes["coffee"]), KnownVoucher)
        # 5 % off for the member: 15.20, 11.40 and 17.10; 15.20 + 5.70 + 3.00 + 5.00 off.
        paid = bought(two, ala, may(2), "COF-1", "COF-2", "CAKE", vouchers=tuple(codes.values()))
        assert (paid.discount_minor, paid.voucher_paid_minor) == (2_30, 15_20 + 5_70 + 3_00 + 5_00)
        assert paid.to_pay_minor == 14_80
        sync(one, two)
        left = 540 - 290 + 43
        agree(office, one, ala, left)
        agree(office, two, ala, left)
        assert brought_back(two, may(3), paid).to_pay_minor == 14_80
        agree(office, two, ala, left - 43)


def test_a_voucher_is_used_before_head_office_hears_of_its_claim(
    office: HeadOffice, tmp_path: Path
) -> None:
    with (
        till_of(office, tmp_path / "one", "KRK-1") as one,
        till_of(office, tmp_path / "two", "KRK-2") as two,
    ):
        ala = enrolled(one, may(1, 9))
        sync(one, two)
        bought(one, ala, may(1), "CAKE*30")
        code = claimed(one, ala, "coffee")
        assert bought(two, "", may(2), "COF-2*2", vouchers=(code,)).voucher_paid_minor == 12_00
        sync(two)
        agree(office, one, ala, 440)
        agree(office, two, ala, 440)


def test_a_voucher_used_at_two_tills_without_a_line_is_one_case(
    office: HeadOffice, tmp_path: Path
) -> None:
    with (
        till_of(office, tmp_path / "one", "KRK-1") as one,
        till_of(office, tmp_path / "two", "KRK-2") as two,
    ):
        ala = enrolled(one, may(1, 9))
        sync(one, two)
        bought(one, ala, may(1), "CAKE*30")
        code = claimed(one, ala, "tenth")
        bought(one, "", may(2), "CAKE", vouchers=(code,))
        bought(two, "", may(2), "COF-1", vouchers=(code,))
        sync(one, two)
        assert office.cases() == ["double-voucher"]


def test_points_are_claimed_where_their_rights_are_and_nowhere_twice(
    office: HeadOffice, tmp_path: Path
) -> None:
    with (
        till_of(office, tmp_path / "one", "KRK-1") as one,
        till_of(office, tmp_path / "two", "KRK-2") as two,
    ):
        ala = enrolled(one, may(1, 9))
        bought(one, ala, may(1), "CAKE*6")
        sync(one, two)
        asked = Claim(member_id=ala, reward="gift")
        refused = two.till.claim(asked)
        assert isinstance(refused, Refusal)
        assert refused.reason is Reason.CLAIM_TOO_FEW
        one.till.identify(ala)
        sync(one)
        receipt = posted(one.till.claim(asked)).receipt
        assert [line.title for line in receipt.rewards] == ["Gift"]
        assert one.till.claim(asked) == Refusal(Reason.CLAIM_HAD_BEFORE)
        sync(one, two)
        assert two.till.claim(asked) == Refusal(Reason.CLAIM_HAD_BEFORE), "head office told"
        assert points(two, ala) == 38
        agree(office, one, ala, 38)
