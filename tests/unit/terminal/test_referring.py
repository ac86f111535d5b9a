"""Friends who were brought: named as they are enrolled, paid with their first purchase, both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.identifiers import card_number
from loyalty.journal import EVENT, Entry
from loyalty.programme.document import classic_document
from loyalty.receipts import Receipt, RulePoints, WalletLine
from terminal_app.bootstrap import Shop, open_till
from terminal_app.store import lookups
from terminal_app.till.answers import Enrolment, GoodsReturn, Reason, Refusal, Sale
from tests.unit.terminal.counter import ShopClock, entries_in, found_till, goods, known, posted

DOCUMENT = (
    classic_document()
    + """
[wallets.points]
[wallets.stars]
[[event]]
name = "friend"
title = { en = "Welcome as a friend" }
on = "referral"
points = 30
friend_points = 10
at_least = "50.00"
a_year = 1
[[event]]
name = "star"
on = "referral"
points = 1
wallet = "stars"
"""
)
ELSEWHERE = card_number("290000900000099")


@pytest.fixture
def club(tmp_path: Path, clock: ShopClock) -> Iterator[Shop]:
    found_till(tmp_path / "till", document=DOCUMENT)
    with open_till(tmp_path / "till", clock=clock) as shop:
        yield shop


def joined(shop: Shop, name: str, referred_by: str = "", card: str = "") -> str:
    enrolment = Enrolment(name=name, referred_by=referred_by, card=card)
    return known(shop.till.enrol(enrolment)).member.member_id


def sold(shop: Shop, member: str, minor: int) -> Receipt:
    return posted(shop.till.sell(Sale(basket=goods(minor), member_id=member))).receipt


def events(shop: Shop) -> list[Entry]:
    with shop.store.reading() as connection:
        return [entry for entry in entries_in(connection) if entry.kind == EVENT]


def balance(shop: Shop, member: str) -> int:
    return known(shop.till.member(member)).balance.points


def refused(shop: Shop, referred_by: str, card: str = "") -> Reason:
    answer = shop.till.enrol(Enrolment(name="Jan", referred_by=referred_by, card=card))
    assert isinstance(answer, Refusal), answer
    return answer.reason


def test_both_are_paid_with_the_first_purchase_that_is_enough(club: Shop) -> None:
    ala = joined(club, "Ala")
    jan = joined(club, "Jan", referred_by=ala)
    small = sold(club, jan, 49_99)
    assert small.bonuses == ()
    assert small.wallets == (), "a star is for Ala alone"
    first = sold(club, jan, 50_00)
    assert first.bonuses == (RulePoints("Welcome as a friend", 10),)
    assert first.balance == 49 + 50 + 10
    assert balance(club, ala) == 30
    stars = known(club.till.member(ala)).wallets
    assert [wallet.balance for wallet in stars] == [1]
    receipts = {entry.payload["event"]: entry.receipt for entry in events(club)}
    assert receipts == {"friend": first.reference, "star": small.reference}
    assert sold(club, jan, 50_00).bonuses == ()
    assert balance(club, ala) == 30


def test_what_is_posted_says_who_brought_whom(club: Shop) -> None:
    ala = joined(club, "Ala")
    jan = joined(club, "Jan", referred_by=ala)
    sold(club, jan, 50_00)
    both = {"friend": jan, "referrer": ala}
    told = [(entry.member, entry.points, entry.payload) for entry in events(club)]
    assert told == [
        (
            ala,
            30,
            {"event": "friend", "side": "referrer", **both, "sums": {"event:friend|2024": 1}},
        ),
        (f"{ala}/stars", 1, {"event": "star", "side": "referrer", **both}),
        (
            jan,
            10,
            {
                "event": "friend",
                "side": "friend",
                **both,
                "sums": {f"event:friend/{jan}|ever": 1},
            },
        ),
        (
            f"{jan}/stars",
            0,
            {"event": "star", "side": "friend", **both, "sums": {f"event:star/{jan}|ever": 1}},
        ),
    ]


def test_beyond_a_limit_the_friend_alone_is_paid_and_nothing_stays_open(
    club: Shop, clock: ShopClock
) -> None:
    ala = joined(club, "Ala")
    for name in ("Jan", "Ola"):
        friend = joined(club, name, referred_by=ala)
        assert sold(club, friend, 50_00).balance == 60
    assert balance(club, ala) == 30
    assert [wallet.balance for wallet in known(club.till.member(ala)).wallets] == [2]
    clock.move(days=366)
    sold(club, friend, 50_00)
    assert balance(club, ala) == 30


def test_points_for_a_friend_stay_when_the_goods_come_back(club: Shop) -> None:
    ala = joined(club, "Ala")
    jan = joined(club, "Jan", referred_by=ala)
    receipt = sold(club, jan, 50_00)
    posted(club.till.take_back(GoodsReturn(of_receipt=receipt.reference)))
    assert (balance(club, jan), balance(club, ala)) == (10, 30)


def test_a_card_from_elsewhere_may_have_brought_them(club: Shop) -> None:
    jan = joined(club, "Jan", referred_by=ELSEWHERE)
    with club.store.reading() as connection:
        assert lookups.due(connection, 2**50, 0, 10) == (ELSEWHERE,)
    sold(club, jan, 50_00)
    assert events(club)[0].member == ELSEWHERE


def test_who_cannot_have_brought_them_is_refused(club: Shop) -> None:
    assert refused(club, "12345") is Reason.DAMAGED_CARD
    assert refused(club, ELSEWHERE, ELSEWHERE) is Reason.REFERRER_SELF
    assert club.till.identify(ELSEWHERE) == Refusal(Reason.UNKNOWN_CARD, {"card": ELSEWHERE})


def test_without_who_brought_them_nobody_is_paid(club: Shop) -> None:
    assert sold(club, joined(club, "Jan"), 50_00).bonuses == ()
    assert events(club) == []


def test_the_other_wallets_of_a_receipt_are_the_friends_own(club: Shop) -> None:
    ala = joined(club, "Ala")
    receipt = sold(club, joined(club, "Jan", referred_by=ala), 50_00)
    assert all(isinstance(line, WalletLine) and not line.points for line in receipt.wallets)
