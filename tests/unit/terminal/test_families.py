"""A family at the till: all of it collects on the owner's account, and who may spend from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from loyalty.journal import EARN, REDEEM
from loyalty.programme.document import classic_document
from loyalty.rights import Wait
from terminal_app.bootstrap import Shop, open_till
from terminal_app.store import members
from terminal_app.till.answers import (
    Claim,
    Enrolment,
    GoodsReturn,
    KnownMember,
    Reason,
    Refusal,
    Sale,
)
from tests.unit.terminal.counter import (
    ShopClock,
    entries_in,
    faults_of,
    found_till,
    goods,
    known,
    posted,
)

OWNER, PARTNER, STRANGER = "2900001000000011", "2900001000000022", "2900001000000033"
TERMS = """
[pay]
points = 10
worth = "0.10"
[[rewards]]
name = "cup"
cost = 100
gives = "gift"
[[tier]]
name = "silver"
at = "150.00"
[family]
"""


@contextmanager
def family_shop(home: Path, clock: ShopClock, spend: str) -> Iterator[Shop]:
    """A till whose members Olga and Piotr are a family, Olga's."""
    found_till(home, document=f'{classic_document()}{TERMS}spend = "{spend}"\n')
    with open_till(home, clock=clock) as shop:
        for name, card in (("Olga", OWNER), ("Piotr", PARTNER), ("Stas", STRANGER)):
            known(shop.till.enrol(Enrolment(name=name, card=card)))
        join(shop)
        yield shop


def join(shop: Shop) -> None:
    with shop.store.writing() as connection:
        for card in (OWNER, PARTNER):
            member = members.member(connection, card)
            assert member is not None
            members.put_member(connection, replace(member, family=OWNER))


@pytest.fixture
def shop(home: Path, clock: ShopClock) -> Iterator[Shop]:
    with family_shop(home, clock, "anyone") as shop:
        yield shop


@pytest.fixture
def owners_shop(home: Path, clock: ShopClock) -> Iterator[Shop]:
    with family_shop(home, clock, "owner") as shop:
        yield shop


def sold(card: str, whole: int, **facts: object) -> Sale:
    return replace(Sale(basket=goods(whole * 100), member_id=card), **facts)


def seen(shop: Shop, card: str) -> KnownMember:
    return known(shop.till.identify(card))


def test_all_of_a_family_collect_on_one_account(shop: Shop, home: Path) -> None:
    first = posted(shop.till.sell(sold(OWNER, 100))).receipt
    second = posted(shop.till.sell(sold(PARTNER, 70))).receipt
    assert (first.account_of, first.balance) == ("", 100)
    assert (second.account_of, second.balance, second.member_name) == ("Olga", 170, "Piotr")
    assert (second.card, second.tier and second.tier.title) == (PARTNER, "silver")
    with shop.store.reading() as connection:
        earned = [entry for entry in entries_in(connection) if entry.kind == EARN]
    assert [(one.member, one.payload.get("by")) for one in earned] == [
        (OWNER, None),
        (OWNER, PARTNER),
    ]
    for card, owner in ((OWNER, ""), (PARTNER, "Olga")):
        found = seen(shop, card)
        assert (found.balance.points, found.safe.points, found.account_of) == (170, 170, owner)
    assert [row.points for row in shop.till.history(PARTNER)] == [70, 100, 0]
    assert faults_of(home) == []


def test_a_quote_says_what_the_sale_comes_to(shop: Shop) -> None:
    posted(shop.till.sell(sold(OWNER, 480)))
    quote = shop.till.quote_sale(sold(PARTNER, 30))
    assert not isinstance(quote, Refusal)
    receipt = posted(shop.till.sell(sold(PARTNER, 30))).receipt
    assert (quote.balance_after, quote.vouchers_due) == (receipt.balance, len(receipt.vouchers))
    assert (receipt.balance, len(receipt.vouchers)) == (10, 1)


