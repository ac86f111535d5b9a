"""When a rule applies: tables that a shop owner reads aloud."""

from typing import Literal

import msgspec

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
)


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"first": "from"}):
    """All that is said must hold; what is left out always does.

    `hours` are spans such as "14:00-17:00" by the shop's clock, from the first minute up to, not
    including, the last; one that ends before it begins goes on past midnight, by the day it began
    on. `first` (`from`) and `until` are the first and the last day, such as "2026-12-01"; `dates`
    are single days, of one year ("2026-12-24") or of each ("12-24"). `birthday` is how near the
    member's birthday must be: on the "day", or in its "month"; who is born on 29 February has it
    on the 28th in other years. `visit` is which purchase it is, from 1; `every_visit` each so many.
    """

    weekdays: tuple[Weekday, ...] = ()
    hours: tuple[str, ...] = ()
    first: str = ""
    until: str = ""
    dates: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    birthday: Literal["", "day", "month"] = ""
    visit: int = 0
    every_visit: int = 0


ALWAYS = When()


class Cap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The most that may be earned: on one `receipt`, on one `day`, in one calendar `month`."""

    receipt: int | None = None
    day: int | None = None
    month: int | None = None


NO_CAP = Cap()
