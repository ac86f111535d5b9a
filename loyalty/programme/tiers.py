"""Which tier a member has, and what is missing to the next one."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

import msgspec

from loyalty.programme.terms.programme import Programme
from loyalty.sums import EVER, SPEND, sum_key

_MONTHS_A_YEAR = 12
_MONTHS_KEPT = 1_200
_LADDERS_KEPT = 64
"""What every sale asks for again."""


class TierProgress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a member stands between tiers, in minor units, points or visits.

    `tier` is empty for none. `value` is what counts now; `missing` of it to `next_tier`, which is
    empty from the highest on. `by` is the last day before something that counts now is too old;
    None when nothing ever is. `kept_until` is the last day of `tier` without another purchase;
    None when it is not lost by waiting.
    """

    tier: str
    value: int
    next_tier: str = ""
    missing: int = 0
    by: date | None = None
    kept_until: date | None = None


def window_sum(sums: Mapping[str, int], what: str, months: int, today: date) -> int:
    """`what` in the month of `today` and the `months` before it; since ever when these are 0."""
    return _window(sums, what, months, _month(today))


def tier_of(programme: Programme, sums: Mapping[str, int], at: datetime) -> str:
    """The tier that a member with `sums` has `at` a moment by the shop's clock; empty for none.

    It is the highest that the window reaches today, or reached at the end of a month that is at
    most `grace_days` ago. What is counted since ever never gets too old, so it has no grace.
    """
    today = at.date()
    held = max(_value(programme, sums, month) for month in _months_held(programme, today))
    return _reached(programme, held)[0]


def tier_progress(
    programme: Programme, sums: Mapping[str, int], at: datetime
) -> TierProgress | None:
    """Where a member with `sums` stands `at` a moment by the shop's clock; None where the
    programme has no tiers."""
    if not programme.tier:
        return None
    today = at.date()
    value = max(_value(programme, sums, _month(today)), 0)
    tier = tier_of(programme, sums, at)
    ladder = _ladder(programme)
    have = next((least for least, name in ladder if name == tier), -1)
    above = [(least, name) for least, name in ladder if least > have]
    needed, next_tier = above[0] if above else (0, "")
    return TierProgress(
        tier=tier,
        value=value,
        next_tier=next_tier,
        missing=max(needed - value, 0) if next_tier else 0,
        by=_first_drop(programme, sums, today) if next_tier else None,
        kept_until=_kept_until(programme, sums, today, have) if tier else None,
    )


@lru_cache(maxsize=_LADDERS_KEPT)
def _ladder(programme: Programme) -> list[tuple[int, str]]:
    """What each tier takes, the lowest first."""
    by_spend = programme.tiers.by == SPEND
    return sorted(
        (programme.minor(tier.at) if by_spend else int(tier.at), tier.name)
        for tier in programme.tier
    )


def _reached(programme: Programme, value: int) -> tuple[str, int]:
    reached = [(name, least) for least, name in _ladder(programme) if max(value, 0) >= least]
    return reached[-1] if reached else ("", 0)


def _value(programme: Programme, sums: Mapping[str, int], month: int) -> int:
    return _window(sums, programme.tiers.by, programme.tiers.months, month)


def _window(sums: Mapping[str, int], what: str, months: int, last: int) -> int:
    if not months:
        return sums.get(sum_key(what, EVER), 0)
    return sum(
        sums.get(sum_key(what, _month_text(month)), 0) for month in range(last - months, last + 1)
    )


def _months_held(programme: Programme, today: date) -> Iterator[int]:
    """This month, and those whose end is at most `grace_days` ago."""
    month = _month(today)
    yield month
    if not programme.tiers.months:
        return
    grace = timedelta(days=programme.tiers.grace_days)
    while _last_day(month - 1) + grace >= today:
        month -= 1
        yield month


def _first_drop(programme: Programme, sums: Mapping[str, int], today: date) -> date | None:
    """The last day on which all that counts now still does."""
    months = programme.tiers.months
    if not months:
        return None
    now = _month(today)
    oldest = next(
        (
            month
            for month in range(now - months, now)
            if sums.get(sum_key(programme.tiers.by, _month_text(month)))
        ),
        now,
    )
    return _last_day(oldest + months)


def _kept_until(
    programme: Programme, sums: Mapping[str, int], today: date, least: int
) -> date | None:
    """The last day on which at least `least` was reached not longer than the grace ago."""
    months = programme.tiers.months
    if not months or least == 0:
        return None
    month = next(
        month for month in _months_held(programme, today) if _value(programme, sums, month) >= least
    )
    if month == _month(today):
        while _value(programme, sums, month + 1) >= least:
            month += 1
    return _last_day(month) + timedelta(days=programme.tiers.grace_days)


def _month(day: date) -> int:
    """The month of a day, counted from year 0."""
    return day.year * _MONTHS_A_YEAR + day.month - 1


@lru_cache(maxsize=_MONTHS_KEPT)
def _month_text(month: int) -> str:
    year, index = divmod(month, _MONTHS_A_YEAR)
    return f"{year:04d}-{index + 1:02d}"


def _last_day(month: int) -> date:
    year, index = divmod(month, _MONTHS_A_YEAR)
    return date(year, index + 1, monthrange(year, index + 1)[1])
