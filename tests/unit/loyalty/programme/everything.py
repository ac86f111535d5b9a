"""One programme that uses every key of the schema, and each change that a key can be given."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

from loyalty.programme.checks.whole import check
from loyalty.programme.document import Programme, load_programme
from loyalty.programme.faults import Findings

EVERYTHING = """
name = "everything"
version = 3
currency = "PLN"
title = { en = "Everything", pl = "Wszystko", ru = "Всё" }

[earning]
per = "1.00"
points = 2

[wallets.points]
title = "Points of ours"
pending_days = 2
expiry = { on = "12-31", years = 1 }
warn_days = 20
cap = { receipt = 100, day = 200, month = 300 }

[wallets.stamps]
kind = "stamps"
expiry = { days = 90 }

[wallets.cash]
kind = "money"
expiry = { inactive_days = 400 }

[goods.coffee]
title = "coffee"
items = ["CUP"]
starts_with = ["C-"]
categories = ["drinks"]
tags = ["hot"]

[goods.tobacco]
categories = ["tobacco"]

[excluded]
goods = ["tobacco"]
tenders = ["voucher", "points"]

[[earn]]
name = "cups"
title = "Cups"
wallet = "stamps"
goods = ["coffee"]
each = "unit"
every = 2
points = 3
at_least = "5.00"
cap = { day = 9 }

[earn.when]
weekdays = ["tuesday"]
hours = ["08:00-10:00"]
from = "2026-01-01"
until = "2032-12-31"
dates = ["12-24"]
branches = ["B1"]
tiers = ["silver"]
segments = ["staff"]
birthday = "month"
visit = 2
every_visit = 1

[[earn]]
name = "part"
wallet = "cash"
percent = "2.5"
stop = true

[[earn]]
name = "plain"
per = "10.00"

[[multiply]]
name = "double"
title = "Double"
times = "2"
rules = ["plain"]
when = { tiers = ["silver"] }

[[multiply]]
name = "half_more"
times = "1.5"

[stacking]
multipliers = "add"
discount_earns = false

[discount]
steps = [{ at = "100.00", percent = "3" }, { at = "200.00", percent = "5" }]
months = 6
goods = ["coffee"]

[tiers]
by = "spend"
months = 12
grace_days = 30

[[tier]]
name = "silver"
at = "1000"
title = "Silver"
benefits = ["more points"]

[[tier]]
name = "gold"
at = "5000"

[[event]]
name = "hello"
title = "Hello"
on = "enrolment"
points = 10
wallet = "stamps"
a_member = 1

[[event]]
name = "friend"
on = "referral"
points = 20
friend_points = 30
at_least = "50.00"
a_year = 5

[[event]]
name = "big"
on = "milestone"
at = "1000.00"
reward = "mug"

[[event]]
name = "told"
on = "custom"
code = "X-1"
points = 1
when = { branches = ["B1"] }

[[surprise]]
name = "luck"
title = "Luck"
in_how_many = 50
seed = "apple"
points = 5
wallet = "stamps"
at_least = "20.00"
when = { weekdays = ["friday"] }

[[surprise]]
name = "present"
in_how_many = 500
seed = "pear"
reward = "mug"

[[lottery]]
name = "car"
title = "Car"
ticket_per = "50.00"
first = "2026-06-01"
until = "2026-08-31"
winners = 3
reward = "mug"
commitment = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

[[lottery]]
name = "bicycle"
ticket_per = "10.00"
first = "2026-06-01"
until = "2026-08-31"
reward = "mug"
commitment = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

[reward]
at_points = 500
voucher = "10.00"
valid_days = 60

[[rewards]]
name = "mug"
title = "Mug"
cost = 150
gives = "gift"
worth = "6.00"
stock = 40
a_member = 2
handed = "ordered"
valid_days = 30
automatic = true
when = { branches = ["B1"] }

[[rewards]]
name = "tenth"
cost = 10
wallet = "stamps"
gives = "percent_off"
percent = "10"
amount = "25.00"

[[rewards]]
name = "cup"
cost = 9
gives = "free_goods"
goods = ["coffee"]

