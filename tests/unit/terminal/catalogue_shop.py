"""A shop with a catalogue of every kind of reward, and what tests do there."""

from loyalty.baskets import Basket, Line
from terminal_app.bootstrap import Shop
from terminal_app.till.answers import (
    Claim,
    Quote,
    RewardOffer,
    Sale,
)
from tests.unit.terminal.counter import (
    posted,
)

CATALOGUE = """
name = "catalogue"
version = 1
currency = "GBP"
[earning]
per = "1.00"
points = 1
[goods.coffee]
starts_with = ["COF"]
[[rewards]]
name = "five_off"
title = { en = "5.00 off", pl = "5,00 taniej", ru = "5,00 скидки" }
cost = 100
gives = "money_off"
amount = "5.00"
[[rewards]]
name = "tenth"
cost = 50
gives = "percent_off"
percent = "10"
[[rewards]]
name = "coffee"
title = "Free coffee"
cost = 30
gives = "free_goods"
goods = ["coffee"]
valid_days = 10
[[rewards]]
name = "half_coffee"
cost = 20
gives = "cheaper_goods"
percent = "50"
goods = ["coffee"]
a_member = 2
[[rewards]]
name = "mug"
title = "Mug"
cost = 40
gives = "gift"
[[rewards]]
name = "case"
title = "Case"
cost = 60
gives = "gift"
handed = "ordered"
[[rewards]]
name = "film"
cost = 10
gives = "code"
[[rewards]]
name = "last"
cost = 10
gives = "gift"
stock = 3
[[rewards]]
name = "sunday"
cost = 10
gives = "gift"
when = { weekdays = ["sunday"] }
"""
COFFEES = Basket((Line("COF-1", "Flat white", 2, 8_00), Line("CAKE", "Cake", 1, 6_00)))


def offered(shop: Shop, member_id: str) -> dict[str, RewardOffer]:
    return {offer.name: offer for offer in shop.till.rewards(member_id)}


def claimed(shop: Shop, member_id: str, reward: str, count: int = 1) -> tuple[str, ...]:
    """The codes of the vouchers that come out of a claim."""
    asked = Claim(member_id=member_id, reward=reward, count=count)
    return tuple(slip.code for slip in posted(shop.till.claim(asked)).receipt.vouchers)


def pays(shop: Shop, basket: Basket, *codes: str) -> int:
    """What vouchers take off when the sale is posted, and was quoted."""
    quote = shop.till.quote(basket, "", codes)
    assert isinstance(quote, Quote), quote
    receipt = posted(shop.till.sell(Sale(basket=basket, voucher_codes=codes))).receipt
    assert quote.to_pay_minor == receipt.to_pay_minor
    return receipt.voucher_paid_minor
