"""Programmes of every kind that ships as an example, with figures small enough to collide."""

PLAIN = "plain"

_STAMPS = """
[wallets.stamps]
kind = "stamps"
cap = { day = 4 }

[goods.coffee]
categories = ["coffee"]

[[earn]]
name = "coffee"
goods = ["coffee"]
each = "unit"
points = POINTS

[[multiply]]
name = "quiet_hours"
times = "2"
when = { weekdays = ["saturday", "monday", "tuesday"], hours = ["08:00-12:00"] }

[[event]]
name = "welcome"
on = "enrolment"
points = 1

[excluded]
tenders = ["voucher"]
"""

_TIERS = """
[wallets.points]
cap = { receipt = 60, day = 80, month = 400 }

[goods.tobacco]
categories = ["tobacco"]

[goods.fruit]
categories = ["fruit"]

[excluded]
goods = ["tobacco"]
tenders = ["voucher"]

[[earn]]
name = "shopping"
per = "1.00"
points = POINTS

[[earn]]
name = "weekend"
each = "visit"
points = 20
at_least = "10.00"
when = { weekdays = ["saturday", "sunday"] }

[[earn]]
name = "five_a_day"
goods = ["fruit"]
per = "2.00"
points = 5
cap = { day = 25 }

[[multiply]]
name = "silver"
rules = ["shopping"]
times = "1.25"
when = { tiers = ["silver"] }

[[multiply]]
name = "gold"
rules = ["shopping"]
times = "1.5"
when = { tiers = ["gold"] }

[[multiply]]
name = "easter"
rules = ["shopping"]
times = "2"
when = { from = "2026-04-03", until = "2026-04-06" }

[tiers]
months = 2
grace_days = 10
[[tier]]
name = "silver"
at = "20.00"
[[tier]]
name = "gold"
at = "60.00"
"""

_CASHBACK = """
[wallets.cashback]
kind = "money"
cap = { receipt = 90, month = 400 }

[goods.own_brand]
tags = ["own-brand"]

[[earn]]
name = "own_brand"
goods = ["own_brand"]
percent = "5"
stop = true

[[earn]]
name = "everything"
percent = "POINTS"

[[multiply]]
name = "early"
times = "1.5"
when = { weekdays = ["saturday", "sunday"], hours = ["08:00-10:00", "18:00-20:00"] }

[returns]
without_receipt = "nothing"
"""

_DISCOUNT = """
[earning]
per = "1.00"
points = POINTS

[discount]
months = 0
steps = [{ at = "10.00", percent = "3" }, { at = "50.00", percent = "7.5" }]

[goods.sale]
tags = ["sale"]

[excluded]
goods = ["sale"]
"""

_GIFTS = """
[wallets.points]
pending_days = 2

[goods.tools]
categories = ["coffee", "fruit"]

[goods.transport]
categories = ["tobacco"]

[excluded]
goods = ["transport"]

[[earn]]
name = "turnover"
per = "2.00"
points = POINTS

[[earn]]
name = "large_order"
each = "visit"
points = 7
at_least = "20.00"

[[earn]]
name = "range_of_tools"
goods = ["tools"]
each = "line"
every = 2
points = 3

[[multiply]]
name = "spring"
times = "1.5"
when = { from = "2026-03-28", until = "2026-04-10" }

[[multiply]]
name = "mornings"
rules = ["turnover"]
times = "1.2"
when = { hours = ["06:00-13:00"] }

[[event]]
name = "first_thirty"
on = "milestone"
at = "30.00"
points = 9

[stacking]
multipliers = "add"
"""

SHAPES = {
    "stamps": _STAMPS,
    "tiers": _TIERS,
    "cashback": _CASHBACK,
    "discount": _DISCOUNT,
    "gifts": _GIFTS,
}
"""What each promises; POINTS stands for a figure that versions differ by."""

WITHOUT_VOUCHERS = {"cashback"}
"""Whose wallet holds money, out of which no voucher comes."""