def test_anyone_of_the_family_pays_and_claims(shop: Shop, home: Path) -> None:
    posted(shop.till.sell(sold(OWNER, 300)))
    assert posted(shop.till.sell(sold(PARTNER, 10, pay_points=100))).receipt.balance == 210
    assert posted(shop.till.claim(Claim(member_id=PARTNER, reward="cup"))).receipt.balance == 110
    with shop.store.reading() as connection:
        spent = [entry for entry in entries_in(connection) if entry.kind == REDEEM]
    assert {(one.member, one.payload.get("by")) for one in spent} == {(OWNER, PARTNER)}
    assert faults_of(home) == []


def test_where_the_owner_spends_alone_others_only_collect(owners_shop: Shop, home: Path) -> None:
    till = owners_shop.till
    posted(till.sell(sold(PARTNER, 490)))
    receipt = posted(till.sell(sold(PARTNER, 30))).receipt
    assert (receipt.balance, receipt.vouchers) == (520, ())
    quote = till.quote_sale(sold(PARTNER, 30))
    assert not isinstance(quote, Refusal)
    assert (quote.vouchers_due, quote.waiting_points, quote.payable.points) == (0, 0, 0)
    safe = seen(owners_shop, PARTNER).safe
    assert (safe.points, safe.wait) == (0, Wait.OWNER_ALONE)
    assert till.safe_to_spend(PARTNER) == safe
    refused = till.sell(sold(PARTNER, 10, pay_points=10))
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.PAY_NOT_ENOUGH
    claimed = till.claim(Claim(member_id=PARTNER, reward="cup"))
    assert isinstance(claimed, Refusal)
    assert claimed.reason is Reason.CLAIM_TOO_FEW
    # What waits for the owner comes out with their own next purchase.
    own = posted(till.sell(sold(OWNER, 10))).receipt
    assert (own.balance, len(own.vouchers)) == (30, 1)
    assert faults_of(home) == []


def test_goods_come_back_to_the_account_that_they_were_bought_on(shop: Shop, home: Path) -> None:
    posted(shop.till.sell(sold(PARTNER, 70, reference="F-1")))
    stranger = GoodsReturn(of_receipt="F-1", member_id=STRANGER)
    refused = shop.till.take_back(stranger)
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.RECEIPT_OF_ANOTHER
    back = posted(shop.till.take_back(GoodsReturn(of_receipt="F-1", member_id=PARTNER))).receipt
    assert (back.points, back.balance) == (-70, 0)
    assert seen(shop, OWNER).balance.points == 0
    assert faults_of(home) == []


def test_what_was_bought_before_joining_comes_back_to_the_members_own(
    home: Path, clock: ShopClock
) -> None:
    found_till(home, document=f"{classic_document()}{TERMS}")
    with open_till(home, clock=clock) as shop:
        for name, card in (("Olga", OWNER), ("Piotr", PARTNER)):
            known(shop.till.enrol(Enrolment(name=name, card=card)))
        posted(shop.till.sell(sold(PARTNER, 70, reference="F-1")))
        join(shop)
        assert seen(shop, PARTNER).balance.points == 0
        back = posted(shop.till.take_back(GoodsReturn(of_receipt="F-1", member_id=PARTNER)))
        assert back.receipt.points == -70
        with shop.store.reading() as connection:
            assert sum(one.points for one in entries_in(connection)) == 0
    assert faults_of(home) == []


def test_goods_without_a_receipt_take_from_the_familys_account(shop: Shop, home: Path) -> None:
    posted(shop.till.sell(sold(OWNER, 100)))
    back = GoodsReturn(basket=goods(3000), member_id=PARTNER)
    assert posted(shop.till.take_back(back)).receipt.balance == 70
    assert faults_of(home) == []


def test_an_owner_nobody_told_this_till_of_is_named_by_their_card(shop: Shop) -> None:
    with shop.store.writing() as connection:
        member = members.member(connection, STRANGER)
        assert member is not None
        members.put_member(connection, replace(member, family="2900001000000040"))
    assert seen(shop, STRANGER).account_of == "2900001000000040"
    assert posted(shop.till.sell(sold(STRANGER, 5))).receipt.balance == 5
