"""The programmes that ship: each is good, speaks three languages, and earns what it says.

The figures are worked out by hand from the words of the documents.
"""

from datetime import datetime
from importlib import resources

import pytest

from loyalty.baskets import Line
from loyalty.members import LANGUAGES
from loyalty.programme.awards import award
from loyalty.programme.document import Programme, load_programme
from loyalty.programme.occasions import NEWCOMER, Award, Occasion, Standing
from loyalty.programme.terms.goods import Tender
from loyalty.programme.words.basket import award_told
from loyalty.programme.words.telling import told
from tests.unit.loyalty.programme.shop import WARSAW, line, sale

FOLDER = resources.files("loyalty.programme").joinpath("examples")
NAMES = (
    "business_gifts",
    "cashback",
    "classic",
    "coffee_bar",
    "growing_discount",
    "pharmacy",
    "supermarket",
)

TUESDAY = datetime(2026, 11, 24, 11, 0, tzinfo=WARSAW)
WEDNESDAY = datetime(2026, 11, 25, 11, 0, tzinfo=WARSAW)
SILVER = Standing(tier="silver")


def example(name: str) -> Programme:
    """The programme `name` that ships."""
    text = FOLDER.joinpath(f"{name}.toml").read_text("utf-8")
    return load_programme(text, name)


def earned(
    name: str,
    *lines: Line | int,
    at: datetime = TUESDAY,
    standing: Standing = NEWCOMER,
    paid: dict[Tender, int] | None = None,
) -> Award:
    """What these lines earn under an example."""
    return award(example(name), sale(*lines, at=at, paid=paid), standing)


def coffees(count: int) -> Line:
    return line(1_400 * count, "COF-2", count, "coffee")


