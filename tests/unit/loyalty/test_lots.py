"""Lots: which points are spent first, which are gone, which come back where."""

from typing import Any

import pytest

from loyalty.journal import EXPIRE, REVERSE
from loyalty.lots import Lot, expired, expiring, spendable_lots
from tests.unit.loyalty.lot_account import ANNA, Account, at, of


@pytest.fixture
def anna() -> Account:
    return Account()


def test_the_lot_that_is_gone_first_is_spent_first(anna: Account) -> None:
    anna.earn("03-01T10:00", 100)
    anna.earn("03-02T10:00", 50, "days@1")
    anna.earn("03-03T10:00", 20, "days@2")
    anna.redeem("03-04T10:00", 60)
    assert anna.left == [100, 10, 0]
    assert [lot.points_left for lot in spendable_lots(anna.folded.lots, at("03-04T11:00"))] == [
        10,
        100,
    ]


def test_of_lots_gone_together_the_older_is_spent_first(anna: Account) -> None:
    anna.earn("03-01T10:00", 5)
    anna.earn("03-01T11:00", 5)
    anna.redeem("03-04T10:00", 6)
    assert anna.left == [0, 4]


def test_a_pending_lot_waits_for_its_day(anna: Account) -> None:
    anna.earn("03-01T10:00", 100, "pending@1")
    anna.earn("03-10T10:00", 30)
    anna.redeem("03-11T10:00", 20)
    assert anna.left == [100, 10]
    lot = anna.folded.lots[0]
    assert (lot.state(at("03-14T23:59")), lot.state(at("03-15T00:00"))) == ("pending", "available")
    # It would be gone on 30 April, so from 15 March on it goes before the other.
    anna.redeem("03-15T10:00", 20)
    assert anna.left == [80, 10]


def test_what_a_till_gave_beyond_the_lots_takes_gone_ones_then_pending_ones(anna: Account) -> None:
    anna.earn("03-01T10:00", 10, "days@2")
    anna.earn("03-10T10:00", 20, "pending@1")
    anna.earn("03-11T10:00", 30)
    anna.redeem("03-12T10:00", 45)
    assert anna.left == [0, 15, 0]
    anna.redeem("03-12T10:01", 20)
    assert anna.folded.debt == 5


def test_a_debt_is_worked_off_by_the_next_lots(anna: Account) -> None:
    anna.redeem("03-01T10:00", 30)
    anna.earn("03-02T10:00", 20)
    anna.earn("03-03T10:00", 25)
    assert (anna.left, anna.folded.debt) == ([0, 15], 0)
    assert anna.folded.lots[0].state(at("03-04T10:00")) == "spent"


def test_a_return_takes_from_the_lot_of_its_sale(anna: Account) -> None:
    anna.earn("03-01T10:00", 50, "days@2")
    sale = anna.earn("03-02T10:00", 50)
    anna.post("03-03T10:00", REVERSE, -30, of=of(sale))
    assert anna.left == [50, 20]


def test_a_return_of_points_that_are_spent_takes_others_then_owes(anna: Account) -> None:
    sale = anna.earn("03-01T10:00", 50, "days@2")
    anna.redeem("03-02T10:00", 40)
    anna.earn("03-03T10:00", 25)
    anna.post("03-04T10:00", REVERSE, -50, of=of(sale))
    assert (anna.left, anna.folded.debt) == ([0, 0], 15)


def test_points_that_paid_come_back_to_their_lots_the_longest_first(anna: Account) -> None:
    anna.earn("03-01T10:00", 40, "days@2")
    anna.earn("03-01T11:00", 40, "days@1")
    sale = anna.earn("03-02T10:00", 7, receipt="R-7")
    anna.redeem("03-02T10:00", 60, receipt="R-7", paid_minor=600)
    assert anna.left == [0, 20, 7]
    anna.post("03-03T10:00", REVERSE, 30 - 3, of=of(sale), points_back=30)
    assert anna.left == [10, 40, 4]
    anna.post("03-03T10:00", REVERSE, 30 - 4, of=of(sale), points_back=30)
    assert anna.left == [40, 40, 0]


def test_points_of_revoked_vouchers_come_back_to_their_own_lots(anna: Account) -> None:
    anna.earn("03-01T10:00", 40, "days@2")
    anna.earn("03-01T11:00", 40, "days@1")
    sale = anna.earn("03-02T10:00", 20, receipt="R-7")
    anna.redeem("03-02T10:00", 40, receipt="R-7", paid_minor=400)
    anna.redeem("03-02T10:00", 50, receipt="R-7")
    assert anna.left == [0, 0, 10]
    anna.post("03-03T10:00", REVERSE, 50 + 12 - 20, of=of(sale), points_back=12, revoked_points=50)
    assert anna.left == [12, 40, 0]
    assert anna.folded.balance == 52


