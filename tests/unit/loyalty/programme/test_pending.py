"""Points that wait before they may be spent: counted by the first day they may be."""

from datetime import date, datetime

import pytest

from loyalty.baskets import keyed_amount
from loyalty.programme.awards import award
from loyalty.programme.occasions import NEWCOMER, Occasion
from loyalty.programme.standing import pending_points, sums_of
from tests.unit.loyalty.programme.shop import WARSAW, programme

EARNING = '[[earn]]\nname = "shopping"\nper = "1.00"\n'
WAITING = programme(EARNING + "[wallets.points]\npending_days = 14\n")
AT_ONCE = programme(EARNING)


@pytest.mark.parametrize(
    ("sold_at", "first_day"),
    [
        (datetime(2026, 11, 22, 23, 59, tzinfo=WARSAW), "2026-12-06"),
        (datetime(2028, 2, 20, 0, 0, tzinfo=WARSAW), "2028-03-05"),
        (datetime(2026, 10, 18, 2, 30, tzinfo=WARSAW), "2026-11-01"),
    ],
)
def test_a_sale_says_from_which_day_its_points_are_free(sold_at: datetime, first_day: str) -> None:
    occasion = Occasion(basket=keyed_amount(4250), at=sold_at)
    given = award(WAITING, occasion, NEWCOMER)
    assert sums_of(WAITING, occasion, given) == {f"pending|{first_day}": 42}


@pytest.mark.parametrize(
    ("today", "waiting"),
    [("2026-12-05", 49), ("2026-12-06", 7), ("2026-12-07", 0), ("2027-01-01", 0)],
)
def test_points_wait_until_their_day(today: str, waiting: int) -> None:
    sums = {"pending|2026-12-06": 42, "pending|2026-12-07": 7, "spend|2026-12": 99}
    assert pending_points(WAITING, sums, date.fromisoformat(today)) == waiting
    assert pending_points(AT_ONCE, sums, date.fromisoformat(today)) == 0


def test_a_return_that_took_more_than_waits_leaves_nothing_waiting() -> None:
    assert pending_points(WAITING, {"pending|2026-12-06": -3}, date(2026, 12, 1)) == 0
