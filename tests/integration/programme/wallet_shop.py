"""A coffee shop whose members collect points, stamps and credit at once, served as a chain."""

from collections.abc import Iterator
from pathlib import Path

from terminal_app.bootstrap import Shop
from tests.integration.terminal.head_office import HeadOffice, found_under
from tests.unit.terminal.counter import known

PRODUCTS = """code,description,price,category,tags
COF,Flat white,16.00,coffee,
CAKE,Cheesecake,18.00,cakes,
"""
DOCUMENT = """
name = "corner"
version = 1
currency = "PLN"
[wallets.points]
[wallets.stamps]
kind = "stamps"
title = { en = "Coffee stamps", pl = "Pieczątki", ru = "Печати" }
[wallets.credit]
kind = "money"
pending_days = 3
expiry = { days = 30 }
[goods.coffee]
categories = ["coffee"]
[[earn]]
name = "all"
per = "1.00"
points = 1
[[earn]]
name = "cups"
wallet = "stamps"
each = "unit"
goods = ["coffee"]
[[earn]]
name = "back"
wallet = "credit"
percent = "10"
[[event]]
name = "second"
on = "visit"
at = "2"
points = 3
wallet = "stamps"
[[rewards]]
name = "free_cup"
wallet = "stamps"
cost = 10
gives = "free_goods"
goods = ["coffee"]
automatic = true
[[rewards]]
name = "mug"
wallet = "stamps"
cost = 6
gives = "gift"
[returns]
debt = "forgiven"
"""


def chain_of_cups(home: Path) -> Iterator[HeadOffice]:
    """The chain, founded in `home` and served."""
    products, document = home / "products.csv", home / "corner.toml"
    products.write_text(PRODUCTS, "utf-8")
    document.write_text(DOCUMENT, "utf-8")
    office = found_under(home / "office", document, "--products", str(products))
    office.start()
    yield office
    office.stop()


def wallets(shop: Shop, member: str) -> list[tuple[str, int, int]]:
    """What the till shows of each wallet beside the main one: title, all, and safe to spend."""
    found = known(shop.till.member(member)).wallets
    return [(one.title, one.balance, one.safe.points) for one in found]


def booked(shop: Shop) -> dict[str, int]:
    """What head office has on every account."""
    return {each.member_id: each.points for each in shop.uplink.standing().members}
