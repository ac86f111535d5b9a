"""What a happening gives a member, and how often it may.

How often a member had an event is counted with everything else that is counted of members over
time (`loyalty.sums`), by keys such as "event:survey|2026" and "event:welcome|ever", so that the
till and head office come to the same answer. Whoever posts a bonus adds `counted` to its entry.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

import msgspec

from loyalty.programme.conditions import Day, why_not
from loyalty.programme.occasions import NEWCOMER, Standing, WhyNot
from loyalty.programme.terms.happenings import Event, Happening
from loyalty.programme.terms.programme import Programme
from loyalty.sums import EVER, sum_key

_EVENT = "event:"


class NoBonus(StrEnum):
    """Why an event gives nothing this time, where it is not its `when`."""

    NOT_THIS_ONE = "not-this-one"
    """Another visit, another anniversary, a milestone that this purchase does not reach."""
    HAD_BEFORE = "had-before"
    HAD_THIS_YEAR = "had-this-year"
    TOO_LITTLE = "too-little"
    """A purchase of less than `at_least`."""
    NOT_CHOSEN = "not-chosen"
    """A surprise for another sale."""


class Bonus(msgspec.Struct, frozen=True, kw_only=True):
    """What the event or the surprise `event` gives: `points` into `wallet`, the catalogue's
    `reward`, or both. `to` is the member, or one side of a referral. Where `why_not` says
    something, it gives nothing."""

    event: str
    wallet: str
    points: int = 0
    reward: str = ""
    to: Literal["member", "referrer", "friend"] = "member"
    why_not: WhyNot | NoBonus = WhyNot.APPLIED


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a member, `at` a moment by the shop's clock (zone-aware).

    `number` is which visit or which anniversary it was, from 1. Of a milestone: what the member
    had spent before, and with it. `code` is what another system called a custom event.
    """

    on: Happening
    at: datetime
    branch: str = ""
    standing: Standing = NEWCOMER
    number: int = 0
    spent_before_minor: int = 0
    spent_minor: int = 0
    code: str = ""


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase as events look at it; `base_minor` is what counts of it as spend.

    `standing` is the member's as it began, so its visits are those before this one.
    """

    terminal: str
    receipt: str
    at: datetime
    base_minor: int
    branch: str = ""
    standing: Standing = NEWCOMER


def happenings_of_purchase(purchase: Purchase, spent_before_minor: int) -> tuple[Happened, ...]:
    """The happenings that a purchase is: a visit, and a step on the way to milestones."""
    visit = Happened(
        on="visit",
        at=purchase.at,
        branch=purchase.branch,
        standing=purchase.standing,
        number=purchase.standing.visits + 1,
    )
    milestone = Happened(
        on="milestone",
        at=purchase.at,
        branch=purchase.branch,
        standing=purchase.standing,
        spent_before_minor=spent_before_minor,
        spent_minor=spent_before_minor + purchase.base_minor,
    )
    return visit, milestone


def has_birthday_on(birthday: str, day: date) -> bool:
    """Whether `day` is the birthday "MM-DD", or the 28th in a year without 29 February."""
    return birthday in Day.of(day).birthdays


def anniversary(joined: date, day: date) -> int:
    """Which anniversary of the day `joined` the `day` is, from 1; 0 when it is none."""
    is_one = has_birthday_on(joined.isoformat()[len("2026-") :], day)
    return max(day.year - joined.year, 0) if is_one else 0


def bonuses_for(
    programme: Programme, happened: Happened, history: Mapping[str, int]
) -> tuple[Bonus, ...]:
    """What each event of `programme` on such a happening gives the member of whom `history` has
    the sums; those that give nothing say why. Referrals are of two: see `referrals`."""
    return tuple(
        _bonus(programme, event, happened, history)
        for event in programme.event
        if event.on == happened.on and (event.on != "custom" or event.code == happened.code)
    )


def given(bonuses: Iterable[Bonus]) -> tuple[Bonus, ...]:
    """Those of `bonuses` that give something."""
    return tuple(bonus for bonus in bonuses if not bonus.why_not)


def counted(programme: Programme, bonuses: Iterable[Bonus], at: datetime) -> dict[str, int]:
    """What `bonuses` of one member add to that member's sums: only what a limit asks for. Of a
    friend who was brought see `referrals.brought_key`."""
    events = {event.name: event for event in programme.event}
    added: dict[str, int] = {}
    for bonus in given(bonuses):
        event = events.get(bonus.event)
        # A friend is brought once; the limit is on who brings friends.
        if event is None or bonus.to == "friend":
            continue
        for limit, period, _ in _limits(event, at):
            if limit is not None:
                added[event_key(event.name, period)] = 1
    return added


def event_key(name: str, period: str) -> str:
    """The key that an event's times are summed by; `period` is a year or "ever"."""
    return sum_key(f"{_EVENT}{name}", period)


def events_in(sums: Mapping[str, int]) -> dict[str, int]:
    """Those of `sums` that say how often an event was had."""
    return {key: times for key, times in sums.items() if key.startswith(_EVENT)}


def had_enough(event: Event, at: datetime, history: Mapping[str, int]) -> NoBonus | None:
    """Why the member may not have `event` once more, or None."""
    for limit, period, reason in _limits(event, at):
        if limit is not None and history.get(event_key(event.name, period), 0) >= limit:
            return reason
    return None


def _bonus(
    programme: Programme, event: Event, happened: Happened, history: Mapping[str, int]
) -> Bonus:
    wallet = event.wallet or programme.main_wallet
    reason: WhyNot | NoBonus | None
    if not _is_this_one(programme, event, happened):
        reason = NoBonus.NOT_THIS_ONE
    else:
        reason = had_enough(event, happened.at, history) or why_not(
            event.when, happened.at, happened.branch, happened.standing
        )
    if reason:
        return Bonus(event=event.name, wallet=wallet, why_not=reason)
    return Bonus(event=event.name, wallet=wallet, points=event.points, reward=event.reward)


def _is_this_one(programme: Programme, event: Event, happened: Happened) -> bool:
    """Whether it is the visit, the anniversary or the spend that the event is for."""
    if event.on == "milestone":
        reached_minor = programme.minor(event.at)
        return happened.spent_before_minor < reached_minor <= happened.spent_minor
    return not event.at or int(event.at) == happened.number


def _limits(event: Event, at: datetime) -> tuple[tuple[int | None, str, NoBonus], ...]:
    """How often a member may have `event`, for all time and in the year of `at`.

    Some come once by what they are, whatever is said: a return and another purchase pass the same
    visit or the same spend twice.
    """
    once = event.on in ("enrolment", "milestone") or bool(event.at)
    once_a_year = event.on in ("birthday", "anniversary")
    return (
        (1 if once else event.a_member, EVER, NoBonus.HAD_BEFORE),
        (1 if once_a_year else event.a_year, str(at.year), NoBonus.HAD_THIS_YEAR),
    )
