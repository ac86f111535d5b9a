"""Everything a cashier can do, done without a screen on a real till."""

import sqlite3

import pytest

from loyalty.identifiers import VOUCHER_PREFIX
from terminal_app.locale.words import Words
from terminal_app.store import members
from terminal_app.till.answers import Enrolment
from terminal_app.ui.cashier.checkout import Checkout
from terminal_app.ui.cashier.counter import Counter
from terminal_app.ui.sayings import Tone
from tests.integration.ui.shop import ANNA, BREAD, COFFEE, OLGA, PIOTR, STRANGER, TestShop

EN = Words("en")


@pytest.fixture
def counter(shop: TestShop) -> Counter:
    return Counter(shop.till)


def enter(counter: Counter, *lines: str) -> str:
    """Enter `lines` one after the other; gives what the counter says in the end."""
    for line in lines:
        counter.enter(line)
    return counter.said.say(EN)


def test_a_card_goods_and_an_amount_become_one_sale(shop: TestShop, counter: Counter) -> None:
    enter(counter, ANNA, COFFEE, COFFEE, BREAD, "12.50")
    assert [line.quantity for line in counter.checkout.lines] == [2, 1, 1]
    assert counter.quote is not None
    assert counter.quote.points == 131
    assert "is posted" in enter(counter, "")
    assert counter.outcome is not None
    assert counter.outcome.total_minor == 13_120
    assert counter.checkout == Checkout()
    member = shop.till.member(ANNA)
    assert member is not None
    assert member.balance.points == 131


def test_a_posted_sale_waits_for_the_printer(shop: TestShop, counter: Counter) -> None:
    enter(counter, "5", "")
    assert shop.till.status().waiting_jobs == 1


def test_an_empty_enter_posts_nothing_when_nothing_is_in_hand(
    shop: TestShop, counter: Counter
) -> None:
    enter(counter, "", ANNA, "", "")
    assert shop.till.last_receipt() is None


def test_a_voucher_that_came_out_pays_for_the_next_sale_once(
    shop: TestShop, counter: Counter
) -> None:
    enter(counter, ANNA, "512", "")
    assert counter.outcome is not None
    (slip,) = counter.outcome.vouchers
    assert "pays" in enter(counter, ANNA, slip.code)
    assert "already" in enter(counter, slip.code)
    enter(counter, "12.50")
    assert counter.quote is not None
    assert counter.quote.to_pay_minor == 750
    enter(counter, "")
    assert counter.outcome.voucher_paid_minor == 500
    assert "used before" in enter(counter, slip.code)


def test_a_forged_voucher_is_refused_in_words(counter: Counter) -> None:
    assert "could not be read" in enter(counter, VOUCHER_PREFIX + "NONSENSE")
    assert counter.said.tone is Tone.BAD
    assert counter.checkout.vouchers == ()


def test_returned_goods_take_points_back(shop: TestShop, counter: Counter) -> None:
    shop.buys(PIOTR, 10_000)
    counter.turn()
    enter(counter, PIOTR, BREAD)
    assert counter.takes_back() == 8
    counter.post()
    assert counter.outcome is not None
    assert counter.outcome.points == -8
    assert counter.outcome.balance == 92
    assert not counter.checkout.is_return, "the next customer buys"


def test_a_return_takes_no_voucher_and_leaves_the_sales_one_behind(
    shop: TestShop, counter: Counter
) -> None:
    code = shop.buys(ANNA, 50_000).receipt.vouchers[0].code
    enter(counter, code)
    counter.turn()
    assert counter.checkout.vouchers == ()
    assert "cannot pay for a return" in enter(counter, code)
    counter.turn()
    assert not counter.checkout.is_return


def test_an_unknown_card_offers_its_number_to_the_form(counter: Counter) -> None:
    assert STRANGER in enter(counter, "10", STRANGER)
    assert counter.unknown_card == STRANGER
    assert counter.enrol(Enrolment(name="Jan Nowak", card=STRANGER, language="pl"))
    assert counter.checkout.member_id == STRANGER
    assert counter.checkout.basket.total_minor == 1000, "the sale in hand goes on"
    assert counter.quote is not None
    assert counter.quote.points == 10


