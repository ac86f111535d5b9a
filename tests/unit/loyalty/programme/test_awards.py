"""Each way to earn, key by key, with its boundaries."""

from datetime import datetime

import pytest
from msgspec.structs import replace

from loyalty.amounts import MAX_AMOUNT_MINOR
from loyalty.baskets import MAX_QUANTITY, Line
from loyalty.programme.awards import award
from loyalty.programme.occasions import RuleOutcome, Standing, WhyNot
from tests.unit.loyalty.programme.shop import (
    WARSAW,
    gift,
    line,
    outcome,
    points,
    programme,
    sale,
)

SHORT = '[earning]\nper = "1.00"\npoints = 1\n'
GROUPS = """
[goods.coffee]
items = ["ESPRESSO", "LATTE"]
[goods.beans]
starts_with = ["B-"]
"""


def rule(terms: str, more: str = "") -> str:
    """A document of one rule."""
    return f'{more}\n[[earn]]\nname = "it"\n{terms}\n'


@pytest.mark.parametrize(
    ("amounts", "earned"),
    [
        ((), 0),
        ((99,), 0),
        ((100,), 1),
        ((199,), 1),
        ((50, 50), 1),
        ((7_350,), 73),
        ((0,), 0),
        ((-500,), 0),
        ((300, -150), 1),
        ((MAX_AMOUNT_MINOR,), 10**10),
    ],
)
def test_the_short_form_counts_full_steps_of_the_whole_receipt(
    amounts: tuple[int, ...], earned: int
) -> None:
    assert points(SHORT, *amounts) == earned
    assert points(rule('per = "1.00"'), *amounts) == earned


@pytest.mark.parametrize(
    ("currency", "per", "amount_minor", "earned"),
    [
        ("JPY", "100", 1_250, 12),
        ("JPY", "1", 1, 1),
        ("PLN", "0.01", 1, 1),
        ("PLN", "1.50", 449, 2),
        ("KWD", "1.000", 12_345, 12),
        ("KWD", "0.125", 1_000, 8),
        ("KWD", "1", 999, 0),
    ],
)
def test_amounts_are_of_the_currency(
    currency: str, per: str, amount_minor: int, earned: int
) -> None:
    assert points(rule(f'per = "{per}"'), amount_minor, currency=currency) == earned


def test_points_of_several_rules_add_up_in_the_documents_order() -> None:
    done = award(programme(SHORT + rule('per = "10.00"\npoints = 5')), sale(2_500))
    assert done.points == 25 + 10
    assert gift(done) == {"earning": (25, ""), "it": (10, "")}
    assert list(gift(done)) == ["earning", "it"]


@pytest.mark.parametrize(
    ("quantity", "amount_minor", "every", "earned"),
    [
        (1, 300, 1, 1),
        (3, 900, 1, 3),
        (3, 900, 2, 1),
        (0, 900, 1, 0),
        (2, 0, 1, 0),
        (-2, -600, 1, 0),
        (MAX_QUANTITY, 100, 1, MAX_QUANTITY),
    ],
)
def test_units_are_counted_where_something_was_paid_for_them(
    quantity: int, amount_minor: int, every: int, earned: int
) -> None:
    terms = rule(f'each = "unit"\nevery = {every}\ngoods = ["coffee"]', GROUPS)
    assert points(terms, line(amount_minor, "LATTE", quantity)) == earned


def test_goods_taken_off_again_take_their_units_and_lines_away() -> None:
    coffees = (line(1_200, "LATTE", 4), line(-600, "LATTE", -2), line(700, "ESPRESSO", 2))
    assert points(rule('each = "unit"\ngoods = ["coffee"]', GROUPS), *coffees) == 4
    assert points(rule('each = "line"\ngoods = ["coffee"]', GROUPS), *coffees) == 1


def test_more_taken_off_than_rung_up_counts_nothing() -> None:
    rung = (line(900, "LATTE", 1), line(-500, "LATTE", -3), line(100, "ESPRESSO", -1))
    assert points(rule('each = "unit"\ngoods = ["coffee"]', GROUPS), *rung) == 0
    done = award(programme(SHORT), sale(500, -900))
    assert (done.points, done.base_minor) == (0, 0)
    assert outcome(rule('each = "unit"', GROUPS), sale(*rung)).counted == 0


def test_units_below_zero_at_a_price_above_it_take_nothing_from_others() -> None:
    rung = (line(900, "LATTE", 3), line(100, "ESPRESSO", -1))
    assert points(rule('each = "unit"\ngoods = ["coffee"]', GROUPS), *rung) == 3


