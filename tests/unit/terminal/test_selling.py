"""Sales, returns and enrolments: once for ever, whole or not at all."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.balances import Balance
from loyalty.baskets import MAX_LINES, Basket, Line, keyed_amount
from loyalty.clock import epoch_ms
from loyalty.identifiers import card_number, is_card_number
from loyalty.journal import EARN, ENROL, REDEEM, REVERSE, VOUCHER_ISSUED
from loyalty.members import MAX_FACT_CHARACTERS
from loyalty.receipts import RETURN, SALE
from terminal_app.bootstrap import Shop
from terminal_app.till.answers import Enrolment, GoodsReturn, Reason, Refusal, Sale
from terminal_app.till.door import Till
from tests.unit.terminal.counter import (
    OPENING,
    ShopClock,
    entries_in,
    faults_of,
    goods,
    known,
    posted,
)

CARD = card_number("290000900000001")


@pytest.fixture
def member_id(till: Till) -> str:
    return known(till.enrol(Enrolment(name="Ala Kot", card=CARD, language="pl"))).member.member_id


def test_a_sale_earns_and_says_so(till: Till, member_id: str, home: Path) -> None:
    answer = posted(till.sell(Sale(basket=goods(1050, 949), member_id=member_id, reference="R1")))
    receipt = answer.receipt
    assert not answer.repeated
    assert (receipt.kind, receipt.reference, receipt.language) == (SALE, "R1", "pl")
    assert (receipt.points, receipt.balance, receipt.total_minor) == (19, 19, 1999)
    assert (receipt.shop, receipt.branch, receipt.terminal) == ("Paragon Gifts", "Kraków", "KRK-1")
    assert (receipt.member_name, receipt.card) == ("Ala Kot", CARD)
    assert receipt.occurred_at_ms == epoch_ms(OPENING)
    assert till.last_receipt() == receipt
    assert known(till.identify(CARD)).balance == Balance(19, 19, 0, 0)
    assert faults_of(home) == []


def test_a_shopper_without_a_card_earns_nothing_and_is_counted(shop: Shop, home: Path) -> None:
    receipt = posted(shop.till.sell(Sale(basket=goods(99_900)))).receipt
    assert (receipt.points, receipt.balance, receipt.vouchers) == (0, None, ())
    with shop.store.reading() as connection:
        (entry,) = entries_in(connection)
    assert (entry.kind, entry.member, entry.points, entry.amount_minor) == (EARN, "", 0, 99_900)
    assert entry.payload == {"lines": [["SKU1", 1, 99_900]]}
    assert entry.programme == "classic@1"
    assert faults_of(home) == []


def test_the_same_reference_and_goods_is_the_same_sale(
    till: Till, member_id: str, clock: ShopClock
) -> None:
    sale = Sale(basket=goods(1500), member_id=member_id, reference="536365")
    first = posted(till.sell(sale))
    clock.move(hours=3)
    again = posted(till.sell(sale))
    assert again.repeated
    assert again.receipt == first.receipt
    assert known(till.identify(CARD)).balance.points == 15
    assert [row.kind for row in till.history(member_id)] == [EARN, ENROL]


def test_the_same_reference_with_other_content_is_refused(till: Till, member_id: str) -> None:
    basket = goods(1500)
    posted(till.sell(Sale(basket=basket, member_id=member_id, reference="R")))
    conflict = Refusal(Reason.RECEIPT_CONFLICT, {"receipt": "R"})
    assert till.sell(Sale(basket=goods(1501), member_id=member_id, reference="R")) == conflict
    assert till.sell(Sale(basket=basket, reference="R")) == conflict
    back = GoodsReturn(basket=basket, member_id=member_id, reference="R")
    assert till.take_back(back) == conflict
    assert known(till.identify(CARD)).balance.points == 15


def test_a_sale_taken_back_is_nothing(till: Till, member_id: str, home: Path) -> None:
    basket = goods(1234, 5678)
    posted(till.sell(Sale(basket=basket, member_id=member_id)))
    receipt = posted(till.take_back(GoodsReturn(basket=basket, member_id=member_id))).receipt
    assert (receipt.kind, receipt.points, receipt.balance) == (RETURN, -69, 0)
    assert known(till.identify(CARD)).balance == Balance(0, 69, 69, 0)
    assert faults_of(home) == []


def test_a_return_repeated_is_one_return(till: Till, member_id: str) -> None:
    back = GoodsReturn(basket=goods(500), member_id=member_id, reference="C536379")
    assert posted(till.take_back(back)).receipt.balance == -5
    assert posted(till.take_back(back)).repeated
    assert known(till.identify(CARD)).balance == Balance(-5, 0, 5, 0)


def test_a_return_without_a_card_moves_no_points(till: Till, home: Path) -> None:
    receipt = posted(till.take_back(GoodsReturn(basket=goods(500)))).receipt
    assert (receipt.points, receipt.balance) == (0, None)
    assert faults_of(home) == []


def test_a_debt_is_worked_off_before_a_voucher_comes_out(till: Till, member_id: str) -> None:
    posted(till.take_back(GoodsReturn(basket=goods(100_00), member_id=member_id)))
    receipt = posted(till.sell(Sale(basket=goods(550_00), member_id=member_id))).receipt
    assert (receipt.points, receipt.balance, receipt.vouchers) == (550, 450, ())


def test_two_voucher_thresholds_in_one_sale(shop: Shop, member_id: str, home: Path) -> None:
    receipt = posted(
        shop.till.sell(Sale(basket=goods(1205_00), member_id=member_id, reference="big"))
    ).receipt
    assert (receipt.points, receipt.points_redeemed, receipt.balance) == (1205, 1000, 205)
    assert [slip.number for slip in receipt.vouchers] == ["KRK-1.1.4", "KRK-1.1.5"]
    with shop.store.reading() as connection:
        entries = entries_in(connection)
    assert [(entry.kind, entry.points) for entry in entries] == [
        (ENROL, 0),
        (EARN, 1205),
        (REDEEM, -1000),
        (VOUCHER_ISSUED, 0),
        (VOUCHER_ISSUED, 0),
    ]
    assert {entry.receipt for entry in entries[1:]} == {"big"}
    assert faults_of(home) == []


@pytest.mark.parametrize(
    ("basket", "reason"),
    [
        (Basket(()), Reason.BASKET_EMPTY),
        (Basket((Line("", "", 1, 1),) * (MAX_LINES + 1)), Reason.BASKET_TOO_LARGE),
        (keyed_amount(10**12 + 1), Reason.BASKET_TOO_LARGE),
        (goods(10**30, -(10**30)), Reason.BASKET_TOO_LARGE),
        (Basket((Line("", "", 10**30, 1),)), Reason.BASKET_TOO_LARGE),
    ],
)
def test_baskets_that_cannot_be_posted(till: Till, basket: Basket, reason: Reason) -> None:
    assert till.quote(basket) == Refusal(reason)
    assert till.sell(Sale(basket=basket)) == Refusal(reason)
    assert till.take_back(GoodsReturn(basket=basket)) == Refusal(reason)
    assert till.status().unsent == 0


@pytest.mark.parametrize("reference", ["two words", "x" * 65, "\x1b[2J", " "])
def test_names_that_no_receipt_can_have(till: Till, reference: str) -> None:
    invalid = Refusal(Reason.RECEIPT_INVALID, {"receipt": reference})
    assert till.sell(Sale(basket=goods(1), reference=reference)) == invalid
    assert till.take_back(GoodsReturn(basket=goods(1), reference=reference)) == invalid


def test_a_member_nobody_knows_is_refused_everywhere(till: Till) -> None:
    number = CARD[:-1]
    unknown = Refusal(Reason.UNKNOWN_CARD, {"card": number})
    assert till.identify(CARD) == Refusal(Reason.UNKNOWN_CARD, {"card": CARD})
    assert till.member(number) is None
    assert till.sell(Sale(basket=goods(1), member_id=number)) == unknown
    assert till.take_back(GoodsReturn(basket=goods(1), member_id=number)) == unknown
    assert till.take_back(GoodsReturn(basket=goods(1), member_id=CARD)) == Refusal(
        Reason.UNKNOWN_CARD, {"card": CARD}
    )
    assert till.quote(goods(1), number) == unknown
    assert till.history(number) == ()


def test_a_receipt_number_that_the_till_would_give_itself(till: Till, home: Path) -> None:
    """A POS that echoes our own numbers must not stop the sales that have none."""
    posted(till.sell(Sale(basket=goods(100), reference="KRK-1.1.2")))
    own = posted(till.sell(Sale(basket=goods(200)))).receipt
    assert own.reference != "KRK-1.1.2"
    assert posted(till.sell(Sale(basket=goods(300)))).receipt.reference != own.reference
    assert faults_of(home) == []


def test_a_sale_that_happened_earlier_is_counted_on_its_own_day(shop: Shop, home: Path) -> None:
    earlier = epoch_ms(OPENING) - 5 * 86_400_000
    posted(shop.till.sell(Sale(basket=goods(100), occurred_at_ms=earlier)))
    with shop.store.reading() as connection:
        (entry,) = entries_in(connection)
    assert (entry.occurred_at_ms, entry.recorded_at_ms) == (earlier, epoch_ms(OPENING))
    assert faults_of(home) == []


def test_history_is_newest_first_and_limited(till: Till, member_id: str) -> None:
    for amount in (100, 200, 300):
        posted(till.sell(Sale(basket=goods(amount), member_id=member_id, reference=f"R{amount}")))
    posted(till.take_back(GoodsReturn(basket=goods(300), member_id=member_id, reference="C1")))
    rows = till.history(member_id, limit=3)
    assert [(row.kind, row.receipt, row.points) for row in rows] == [
        (REVERSE, "C1", -3),
        (EARN, "R300", 3),
        (EARN, "R200", 2),
    ]
    assert len(till.history(member_id)) == 5


def test_a_quote_is_what_the_sale_then_brings(till: Till, member_id: str, home: Path) -> None:
    quote = till.quote(goods(999_99), member_id)
    assert not isinstance(quote, Refusal)
    assert till.status().unsent == 1
    receipt = posted(till.sell(Sale(basket=goods(999_99), member_id=member_id))).receipt
    assert (quote.points, quote.balance_after, quote.vouchers_due) == (
        receipt.points,
        receipt.balance,
        len(receipt.vouchers),
    )
    anonymous = till.quote(goods(999_99))
    assert not isinstance(anonymous, Refusal)
    assert (anonymous.points, anonymous.balance_after, anonymous.to_pay_minor) == (0, None, 999_99)


def test_enrolling_mints_a_card_and_repeats_harmlessly(till: Till) -> None:
    minted = known(till.enrol(Enrolment(name="  Jan \n Nowak ", email=" j@example.com ")))
    assert is_card_number(minted.member.card)
    assert minted.member.name == "Jan Nowak"
    assert minted.member.email == "j@example.com"
    other = known(till.enrol(Enrolment(name="Jan Nowak")))
    assert other.member.card != minted.member.card
    card = card_number("290009900000001")
    first = known(till.enrol(Enrolment(name="Ola", card=card)))
    again = known(till.enrol(Enrolment(name=" Ola ", card=card)))
    assert again.member == first.member
    assert till.status().unsent == 3


@pytest.mark.parametrize(
    ("enrolment", "refusal"),
    [
        (Enrolment(name=" \n"), Refusal(Reason.NAME_MISSING)),
        (Enrolment(name="A", card="123"), Refusal(Reason.DAMAGED_CARD)),
        (
            Enrolment(name="A", birthday="30.02"),
            Refusal(Reason.BIRTHDAY_INVALID, {"birthday": "30.02"}),
        ),
        (Enrolment(name="Other", card=CARD), Refusal(Reason.CARD_TAKEN, {"card": CARD})),
    ],
)
def test_enrolments_that_are_refused(
    till: Till, member_id: str, enrolment: Enrolment, refusal: Refusal
) -> None:
    assert till.enrol(enrolment) == refusal
    assert till.status().unsent == 1


def test_consent_to_letters_needs_an_address(till: Till) -> None:
    assert not known(till.enrol(Enrolment(name="A", email_consent=True))).member.email_consent
    told = Enrolment(name="A", email="a@example.com", email_consent=True)
    assert known(till.enrol(told)).member.email_consent


def test_a_birthday_is_kept_as_day_and_month_with_the_year_if_told(till: Till) -> None:
    told = known(till.enrol(Enrolment(name="A", birthday=" 9.7.1990 "))).member
    assert told.birthday == "1990-07-09"
    assert known(till.enrol(Enrolment(name="B", birthday="29.2."))).member.birthday == "02-29"


def test_a_language_that_is_not_ours_is_a_fault_of_the_program(till: Till) -> None:
    with pytest.raises(ValueError, match="language"):
        till.enrol(Enrolment(name="A", language="xx"))
    assert till.status().unsent == 0


DEEDS = st.lists(
    st.tuples(st.sampled_from(["sell", "return"]), st.integers(1, 8), st.integers(1, 90_000)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DEEDS)
def test_whatever_is_posted_and_repeated_the_books_agree(
    shop: Shop, home: Path, deeds: list[tuple[str, int, int]]
) -> None:
    """References collide on purpose: repeats and conflicts are part of any real day."""
    member = known(shop.till.enrol(Enrolment(name="Ala"))).member.member_id
    for kind, number, amount in deeds:
        reference = f"{member}-{number}"
        if kind == "sell":
            shop.till.sell(Sale(basket=goods(amount), member_id=member, reference=reference))
        else:
            back = GoodsReturn(basket=goods(amount), member_id=member, reference=reference)
            shop.till.take_back(back)
    assert faults_of(home) == []


def test_a_basket_that_no_entry_can_hold_is_refused_before_it_is_confirmed(till: Till) -> None:
    lines = tuple(Line("я" * 130, "", 1, 100) for _ in range(MAX_LINES))
    assert till.sell(Sale(basket=Basket(lines))) == Refusal(Reason.BASKET_TOO_LARGE)
    assert till.last_receipt() is None


def test_goods_that_come_back_have_no_minus(till: Till) -> None:
    basket = Basket((Line("A", "", 1, 500), Line("B", "", 1, -100)))
    assert till.take_back(GoodsReturn(basket=basket)) == Refusal(Reason.RETURN_NEGATIVE)


def test_a_name_is_one_line_that_head_office_takes(till: Till) -> None:
    member = known(till.enrol(Enrolment(name=" Ala\x00\x1b Kot\n", phone="600\t1 ")))
    assert (member.member.name, member.member.phone) == ("Ala Kot", "600 1")
    refused = till.enrol(Enrolment(name="x" * (MAX_FACT_CHARACTERS + 1)))
    assert refused == Refusal(Reason.TEXT_TOO_LONG, {"limit": str(MAX_FACT_CHARACTERS)})


def test_another_voucher_makes_another_sale(till: Till) -> None:
    member = known(till.enrol(Enrolment(name="Ala Kot"))).member.member_id
    receipt = posted(till.sell(Sale(basket=goods(1_000_00), member_id=member))).receipt
    first, second = (slip.code for slip in receipt.vouchers)
    posted(till.sell(Sale(basket=goods(900), reference="pay", voucher_codes=(first,))))
    other = till.sell(Sale(basket=goods(900), reference="pay", voucher_codes=(second,)))
    assert other == Refusal(Reason.RECEIPT_CONFLICT, {"receipt": "pay"})