def test_a_member_without_a_name_is_refused_and_nothing_is_lost(counter: Counter) -> None:
    enter(counter, "10")
    assert not counter.enrol(Enrolment(name="  "))
    assert "needs a name" in counter.said.say(EN)
    assert counter.checkout.basket.total_minor == 1000


def test_the_last_receipt_is_printed_again_as_a_copy(shop: TestShop, counter: Counter) -> None:
    counter.reprint()
    assert "no receipt yet" in counter.said.say(EN)
    enter(counter, "3", "")
    counter.reprint()
    assert "copy of receipt KRK-1.1.1" in counter.said.say(EN)
    assert shop.till.status().waiting_jobs == 2


def test_entries_are_taken_back_from_the_last(counter: Counter) -> None:
    enter(counter, ANNA, "1", "2")
    counter.take_back_last()
    assert counter.checkout.basket.total_minor == 100
    counter.take_back_last()
    counter.take_back_last()
    assert counter.checkout.lines == ()
    assert counter.quote is None
    assert counter.checkout.member is not None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0", "more than zero"),
        ("0.00", "more than zero"),
        (ANNA[:-3], "not right"),
        (ANNA[:-1] + "0", "not right"),
        ("5901234123457", "barcode of goods"),
        ("https://example.org/card", "web address"),
        ("hello", "not ours"),
        ("12.505", "not ours"),
    ],
)
def test_what_is_no_card_and_no_amount_is_refused_and_the_basket_stays(
    counter: Counter, text: str, says: str
) -> None:
    enter(counter, ANNA, "9.99")
    before = counter.checkout
    assert says in enter(counter, text)
    assert counter.said.tone is Tone.BAD
    assert counter.checkout == before


def test_another_card_takes_the_place_of_the_first(counter: Counter) -> None:
    enter(counter, ANNA, "10", OLGA)
    assert counter.checkout.member_id == OLGA
    assert counter.checkout.basket.total_minor == 1000


def test_a_basket_that_no_receipt_can_hold_stays_as_it_was(counter: Counter) -> None:
    counter.checkout = Checkout(lines=tuple(Checkout().with_amount(1).lines * 5_000))
    assert "too large" in enter(counter, "1")
    assert len(counter.checkout.lines) == 5_000


def test_a_full_disk_is_a_sentence_and_the_basket_stays(shop: TestShop, counter: Counter) -> None:
    enter(counter, ANNA, COFFEE)
    with shop.store.reading() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    for _ in range(60):
        counter.post()
        if counter.outcome is None:
            break
        enter(counter, ANNA, COFFEE)
    assert "disk of this till is full" in counter.said.say(EN)
    assert counter.checkout.basket.total_minor == 5_490
    connection.execute("PRAGMA max_page_count = 1000000")
    counter.post()
    assert "is posted" in counter.said.say(EN)


def test_a_till_that_cannot_answer_says_so_wherever_it_is_asked(
    shop: TestShop, counter: Counter
) -> None:
    enter(counter, ANNA, "5")
    before = counter.checkout
    shop.store.close()
    with pytest.raises(sqlite3.ProgrammingError):
        shop.store._connection.execute("SELECT 1")
    for ask in (
        lambda: counter.enter(ANNA),
        lambda: counter.enter("7"),
        counter.post,
        counter.reprint,
        lambda: counter.enrol(Enrolment(name="Jan")),
    ):
        ask()
        assert counter.said.tone is Tone.BAD
        assert "cannot be used" in counter.said.say(EN)
    counter.refresh()
    assert counter.checkout == before


def test_digits_that_are_the_code_of_goods_are_goods(shop: TestShop) -> None:
    with shop.store.writing() as connection:
        members.put_product(connection, "85048", "Lantern", 695)
        members.put_product(connection, "00012345678905", "Crate", 1_200)
    counter = Counter(shop.till)
    for text in ("85048", "00012345678905", "85048.00"):
        counter.enter(text)
    assert [line.amount_minor for line in counter.checkout.lines] == [695, 1_200, 8_504_800]
