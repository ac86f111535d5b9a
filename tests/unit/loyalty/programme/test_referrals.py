"""Friends: who can be brought by whom, and what both sides get with the first purchase."""

import pytest

from loyalty.programme.events import Bonus, NoBonus, Purchase, counted
from loyalty.programme.occasions import WhyNot
from loyalty.programme.referrals import (
    NoReferral,
    brought_key,
    no_referral,
    open_bonuses,
    referral_bonuses,
    referred_key,
    referrer_in,
)
from tests.unit.loyalty.programme.happening_shop import at, programme

NOON = at("2026-11-22T12:00")
FRIENDS = """
[[event]]
name = "friend"
on = "referral"
points = 300
friend_points = 100
at_least = "50.00"
a_year = 2
"""


def purchase(base_minor: int) -> Purchase:
    return Purchase(terminal="KRK-1", receipt="R-1", at=NOON, base_minor=base_minor)


@pytest.mark.parametrize(
    ("referrer", "friend", "visits", "brought_by", "reason"),
    [
        ("anna", "jan", 0, {}, None),
        ("anna", "anna", 0, {}, NoReferral.SELF),
        ("anna", "jan", 0, {"jan": "ola"}, NoReferral.BROUGHT_BEFORE),
        ("anna", "jan", 0, {"jan": "anna"}, NoReferral.BROUGHT_BEFORE),
        ("anna", "jan", 1, {}, NoReferral.NO_NEWCOMER),
        ("anna", "jan", 0, {"anna": "jan"}, NoReferral.CIRCLE),
        ("anna", "jan", 0, {"anna": "ola", "ola": "jan"}, NoReferral.CIRCLE),
        ("anna", "jan", 0, {"anna": "ola", "ola": "ewa"}, None),
        ("anna", "jan", 0, {"anna": "ola", "ola": "anna"}, None),
    ],
)
def test_who_can_be_brought(
    referrer: str, friend: str, visits: int, brought_by: dict[str, str], reason: NoReferral | None
) -> None:
    assert no_referral(referrer, friend, visits, brought_by) == reason


def test_both_sides_are_paid_with_the_first_purchase_of_enough() -> None:
    shop = programme(FRIENDS)
    assert referral_bonuses(shop, purchase(5_000), {}) == (
        Bonus(event="friend", wallet="points", points=300, to="referrer"),
        Bonus(event="friend", wallet="points", points=100, to="friend"),
    )
    too_little = referral_bonuses(shop, purchase(4_999), {})
    assert [(bonus.points, bonus.why_not) for bonus in too_little] == [
        (0, NoBonus.TOO_LITTLE),
        (0, NoBonus.TOO_LITTLE),
    ]


def test_a_limit_is_on_who_brings_friends() -> None:
    shop = programme(FRIENDS)
    bonuses = referral_bonuses(shop, purchase(5_000), {"event:friend|2026": 2})
    assert [(bonus.to, bonus.points, bonus.why_not) for bonus in bonuses] == [
        ("referrer", 0, NoBonus.HAD_THIS_YEAR),
        ("friend", 100, ""),
    ]
    assert counted(shop, referral_bonuses(shop, purchase(5_000), {})[:1], NOON) == {
        "event:friend|2026": 1
    }
    assert counted(shop, referral_bonuses(shop, purchase(5_000), {})[1:], NOON) == {}


def test_without_points_for_the_friend_there_is_one_side() -> None:
    shop = programme('[[event]]\nname = "friend"\non = "referral"\npoints = 5\n')
    assert [bonus.to for bonus in referral_bonuses(shop, purchase(1), {})] == ["referrer"]
    assert referral_bonuses(shop, purchase(0), {})[0].why_not is NoBonus.TOO_LITTLE


def test_who_brought_a_friend_is_read_off_the_friends_sums() -> None:
    assert referrer_in({"visits|ever": 3}) == ""
    assert referrer_in({referred_key("anna"): 1, "visits|ever": 3}) == "anna"
    assert referrer_in({referred_key("jan"): 1, referred_key("anna"): 1}) == "anna"
    assert referrer_in({referred_key("anna"): 0}) == ""


def test_what_was_paid_for_a_friend_is_paid_no_more() -> None:
    shop = programme(FRIENDS + '[[event]]\nname = "more"\non = "referral"\npoints = 1\n')
    paid = {brought_key("friend", "jan"): 1}
    assert len(open_bonuses(shop, purchase(5_000), {}, "jan", {})) == 3
    assert [one.event for one in open_bonuses(shop, purchase(5_000), {}, "jan", paid)] == ["more"]
    assert len(open_bonuses(shop, purchase(5_000), {}, "ola", paid)) == 3


def test_the_reward_goes_to_who_brought_the_friend_and_when_holds_for_both() -> None:
    shop = programme(
        '[[event]]\nname = "friend"\non = "referral"\nreward = "mug"\nfriend_points = 1\n'
        'when = { until = "2026-11-22" }\n'
        '[[event]]\nname = "welcome"\non = "enrolment"\npoints = 1\n'
        '[[rewards]]\nname = "mug"\ncost = 5\ngives = "gift"\n'
    )
    referrers, friends = referral_bonuses(shop, purchase(1), {})
    assert (referrers.reward, referrers.points) == ("mug", 0)
    assert (friends.reward, friends.points) == ("", 1)
    late = Purchase(terminal="KRK-1", receipt="R", at=at("2026-11-23"), base_minor=1)
    assert [bonus.why_not for bonus in referral_bonuses(shop, late, {})] == [WhyNot.DATE] * 2
