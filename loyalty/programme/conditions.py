"""Whether what is said under `when` holds, and if not, why not."""

from calendar import isleap
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Self

import msgspec

from loyalty.programme.occasions import Standing, WhyNot
from loyalty.programme.terms.conditions import ALWAYS, WEEKDAYS, Weekday, When

LEAP_DAY, DAY_BEFORE_LEAP_DAY = "02-29", "02-28"
MINUTES_AN_HOUR = 60


class Day(msgspec.Struct, frozen=True):
    """One day of the shop's calendar, in the forms that documents write: "2026-12-24", "12-24"."""

    iso: str
    month_day: str
    weekday: Weekday
    birthdays: tuple[str, ...]
    """The birthdays that are on this day: on 28 February of most years there are two."""

    @classmethod
    def of(cls, day: date) -> Self:
        """`day` as conditions compare it."""
        iso = day.isoformat()
        month_day = iso[5:]
        short_february = month_day == DAY_BEFORE_LEAP_DAY and not isleap(day.year)
        born = (month_day, LEAP_DAY) if short_february else (month_day,)
        return cls(iso, month_day, WEEKDAYS[day.weekday()], born)


class Moment:
    """A moment by the shop's clock on the wall, worked out once for all conditions.

    The wall clock is what a shop's sign speaks of: in the night that summer time ends, two
    o'clock comes twice, and "02:00-03:00" holds both times.
    """

    def __init__(self, at: datetime) -> None:
        self.minute = at.hour * MINUTES_AN_HOUR + at.minute
        self.today = _day(at.date())
        self._date = at.date()

    def day_before(self) -> Day:
        """Yesterday: the day on which a span that is still going on past midnight began."""
        return _day(self._date - timedelta(days=1))


class Condition(msgspec.Struct, frozen=True):
    """One `when`, with its spans of hours as minutes of the day: [first, last)."""

    when: When
    spans: tuple[tuple[int, int], ...]

    def why_not(self, moment: Moment, branch: str, standing: Standing) -> WhyNot:
        """Why this does not hold, or WhyNot.APPLIED."""
        when = self.when
        if reason := self._by_the_clock(moment, standing):
            return reason
        if when.branches and branch not in when.branches:
            return WhyNot.BRANCH
        if when.tiers and standing.tier not in when.tiers:
            return WhyNot.TIER
        if when.segments and not any(one in when.segments for one in standing.segments):
            return WhyNot.SEGMENT
        visit = standing.visits + 1
        if (when.visit and visit != when.visit) or (
            when.every_visit and visit % when.every_visit != 0
        ):
            return WhyNot.VISIT
        return WhyNot.APPLIED

    def _by_the_clock(self, moment: Moment, standing: Standing) -> WhyNot:
        """The calendar's say: a span that goes on past midnight is judged by the day it began."""
        if not self.spans:
            return _by_day(self.when, moment.today, standing)
        days = self._days(moment)
        if not days:
            return _by_day(self.when, moment.today, standing) or WhyNot.HOUR
        reasons = [_by_day(self.when, day, standing) for day in days]
        return WhyNot.APPLIED if WhyNot.APPLIED in reasons else reasons[0]

    def _days(self, moment: Moment) -> list[Day]:
        """The days whose spans the moment is in: none, one, or today and yesterday."""
        minute = moment.minute
        found = []
        if any(first <= minute and (minute < last or last <= first) for first, last in self.spans):
            found.append(moment.today)
        if any(last <= first and minute < last for first, last in self.spans):
            found.append(moment.day_before())
        return found


@lru_cache(maxsize=1_024)
def condition(when: When) -> Condition:
    """`when` made ready to be asked; the same one is made ready once."""
    return Condition(when, tuple(_span(text) for text in when.hours))


def why_not(when: When, at: datetime, branch: str, standing: Standing) -> WhyNot:
    """Why `when` does not hold `at` a moment of the shop's zone in `branch`, for a member of
    `standing`; WhyNot.APPLIED when it does."""
    if when == ALWAYS:
        return WhyNot.APPLIED
    return condition(when).why_not(Moment(at), branch, standing)


@lru_cache(maxsize=64)
def _day(day: date) -> Day:
    return Day.of(day)


def _by_day(when: When, day: Day, standing: Standing) -> WhyNot:
    if when.weekdays and day.weekday not in when.weekdays:
        return WhyNot.WEEKDAY
    if (
        (when.first and day.iso < when.first)
        or (when.until and day.iso > when.until)
        or (when.dates and day.iso not in when.dates and day.month_day not in when.dates)
    ):
        return WhyNot.DATE
    if not when.birthday:
        return WhyNot.APPLIED
    born = standing.birthday
    near = born in day.birthdays if when.birthday == "day" else born[:2] == day.month_day[:2]
    return WhyNot.APPLIED if near else WhyNot.BIRTHDAY


def _span(text: str) -> tuple[int, int]:
    first, last = (part.split(":") for part in text.split("-"))
    return _minutes(first), _minutes(last)


def _minutes(clock: list[str]) -> int:
    hour, minute = clock
    return int(hour) * MINUTES_AN_HOUR + int(minute)