def test_a_reduction_keyed_as_a_line_is_no_unit_and_no_line() -> None:
    rung = (line(1_200, "LATTE", 2), line(-100, "ESPRESSO", 1))
    assert points(rule('each = "unit"\ngoods = ["coffee"]', GROUPS), *rung) == 2
    assert points(rule('each = "line"\ngoods = ["coffee"]', GROUPS), *rung) == 1
    assert points(rule('per = "1.00"\ngoods = ["coffee"]', GROUPS), *rung) == 11


@pytest.mark.parametrize(("lines", "earned"), [(0, 0), (4, 0), (5, 10), (11, 20)])
def test_lines_are_counted_in_full_steps(lines: int, earned: int) -> None:
    rung = [line(100, f"B-{number}", 7) for number in range(lines)]
    terms = rule('each = "line"\nevery = 5\npoints = 10\ngoods = ["beans"]', GROUPS)
    assert points(terms, line(100), *rung) == earned


@pytest.mark.parametrize(
    ("amounts", "earned"), [((), 0), ((0,), 0), ((500, -500), 0), ((1,), 20), ((500, 500), 20)]
)
def test_a_visit_earns_once_a_receipt_that_something_was_paid_for(
    amounts: tuple[int, ...], earned: int
) -> None:
    assert points(rule('each = "visit"\npoints = 20'), *amounts) == earned


@pytest.mark.parametrize(
    ("percent", "amount_minor", "earned"),
    [
        ("3", 7_350, 220),
        ("2.5", 39, 0),
        ("2.5", 40, 1),
        ("0.01", 9_999, 0),
        ("0.01", 10_000, 1),
        ("100", 7, 7),
        ("33.33", MAX_AMOUNT_MINOR, 333_300_000_000),
    ],
)
def test_per_cent_of_an_amount_is_floored_once(
    percent: str, amount_minor: int, earned: int
) -> None:
    money = '[wallets.cash]\nkind = "money"\n'
    assert points(rule(f'percent = "{percent}"', money), amount_minor) == earned


@pytest.mark.parametrize(("amount_minor", "earned"), [(4_999, 0), (5_000, 50), (5_001, 50)])
def test_at_least_is_of_the_goods_that_the_rule_counts(amount_minor: int, earned: int) -> None:
    terms = rule('per = "1.00"\ngoods = ["coffee"]\nat_least = "50.00"', GROUPS)
    assert points(terms, line(amount_minor, "LATTE"), 99_999) == earned


def test_goods_are_named_by_article_start_category_or_tag() -> None:
    terms = rule(
        'each = "line"\ngoods = ["named"]',
        '[goods.named]\nitems = ["A"]\nstarts_with = ["B-"]\ncategories = ["c"]\ntags = ["t"]\n',
    )
    counted = [
        line(100, "A"),
        line(100, "B-7"),
        line(100, "X", category="c"),
        line(100, "X", tags=("s", "t")),
    ]
    missed = [line(100, "A1"), line(100, "XB-"), line(100, "c"), line(100, "t", tags=("c",))]
    done = outcome(terms, sale(*counted, *missed))
    assert done.lines == (0, 1, 2, 3)
    assert done.points == 4


def test_an_article_in_two_groups_of_a_rule_counts_once() -> None:
    both = '[goods.one]\nitems = ["A"]\n[goods.two]\nstarts_with = ["A"]\n'
    assert points(rule('per = "1.00"\ngoods = ["one", "two"]', both), line(500, "A")) == 5


def test_excluded_goods_earn_nothing_and_are_no_spend() -> None:
    terms = SHORT + GROUPS + '[excluded]\ngoods = ["coffee"]\n'
    done = award(programme(terms), sale(1_000, line(700, "LATTE")))
    assert (done.points, done.base_minor) == (10, 1_000)
    assert done.outcomes[0].lines == (0,)


def test_stop_keeps_goods_from_later_rules_of_the_same_wallet() -> None:
    terms = (
        '[wallets.points]\n[wallets.stamps]\nkind = "stamps"\n'
        + rule('per = "1.00"\npoints = 3\ngoods = ["coffee"]\nstop = true', GROUPS)
        + '[[earn]]\nname = "cards"\nwallet = "stamps"\neach = "unit"\n'
        + '[[earn]]\nname = "again"\nper = "1.00"\ngoods = ["coffee"]\n'
        + '[[earn]]\nname = "rest"\nper = "1.00"\n'
    )
    done = award(programme(terms), sale(line(500, "LATTE"), 1_000))
    assert done.wallets == {"points": 15 + 10, "stamps": 2}
    assert gift(done) == {
        "it": (15, ""),
        "cards": (2, ""),
        "again": (0, "stopped"),
        "rest": (10, ""),
    }


