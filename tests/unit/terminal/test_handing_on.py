"""Points handed on at a till: once, within what is free here, in two entries that are nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from loyalty.balances import Balance
from loyalty.journal import TRANSFER, Entry
from loyalty.programme.document import classic_document
from loyalty.sums import sums_in
from terminal_app.bootstrap import Shop, open_till
from terminal_app.store import ledger, members, rights
from terminal_app.till.answers import Enrolment, HandingOn, Posted, Reason, Refusal, Sale
from tests.unit.terminal.counter import (
    ShopClock,
    entries_in,
    faults_of,
    found_till,
    goods,
    known,
    posted,
)

ANNA, BEN, CARL = "2900001000000011", "2900001000000022", "2900001000000033"
"""Three members of the shop."""
HANDING = '\n[transfers]\nto = "anybody"\nleast = 10\na_month = 60\n'


@pytest.fixture
def shop(home: Path, clock: ShopClock) -> Iterator[Shop]:
    found_till(home, document=classic_document() + HANDING)
    with open_till(home, clock=clock) as shop:
        for name, card in (("Anna", ANNA), ("Ben", BEN)):
            known(shop.till.enrol(Enrolment(name=name, card=card)))
        posted(shop.till.sell(Sale(basket=goods(100_00), member_id=ANNA, reference="S-1")))
        yield shop


def hand_on(shop: Shop, points: int, reference: str = "", **facts: str) -> Posted | Refusal:
    asked = HandingOn(member_id=ANNA, to_member_id=BEN, points=points, reference=reference)
    return shop.till.hand_on(replace(asked, **facts))


def transfers(shop: Shop) -> list[Entry]:
    with shop.store.reading() as connection:
        return [entry for entry in entries_in(connection) if entry.kind == TRANSFER]


def balances(shop: Shop) -> list[int]:
    with shop.store.reading() as connection:
        return [ledger.balance_of(connection, one).points for one in (ANNA, BEN)]


def refused(answer: object) -> Reason:
    assert isinstance(answer, Refusal), answer
    return answer.reason


def test_what_goes_from_one_comes_to_the_other(shop: Shop, home: Path) -> None:
    receipt = posted(hand_on(shop, 40, "T-1")).receipt
    assert (receipt.points, receipt.balance, receipt.handed_to) == (40, 60, "Ben")
    assert balances(shop) == [60, 40]
    giving, taking = transfers(shop)
    assert (giving.points, giving.payload["with"]) == (-40, BEN)
    assert (taking.points, taking.payload["with"]) == (40, ANNA)
    assert giving.receipt == taking.receipt == "T-1"
    assert sums_in(giving) == {"handed-on|2024-06": 40}
    with shop.store.reading() as connection:
        assert [rights.held(connection, one) for one in (ANNA, BEN)] == [60, 40]
    assert faults_of(home) == []


def test_the_same_transfer_again_is_the_one_that_was_made(shop: Shop) -> None:
    first = posted(hand_on(shop, 40, "T-1"))
    again = posted(hand_on(shop, 40, "T-1"))
    assert again.repeated
    assert again.receipt == first.receipt
    assert refused(hand_on(shop, 41, "T-1")) is Reason.RECEIPT_CONFLICT
    assert balances(shop) == [60, 40]


def test_a_transfer_without_a_number_gets_the_tills_next(shop: Shop) -> None:
    assert posted(hand_on(shop, 10)).receipt.reference == f"KRK-1.1.{transfers(shop)[0].seq}"


@pytest.mark.parametrize(
    ("points", "facts", "reason"),
    [
        (9, {}, Reason.HAND_ON_TOO_FEW),
        (61, {}, Reason.HAND_ON_TOO_MANY),
        (10, {"to_member_id": ANNA}, Reason.HAND_ON_SELF),
        (10, {"to_member_id": CARL}, Reason.UNKNOWN_CARD),
        (10, {"member_id": CARL}, Reason.UNKNOWN_CARD),
        (10, {"member_id": BEN, "to_member_id": ANNA}, Reason.HAND_ON_NOT_ENOUGH),
        (10, {"reference": "no blanks"}, Reason.RECEIPT_INVALID),
    ],
)
def test_why_points_are_not_handed_on(
    shop: Shop, points: int, facts: dict[str, str], reason: Reason
) -> None:
    assert refused(hand_on(shop, points, **facts)) is reason
    assert (balances(shop), transfers(shop)) == ([100, 0], [])


def test_a_month_has_its_limit_over_all_transfers(shop: Shop, clock: ShopClock) -> None:
    posted(hand_on(shop, 30))
    posted(hand_on(shop, 30))
    assert refused(hand_on(shop, 10)) is Reason.HAND_ON_TOO_MANY
    clock.move(days=30)
    posted(hand_on(shop, 10))


def test_what_another_till_holds_is_asked_for_and_not_handed_on(shop: Shop) -> None:
    """Of points made elsewhere nothing is free here until their rights come."""
    with shop.store.writing() as connection:
        told = Balance(points=50)
        ledger.put_parts(connection, ledger.OTHERS, {BEN: told})
    asked = {"member_id": BEN, "to_member_id": ANNA}
    assert refused(hand_on(shop, 20, **asked)) is Reason.HAND_ON_NOT_ENOUGH
    with shop.store.reading() as connection:
        (wanted,) = connection.execute("SELECT points FROM draws WHERE member_id = ?", (BEN,))
    assert wanted[0] == 50


def test_within_a_family_alone(home: Path, clock: ShopClock) -> None:
    document = classic_document() + '\n[transfers]\nto = "family"\n[family]\n'
    found_till(home, document=document)
    with open_till(home, clock=clock) as shop:
        for name, card in (("Anna", ANNA), ("Ben", BEN)):
            known(shop.till.enrol(Enrolment(name=name, card=card)))
        posted(shop.till.sell(Sale(basket=goods(100_00), member_id=ANNA, reference="S-1")))
        assert refused(hand_on(shop, 10)) is Reason.HAND_ON_NOT_FAMILY
        with shop.store.writing() as connection:
            for card in (ANNA, BEN):
                member = members.member(connection, card)
                assert member is not None
                members.put_member(connection, replace(member, family=BEN))
        # What Anna collected before goes to the account that she collects on now.
        assert posted(hand_on(shop, 70)).receipt.balance == 30
        assert balances(shop) == [30, 70]
        assert refused(hand_on(shop, 10, member_id=BEN, to_member_id=ANNA)) is Reason.HAND_ON_SELF
    assert faults_of(home) == []


def test_a_shop_without_transfers_says_so(home: Path, clock: ShopClock) -> None:
    found_till(home)
    with open_till(home, clock=clock) as shop:
        for name, card in (("Anna", ANNA), ("Ben", BEN)):
            known(shop.till.enrol(Enrolment(name=name, card=card)))
        assert refused(hand_on(shop, 10)) is Reason.HAND_ON_NOT_OFFERED
