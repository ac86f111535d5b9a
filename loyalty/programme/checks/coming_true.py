"""Conditions whose parts exclude each other: a rule that could never apply is no promise."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import chain

from loyalty.programme.checks.judging import Judge
from loyalty.programme.checks.limits import MAX_DATES
from loyalty.programme.places import KeyPath
from loyalty.programme.terms.conditions import WEEKDAYS, When

CYCLE_YEARS = 40
"""Within so many every day of a year falls on every weekday, 29 February about 2100 too."""

ANY_YEAR = 2000
"""Where the years begin that stand for all, of a condition that says none."""

_A_WEEK = 7
_DAY_OF_EACH_YEAR = len("12-24")


def check_days(
    judge: Judge, path: KeyPath, when: When, span: tuple[date | None, date | None]
) -> None:
    """There is a day in `span`, from the first to the last one, that is one of the `dates` and
    falls on one of the `weekdays`."""
    first, until = span
    days: Iterable[date]
    if when.dates:
        days = chain.from_iterable(_days_of(text, span) for text in when.dates[:MAX_DATES])
        key, what = "dates", "has no day on which the rest holds"
        allowed = "days that from, until and weekdays leave"
    elif first and until and when.weekdays:
        days = _first_week(first, until)
        key, what = "weekdays", "has no day between from and until"
        allowed = "weekdays that there are between them"
    else:
        return
    judged_by = ("dates", "weekdays", "from", "until")
    is_unsaid = any(judge.findings.is_unreadable((*path, each)) for each in judged_by)
    if not (is_unsaid or any(_is_left(day, when, first, until) for day in days)):
        judge.findings.add((*path, key), what, allowed)


def check_visits(judge: Judge, path: KeyPath, when: When) -> None:
    """One purchase alone is one of those that `every_visit` takes."""
    if when.visit > 0 and when.every_visit > 0 and when.visit % when.every_visit:
        judge.wrong((*path, "visit"), when.visit, f"a multiple of every_visit, {when.every_visit}")


def _is_left(day: date, when: When, first: date | None, until: date | None) -> bool:
    if (first and day < first) or (until and day > until):
        return False
    return not when.weekdays or WEEKDAYS[day.weekday()] in when.weekdays


def _first_week(first: date, until: date) -> Iterator[date]:
    days = min((until - first).days + 1, _A_WEEK)
    return (first + timedelta(days=each) for each in range(days))


def _days_of(text: str, span: tuple[date | None, date | None]) -> Iterator[date]:
    """The day that `text` says, or that day in each year that may matter."""
    first, until = span
    if len(text) != _DAY_OF_EACH_YEAR:
        yield date.fromisoformat(text)
        return
    begins = first.year if first else until.year - CYCLE_YEARS if until else ANY_YEAR
    ends = min(until.year if until else begins + CYCLE_YEARS, begins + CYCLE_YEARS)
    month, day = (int(part) for part in text.split("-"))
    for year in range(begins, ends + 1):
        try:
            yield date(year, month, day)
        except ValueError:
            continue  # 29 February, which this year has not.