def test_goods_stay_stopped_whatever_stops_after_them() -> None:
    terms = GROUPS + "".join(
        f'[[earn]]\nname = "{name}"\nper = "1.00"\nstop = true\n{goods}\n'
        for name, goods in (
            ("first", 'goods = ["coffee"]'),
            ("second", 'goods = ["beans"]'),
            ("third", ""),
        )
    )
    done = award(programme(terms), sale(line(500, "LATTE"), line(300, "B-1"), 200))
    assert gift(done) == {"first": (5, ""), "second": (3, ""), "third": (2, "")}


def test_a_rule_that_gave_nothing_stops_nothing() -> None:
    terms = rule('per = "10.00"\nstop = true') + '[[earn]]\nname = "rest"\nper = "1.00"\n'
    assert gift(award(programme(terms), sale(900))) == {"it": (0, "too-little"), "rest": (9, "")}


def test_every_wallet_is_told_also_an_empty_one() -> None:
    terms = '[wallets.stars]\n[wallets.cash]\nkind = "money"\n' + rule('per = "1.00"')
    done = award(programme(terms), sale(250))
    assert done.wallets == {"stars": 2, "cash": 0}
    assert done.outcomes[0].wallet == "stars"


@pytest.mark.parametrize(
    ("terms", "rung", "why_not"),
    [
        ('per = "1.00"', (), WhyNot.NO_SUCH_GOODS),
        ('per = "1.00"\ngoods = ["beans"]', (line(500, "LATTE"),), WhyNot.NO_SUCH_GOODS),
        ('per = "1.00"', (99,), WhyNot.TOO_LITTLE),
        ('per = "1.00"\nat_least = "5.00"', (499,), WhyNot.TOO_LITTLE),
        ('each = "unit"\nevery = 3', (line(500, "LATTE", 2),), WhyNot.TOO_LITTLE),
        ('per = "1.00"\nwhen = { tiers = ["gold"] }', (500,), WhyNot.TIER),
    ],
)
def test_a_rule_that_gives_nothing_says_why(
    terms: str, rung: tuple[Line | int, ...], why_not: WhyNot
) -> None:
    tiers = '[[tier]]\nname = "gold"\nat = "100.00"\n'
    done = outcome(tiers + rule(terms, GROUPS), sale(*rung))
    assert (done.points, done.why_not) == (0, why_not)


def test_an_outcome_says_what_was_counted_and_what_it_came_to() -> None:
    terms = rule('each = "unit"\nevery = 2\npoints = 5\ngoods = ["coffee"]', GROUPS)
    terms += '[[multiply]]\nname = "twice"\ntimes = "2"\n'
    assert outcome(terms, sale(100, line(900, "LATTE", 3), line(500, "ESPRESSO", 2))) == (
        RuleOutcome(
            rule="it",
            wallet="points",
            points=20,
            plain_points=10,
            counted=5,
            lines=(1, 2),
            multipliers=("twice",),
        )
    )


def test_a_programme_without_rules_earns_nothing_and_still_knows_the_spend() -> None:
    done = award(programme('[discount]\nsteps = [{ at = "1.00", percent = "5" }]\n'), sale(1_000))
    assert (done.points, done.base_minor, done.outcomes) == (0, 1_000, ())


def test_two_programmes_of_one_name_and_version_are_told_apart() -> None:
    one, other = programme(SHORT), programme(SHORT.replace("points = 1", "points = 2"))
    assert hash(one) == hash(other)
    assert (award(one, sale(500)).points, award(other, sale(500)).points) == (5, 10)


def test_a_silver_member_on_a_tuesday() -> None:
    # The sum that a person makes from the programme's description: 73 x 1.5 and 20 more.
    terms = (
        '[[tier]]\nname = "silver"\nat = "100.00"\n'
        + SHORT
        + rule('each = "visit"\npoints = 20\nwhen = { weekdays = ["tuesday"] }')
        + '[[multiply]]\nname = "silver"\ntimes = "1.5"\nrules = ["earning"]\n'
        + 'when = { tiers = ["silver"] }\n'
    )
    tuesday = sale(7_350, at=datetime(2026, 11, 24, 10, 0, tzinfo=WARSAW))
    wednesday = replace(tuesday, at=datetime(2026, 11, 25, 10, 0, tzinfo=WARSAW))
    silver = Standing(tier="silver")
    assert award(programme(terms), tuesday, silver).points == 109 + 20
    assert award(programme(terms), tuesday).points == 73 + 20
    assert award(programme(terms), wednesday, silver).points == 109
