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
