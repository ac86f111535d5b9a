"""Points for what happens to a member at the till: a card taken, a birthday, a visit, luck."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from loyalty.clock import epoch_ms
from loyalty.identifiers import card_number
from loyalty.journal import EVENT, Entry
from loyalty.programme.document import classic_document
from loyalty.programme.surprises import is_chosen
from loyalty.receipts import Receipt, RulePoints
from terminal_app.bootstrap import Shop, open_till
from terminal_app.till.answers import Enrolment, Sale
from tests.unit.terminal.counter import ShopClock, entries_in, found_till, goods, known, posted

DOCUMENT = (
    classic_document()
    + """
[wallets.points]
[wallets.stars]
[[event]]
name = "welcome"
title = { en = "Welcome", pl = "Na powitanie" }
on = "enrolment"
points = 30
[[event]]
name = "birthday"
on = "birthday"
points = 100
[[event]]
name = "joined"
on = "anniversary"
points = 50
[[event]]
name = "third"
on = "visit"
at = "3"
points = 7
[[event]]
name = "thousand"
on = "milestone"
at = "1000.00"
points = 11
[[event]]
name = "star"
on = "visit"
wallet = "stars"
points = 1
[[surprise]]
name = "lucky"
in_how_many = 3
seed = "spring"
points = 5
at_least = "5.00"
"""
)


@pytest.fixture
def club(tmp_path: Path, clock: ShopClock) -> Iterator[Shop]:
    found_till(tmp_path / "till", document=DOCUMENT)
    with open_till(tmp_path / "till", clock=clock) as shop:
        yield shop


def joined(shop: Shop, birthday: str = "") -> str:
    return known(shop.till.enrol(Enrolment(name="Ala", birthday=birthday))).member.member_id


def sold(
    shop: Shop, member: str, minor: int, reference: str = "", at: datetime | None = None
) -> Receipt:
    occurred_at_ms = None if at is None else epoch_ms(at)
    sale = Sale(
        basket=goods(minor), member_id=member, reference=reference, occurred_at_ms=occurred_at_ms
    )
    return posted(shop.till.sell(sale)).receipt


def events(shop: Shop) -> list[Entry]:
    with shop.store.reading() as connection:
        return [entry for entry in entries_in(connection) if entry.kind == EVENT]


def told(receipt: Receipt) -> dict[str, int]:
    return {bonus.title: bonus.points for bonus in receipt.bonuses if bonus.title != "lucky"}


def test_who_takes_a_card_has_the_first_points_on_it(club: Shop) -> None:
    ala = joined(club)
    assert known(club.till.member(ala)).balance.points == 30
    [entry] = events(club)
    assert (entry.points, entry.payload["event"]) == (30, "welcome")
    assert entry.payload["sums"] == {"event:welcome|ever": 1}


def test_a_birthday_gives_once_a_year_with_a_purchase_on_it(club: Shop, clock: ShopClock) -> None:
    ala = joined(club, birthday="2000-06-02")
    assert told(sold(club, ala, 100)) == {}
    clock.move(days=1)
    first = sold(club, ala, 100)
    assert told(first) == {"birthday": 100}
    assert first.points == 1, "a bonus is no part of what the sale earned, nor of its return"
    assert "birthday" not in told(sold(club, ala, 100))
    assert told(sold(club, ala, 100, at=datetime(2025, 6, 2, 9, tzinfo=UTC)))["birthday"] == 100


def test_the_third_visit_an_anniversary_and_a_milestone(club: Shop) -> None:
    ala = joined(club)
    assert told(sold(club, ala, 400_00)) == {}
    assert told(sold(club, ala, 599_99)) == {}
    assert told(sold(club, ala, 1)) == {"third": 7, "thousand": 11}
    assert told(sold(club, ala, 2_000_00)) == {}
    assert told(sold(club, ala, 100, at=datetime(2026, 6, 1, 12, tzinfo=UTC))) == {"joined": 50}


def test_the_balance_and_vouchers_have_the_bonus_in_them(club: Shop) -> None:
    ala = joined(club)
    receipt = sold(club, ala, 470_00, reference="R-2")
    lucky = 5 if is_chosen("spring", 3, "KRK-1", "R-2") else 0
    assert receipt.points_redeemed == 500
    assert receipt.balance == 30 + 470 + lucky - 500


def test_luck_goes_by_the_receipt_alone(club: Shop) -> None:
    ala = joined(club)
    for number in range(12):
        reference = f"L-{number}"
        is_lucky = is_chosen("spring", 3, "KRK-1", reference)
        lucky = RulePoints("lucky", 5)
        assert (lucky in sold(club, ala, 500, reference).bonuses) is is_lucky
        assert lucky not in sold(club, ala, 499, f"{reference}-small").bonuses


def test_a_card_that_is_not_known_here_has_no_bonus(club: Shop) -> None:
    assert sold(club, card_number("290000900000099"), 500).bonuses == ()
    assert events(club) == []
