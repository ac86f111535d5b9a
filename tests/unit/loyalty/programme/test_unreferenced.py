"""Goods without their receipt take what they would earn now, whatever caps say, and no visit."""

from datetime import datetime
from zoneinfo import ZoneInfo

from loyalty.baskets import keyed_amount
from loyalty.programme.document import load_programme
from loyalty.programme.occasions import Occasion, Standing
from loyalty.programme.unreferenced import as_sold_now

DOCUMENT = """
name = "capped"
version = 1
currency = "PLN"
earn = [{ name = "all", per = "1.00", cap = { day = 100 } }]
tiers = { by = "spend", months = 1 }
tier = [{ name = "silver", at = "100.00" }]
[[event]]
name = "third"
on = "visit"
at = "3"
points = 7
"""


def test_what_goods_would_earn_now_goes_back_with_their_spend() -> None:
    programme = load_programme(DOCUMENT)
    at = datetime(2026, 11, 22, 10, tzinfo=ZoneInfo("Europe/Warsaw"))
    standing = Standing(tier="silver", visits=2, earned={"points|all|2026-11-22": 100})
    back = as_sold_now(programme, Occasion(basket=keyed_amount(5_050), at=at), standing)
    assert back.award.points == 50
    assert back.standing == Standing(tier="silver", visits=2)
    assert back.sums == {"points|all|2026-11-22": -50, "spend|2026-11": -5_050}


def test_a_discount_of_today_is_not_taken_off_the_money_paid_out() -> None:
    """The goods may have been bought before the discount was reached: nothing says otherwise."""
    steps = 'discount = { steps = [{ at = "100.00", percent = "10" }] }\n'
    programme = load_programme(DOCUMENT.replace("[[event]]", f"{steps}[[event]]"))
    at = datetime(2026, 11, 22, 10, tzinfo=ZoneInfo("Europe/Warsaw"))
    standing = Standing(spent_minor=100_00)
    back = as_sold_now(programme, Occasion(basket=keyed_amount(20_000), at=at), standing)
    assert (back.award.discount_minor, back.discount_minor) == (0, 2_000)
    assert back.award.points == 100
    assert back.sums["spend|2026-11"] == -18_000