def test_points_of_an_entry_that_was_wrong_come_back_where_it_took_them(anna: Account) -> None:
    anna.earn("03-01T10:00", 10, "days@2")
    anna.earn("03-01T11:00", 10)
    wrong = anna.redeem("03-02T10:00", 15)
    anna.post("03-03T10:00", "adjust", 15, of=of(wrong))
    assert anna.left == [10, 10]


def test_gone_lots_that_a_till_took_are_passed_over(anna: Account) -> None:
    first = anna.earn("03-01T10:00", 10, "days@2")
    anna.earn("03-01T11:00", 10, "days@2")
    anna.post("03-20T10:00", REVERSE, -10, of=of(first))
    anna.redeem("03-20T11:00", 4)
    assert anna.left == [0, 6]


def test_a_return_that_gives_what_it_takes_still_moves_both(anna: Account) -> None:
    anna.earn("03-01T10:00", 10, "days@2")
    sale = anna.earn("03-02T10:00", 10, receipt="R-7")
    anna.redeem("03-02T10:00", 10, receipt="R-7", paid_minor=100)
    anna.post("03-03T10:00", REVERSE, 0, of=of(sale), points_back=10)
    assert anna.left == [10, 0]


def test_what_comes_back_to_no_lot_opens_one(anna: Account) -> None:
    sale = anna.earn("03-01T10:00", 10, receipt="R-7")
    anna.redeem("03-01T10:00", 50, receipt="R-7", paid_minor=500)
    anna.earn("03-02T10:00", 45)
    assert anna.left == [0, 5]
    # 40 of the 50 were owed; the second sale worked them off, so they have no lot to go to.
    anna.post("03-03T10:00", REVERSE, 50, "days@1", of=of(sale), points_back=50)
    assert anna.left == [10, 5, 40]
    assert anna.folded.lots[2].expires_at_ms == at("04-03T00:00") - 1


def test_points_given_back_are_gone_when_their_lot_is(anna: Account) -> None:
    sale = anna.earn("03-01T10:00", 10, "days@2", receipt="R-7")
    anna.redeem("03-01T11:00", 10, receipt="R-7", paid_minor=100)
    anna.post("03-20T10:00", REVERSE, 10, of=of(sale), points_back=10)
    assert [lot.points_left for lot in expired(anna.folded.lots, at("03-20T10:00"))] == [10]
    anna.redeem("03-20T10:00", 4)
    assert anna.left == [6]


def test_points_given_back_to_a_pending_lot_wait_again(anna: Account) -> None:
    sale = anna.earn("03-01T10:00", 10, "pending@1", receipt="R-7")
    anna.redeem("03-01T11:00", 10, receipt="R-7", paid_minor=100)
    anna.earn("03-02T10:00", 5)
    anna.post("03-03T10:00", REVERSE, 10, of=of(sale), points_back=10)
    anna.redeem("03-04T10:00", 5)
    assert anna.left == [10, 0]


@pytest.mark.parametrize(
    "payload",
    [
        {"of": ["KRK-1", 1]},
        {"of": "KRK-1"},
        {"of": ["KRK-1", 1, "R-1"]},
        {"of": ["KRK-1", 1, 99]},
        {"points_back": "ten", "of": ["KRK-1", 1, 1]},
        {"points_back": 3, "of": ["KRK-1", 1, 1]},
        {"points_back": -3, "revoked_points": 99, "of": ["KRK-1", 1, 1]},
        {"parts": [[4, 0, 0]]},
        {"parts": [[-1, 0, 0], [11, 0, 0]]},
        {"parts": "all"},
    ],
)
def test_what_is_said_in_no_known_way_changes_no_balance(
    anna: Account, payload: dict[str, Any]
) -> None:
    anna.earn("03-01T10:00", 10)
    anna.post("03-02T10:00", REVERSE, 10, **payload)
    assert sum(anna.left) == 20


def test_a_salvaged_entry_is_known_by_its_old_place_too(anna: Account) -> None:
    anna.earn("03-01T10:00", 5, "days@2")
    anna.earn("03-01T11:00", 10, salvaged=[7, 70])
    anna.earn("03-01T12:00", 10, salvaged=["7", 70])
    anna.post("03-02T10:00", REVERSE, -4, of=["KRK-1", 7, 70])
    assert anna.left == [5, 6, 10]


def test_gone_lots_are_booked_by_name(anna: Account) -> None:
    first = anna.earn("03-01T10:00", 10, "days@2")
    anna.earn("03-02T10:00", 20, "days@1")
    now_ms = at("03-12T00:00")
    assert expired(anna.folded.lots, now_ms - 1) == []
    assert [lot.points_left for lot in expired(anna.folded.lots, now_ms)] == [10]
    anna.post("03-12T00:00", EXPIRE, -10, of=of(first))
    assert anna.left == [0, 20]
    assert expired(anna.folded.lots, now_ms) == []
    assert anna.folded.over_expired == ()
    assert anna.folded.lots[0].points_expired == 10
    assert anna.folded.lots[0].state(now_ms) == "expired"


