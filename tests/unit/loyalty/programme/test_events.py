"""Events: what each happening gives, and how often a member can have it."""

from datetime import date
from typing import Any

import pytest

from loyalty.programme.document import Programme
from loyalty.programme.events import (
    Bonus,
    Happened,
    NoBonus,
    Purchase,
    anniversary,
    bonuses_for,
    counted,
    given,
    happenings_of_purchase,
    has_birthday_on,
)
from loyalty.programme.occasions import Standing, WhyNot
from loyalty.programme.terms.happenings import Happening
from loyalty.sums import added
from tests.unit.loyalty.programme.happening_shop import at, programme

NOON = at("2026-11-22T12:00")


def event(keys: str) -> Programme:
    return programme(f'[[event]]\nname = "gift"\n{keys}\n')


def happened(on: Happening, **facts: Any) -> Happened:
    return Happened(on=on, **{"at": NOON, **facts})


def only(bonuses: tuple[Bonus, ...]) -> Bonus:
    (bonus,) = bonuses
    return bonus


@pytest.mark.parametrize(
    "on", ["enrolment", "birthday", "anniversary", "visit", "quiz", "survey", "contest", "profile"]
)
def test_a_happening_gives_its_points(on: Happening) -> None:
    shop = event(f'on = "{on}"\npoints = 50')
    bonus = only(bonuses_for(shop, happened(on, number=1), {}))
    assert bonus == Bonus(event="gift", wallet="points", points=50)
    assert bonuses_for(shop, happened("quiz" if on == "survey" else "survey"), {}) == ()


def test_points_go_into_the_wallet_that_is_named_and_a_reward_comes_with_them() -> None:
    shop = programme(
        "[wallets.points]\n[wallets.stamps]\nkind = 'stamps'\n"
        "[[event]]\nname = 'gift'\non = 'quiz'\npoints = 2\nwallet = 'stamps'\nreward = 'mug'\n"
        "[[rewards]]\nname = 'mug'\ncost = 5\ngives = 'gift'\n"
    )
    bonus = only(bonuses_for(shop, happened("quiz"), {}))
    assert bonus == Bonus(event="gift", wallet="stamps", points=2, reward="mug")


@pytest.mark.parametrize(
    ("on", "at_key", "number", "gives"),
    [
        ("visit", "10", 9, False),
        ("visit", "10", 10, True),
        ("visit", "10", 11, False),
        ("visit", "", 7, True),
        ("anniversary", "5", 5, True),
        ("anniversary", "5", 6, False),
        ("anniversary", "", 6, True),
    ],
)
def test_a_numbered_happening_is_for_its_number(
    on: Happening, at_key: str, number: int, gives: bool
) -> None:
    shop = event(f'on = "{on}"\npoints = 1\n' + (f'at = "{at_key}"' if at_key else ""))
    bonus = only(bonuses_for(shop, happened(on, number=number), {}))
    assert bonus.why_not == ("" if gives else NoBonus.NOT_THIS_ONE)
    assert bonus.points == int(gives)


@pytest.mark.parametrize(
    ("before", "after", "gives"),
    [
        (0, 99_999, False),
        (0, 100_000, True),
        (99_999, 100_000, True),
        (99_999, 5_000_000, True),
        (100_000, 100_001, False),
        (100_000, 100_000, False),
    ],
)
def test_a_milestone_comes_with_the_purchase_that_reaches_it(
    before: int, after: int, gives: bool
) -> None:
    shop = event('on = "milestone"\nat = "1000.00"\npoints = 1')
    reached = happened("milestone", spent_before_minor=before, spent_minor=after)
    assert bool(given(bonuses_for(shop, reached, {}))) is gives


def test_one_purchase_can_reach_several_milestones() -> None:
    shop = programme(
        "".join(
            f'[[event]]\nname = "spent_{at}"\non = "milestone"\nat = "{at}.00"\npoints = 1\n'
            for at in (10, 20, 30)
        )
    )
    reached = happened("milestone", spent_before_minor=1_000, spent_minor=3_000)
    assert [bonus.event for bonus in given(bonuses_for(shop, reached, {}))] == [
        "spent_20",
        "spent_30",
    ]


def test_a_custom_event_goes_by_its_code() -> None:
    shop = programme(
        '[[event]]\nname = "visit_of_ours"\non = "custom"\ncode = "V"\npoints = 3\n'
        '[[event]]\nname = "training"\non = "custom"\ncode = "T"\npoints = 5\n'
    )
    assert only(bonuses_for(shop, happened("custom", code="T"), {})).event == "training"
    assert bonuses_for(shop, happened("custom", code="X"), {}) == ()


def test_what_its_when_forbids_is_not_given() -> None:
    shop = event('on = "quiz"\npoints = 1\nwhen = { weekdays = ["monday"] }')
    assert only(bonuses_for(shop, happened("quiz"), {})).why_not is WhyNot.WEEKDAY
    monday = happened("quiz", at=at("2026-11-23T12:00"))
    assert only(bonuses_for(shop, monday, {})).points == 1


