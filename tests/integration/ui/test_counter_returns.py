"""Goods come back at the counter with their receipt, by keyboard and scanner alone."""

import pytest

from terminal_app.till.answers import Posted, Sale
from terminal_app.ui.cashier.checkout import Checkout
from terminal_app.ui.cashier.counter import Counter
from terminal_app.ui.sayings import Tone
from tests.integration.ui.shop import ANNA, BREAD, COFFEE, PIOTR, TestShop
from tests.integration.ui.test_counter import EN, enter


@pytest.fixture
def counter(shop: TestShop) -> Counter:
    return Counter(shop.till)


@pytest.fixture
def sold(counter: Counter) -> str:
    """Two coffees, bread and a keyed 12.50 of Anna's; gives the code of the receipt."""
    enter(counter, ANNA, COFFEE, COFFEE, BREAD, "12.50", "")
    assert counter.outcome is not None
    return counter.outcome.code


def test_a_typed_number_brings_the_receipt_and_lines_are_picked(
    shop: TestShop, counter: Counter, sold: str
) -> None:
    counter.turn()
    assert "type a line's number" in enter(counter, "KRK-1.1.1")
    assert counter.checkout.member is not None, "the receipt says whose it is"
    enter(counter, "1", BREAD, "2.50")
    assert counter.returned is not None
    assert [line.quantity for line in counter.returned.lines] == [1, 1, 0]
    assert counter.takes_back() == -counter.returned.points > 0
    assert "is posted" in enter(counter, "")
    assert counter.outcome is not None
    assert counter.outcome.of_receipt == "KRK-1.1.1"
    enter(counter, sold, "*")
    assert counter.returned is not None
    assert counter.checkout.back is not None
    assert [line.quantity for line in counter.checkout.back.receipt.left] == [1, 0, 1]
    coffee, _, keyed = counter.checkout.back.receipt.left
    assert counter.returned.total_minor == coffee.amount_minor + keyed.amount_minor
    assert keyed.amount_minor == 10_00
    enter(counter, "")
    member = shop.till.member(ANNA)
    assert member is not None
    assert member.balance.points == 0
    counter.turn()
    enter(counter, "KRK-1.1.1", "*")
    assert not counter.checkout.has_goods
    assert "came back before" in enter(counter, "1")
    assert counter.said.tone is Tone.BAD


def test_a_scanned_code_turns_the_sale_into_a_return(counter: Counter, sold: str) -> None:
    enter(counter, sold)
    assert counter.checkout.is_return
    enter(counter, "1*2")
    assert counter.returned is not None
    assert counter.returned.lines[0].quantity == 2
    assert counter.checkout.back is not None
    assert counter.checkout.back.units_of(0) == 2
    counter.turn()
    assert counter.checkout.back is None


def test_a_receipt_waits_for_the_sale_in_hand(counter: Counter, sold: str) -> None:
    assert "clear it with F8" in enter(counter, BREAD, sold)
    assert not counter.checkout.is_return
    assert len(counter.checkout.lines) == 1


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("9", "not on the receipt"),
        ("1*3", "are left of receipt"),
        ("12.51", "not on the receipt"),
        ("12.505", "not ours"),
        ("5901234123457", "barcode of goods"),
        (PIOTR, "whose points"),
        ("4901234567894", "barcode of goods"),
    ],
)
def test_what_is_not_on_the_receipt_is_refused(
    counter: Counter, sold: str, typed: str, says: str
) -> None:
    enter(counter, sold, "2")
    before = counter.checkout
    assert says in enter(counter, typed)
    assert counter.checkout == before


def test_goods_of_the_shop_that_this_receipt_has_not(shop: TestShop, counter: Counter) -> None:
    enter(counter, ANNA, COFFEE, "")
    counter.turn()
    assert "not on the receipt" in enter(counter, "KRK-1.1.1", BREAD)
    enter(counter, COFFEE)
    assert "are left of receipt" in enter(counter, COFFEE)


@pytest.mark.parametrize(
    ("typed", "says"),
    [("GDA-1.1.7", "is not of this till"), ("KRK-1.1.2", "is of a return"), ("hello", "this till")],
)
def test_a_number_that_is_no_sale_here_is_said(
    shop: TestShop, counter: Counter, typed: str, says: str
) -> None:
    enter(counter, "5", "")
    counter.turn()
    enter(counter, "5.00", "")
    counter.turn()
    assert says in enter(counter, typed)
    assert counter.checkout == Checkout(is_return=True)


def test_digits_are_an_amount_unless_a_receipt_has_them(shop: TestShop, counter: Counter) -> None:
    sale = Sale(basket=counter.checkout.with_amount(700).basket, reference="536")
    assert isinstance(shop.till.sell(sale), Posted)
    counter.turn()
    enter(counter, "535")
    assert counter.checkout.basket.total_minor == 53_500
    counter.clear()
    counter.turn()
    enter(counter, "536")
    assert counter.checkout.back is not None


def test_entries_go_back_from_the_last_to_the_receipt_itself(counter: Counter, sold: str) -> None:
    enter(counter, sold, "1", "2")
    counter.take_back_last()
    assert counter.checkout.has_goods
    counter.take_back_last()
    counter.take_back_last()
    assert counter.checkout == Checkout(is_return=True, member=counter.checkout.member)
    assert "was taken out" in counter.said.say(EN)
