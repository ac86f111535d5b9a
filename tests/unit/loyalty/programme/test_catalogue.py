"""The catalogue: what a member can have now, what comes by itself, and why not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.programme.catalogue import (
    Claimant,
    ClaimWhyNot,
    Due,
    Offer,
    automatic_due,
    claim_payload,
    claim_sums,
    fixed_minor,
    has_stock,
    offers,
    reward_named,
)
from loyalty.programme.document import Programme
from loyalty.programme.occasions import WhyNot
from loyalty.programme.rewards import MAX_VOUCHERS_A_RECEIPT
from tests.unit.loyalty.programme.happening_shop import at, programme

MUG = '[[rewards]]\nname = "mug"\ncost = 100\ngives = "gift"\n'


def claimant(points: int = 0, **facts: Any) -> Claimant:
    return Claimant(**{"at": at("2026-11-22"), "spendable": {"points": points}, **facts})


def only(shop: Programme, member: Claimant) -> Offer:
    (offer,) = offers(shop, member)
    return offer


@pytest.mark.parametrize(
    ("points", "count", "missing"),
    [(0, 0, 100), (99, 0, 1), (100, 1, 0), (250, 2, 0), (-50, 0, 100)],
)
def test_a_reward_can_be_had_for_its_points(points: int, count: int, missing: int) -> None:
    reason = WhyNot.APPLIED if count else ClaimWhyNot.TOO_FEW_POINTS
    expected = Offer(
        reward="mug", wallet="points", cost=100, count=count, missing=missing, why_not=reason
    )
    assert only(programme(MUG), claimant(points)) == expected


def test_each_reward_is_had_for_its_own_wallet() -> None:
    shop = programme(f'{MUG}wallet = "stamps"\n[wallets.points]\n[wallets.stamps]\n')
    assert only(shop, claimant(500)).count == 0
    assert only(shop, claimant(spendable={"stamps": 100})).count == 1


@pytest.mark.parametrize(
    ("terms", "facts", "count", "reason"),
    [
        ("stock = 5", {"given_out": {"mug": 3}}, 2, ""),
        ("stock = 5", {"given_out": {"mug": 5}}, 0, ClaimWhyNot.NONE_LEFT),
        ("stock = 5", {"given_out": {"mug": 7}}, 0, ClaimWhyNot.NONE_LEFT),
        ("stock = 0", {}, 0, ClaimWhyNot.NONE_LEFT),
        ("a_member = 2", {"history": {"reward:mug|ever": 1}}, 1, ""),
        ("a_member = 2", {"history": {"reward:mug|ever": 2}}, 0, ClaimWhyNot.HAD_BEFORE),
        ("a_member = 2\nstock = 1", {"history": {"reward:cup|ever": 2}}, 1, ""),
        ('when = { until = "2026-11-21" }', {}, 0, WhyNot.DATE),
        ('when = { until = "2026-11-22" }', {}, 10, ""),
        ('when = { branches = ["centre"] }', {"branch": "harbour"}, 0, WhyNot.BRANCH),
        ('when = { branches = ["centre"] }', {"branch": "centre"}, 10, ""),
    ],
)
def test_what_limits_a_reward_is_said(
    terms: str, facts: dict[str, Any], count: int, reason: str
) -> None:
    offer = only(programme(MUG + terms), claimant(1_000, **facts))
    assert (offer.count, offer.why_not) == (count, reason)


@pytest.mark.parametrize(
    ("codes", "out", "count", "reason"),
    [(0, 0, 0, ClaimWhyNot.NONE_LEFT), (5, 0, 5, ""), (5, 4, 1, ""), (5, 5, 0, "none-left")],
)
def test_a_code_needs_one_in_its_pool(codes: int, out: int, count: int, reason: str) -> None:
    shop = programme(MUG.replace('"gift"', '"code"'))
    member = claimant(1_000, codes={"mug": codes}, given_out={"mug": out})
    assert (only(shop, member).count, only(shop, member).why_not) == (count, reason)


def test_what_saving_does_not_help_with_is_said_first() -> None:
    shop = programme(f"{MUG}stock = 0")
    assert only(shop, claimant(0)).why_not is ClaimWhyNot.NONE_LEFT
    assert only(shop, claimant(0)).missing == 100


AUTOMATIC = (
    '[[rewards]]\nname = "coffee"\ncost = 10\ngives = "gift"\nautomatic = true\na_member = 3\n'
    '[[rewards]]\nname = "mug"\ncost = 4\ngives = "gift"\n'
    '[[rewards]]\nname = "cake"\ncost = 7\ngives = "gift"\nautomatic = true\n'
)


@pytest.mark.parametrize(
    ("points", "due"),
    [
        (6, ()),
        (7, (Due("cake", "points", 7, 1),)),
        (16, (Due("coffee", "points", 10, 1),)),
        (17, (Due("coffee", "points", 10, 1), Due("cake", "points", 7, 1))),
        (50, (Due("coffee", "points", 10, 3), Due("cake", "points", 7, 2))),
    ],
)
def test_automatic_rewards_come_in_order_as_often_as_there_is_enough(
    points: int, due: tuple[Due, ...]
) -> None:
    assert automatic_due(programme(AUTOMATIC), claimant(points)) == due


def test_a_giant_balance_is_paid_out_receipt_by_receipt() -> None:
    shop = programme('[[rewards]]\nname = "x"\ncost = 1\ngives = "gift"\nautomatic = true\n')
    (due,) = automatic_due(shop, claimant(10**9))
    assert due.count == MAX_VOUCHERS_A_RECEIPT


@given(st.integers(-100, 500), st.integers(0, 5))
def test_what_is_due_is_never_more_than_there_is(points: int, had: int) -> None:
    shop = programme(AUTOMATIC)
    member = claimant(points, history={"reward:coffee|ever": had})
    due = automatic_due(shop, member)
    spent = sum(one.count * one.cost for one in due)
    assert 0 <= spent <= max(points, 0)
    assert had + sum(one.count for one in due if one.reward == "coffee") <= max(had, 3)


def test_claims_are_counted_where_a_limit_asks_for_it() -> None:
    shop = programme(AUTOMATIC)
    assert claim_sums(shop.rewards[0], 2) == {"reward:coffee|ever": 2}
    assert claim_sums(shop.rewards[0], -1) == {"reward:coffee|ever": -1}
    assert claim_sums(shop.rewards[1], 2) == {}


def test_a_claim_says_which_reward_its_points_are_for() -> None:
    plain, limited = programme(MUG).rewards[0], programme(f"{MUG}a_member = 3\n").rewards[0]
    assert claim_payload(plain, 2) == {"reward": "mug", "cost": 100, "count": 2}
    assert claim_payload(limited, 2)["sums"] == claim_sums(limited, 2)


def test_a_reward_is_found_by_its_name() -> None:
    shop = programme(MUG)
    assert reward_named(shop, "mug") == shop.rewards[0]
    assert reward_named(shop, "cup") is None


@pytest.mark.parametrize(
    ("gives", "minor"),
    [('"money_off"\namount = "5.00"', 500), ('"percent_off"\namount = "5.00"\npercent = "10"', 0)],
)
def test_only_money_off_is_worth_the_same_whatever_is_bought(gives: str, minor: int) -> None:
    shop = programme(f'[[rewards]]\nname = "off"\ncost = 100\ngives = {gives}\n')
    assert fixed_minor(shop, shop.rewards[0]) == minor


@pytest.mark.parametrize(
    ("gives", "is_limited"),
    [('"gift"', False), ('"gift"\nstock = 0', True), ('"code"', True)],
)
def test_there_are_only_so_many_of_a_stock_or_of_codes(gives: str, is_limited: bool) -> None:
    shop = programme(f'[[rewards]]\nname = "it"\ncost = 100\ngives = {gives}\n')
    assert has_stock(shop.rewards[0]) is is_limited