def test_all_that_is_gone_is_booked_without_a_name(anna: Account) -> None:
    anna.earn("03-01T10:00", 10, "days@2")
    anna.earn("03-02T10:00", 20, "days@2")
    anna.earn("03-03T10:00", 40)
    anna.post("03-20T00:00", EXPIRE, -30)
    assert (anna.left, anna.folded.over_expired) == ([0, 0, 40], ())


def test_a_purchase_told_late_shows_that_too_much_was_booked_as_gone(anna: Account) -> None:
    lot = anna.earn("03-01T10:00", 10, "days@2")
    anna.earn("03-02T10:00", 40)
    booked = anna.post("03-12T00:00", EXPIRE, -10, of=of(lot))
    assert not anna.folded.over_expired
    # A till without a line had taken eight of them in time.
    anna.redeem("03-05T10:00", 8)
    assert anna.left == [0, 32]
    assert anna.folded.over_expired == ((("KRK-1", 1, 3), 8),)
    anna.post("03-13T10:00", "adjust", 8, of=of(booked))
    assert anna.left == [0, 40]
    assert not anna.folded.over_expired


def test_purchases_keep_a_lot_that_goes_by_them(anna: Account) -> None:
    anna.earn("03-01T10:00", 10, "active@1")
    anna.earn("03-25T10:00", 5, "active@1")
    anna.earn("04-20T10:00", 0)
    lots = anna.folded.lots
    assert {lot.expires_at_ms for lot in lots} == {at("05-21T00:00") - 1}
    # A pause of more than 30 days: what was there is gone, what comes has days of its own.
    anna.earn("05-21T00:00", 7, "active@1")
    assert [lot.expires_at_ms for lot in anna.folded.lots] == [
        *(2 * [at("05-21T00:00") - 1]),
        at("06-21T00:00") - 1,
    ]
    assert [lot.points_left for lot in expired(anna.folded.lots, at("05-21T00:00"))] == [10, 5]


def test_points_without_a_purchase_do_not_keep_the_others(anna: Account) -> None:
    anna.earn("03-01T10:00", 10, "active@1")
    anna.post("03-20T10:00", "event", 5, "active@1")
    assert {lot.expires_at_ms for lot in anna.folded.lots} == {at("04-01T00:00") - 1}
    anna.post("04-20T10:00", "event", 5, "active@1")
    assert anna.folded.lots[2].expires_at_ms == at("05-21T00:00") - 1


def test_a_moved_day_is_minded_when_lots_are_spent(anna: Account) -> None:
    anna.earn("03-01T10:00", 10, "active@1")
    anna.earn("03-02T10:00", 10, "days@1")
    anna.earn("03-10T10:00", 0)
    anna.redeem("03-11T10:00", 10)
    assert anna.left == [10, 0]
    anna.earn("04-05T10:00", 0)
    anna.redeem("04-06T10:00", 4)
    assert anna.left == [6, 0]


def test_purchases_of_other_wallets_keep_a_lot_too(anna: Account) -> None:
    anna.earn("03-01T10:00", 10, "active@1")
    anna.earn("03-20T10:00", 99, member=f"{ANNA}/stamps")
    lots = anna.folded.lots
    assert [(lot.points, lot.expires_at_ms) for lot in lots] == [(10, at("04-20T00:00") - 1)]


def test_a_lot_that_would_be_gone_before_it_came_can_be_spent_at_its_end(anna: Account) -> None:
    anna.earn("03-01T10:00", 10, "hasty@1")
    lot = anna.folded.lots[0]
    assert lot.available_at_ms == lot.expires_at_ms == at("03-04T00:00") - 1


def test_points_from_elsewhere_bring_their_days(anna: Account) -> None:
    days = [10, at("03-01T10:00"), at("03-12T00:00") - 1]
    anna.post("03-03T10:00", "transfer", 10, parts=[days])
    assert anna.folded.lots[0].expires_at_ms == days[2]


def test_what_is_gone_soon_is_told_ahead(anna: Account) -> None:
    anna.earn("03-01T10:00", 10, "days@2")
    anna.earn("03-05T10:00", 20, "days@2")
    anna.earn("03-01T10:00", 30)
    now_ms = at("03-10T10:00")
    soon = expiring(anna.folded.lots, now_ms, at("03-12T00:00"))
    assert [lot.points_left for lot in soon] == [10]
    assert [lot.points for lot in expiring(anna.folded.lots, now_ms, at("12-31T00:00"))] == [10, 20]
    assert expiring(anna.folded.lots, at("03-12T00:00"), at("03-12T00:00")) == []


def test_a_lot_tells_its_state() -> None:
    lot = Lot(
        source=("KRK-1", 1, 1),
        points=10,
        points_left=0,
        points_expired=0,
        opened_at_ms=0,
        available_at_ms=0,
        expires_at_ms=100,
    )
    assert (lot.state(100), lot.state(101)) == ("spent", "spent")
