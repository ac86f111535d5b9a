"""What rewards take off a sale, to the minor unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.baskets import Basket, Line
from loyalty.programme.benefits import less_discount, taken_off, worth_minor
from loyalty.programme.document import Programme
from tests.unit.loyalty.programme.happening_shop import programme
from tests.unit.loyalty.programme.strategies import baskets

SHOP = """
[goods.coffee]
starts_with = ["C-"]
[goods.tobacco]
items = ["SMOKE"]
[excluded]
goods = ["tobacco"]
[[rewards]]
name = "gift"
cost = 10
"""


def shop(gives: str) -> Programme:
    return programme(f"{SHOP}{gives}")


def basket(*lines: tuple[str, int, int]) -> Basket:
    return Basket(tuple(Line(sku, "", quantity, minor) for sku, quantity, minor in lines))


def off(gives: str, *lines: tuple[str, int, int]) -> int:
    document = shop(gives)
    return together([document], *lines)[0]


def together(documents: list[Programme], *lines: tuple[str, int, int]) -> tuple[int, ...]:
    return taken_off([(each, each.rewards[0]) for each in documents], basket(*lines))


MONEY = 'gives = "money_off"\namount = "5.00"'
PERCENT = 'gives = "percent_off"\npercent = "12.5"'
AT_MOST = f'{PERCENT}\namount = "3.00"'
FREE = 'gives = "free_goods"\ngoods = ["coffee"]'
CHEAPER = 'gives = "cheaper_goods"\npercent = "50"\ngoods = ["coffee"]'


@pytest.mark.parametrize(
    ("gives", "lines", "minor"),
    [
        (MONEY, [("C-1", 1, 1_200)], 500),
        (MONEY, [("C-1", 1, 300)], 300),
        (MONEY, [("C-1", -1, -300)], 0),
        (MONEY, [("SMOKE", 1, 1_800)], 500),
        (PERCENT, [("C-1", 1, 1_000)], 125),
        (PERCENT, [("C-1", 1, 1_004)], 126),  # 125.5 goes up
        (PERCENT, [("C-1", 1, 1_003)], 125),
        (PERCENT, [("C-1", 1, 1_000), ("SMOKE", 1, 1_800)], 125),
        (PERCENT, [("SMOKE", 1, 1_800)], 0),
        (PERCENT, [("C-1", 1, 1_000), ("SMOKE", -1, -950)], 50),
        (PERCENT, [("C-1", -1, -1_000)], 0),
        (AT_MOST, [("C-1", 1, 2_400)], 300),
        (AT_MOST, [("C-1", 1, 2_399)], 300),
        (AT_MOST, [("C-1", 1, 2_395)], 299),
        (AT_MOST, [("C-1", 1, 9_999)], 300),
        (FREE, [("C-1", 1, 900), ("C-2", 1, 1_100), ("T", 1, 5_000)], 1_100),
        (FREE, [("C-1", 3, 1_000)], 333),
        (FREE, [("C-1", 2, 1_001)], 501),
        (FREE, [("T", 1, 5_000)], 0),
        (FREE, [("C-1", 0, 500), ("C-2", 1, 0), ("C-3", -1, -400)], 0),
        (FREE, [("C-1", 1, 900), ("T", -1, -800)], 100),
        (CHEAPER, [("C-1", 1, 900), ("C-2", 2, 1_000)], 450),
        (CHEAPER, [("C-1", 1, 901)], 451),
        (CHEAPER, [("C-1", 3, 1_000)], 167),
        ('gives = "gift"', [("C-1", 1, 900)], 0),
        ('gives = "code"', [("C-1", 1, 900)], 0),
        ('gives = "event"', [("C-1", 1, 900)], 0),
    ],
)
def test_a_reward_takes_off_what_it_says(
    gives: str, lines: list[tuple[str, int, int]], minor: int
) -> None:
    assert off(gives, *lines) == minor


def test_a_reward_that_names_excluded_goods_means_them() -> None:
    assert off('gives = "free_goods"\ngoods = ["tobacco"]', ("SMOKE", 1, 1_800)) == 1_800


@given(st.lists(st.sampled_from([MONEY, PERCENT, AT_MOST, FREE, CHEAPER])), baskets())
def test_nothing_is_taken_off_beyond_what_is_to_pay(gives: list[str], rung: Basket) -> None:
    documents = [shop(each) for each in gives]
    off = taken_off([(each, each.rewards[0]) for each in documents], rung)
    assert len(off) == len(gives)
    assert all(minor >= 0 for minor in off)
    assert sum(off) <= max(rung.total_minor, 0)


@pytest.mark.parametrize(
    ("gives", "lines", "minor"),
    [
        ([FREE, FREE], [("C-1", 1, 900), ("C-2", 1, 1_100), ("T", 1, 5_000)], (1_100, 900)),
        ([FREE, FREE], [("C-1", 1, 900), ("T", 1, 5_000)], (900, 0)),
        ([FREE, FREE, FREE, FREE], [("C-1", 3, 1_000)], (333, 334, 333, 0)),
        ([CHEAPER, FREE], [("C-1", 1, 900), ("C-2", 1, 1_100)], (550, 900)),
        ([CHEAPER, MONEY], [("C-1", 1, 900)], (450, 450)),
        ([FREE, FREE], [("C-1", 1, 700), ("C-2", 1, 700), ("T", -1, -900)], (500, 0)),
        ([PERCENT, FREE, PERCENT], [("C-1", 1, 800)], (100, 700, 0)),
    ],
)
def test_several_rewards_take_a_unit_each_and_no_more_than_is_to_pay(
    gives: list[str], lines: list[tuple[str, int, int]], minor: tuple[int, ...]
) -> None:
    assert together([shop(each) for each in gives], *lines) == minor


def test_a_member_with_a_discount_has_it_off_the_free_unit_too() -> None:
    rung = basket(("C-1", 1, 900), ("T", 1, 500))
    assert less_discount(rung, (90, 50)) == basket(("C-1", 1, 810), ("T", 1, 450))
    assert less_discount(rung, ()) == rung


@pytest.mark.parametrize(
    ("gives", "minor"),
    [
        (MONEY, 500),
        (f'{MONEY}\nworth = "2.00"', 200),
        (AT_MOST, 300),
        (PERCENT, 0),
        (FREE, 0),
        (f'{FREE}\nworth = "1.40"', 140),
        ('gives = "gift"', 0),
    ],
)
def test_a_claim_is_worth_what_it_may_cost(gives: str, minor: int) -> None:
    document = shop(gives)
    assert worth_minor(document, document.rewards[0]) == minor
