"""Every key of `when`, at its boundaries, by the clock on the shop's wall."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from loyalty.programme.conditions import why_not
from loyalty.programme.occasions import NEWCOMER, Standing
from loyalty.programme.terms.conditions import ALWAYS, WEEKDAYS, When
from tests.unit.loyalty.programme.shop import TUESDAY_NOON, WARSAW


def by_clock(when: When, local: str, zone: ZoneInfo = WARSAW, birthday: str = "") -> str:
    """Why `when` does not hold at `local` time ("2026-11-24 12:00")."""
    at = datetime.fromisoformat(local).replace(tzinfo=zone)
    return why_not(when, at, "", Standing(birthday=birthday)).value


def by_member(when: When, standing: Standing = NEWCOMER, branch: str = "") -> str:
    return why_not(when, TUESDAY_NOON, branch, standing).value


@pytest.mark.parametrize("number", range(7))
def test_each_weekday_is_the_calendars(number: int) -> None:
    for other in range(7):
        local = f"2026-11-{23 + other} 12:00"
        expected = "" if other == number else "weekday"
        assert by_clock(When(weekdays=(WEEKDAYS[number],)), local) == expected


@pytest.mark.parametrize(
    ("local", "holds"),
    [
        ("2026-11-24 13:59:59", False),
        ("2026-11-24 14:00:00", True),
        ("2026-11-24 16:59:59", True),
        ("2026-11-24 17:00:00", False),
    ],
)
def test_a_span_of_hours_goes_up_to_not_including_its_last_minute(local: str, holds: bool) -> None:
    assert by_clock(When(hours=("14:00-17:00",)), local) == ("" if holds else "hour")


@pytest.mark.parametrize(
    ("hours", "local", "reason"),
    [
        (("22:00-02:00",), "2026-11-24 21:59", "hour"),
        (("22:00-02:00",), "2026-11-24 22:00", ""),
        (("22:00-02:00",), "2026-11-24 23:59", ""),
        (("22:00-02:00",), "2026-11-25 00:00", ""),
        (("22:00-02:00",), "2026-11-25 01:59", ""),
        (("22:00-02:00",), "2026-11-25 02:00", "hour"),
        (("00:00-00:00",), "2026-11-25 00:00", ""),
        (("18:00-24:00",), "2026-11-25 23:59", ""),
        (("18:00-24:00",), "2026-11-25 00:00", "hour"),
        (("08:00-10:00", "12:00-13:00"), "2026-11-24 12:30", ""),
        (("08:00-10:00", "12:00-13:00"), "2026-11-24 11:00", "hour"),
    ],
)
def test_spans_past_midnight_and_several_spans(
    hours: tuple[str, ...], local: str, reason: str
) -> None:
    assert by_clock(When(hours=hours), local) == reason


@pytest.mark.parametrize(
    ("local", "reason"),
    [
        ("2026-11-27 21:00", "hour"),  # Friday, before it begins
        ("2026-11-27 01:00", "weekday"),  # Friday's first hours are of Thursday's night
        ("2026-11-27 23:00", ""),
        ("2026-11-28 01:00", ""),  # Saturday by the calendar, Friday's night
        ("2026-11-28 23:00", "weekday"),
        ("2026-11-28 12:00", "weekday"),  # neither the day nor the hour
    ],
)
def test_a_friday_night_is_over_on_saturday_morning(local: str, reason: str) -> None:
    assert by_clock(When(weekdays=("friday",), hours=("22:00-02:00",)), local) == reason


def test_a_moment_in_two_spans_is_judged_by_either_day() -> None:
    when = When(weekdays=("saturday",), hours=("22:00-06:00", "05:00-09:00"))
    assert by_clock(when, "2026-11-28 05:30") == ""  # its own morning, though also Friday's night
    assert by_clock(when, "2026-11-28 04:30") == "weekday"
    assert by_clock(when, "2026-11-29 04:30") == ""
    night = When(weekdays=("friday",), hours=("22:00-06:00", "05:00-09:00"))
    assert by_clock(night, "2026-11-28 05:30") == ""
    assert by_clock(night, "2026-11-28 06:30") == "weekday"


def test_a_span_that_ends_as_it_begins_is_a_whole_day_from_then() -> None:
    friday = When(weekdays=("friday",), hours=("06:00-06:00",))
    assert by_clock(friday, "2026-11-27 05:59") == "weekday"
    assert by_clock(friday, "2026-11-27 06:00") == ""
    assert by_clock(friday, "2026-11-28 05:59") == ""
    assert by_clock(friday, "2026-11-28 06:00") == "weekday"


@pytest.mark.parametrize(
    ("local", "reason"),
    [
        ("2026-11-30 23:59", "date"),
        ("2026-12-01 00:00", ""),
        ("2026-12-31 23:59:59", ""),
        ("2027-01-01 00:00", "date"),
    ],
)
def test_the_first_and_the_last_day_are_both_whole_days(local: str, reason: str) -> None:
    assert by_clock(When(first="2026-12-01", until="2026-12-31"), local) == reason


def test_the_last_nights_span_goes_on_into_the_day_after() -> None:
    when = When(until="2026-12-31", hours=("22:00-02:00",))
    assert by_clock(when, "2027-01-01 01:00") == ""
    assert by_clock(when, "2027-01-01 23:00") == "date"


@pytest.mark.parametrize(
    ("dates", "local", "reason"),
    [
        (("2026-12-24",), "2026-12-24 12:00", ""),
        (("2026-12-24",), "2027-12-24 12:00", "date"),
        (("12-24",), "2027-12-24 12:00", ""),
        (("12-24", "2027-01-06"), "2027-01-06 12:00", ""),
        (("02-29",), "2028-02-29 12:00", ""),
        (("02-29",), "2027-02-28 12:00", "date"),
    ],
)
def test_single_days_are_of_one_year_or_of_each(
    dates: tuple[str, ...], local: str, reason: str
) -> None:
    assert by_clock(When(dates=dates), local) == reason


@pytest.mark.parametrize(
    ("birthday", "local", "on_the_day", "in_the_month"),
    [
        ("11-24", "2026-11-24 00:00", "", ""),
        ("11-24", "2026-11-30 23:59", "birthday", ""),
        ("11-24", "2026-12-01 00:00", "birthday", "birthday"),
        ("02-29", "2028-02-29 12:00", "", ""),
        ("02-29", "2028-02-28 12:00", "birthday", ""),
        ("02-29", "2027-02-28 12:00", "", ""),
        ("02-29", "2027-03-01 12:00", "birthday", "birthday"),
        ("02-29", "2100-02-28 12:00", "", ""),  # no leap year, though a fourth one
        ("02-28", "2027-02-28 12:00", "", ""),
        ("02-28", "2028-02-29 12:00", "birthday", ""),
        ("", "2026-11-24 12:00", "birthday", "birthday"),
    ],
)
def test_birthdays(birthday: str, local: str, on_the_day: str, in_the_month: str) -> None:
    assert by_clock(When(birthday="day"), local, birthday=birthday) == on_the_day
    assert by_clock(When(birthday="month"), local, birthday=birthday) == in_the_month


@pytest.mark.parametrize(
    ("utc", "local", "holds"),
    [
        ("2026-03-29T00:59", "01:59", False),
        ("2026-03-29T01:00", "03:00", False),  # two o'clock does not come this night
        ("2026-10-24T23:59", "01:59", False),
        ("2026-10-25T00:30", "02:30", True),
        ("2026-10-25T01:30", "02:30", True),  # and comes twice in this one
        ("2026-10-25T02:00", "03:00", False),
    ],
)
def test_in_nights_of_summer_time_the_clock_on_the_wall_counts(
    utc: str, local: str, holds: bool
) -> None:
    at = datetime.fromisoformat(utc).replace(tzinfo=UTC).astimezone(WARSAW)
    assert f"{at:%H:%M}" == local
    assert (why_not(When(hours=("02:00-03:00",)), at, "", NEWCOMER) == "") == holds


def test_the_day_is_the_shops_not_greenwichs() -> None:
    when = When(dates=("2026-12-24",))
    at = datetime(2026, 12, 23, 23, 30, tzinfo=UTC)
    assert why_not(when, at, "", NEWCOMER) == "date"
    assert why_not(when, at.astimezone(WARSAW), "", NEWCOMER) == ""
    assert why_not(when, at.astimezone(ZoneInfo("America/New_York")), "", NEWCOMER) == "date"


def test_branches_tiers_and_segments() -> None:
    assert by_member(When(branches=("centre",)), branch="centre") == ""
    assert by_member(When(branches=("centre",)), branch="harbour") == "branch"
    assert by_member(When(branches=("centre",))) == "branch"
    assert by_member(When(tiers=("silver", "gold")), Standing(tier="gold")) == ""
    assert by_member(When(tiers=("gold",)), Standing(tier="silver")) == "tier"
    assert by_member(When(tiers=("gold",))) == "tier"
    assert by_member(When(segments=("staff",)), Standing(segments=("a", "staff"))) == ""
    assert by_member(When(segments=("staff",)), Standing(segments=("a",))) == "segment"
    assert by_member(When(segments=("staff",))) == "segment"


@pytest.mark.parametrize(
    ("before", "third", "every_third"),
    [(0, "visit", "visit"), (1, "visit", "visit"), (2, "", ""), (5, "visit", ""), (8, "visit", "")],
)
def test_visits_count_the_one_that_is_being_made(before: int, third: str, every_third: str) -> None:
    assert by_member(When(visit=3), Standing(visits=before)) == third
    assert by_member(When(every_visit=3), Standing(visits=before)) == every_third


def test_all_that_is_said_must_hold() -> None:
    when = When(weekdays=("tuesday",), branches=("centre",), tiers=("gold",), every_visit=2)
    gold = Standing(tier="gold", visits=1)
    assert by_member(when, gold, "centre") == ""
    assert by_member(when, gold, "harbour") == "branch"
    assert by_member(when, Standing(visits=1), "centre") == "tier"
    assert by_member(when, Standing(tier="gold"), "centre") == "visit"
    assert by_member(ALWAYS) == ""
