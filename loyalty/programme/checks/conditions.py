"""Conditions and caps: spans of hours, days in their order, tiers that there are."""

import re

from loyalty.programme.checks.coming_true import check_days, check_visits
from loyalty.programme.checks.judging import Judge
from loyalty.programme.checks.limits import (
    MAX_BRANCH_CHARACTERS,
    MAX_CAP,
    MAX_DATES,
    MAX_HOURS,
    MAX_NAME_CHARACTERS,
    MAX_NAMED,
    MAX_VISIT,
)
from loyalty.programme.places import KeyPath
from loyalty.programme.terms.conditions import Cap, When

_SPAN = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)")
_CLOCK_CHARACTERS = 5


def check_when(judge: Judge, path: KeyPath, when: When) -> None:
    """A condition can come true, and names only what there is."""
    _hours(judge, path, when)
    first = judge.day((*path, "from"), when.first)
    until = judge.day((*path, "until"), when.until)
    if first and until and until < first:
        judge.wrong((*path, "until"), when.until, f"no day before from, {when.first}")
    judge.few((*path, "dates"), when.dates, MAX_DATES)
    are_days = [judge.date((*path, "dates", each), day) for each, day in enumerate(when.dates)]
    is_span = not (first and until and until < first)
    if is_span and all(are_days):
        check_days(judge, path, when, (first, until))
    _places(judge, path, when)
    judge.number((*path, "visit"), when.visit, MAX_VISIT, least=0)
    judge.number((*path, "every_visit"), when.every_visit, MAX_VISIT, least=0)
    check_visits(judge, path, when)


def check_branches(judge: Judge, path: KeyPath, branches: tuple[str, ...]) -> None:
    """Branches are told by their codes, which head office knows when it publishes."""
    judge.few(path, branches, MAX_NAMED)
    for place, branch in enumerate(branches):
        judge.words((*path, place), branch, MAX_BRANCH_CHARACTERS)


def check_cap(judge: Judge, path: KeyPath, cap: Cap) -> None:
    """What one receipt may bring is no more than a day may, and that no more than a month."""
    spans = {"receipt": cap.receipt, "day": cap.day, "month": cap.month}
    shorter, most_before = "", 0
    for span, most in spans.items():
        judge.number((*path, span), most, MAX_CAP, least=0)
        if most is None:
            continue
        if shorter and most < most_before:
            judge.wrong((*path, span), most, f"no less than the cap of a {shorter}, {most_before}")
        shorter, most_before = span, most


def _hours(judge: Judge, path: KeyPath, when: When) -> None:
    judge.few((*path, "hours"), when.hours, MAX_HOURS)
    for place, span in enumerate(when.hours):
        first, last = span[:_CLOCK_CHARACTERS], span[-_CLOCK_CHARACTERS:]
        if not _SPAN.fullmatch(span) or first == last:
            allowed = 'hours from one minute to another in quotes, such as "14:00-17:00"'
            judge.wrong((*path, "hours", place), span, allowed)


def _places(judge: Judge, path: KeyPath, when: When) -> None:
    """Where and for whom: branches, tiers, segments."""
    check_branches(judge, (*path, "branches"), when.branches)
    judge.few((*path, "tiers"), when.tiers, MAX_NAMED)
    judge.few((*path, "segments"), when.segments, MAX_NAMED)
    if not judge.findings.is_blank(("tier",)):
        tiers = [tier.name for tier in judge.programme.tier]
        judge.all_known((*path, "tiers"), when.tiers, tiers, "tiers")
    for place, segment in enumerate(when.segments):
        judge.words((*path, "segments", place), segment, MAX_NAME_CHARACTERS)
