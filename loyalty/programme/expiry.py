"""When points may be spent, and when they are gone: days of the shop's calendar made moments.

A day begins and ends by the shop's clock, so a night of summer time makes it an hour shorter or
longer and loses nobody an evening.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from loyalty.clock import epoch_ms, from_epoch_ms
from loyalty.programme.terms.wallets import Expiry

_DAYS_KEPT = 8_192
"""Many lots are gone on one day: over twenty years of days are looked up in the zone once."""


def available_at_ms(pending_days: int, earned_at_ms: int, zone: ZoneInfo) -> int:
    """The first moment at which what was earned at `earned_at_ms` may be spent.

    Without `pending_days` at once, else from the beginning of the day so many days later.
    """
    if pending_days == 0:
        return earned_at_ms
    return first_moment_ms(_day(earned_at_ms, zone) + timedelta(days=pending_days), zone)


def expires_at_ms(expiry: Expiry, since_ms: int, zone: ZoneInfo) -> int | None:
    """The last moment at which a lot may be spent; None when it is good for ever.

    `since_ms` is when it was earned; for `inactive_days` the member's last purchase, which the
    lot's own one is the first of. A day that is the fixed one already, or exactly so many years
    later, is itself the last.
    """
    if expiry.on:
        return last_moment_ms(_next_day(expiry, _day(since_ms, zone)), zone)
    days = expiry.days or expiry.inactive_days
    return end_of_days_ms(days, since_ms, zone) if days else None


def end_of_days_ms(days: int, since_ms: int, zone: ZoneInfo) -> int:
    """The last moment of the day that comes `days` after the day of `since_ms`."""
    return last_moment_ms(_day(since_ms, zone) + timedelta(days=days), zone)


@lru_cache(maxsize=_DAYS_KEPT)
def first_moment_ms(day: date, zone: ZoneInfo) -> int:
    """When `day` begins in `zone`, also where summer time begins at midnight."""
    return epoch_ms(datetime.combine(day, time.min, zone))


def last_moment_ms(day: date, zone: ZoneInfo) -> int:
    """The last millisecond of `day` in `zone`."""
    return first_moment_ms(day + timedelta(days=1), zone) - 1


def yearly_day(month: int, day: int, year: int) -> date:
    """The day of `year` that comes each year: 29 February is the 28th where there is none.

    A period of years that ends on a day its month lacks ends on the month's last day (Regulation
    (EEC, Euratom) 1182/71, article 3).
    """
    if (month, day) == (2, 29):
        return date(year, 3, 1) - timedelta(days=1)
    return date(year, month, day)


def _next_day(expiry: Expiry, earned: date) -> date:
    """The day `on` that comes next once `years` full years are over, that day counted in."""
    month, day = (int(part) for part in expiry.on.split("-"))
    over = yearly_day(earned.month, earned.day, earned.year + expiry.years)
    this_year = yearly_day(month, day, over.year)
    return this_year if this_year >= over else yearly_day(month, day, over.year + 1)


def _day(moment_ms: int, zone: ZoneInfo) -> date:
    return from_epoch_ms(moment_ms).astimezone(zone).date()
