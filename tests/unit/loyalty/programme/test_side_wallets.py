"""Wallets beside the main one: what a sale gives them, and how it comes back."""

from datetime import date, datetime
from itertools import permutations
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from loyalty.accounts import account_of
from loyalty.baskets import Basket, Line
from loyalty.clock import epoch_ms
from loyalty.journal import WALLET, Entry
from loyalty.lots import fold_lots
from loyalty.programme.awards import award
from loyalty.programme.document import load_programme
from loyalty.programme.events import events_in
from loyalty.programme.occasions import NEWCOMER, Occasion
from loyalty.programme.returning import ReturnedPart, SaleAtHand, returned
from loyalty.programme.sale_facts import sale_facts, sale_payload, side_points
from loyalty.programme.side_wallets import (
    pending_sums,
    said_wallets,
    side_sums,
    side_wallets,
    wallet_payload,
)
from loyalty.programme.standing import pending_points
from loyalty.sums import added

WARSAW = ZoneInfo("Europe/Warsaw")
AT = datetime(2024, 5, 1, 12, tzinfo=WARSAW)
SHOP = load_programme(
    """
name = "corner"
version = 1
currency = "PLN"
[wallets.points]
[wallets.stamps]
kind = "stamps"
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
percent = "5"
[[rewards]]
name = "cup"
wallet = "stamps"
cost = 10
gives = "free_goods"
goods = ["coffee"]
automatic = true
[[rewards]]
name = "mug"
wallet = "stamps"
cost = 25
gives = "gift"
"""
)
BASKET = Basket(
    (Line("COF", "Coffee", 3, 48_00, "coffee", ()), Line("CAKE", "Cake", 1, 18_99, "cakes", ()))
)
SALE = ("KRK-1", 1, 7)


def sale_at_hand() -> SaleAtHand:
    occasion = Occasion(basket=BASKET, at=AT)
    given = award(SHOP, occasion)
    facts = sale_facts(sale_payload(SHOP, occasion, NEWCOMER, given, {}), AT)
    assert facts is not None
    return SaleAtHand(facts, given.points)


def test_a_sale_says_what_it_gives_beside_the_main_wallet() -> None:
    given = award(SHOP, Occasion(basket=BASKET, at=AT))
    assert side_wallets(SHOP) == ("stamps", "credit")
    assert side_points(SHOP, given) == {"stamps": 3, "credit": 3_34}
    assert sale_at_hand().facts.wallets == {"stamps": 3, "credit": 3_34}


def test_any_split_and_order_of_returns_takes_what_was_given() -> None:
    parts = [ReturnedPart(0, 1, 16_00), ReturnedPart(0, 2, 32_00), ReturnedPart(1, 1, 18_99)]
    for order in permutations(parts):
        before: list[ReturnedPart] = []
        taken: dict[str, int] = {}
        for part in order:
            taken = added(taken, returned(SHOP, sale_at_hand(), before, [part]).wallets)
            before.append(part)
        assert taken == {"stamps": -3, "credit": -3_34}


def test_what_waits_is_counted_on_the_account_of_its_wallet() -> None:
    sold = date(2024, 5, 1)
    assert pending_sums(SHOP, "stamps", 3, sold) == {}
    assert pending_sums(SHOP, "credit", 0, sold) == {}
    sums = side_sums(SHOP, {"stamps": 3, "credit": 3_34}, sold)
    assert sums == {"stamps": {}, "credit": {"pending|2024-05-04": 3_34}}
    assert pending_points(SHOP, sums["credit"], date(2024, 5, 3), "credit") == 3_34
    assert pending_points(SHOP, sums["credit"], date(2024, 5, 4), "credit") == 0
    assert pending_points(SHOP, sums["credit"], date(2024, 5, 3)) == 0


def test_an_entry_names_its_wallet_and_its_sale() -> None:
    sold = date(2024, 5, 1)
    assert wallet_payload(SHOP, "stamps", 3, SALE, sold) == {
        "wallet": "stamps",
        "of": ["KRK-1", 1, 7],
    }
    assert wallet_payload(SHOP, "credit", -10, SALE, sold)["sums"] == {"pending|2024-05-04": -10}


def test_what_cannot_be_read_gives_nothing() -> None:
    assert said_wallets({}) == {}
    assert said_wallets({"wallets": {"stamps": 3}}) == {"stamps": 3}
    assert said_wallets({"wallets": [3]}) == {}
    assert said_wallets({"wallets": {"stamps": "3"}}) == {}


def test_the_home_branch_keeps_what_the_dearest_automatic_reward_costs() -> None:
    assert (SHOP.kept_of("stamps"), SHOP.kept_of("credit"), SHOP.kept_of("")) == (10, 0, 0)
    assert SHOP.account_of("M", "points") == SHOP.account_of("M", "") == "M"
    assert SHOP.account_of("M", "stamps") == account_of("M", "stamps")


def test_how_often_an_event_was_had_is_told_apart() -> None:
    assert events_in({"event:quiz|ever": 1, "pending|2024-05-04": 9}) == {"event:quiz|ever": 1}


def entry(seq: int, points: int, day: int) -> Entry:
    at_ms = epoch_ms(datetime(2024, 5, day, 12, tzinfo=WARSAW))
    return Entry(
        terminal="KRK-1",
        epoch=1,
        seq=seq,
        kind=WALLET,
        member="M/credit",
        points=points,
        amount_minor=0,
        receipt=f"R{seq}",
        programme=SHOP.label,
        occurred_at_ms=at_ms,
        recorded_at_ms=at_ms,
        payload=wallet_payload(SHOP, "credit", points, SALE, date(2024, 5, 1)),
    )


def test_a_return_takes_the_lot_of_its_own_sale() -> None:
    older = replace(entry(3, 50, 1), payload={"wallet": "credit"})
    lots = fold_lots(
        "M/credit",
        [older, entry(8, 100, 2), entry(12, -40, 3)],
        lambda _: SHOP.wallet("credit"),
        WARSAW,
    )
    assert [lot.points_left for lot in lots.lots] == [50, 60]
