"""What a programme asks of a member's past, and what a sale adds to it."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.baskets import Basket, Line
from loyalty.members import Member
from loyalty.programme.awards import award
from loyalty.programme.consulted import consulted
from loyalty.programme.document import Programme, classic_document, load_programme
from loyalty.programme.occasions import NEWCOMER, Occasion, Standing
from loyalty.programme.standing import standing_of, sums_of
from loyalty.sums import added, broken_sums
from tests.unit.loyalty.programme.shop import TUESDAY_NOON, WARSAW, programme, sale

ANNA = Member(
    member_id="2900007000000017",
    card="2900007000000017",
    birthday="1990-02-28",
    segments=("staff", "students"),
)
EARNING = '[[earn]]\nname = "shopping"\nper = "1.00"\n'
TIERS = '[tiers]\nmonths = 12\n[[tier]]\nname = "silver"\nat = "100.00"\n'
DISCOUNT = '[discount]\nsteps = [{ at = "50.00", percent = "3" }]\n'
OF_ALL_TIME = '[tiers]\nby = "points"\nmonths = 0\n[[tier]]\nname = "silver"\nat = "100"\n'
BY_VISITS = '[tiers]\nby = "visits"\n[[tier]]\nname = "regular"\nat = "12"\n'
CAPPED = EARNING + "cap = { day = 30, month = 100 }\n"
WALLET_CAPPED = "[wallets.stars]\ncap = { receipt = 9, month = 50 }\n" + EARNING
EVENT = '[[event]]\nname = "reached"\non = "{on}"\npoints = 5\nat = "{at}"\n'
DRAW = (
    '[[lottery]]\nname = "draw"\nticket_per = "20.00"\nfirst = "2026-11-01"\n'
    f'until = "2026-11-30"\ncommitment = "{"a" * 64}"\n'
)


def added_by(shop: Programme, occasion: Occasion, standing: Standing = NEWCOMER) -> dict[str, int]:
    return sums_of(shop, occasion, award(shop, occasion, standing))


def test_a_plain_programme_asks_for_nothing_whoever_comes() -> None:
    classic = load_programme(classic_document())
    past = {"spend|2026-11": 99_999, "visits|ever": 3}
    assert standing_of(classic, ANNA, past, TUESDAY_NOON) is NEWCOMER
    assert added_by(classic, sale(5000)) == {}
    assert not consulted(classic).has_sums


@pytest.mark.parametrize(
    ("terms", "counted"),
    [
        (EARNING + TIERS, {"spend|2026-11": 4250}),
        (EARNING + OF_ALL_TIME, {"points|ever": 42}),
        (EARNING + BY_VISITS, {"visits|2026-11": 1}),
        (EARNING + DISCOUNT, {"spend|ever": 4250}),
        (EARNING + DISCOUNT.replace("steps", "months = 3\nsteps"), {"spend|2026-11": 4250}),
        (
            CAPPED,
            {"points|shopping|2026-11-24": 30, "points|shopping|2026-11": 30},
        ),
        (EARNING + "cap = { month = 40 }\n", {"points|shopping|2026-11": 40}),
        (EARNING + "[wallets.stars]\ncap = { receipt = 9 }\n", {}),
        (WALLET_CAPPED, {"stars|*|2026-11": 9}),
        (EARNING + "when = { every_visit = 10 }\n", {"visits|ever": 1}),
        (EARNING + EVENT.format(on="visit", at="10"), {"visits|ever": 1}),
        (EARNING + EVENT.format(on="milestone", at="1000.00"), {"spend|ever": 4250}),
        (EARNING + EVENT.format(on="quiz", at=""), {}),
        (EARNING + DRAW, {"tickets:draw|2026-11-30": 2}),
        (EARNING + DRAW.replace("20.00", "50.00"), {}),
    ],
)
def test_a_sale_adds_what_the_programme_asks_for_and_nothing_else(
    terms: str, counted: dict[str, int]
) -> None:
    said = added_by(programme(terms), sale(4250))
    assert said == counted
    assert broken_sums(said) == ""


def test_a_sale_belongs_to_the_month_of_the_shop() -> None:
    shop = programme(EARNING + TIERS)
    last = sale(100, at=datetime(2026, 11, 30, 23, 59, 59, tzinfo=WARSAW))
    first = sale(100, at=datetime(2026, 12, 1, 0, 0, tzinfo=WARSAW))
    assert (added_by(shop, last), added_by(shop, first)) == (
        {"spend|2026-11": 100},
        {"spend|2026-12": 100},
    )


def test_what_counts_as_spend_leaves_out_what_earns_nothing() -> None:
    shop = programme(
        EARNING
        + TIERS
        + '[goods.tobacco]\nitems = ["CIGS"]\n'
        + '[excluded]\ngoods = ["tobacco"]\ntenders = ["voucher"]\n'
    )
    lines = (Line("CIGS", "", 1, 9_000), Line("TEA", "", 1, 1_000))
    occasion = Occasion(basket=Basket(lines), at=TUESDAY_NOON, paid={"voucher": 5_000})
    assert added_by(shop, occasion) == {"spend|2026-11": 500}


def test_a_visit_is_a_sale_with_something_in_it() -> None:
    shop = programme(EARNING + "when = { visit = 3 }\n")
    gift, nothing = Line("MUG", "", 1, 0), Line("MUG", "", 0, 0)
    assert added_by(shop, sale(gift)) == {"visits|ever": 1}
    assert added_by(shop, sale(nothing)) == added_by(shop, sale()) == {}


def test_a_standing_is_what_conditions_discount_and_caps_ask_for() -> None:
    shop = programme(
        '[[earn]]\nname = "shopping"\nper = "1.00"\ncap = { day = 30 }\n'
        'when = { segments = ["students", "seniors"], birthday = "month", visit = 5 }\n'
        + TIERS
        + DISCOUNT
    )
    sums = {
        "spend|2025-11": 12_000,
        "spend|ever": 31_500,
        "visits|ever": 4,
        "points|shopping|2026-11-24": 12,
        "points|shopping|2026-11-23": 30,
        "points|*|2026-11-24": 99,
    }
    assert standing_of(shop, ANNA, sums, TUESDAY_NOON) == Standing(
        tier="silver",
        spent_minor=31_500,
        visits=4,
        birthday="02-28",
        segments=("students",),
        earned={"points|shopping|2026-11-24": 12},
    )
    unknown = standing_of(shop, None, sums, TUESDAY_NOON)
    assert (unknown.birthday, unknown.segments, unknown.visits) == ("", (), 4)


@pytest.mark.parametrize(
    ("terms", "standing"),
    [
        (EARNING + "when = { birthday = 'day' }\n", Standing(birthday="02-28")),
        (
            EARNING + '[[multiply]]\nname = "m"\ntimes = "2"\nwhen = { segments = ["staff"] }\n',
            Standing(segments=("staff",)),
        ),
        (
            EARNING + '[[surprise]]\nname = "s"\nin_how_many = 9\nseed = "x"\npoints = 1\n'
            "when = { visit = 2 }\n",
            Standing(visits=0),
        ),
        (EARNING + EVENT.format(on="milestone", at="9.00"), NEWCOMER),
        (EARNING + TIERS, NEWCOMER),
    ],
)
def test_who_is_new_stands_by_their_facts_alone(terms: str, standing: Standing) -> None:
    assert standing_of(programme(terms), ANNA, {}, TUESDAY_NOON) == standing


def test_a_limit_of_months_alone_looks_at_the_month() -> None:
    shop = programme(EARNING + "cap = { month = 40 }\n")
    sums = {"points|shopping|2026-11": 38, "points|shopping|2026-11-24": 38}
    standing = standing_of(shop, ANNA, sums, TUESDAY_NOON)
    assert standing.earned == {"points|shopping|2026-11": 38}
    assert award(shop, sale(4250), standing).points == 2


def test_a_debt_of_returns_is_no_spend_and_no_visit() -> None:
    shop = programme(EARNING + "when = { visit = 2 }\n" + DISCOUNT)
    owed = {"spend|ever": -500, "visits|ever": -1}
    assert standing_of(shop, ANNA, owed, TUESDAY_NOON) == NEWCOMER


@given(st.lists(st.integers(0, 9_999), min_size=1, max_size=8))
def test_caps_hold_over_the_sales_of_a_day_whatever_their_order(amounts: list[int]) -> None:
    shop = programme(CAPPED)
    sums: dict[str, int] = {}
    given_points = 0
    for amount in amounts:
        occasion = sale(amount)
        standing = standing_of(shop, ANNA, sums, occasion.at)
        done = award(shop, occasion, standing)
        sums = added(sums, sums_of(shop, occasion, done))
        given_points += done.points
    assert given_points == min(30, sum(amount // 100 for amount in amounts))
    assert sums.get("points|shopping|2026-11-24", 0) == given_points