def test_these_and_no_others_ship() -> None:
    shipped = {path.name for path in FOLDER.iterdir()}
    assert shipped == {f"{name}.toml" for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_called_what_its_file_is(name: str) -> None:
    assert example(name).label == f"{name}@1"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_told_whole_in_every_language(name: str, language: str) -> None:
    heading, *sections = told(example(name), language)
    sentences = [sentence for section in sections for sentence in section.sentences]
    assert name in heading.sentences[0]
    assert [one for one in sentences if not one.endswith(".") or "_" in one] == []


@pytest.mark.parametrize("name", NAMES)
def test_what_members_read_is_in_every_language(name: str) -> None:
    lines = FOLDER.joinpath(f"{name}.toml").read_text("utf-8").splitlines()
    texts = [one for one in lines if one.startswith("title = ") or " en = " in one]
    assert [one for one in texts if any(f" {code} = " not in one for code in LANGUAGES)] == []
    assert texts or name == "classic"


@pytest.mark.parametrize(
    ("at", "standing", "points"),
    [
        # 73 full zloty; on Tuesdays 20 more for a basket of at least 50.00.
        (TUESDAY, NEWCOMER, 73 + 20),
        # 73 × 1.25 = 91.25.
        (TUESDAY, SILVER, 91 + 20),
        # 73 × 1.5 = 109.5.
        (TUESDAY, Standing(tier="gold"), 109 + 20),
        (WEDNESDAY, SILVER, 91),
        # In Advent twice as many, also for silver: the best of the two counts.
        (datetime(2026, 12, 1, 9, 0, tzinfo=WARSAW), SILVER, 146 + 20),
        (datetime(2026, 12, 29, 9, 0, tzinfo=WARSAW), SILVER, 91 + 20),
    ],
)
def test_a_supermarket_basket_of_seventy_three_fifty(
    at: datetime, standing: Standing, points: int
) -> None:
    assert earned("supermarket", 7_350, at=at, standing=standing).points == points


def test_the_supermarket_says_the_very_numbers_that_its_award_comes_from() -> None:
    shop = example("supermarket")
    promised = " ".join(sentence for one in told(shop, "en") for sentence in one.sentences)
    for words in (
        "Shopping: 1 point for each full PLN1.00.",
        "Silver member: × 1.25 for: Shopping. Only with the tier: Silver.",
        "Tuesday bonus: 20 points once a receipt. "
        "Only when what counts comes to at least PLN50.00. Only on: Tuesday.",
        "Only full steps count, and fractions are dropped. "
        "What several rules earn on one receipt is added up.",
        "What a rule earned is multiplied and rounded down once.",
    ):
        assert words in promised
    bought = sale(7_350, at=TUESDAY)
    answer = award_told(shop, bought, award(shop, bought, SILVER), "en")
    assert answer.sentences[-1] == "In all: 111 points."


def test_the_supermarket_leaves_out_tobacco_and_what_vouchers_paid() -> None:
    tobacco, fruit = line(2_000, category="tobacco"), line(2_550, category="fruit")
    # 25 for the fruit and 2 × 5 on top; the tobacco brings nothing, and no Tuesday's 50.00.
    assert earned("supermarket", tobacco, fruit).points == 25 + 10
    # A voucher of 10.00 pays a part of 60.00: 50 points, and 20 for what is still 50.00.
    assert earned("supermarket", 6_000, paid={"voucher": 1_000}).points == 50 + 20
    assert earned("supermarket", 5_999, paid={"voucher": 1_000}).points == 49


def test_the_supermarket_stops_at_its_caps() -> None:
    assert earned("supermarket", 500_000, at=WEDNESDAY).points == 2_000
    before = Standing(earned={"points|*|2026-11-25": 2_500})
    assert earned("supermarket", 500_000, at=WEDNESDAY, standing=before).points == 500


@pytest.mark.parametrize(
    ("bought", "at", "stamps"),
    [
        (1, TUESDAY, 1),
        (3, TUESDAY, 3),
        (3, datetime(2026, 11, 24, 14, 0, tzinfo=WARSAW), 6),
        (3, datetime(2026, 11, 24, 16, 0, tzinfo=WARSAW), 3),
        (3, datetime(2026, 11, 27, 14, 0, tzinfo=WARSAW), 3),
        (20, TUESDAY, 12),
    ],
)
def test_coffees_are_stamped(bought: int, at: datetime, stamps: int) -> None:
    cake = line(1_900, "CAKE", 1, "cakes")
    assert earned("coffee_bar", coffees(bought), cake, at=at).points == stamps


def test_the_free_coffee_earns_no_stamp_and_nine_make_it() -> None:
    free = earned("coffee_bar", coffees(1), paid={"voucher": 1_400})
    assert (free.points, example("coffee_bar").kept_points) == (0, 9)


@pytest.mark.parametrize(
    ("occasion", "cents"),
    [
        # 5 % of 20.00 of the own brand and 3 % of 30.50: 1.00 and 0.915.
        (sale(line(2_000, tags=("own-brand",)), 3_050, at=TUESDAY), 100 + 91),
        # On a Friday evening half as much again: 1.50, and 0.91 × 1.5 = 1.365.
        (
            sale(
                line(2_000, tags=("own-brand",)),
                3_050,
                at=datetime(2026, 11, 27, 20, 0, tzinfo=WARSAW),
            ),
            150 + 136,
        ),
        # Half of 40.00 is paid with cashback: 3 % of 20.00.
        (sale(4_000, at=TUESDAY, paid={"points": 2_000}), 60),
        (sale(1_000_000, at=TUESDAY), 5_000),
    ],
)
def test_cashback_is_counted_in_cents(occasion: Occasion, cents: int) -> None:
    assert award(example("cashback"), occasion).points == cents


@pytest.mark.parametrize(
    ("spent_minor", "discount_minor"),
    [
        (0, 0),
        (499_999, 0),
        # 3 % of 99.99 and of 0.50: 2.9997 and 0.015.
        (500_000, 300 + 2),
        (2_000_000, 500 + 3),
        # 7.5 %: 7.49925 and 0.0375.
        (5_000_000, 750 + 4),
        (90_000_000, 1_000 + 5),
    ],
)
def test_the_discount_grows(spent_minor: int, discount_minor: int) -> None:
    bought = (9_999, 50, line(10_000, tags=("sale",)))
    done = earned("growing_discount", *bought, standing=Standing(spent_minor=spent_minor))
    assert (done.discount_minor, done.points) == (discount_minor, 0)
    assert done.base_minor == 9_999 + 50 - discount_minor


def test_a_pharmacy_counts_no_prescriptions() -> None:
    medicine = line(8_000, category="prescription")
    assert earned("pharmacy", medicine, 2_150).points == 10
    born = Standing(birthday="11-30", segments=("seniors",))
    # A senior's Wednesday in the birthday month: × 3.
    assert earned("pharmacy", medicine, 2_150, at=WEDNESDAY, standing=born).points == 30
    summer = datetime(2026, 7, 1, 9, 0, tzinfo=WARSAW)
    cream = line(6_000, "SUN", 5, "sun-care")
    assert earned("pharmacy", cream, at=summer).points == 30 + 2 * 15


def test_a_business_collects_by_turnover_order_and_range() -> None:
    tools = tuple(line(20_000, f"T-{number}", 1, "tools") for number in range(11))
    pallet = line(1_500, "PALLET")
    # 2,200.00 in steps of 10.00; 50 for the large order; 10 for each five of eleven tools.
    assert earned("business_gifts", *tools, pallet).points == 220 + 50 + 2 * 10
    key = Standing(segments=("key_account",))
    # 220 × 1.2, and ahead of the season × 1.7.
    assert earned("business_gifts", *tools, standing=key).points == 264 + 50 + 20
    winter = datetime(2027, 1, 7, 9, 0, tzinfo=WARSAW)
    assert earned("business_gifts", *tools, at=winter, standing=key).points == 374 + 50 + 20
