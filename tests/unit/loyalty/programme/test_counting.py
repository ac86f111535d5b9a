"""What of a basket counts: growing discounts, excluded tenders, and how payments are spread."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.amounts import MAX_AMOUNT_MINOR
from loyalty.programme.awards import award
from loyalty.programme.counting import Ratio, spread
from loyalty.programme.occasions import Standing
from loyalty.programme.terms.goods import Tender
from tests.unit.loyalty.programme.shop import gift, line, programme, sale

SPEND = '[earning]\nper = "1.00"\n'
GROUPS = '[goods.coffee]\nitems = ["LATTE"]\n[goods.cards]\nitems = ["GIFT"]\n'
STEPS = (
    '[discount]\nsteps = [{ at = "100.00", percent = "3" }, { at = "500.00", percent = "7.5" }]\n'
)


def discounted(
    spent_minor: int, *amounts: int, more: str = "", currency: str = "PLN"
) -> tuple[int, ...]:
    """What lines of `amounts` are reduced by for a member who spent so much before."""
    done = award(
        programme(STEPS + more, currency), sale(*amounts), Standing(spent_minor=spent_minor)
    )
    return done.discounts_minor


@pytest.mark.parametrize(
    ("spent_minor", "less"),
    [(0, ()), (9_999, ()), (10_000, (30,)), (49_999, (30,)), (50_000, (75,)), (10**12, (75,))],
)
def test_the_highest_step_reached_counts(spent_minor: int, less: tuple[int, ...]) -> None:
    assert discounted(spent_minor, 1_000) == less


@pytest.mark.parametrize(
    ("amount_minor", "less"),
    [
        (16, 0),  # 0.48
        (17, 1),  # 0.51
        (50, 2),  # 1.50, half goes up
        (49, 1),  # 1.47
        (150, 5),  # 4.50
        (-50, -2),  # taken off again, with the discount it had
        (MAX_AMOUNT_MINOR, 30_000_000_000),
    ],
)
def test_each_line_is_reduced_half_up_to_the_minor_unit(amount_minor: int, less: int) -> None:
    done = award(programme(STEPS), sale(10_000, amount_minor, 10_000), Standing(spent_minor=10_000))
    assert done.discounts_minor == (300, less, 300)
    assert done.discount_minor == 600 + less
    assert done.base_minor == 20_000 + amount_minor - 600 - less


def test_a_discount_of_nothing_is_no_discount() -> None:
    assert discounted(10_000, 16, 0, 5) == ()


def test_steps_are_in_the_currency() -> None:
    yen = '[discount]\nsteps = [{ at = "100", percent = "3" }]\n'
    standing = Standing(spent_minor=100)
    assert award(programme(yen, "JPY"), sale(150), standing).discounts_minor == (5,)
    dinar = yen.replace('"100"', '"0.100"')
    assert award(programme(dinar, "KWD"), sale(150), standing).discounts_minor == (5,)


def test_a_discount_is_for_its_goods_and_never_for_excluded_ones() -> None:
    terms = GROUPS + SPEND + STEPS + 'goods = ["coffee", "cards"]\n'
    terms += '[excluded]\ngoods = ["cards"]\n'
    rung = sale(line(1_000, "LATTE"), line(1_000, "GIFT"), line(1_000, "MUG"))
    done = award(programme(terms), rung, Standing(spent_minor=50_000))
    assert done.discounts_minor == (75, 0, 0)
    assert done.base_minor == 925 + 1_000
    assert done.points == 19


def test_what_was_taken_off_earns_nothing() -> None:
    done = award(programme(SPEND + STEPS), sale(1_000), Standing(spent_minor=50_000))
    assert done.points == 9


def test_a_receipt_with_a_discount_may_earn_nothing_at_all() -> None:
    terms = SPEND + STEPS + "[stacking]\ndiscount_earns = false\n"
    terms += '[[earn]]\nname = "late"\neach = "visit"\nwhen = { hours = ["20:00-22:00"] }\n'
    done = award(programme(terms), sale(1_000), Standing(spent_minor=50_000))
    assert gift(done) == {"earning": (0, "discounted"), "late": (0, "hour")}
    assert award(programme(terms), sale(1_000), Standing(spent_minor=0)).points == 10
    assert award(programme(terms), sale(5, 100), Standing(spent_minor=10_000)).points == 0


@pytest.mark.parametrize(
    ("paid", "earned"),
    [
        ({}, 10),
        ({"voucher": 1}, 9),
        ({"voucher": 500}, 5),
        ({"voucher": 500, "gift_card": 400}, 1),
        ({"voucher": 1_000}, 0),
        ({"voucher": 5_000}, 0),
        ({"deposit": 500}, 10),
        ({"points": 500, "voucher": 200}, 8),
    ],
)
def test_what_excluded_tenders_paid_earns_nothing(paid: dict[Tender, int], earned: int) -> None:
    terms = programme(SPEND + '[excluded]\ntenders = ["voucher", "gift_card"]\n')
    done = award(terms, sale(600, 400, paid=paid))
    assert done.points == earned


def test_a_payment_is_spread_over_all_lines_also_those_that_earn_nothing() -> None:
    terms = programme(GROUPS + SPEND + '[excluded]\ngoods = ["cards"]\ntenders = ["voucher"]\n')
    done = award(terms, sale(line(3_000, "GIFT"), 1_000, paid={"voucher": 1_000}))
    assert done.base_minor == 750
    assert done.points == 7


def test_a_payment_is_of_what_the_discount_left() -> None:
    terms = programme(SPEND + STEPS + '[excluded]\ntenders = ["voucher"]\n')
    done = award(terms, sale(1_000, paid={"voucher": 425}), Standing(spent_minor=50_000))
    assert done.base_minor == 1_000 - 75 - 425


def test_units_paid_in_full_with_a_voucher_earn_no_stamp() -> None:
    terms = programme(
        '[[earn]]\nname = "stamps"\neach = "unit"\n[excluded]\ntenders = ["voucher"]\n'
    )
    assert award(terms, sale(line(600, "LATTE", 2), paid={"voucher": 599})).points == 2
    assert award(terms, sale(line(600, "LATTE", 2), paid={"voucher": 600})).points == 0


@pytest.mark.parametrize(
    ("total", "amounts", "shares"),
    [
        (100, [100, 100, 100], [34, 33, 33]),
        (200, [100, 100, 100], [67, 67, 66]),
        (1, [1, 1], [1, 0]),
        (5, [3, 3, 1], [2, 2, 1]),
        (3, [1, 1, 1], [1, 1, 1]),
        (10, [1, 99], [0, 10]),
        (10, [0, -5, 99], [0, 0, 10]),
        (50, [10, 20], [10, 20]),
        (0, [10], [0]),
        (-5, [10], [0]),
        (5, [], []),
        (5, [0, -1], [0, 0]),
    ],
)
def test_spreading(total: int, amounts: list[int], shares: list[int]) -> None:
    assert spread(total, amounts) == shares


@given(
    st.integers(0, 3 * MAX_AMOUNT_MINOR),
    st.lists(st.integers(-MAX_AMOUNT_MINOR, MAX_AMOUNT_MINOR), max_size=30),
)
def test_a_spread_is_exact_and_in_proportion(total: int, amounts: list[int]) -> None:
    shares = spread(total, amounts)
    whole = sum(max(amount, 0) for amount in amounts)
    assert sum(shares) == min(total, whole)
    for amount, share in zip(amounts, shares, strict=True):
        assert 0 <= share <= max(amount, 0)
        # Never as much as a minor unit from the exact part.
        assert abs(share * whole - min(total, whole) * max(amount, 0)) < max(whole, 1)


@given(st.integers(-MAX_AMOUNT_MINOR, MAX_AMOUNT_MINOR), st.integers(0, 10_000))
def test_rounding_half_up_is_odd_and_nearest(amount: int, hundredths: int) -> None:
    part = Ratio.of(f"{hundredths / 100:.2f}", 100)
    rounded = part.rounded(amount)
    assert rounded == -part.rounded(-amount)
    assert abs(2 * (rounded * part.under - amount * part.over)) <= part.under
    assert abs(rounded) <= abs(amount)