LIMITED = [
    ('on = "survey"\na_member = 2', ["2026-01-01", "2026-02-01", "2027-01-01"], [1, 1, 0]),
    ('on = "survey"\na_year = 1', ["2026-12-31", "2026-12-31", "2027-01-01"], [1, 0, 1]),
    (
        'on = "survey"\na_year = 2\na_member = 3',
        ["2026-01-01", "2026-02-01", "2026-03-01", "2027-01-01", "2027-01-02"],
        [1, 1, 0, 1, 0],
    ),
    ('on = "survey"', ["2026-01-01"] * 4, [1, 1, 1, 1]),
    ('on = "birthday"', ["2026-05-05", "2026-05-05", "2027-05-05"], [1, 0, 1]),
    ('on = "birthday"\na_year = 5', ["2026-05-05", "2026-05-05"], [1, 0]),
    ('on = "birthday"\na_member = 1', ["2026-05-05", "2027-05-05"], [1, 0]),
    ('on = "anniversary"', ["2026-05-05", "2026-05-05", "2027-05-05"], [1, 0, 1]),
    ('on = "enrolment"', ["2026-05-05", "2027-05-05"], [1, 0]),
    ('on = "enrolment"\na_member = 9', ["2026-05-05", "2027-05-05"], [1, 0]),
    ('on = "visit"\nat = "1"', ["2026-05-05", "2027-05-05"], [1, 0]),
    ('on = "visit"', ["2026-05-05", "2026-05-05"], [1, 1]),
]


@pytest.mark.parametrize(("keys", "days", "gives"), LIMITED)
def test_a_member_has_an_event_as_often_as_it_says(
    keys: str, days: list[str], gives: list[int]
) -> None:
    shop = event(f"points = 1\n{keys}")
    on = shop.event[0].on
    history: dict[str, int] = {}
    points = []
    for day in days:
        bonuses = bonuses_for(shop, happened(on, at=at(day), number=1), history)
        points.append(only(bonuses).points)
        history = added(history, counted(shop, bonuses, at(day)))
    assert points == gives


def test_why_it_is_not_given_again_is_said() -> None:
    shop = event('on = "survey"\npoints = 1\na_member = 2\na_year = 1')
    assert only(bonuses_for(shop, happened("survey"), {"event:gift|2026": 1})).why_not is (
        NoBonus.HAD_THIS_YEAR
    )
    assert only(bonuses_for(shop, happened("survey"), {"event:gift|ever": 2})).why_not is (
        NoBonus.HAD_BEFORE
    )


def test_only_what_a_limit_asks_for_is_counted() -> None:
    bonuses = (Bonus(event="gift", wallet="points", points=1),)
    assert counted(event('on = "quiz"\npoints = 1'), bonuses, NOON) == {}
    both = event('on = "quiz"\npoints = 1\na_year = 3\na_member = 5')
    assert counted(both, bonuses, NOON) == {"event:gift|2026": 1, "event:gift|ever": 1}
    refused = (Bonus(event="gift", wallet="points", why_not=NoBonus.HAD_BEFORE),)
    assert counted(both, refused, NOON) == {}
    unknown = (Bonus(event="of another version", wallet="points", points=1),)
    assert counted(both, unknown, NOON) == {}


def test_a_purchase_is_a_visit_and_a_step_to_milestones() -> None:
    purchase = Purchase(
        terminal="KRK-1",
        receipt="R-1",
        at=NOON,
        base_minor=250,
        branch="centre",
        standing=Standing(visits=9),
    )
    visit, milestone = happenings_of_purchase(purchase, 1_000)
    assert (visit.on, visit.number, visit.branch) == ("visit", 10, "centre")
    assert (milestone.spent_before_minor, milestone.spent_minor) == (1_000, 1_250)


@pytest.mark.parametrize(
    ("birthday", "day", "is_it"),
    [
        ("11-22", date(2026, 11, 22), True),
        ("11-22", date(2026, 11, 23), False),
        ("02-29", date(2028, 2, 29), True),
        ("02-29", date(2028, 2, 28), False),
        ("02-29", date(2027, 2, 28), True),
        ("02-29", date(2027, 3, 1), False),
        ("02-29", date(2100, 2, 28), True),
        ("02-28", date(2027, 2, 28), True),
        ("12-31", date(2027, 1, 1), False),
        ("", date(2027, 1, 1), False),
    ],
)
def test_a_birthday_comes_once_a_year(birthday: str, day: date, is_it: bool) -> None:
    assert has_birthday_on(birthday, day) is is_it


@pytest.mark.parametrize(
    ("joined", "day", "number"),
    [
        (date(2024, 5, 5), date(2024, 5, 5), 0),
        (date(2024, 5, 5), date(2025, 5, 5), 1),
        (date(2024, 5, 5), date(2025, 5, 6), 0),
        (date(2024, 5, 5), date(2034, 5, 5), 10),
        (date(2024, 5, 5), date(2023, 5, 5), 0),
        (date(2024, 2, 29), date(2025, 2, 28), 1),
        (date(2024, 2, 29), date(2028, 2, 29), 4),
        (date(2024, 2, 29), date(2028, 2, 28), 0),
    ],
)
def test_anniversaries_are_counted_from_the_first(joined: date, day: date, number: int) -> None:
    assert anniversary(joined, day) == number
