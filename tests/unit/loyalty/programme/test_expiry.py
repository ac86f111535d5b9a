"""When points are gone: days of the shop's calendar, at their edges."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.clock import epoch_ms, from_epoch_ms
from loyalty.programme.expiry import (
    available_at_ms,
    expires_at_ms,
    first_moment_ms,
    last_moment_ms,
    yearly_day,
)
from loyalty.programme.terms.wallets import NEVER, Expiry

WARSAW = ZoneInfo("Europe/Warsaw")
HOUR_MS = 3_600_000
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Warsaw", "America/Havana", "Asia/Kathmandu")]


def at(text: str, zone: ZoneInfo = WARSAW) -> int:
    return epoch_ms(datetime.fromisoformat(text).replace(tzinfo=zone))


def last_day(expiry: Expiry, earned: str) -> str:
    expires_ms = expires_at_ms(expiry, at(earned), WARSAW)
    assert expires_ms is not None
    over = from_epoch_ms(expires_ms + 1).astimezone(WARSAW)
    assert (over.hour, over.minute, over.second, over.microsecond) == (0, 0, 0, 0)
    return (over.date() - timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("expiry", "earned", "last"),
    [
        (Expiry(days=1), "2026-11-22T10:00", "2026-11-23"),
        (Expiry(days=30), "2026-01-31T23:59:59", "2026-03-02"),
        (Expiry(days=1), "2028-02-28T00:00", "2028-02-29"),
        (Expiry(days=1), "2027-02-28T00:00", "2027-03-01"),
        (Expiry(days=365), "2027-06-01T12:00", "2028-05-31"),
        (Expiry(inactive_days=365), "2026-12-31T23:59", "2027-12-31"),
        (Expiry(on="12-31"), "2026-03-10T12:00", "2026-12-31"),
        (Expiry(on="12-31"), "2026-12-31T23:59", "2026-12-31"),
        (Expiry(on="03-31"), "2026-04-01T00:00", "2027-03-31"),
        (Expiry(on="12-31", years=1), "2026-03-10T12:00", "2027-12-31"),
        (Expiry(on="12-31", years=1), "2026-12-31T12:00", "2027-12-31"),
        (Expiry(on="03-01", years=2), "2026-03-02T12:00", "2029-03-01"),
        (Expiry(on="02-29"), "2026-01-10T12:00", "2026-02-28"),
        (Expiry(on="02-29"), "2028-01-10T12:00", "2028-02-29"),
        (Expiry(on="02-29"), "2027-03-01T12:00", "2028-02-29"),
        (Expiry(on="02-28", years=1), "2028-02-29T12:00", "2029-02-28"),
    ],
)
def test_a_lot_may_be_spent_to_the_end_of_its_last_day(
    expiry: Expiry, earned: str, last: str
) -> None:
    assert last_day(expiry, earned) == last


def test_what_never_expires_has_no_last_moment() -> None:
    assert expires_at_ms(NEVER, at("2026-11-22T10:00"), WARSAW) is None


@pytest.mark.parametrize(
    ("pending_days", "earned", "from_"),
    [
        (0, "2026-11-22T10:30", "2026-11-22T10:30"),
        (1, "2026-11-22T23:59:59", "2026-11-23T00:00"),
        (14, "2026-02-20T09:00", "2026-03-06T00:00"),
        (2, "2028-02-28T09:00", "2028-03-01T00:00"),
        (1, "2026-12-31T09:00", "2027-01-01T00:00"),
    ],
)
def test_pending_points_may_be_spent_from_the_beginning_of_a_day(
    pending_days: int, earned: str, from_: str
) -> None:
    assert available_at_ms(pending_days, at(earned), WARSAW) == at(from_)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Warsaw", date(2026, 3, 29), 23),
        ("Europe/Warsaw", date(2026, 10, 25), 25),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),  # began at one o'clock
        ("America/Sao_Paulo", date(2018, 2, 17), 25),  # went back at midnight, to this day
        ("America/Havana", date(2026, 11, 1), 25),  # has midnight twice
        ("Africa/Cairo", date(2026, 4, 24), 23),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
    ],
)
def test_a_day_is_as_long_as_the_shop_has_it(zone: str, day: date, hours: float) -> None:
    shop = ZoneInfo(zone)
    length_ms = last_moment_ms(day, shop) + 1 - first_moment_ms(day, shop)
    assert length_ms == hours * HOUR_MS


@given(
    st.dates(date(1990, 1, 1), date(2200, 1, 1)),
    st.integers(0, 24 * HOUR_MS - 1),
    st.sampled_from(ZONES),
)
def test_every_moment_lies_in_its_day(utc_day: date, past_ms: int, zone: ZoneInfo) -> None:
    moment_ms = first_moment_ms(utc_day, ZoneInfo("UTC")) + past_ms
    day = from_epoch_ms(moment_ms).astimezone(zone).date()
    assert first_moment_ms(day, zone) <= moment_ms <= last_moment_ms(day, zone)


@pytest.mark.parametrize(
    ("month", "day", "year", "found"),
    [
        (2, 29, 2027, date(2027, 2, 28)),
        (2, 29, 2028, date(2028, 2, 29)),
        (2, 29, 2100, date(2100, 2, 28)),
        (2, 28, 2028, date(2028, 2, 28)),
        (12, 31, 2026, date(2026, 12, 31)),
    ],
)
def test_a_day_comes_each_year(month: int, day: int, year: int, found: date) -> None:
    assert yearly_day(month, day, year) == found