[vouchers]
at_least = "15.00"
branches = ["B1"]

[pay]
points = 100
worth = "1.00"
least = 200
percent = "50"

[gift_cards]
least = "10.00"
most = "500.00"
valid_days = 365

[returns]
without_receipt = "nothing"
debt = "forgiven"
vouchers = "revoked"

[transfers]
to = "family"
least = 10
a_month = 100

[family]
members = 4
spend = "owner"

[offline]
keep = 300
days = 5
grace_days = 6
overdraft = 50
vouchers = "anywhere"
"""

OTHER_TEXTS = {
    "currency": "EUR",
    "commitment": "c" * 64,
    "goods": "coffee",
    "rules": "cups",
    "tiers": "gold",
    "reward": "cup",
    "wallet": "cash",
    "on": "06-30",
    "first": "2026-02-02",
    "until": "2030-12-25",
    "dates": "02-29",
    "hours": "22:00-02:00",
    "weekdays": "sunday",
    "tenders": "deposit",
    **dict.fromkeys(("at", "percent", "times"), "77"),
    **dict.fromkeys(("per", "at_least", "worth", "amount", "voucher", "ticket_per"), "77.00"),
    **dict.fromkeys(("least", "most"), "99.00"),
}
"""What else a key may say, where not any word will do."""

Key = tuple[str, str]
"""A table's struct and one of its fields."""


def everything() -> Programme:
    """The programme of `EVERYTHING`."""
    return load_programme(EVERYTHING, "everything")


def is_good(programme: Programme) -> bool:
    """Whether a document may say this."""
    findings = Findings()
    check(programme, findings)
    return not findings.found


def all_keys() -> set[Key]:
    """Every key that a document may hold."""
    found: set[Key] = set()
    waiting: list[Any] = [inspect.type_info(Programme)]
    while waiting:
        told = waiting.pop()
        if isinstance(told, inspect.StructType):
            fresh = [(told.cls.__name__, field.name) for field in told.fields]
            waiting.extend(field.type for field in told.fields if not found.issuperset(fresh))
            found.update(fresh)
        else:
            inner = [getattr(told, name, None) for name in ("item_type", "value_type")]
            waiting.extend([*(one for one in inner if one), *getattr(told, "types", ())])
    return found


def changes(value: Any, key: str = "") -> Iterator[tuple[Key, Any]]:
    """Each single change of `value`, with each key that it changes: its own and those above."""
    if isinstance(value, msgspec.Struct):
        for field in inspect.type_info(type(value)).fields:  # type: ignore[attr-defined]
            now = getattr(value, field.name)
            where = (type(value).__name__, field.name)
            for other in _others(field, now):
                yield where, msgspec.structs.replace(value, **{field.name: other})
            for below, other in changes(now, field.name):
                changed = msgspec.structs.replace(value, **{field.name: other})
                yield from ((where, changed), (below, changed))
    elif isinstance(value, tuple) and key not in OTHER_TEXTS:
        for place, one in enumerate(value):
            for below, other in changes(one):
                yield below, (*value[:place], other, *value[place + 1 :])
    elif isinstance(value, dict):
        for name, one in value.items():
            for below, other in changes(one):
                yield below, {**value, name: other}


def _others(field: inspect.Field, now: Any) -> list[Any]:
    """Other values of one field: None, a word more or less, a number more, another choice."""
    if isinstance(field.type, inspect.LiteralType):
        return [one for one in field.type.values if one != now]
    other_text = OTHER_TEXTS.get(field.name, "other")
    match now:
        case bool():
            return [not now]
        case int():
            return [now + 1]
        case str():
            return [other_text]
        case tuple() if all(isinstance(one, str) for one in now):
            return [(*now, other_text), now[1:]] if now else [(other_text,)]
        case tuple():
            return [now[1:]]
        case dict():
            return [dict.fromkeys(now, "other")] if field.name == "title" else []
        case None if field.name in ("receipt", "day", "month", "stock", "a_member", "a_year"):
            return [7]
        case _:
            return []
