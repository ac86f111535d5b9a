"""How long rights last where the clock lies: put back, years ahead, or set anew every morning."""

from pathlib import Path

import pytest

from loyalty.clock import epoch_ms
from loyalty.rights import Wait
from terminal_app.bootstrap import Shop, open_till
from terminal_app.store import settings
from terminal_app.store.run_clock import NANOSECONDS_A_MILLISECOND
from terminal_app.store.settings import Lease
from terminal_app.till.answers import Enrolment, Sale
from tests.unit.terminal.counter import ShopClock, found_till, goods, known, posted

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
LASTS_MS = 7 * DAY_MS
TEN_YEARS_D = 3_650


class Stopwatch:
    """A clock that nobody can set; it goes on when it is told to."""

    def __init__(self) -> None:
        self.now_ns = 0

    def __call__(self) -> int:
        return self.now_ns

    def move(self, by_ms: int) -> None:
        self.now_ns += by_ms * NANOSECONDS_A_MILLISECOND


@pytest.fixture
def ticks() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def founded(home: Path, clock: ShopClock, ticks: Stopwatch) -> Path:
    """A till with a member who holds points, nothing said of how long they last."""
    found_till(home)
    with open_till(home, clock=clock, ticks=ticks) as shop:
        member = known(shop.till.enrol(Enrolment(name="Ala Kot"))).member.member_id
        posted(shop.till.sell(Sale(basket=goods(90_00), member_id=member)))
    return home


def heard(shop: Shop, clock: ShopClock, ahead_ms: int = 0) -> None:
    """Head office was heard now and gave a week, this till's clock being `ahead_ms` of its own."""
    now_ms = epoch_ms(clock())
    with shop.store.writing() as connection:
        until_ms = now_ms + LASTS_MS
        lease = Lease(until_ms=until_ms, seen_ms=now_ms, told_until_ms=until_ms - ahead_ms)
        settings.write_lease(connection, lease)


def may_spend(shop: Shop, member_id: str) -> bool:
    return shop.till.safe_to_spend(member_id).wait is not Wait.NOT_HEARD


def the_member(shop: Shop) -> str:
    with shop.store.reading() as connection:
        (member_id,) = connection.execute("SELECT member_id FROM members").fetchone()
    return str(member_id)


def sells_for_hours(shop: Shop, clock: ShopClock, ticks: Stopwatch, hours: int) -> None:
    for _ in range(hours):
        ticks.move(HOUR_MS)
        clock.move(hours=1)
        posted(shop.till.sell(Sale(basket=goods(1_00))))


def test_a_clock_years_ahead_that_is_put_right_wins_no_time(
    founded: Path, clock: ShopClock, ticks: Stopwatch
) -> None:
    opened_at = clock.now
    clock.move(days=TEN_YEARS_D)
    with open_till(founded, clock=clock, ticks=ticks) as shop:
        heard(shop, clock, TEN_YEARS_D * DAY_MS)
    may = []
    for day in range(9):
        clock.now = opened_at
        clock.move(days=day)
        with open_till(founded, clock=clock, ticks=ticks) as shop:
            may.append(may_spend(shop, the_member(shop)))
            sells_for_hours(shop, clock, ticks, 8)
    assert may == [True] * 7 + [False] * 2


def test_a_clock_set_back_every_morning_counts_the_hours_that_the_till_ran(
    founded: Path, clock: ShopClock, ticks: Stopwatch
) -> None:
    opened_at = clock.now
    with open_till(founded, clock=clock, ticks=ticks) as shop:
        heard(shop, clock)
    for ran_days in range(22):
        clock.now = opened_at
        with open_till(founded, clock=clock, ticks=ticks) as shop:
            assert may_spend(shop, the_member(shop)) == (ran_days * 8 < 7 * 24)
            sells_for_hours(shop, clock, ticks, 8)


def test_a_clock_adjusted_by_seconds_is_not_put_back(
    founded: Path, clock: ShopClock, ticks: Stopwatch
) -> None:
    with open_till(founded, clock=clock, ticks=ticks) as shop:
        heard(shop, clock, -30 * DAY_MS)
        clock.move(seconds=-90)
        assert may_spend(shop, the_member(shop))
