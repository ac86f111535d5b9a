"""What points are worth, and where sales come from."""

from fractions import Fraction

import pytest

from loyalty.baskets import Line
from loyalty.programme.document import load_programme
from loyalty.receipt_files.invoices import Invoice
from loyalty.simulation.sales import in_order
from loyalty.simulation.worth import points_worth_minor, worth_of_points

HEAD = 'name = "x"\nversion = 1\ncurrency = "PLN"\nearning = { per = "1.00" }\n'


@pytest.mark.parametrize(
    ("terms", "worth"),
    [
        ("", {"points": 0}),
        ('reward = { at_points = 300, voucher = "5.00" }', {"points": Fraction(5, 3)}),
        ('pay = { points = 10, worth = "0.25" }', {"points": Fraction(5, 2)}),
        (
            'reward = { at_points = 300, voucher = "5.00" }\npay = { points = 1, worth = "0.02" }',
            {"points": 2},
        ),
        (
            '[wallets.stamps]\nkind = "stamps"\n[wallets.money]\nkind = "money"\n'
            '[[rewards]]\nname = "mug"\ncost = 4\ngives = "gift"\nworth = "10.00"\n'
            '[[rewards]]\nname = "talk"\ncost = 2\ngives = "event"\n',
            {"stamps": 250, "money": 1},
        ),
        (
            '[wallets.points]\n[wallets.stamps]\nkind = "stamps"\n'
            '[[rewards]]\nname = "off"\nwallet = "stamps"\ncost = 3\ngives = "money_off"\n'
            'amount = "1.00"\n',
            {"points": 0, "stamps": Fraction(100, 3)},
        ),
    ],
)
def test_a_point_is_worth_what_it_comes_to_where_it_is_worth_most(
    terms: str, worth: dict[str, Fraction]
) -> None:
    assert worth_of_points(load_programme(f"{HEAD}{terms}\n")) == worth


def test_worth_is_rounded_up_once() -> None:
    worth = {"a": Fraction(1, 3), "b": Fraction(1, 3)}
    assert points_worth_minor(worth, {"a": 1, "b": 1}) == 1
    assert points_worth_minor(worth, {"a": 2, "b": 1}) == 1
    assert points_worth_minor(worth, {"a": 2, "b": 2}) == 2
    assert points_worth_minor(worth, {}) == 0


def test_invoices_become_sales_in_the_order_of_time() -> None:
    line = Line("A", "", 1, 100)
    made = list(
        in_order(
            [
                Invoice("2", 2, 17, 2_000, [line], "KRK"),
                Invoice("C1", 3, 0, 1_000, [line]),
                Invoice("3", 4, 5, 2_000, [line]),
            ]
        )
    )
    assert [(one.member, one.is_return, one.branch) for one in made] == [
        ("", True, ""),
        ("17", False, "KRK"),
        ("5", False, ""),
    ]
    assert made[0].basket.lines == (line,)
