"""What a sale comes to under a programme of many terms, and what cannot pay for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.baskets import Basket, Line
from loyalty.journal import EARN, REDEEM
from loyalty.programme.document import classic_document
from loyalty.programme.paying import PointsPaid
from terminal_app.bootstrap import Shop, open_till
from terminal_app.store import members
from terminal_app.till.answers import Enrolment, Quote, Reason, Refusal, Sale
from tests.unit.terminal.counter import ShopClock, entries_in, found_till, goods, known, posted

DOCUMENT = """
name = "club"
version = 1
currency = "PLN"
[goods.drinks]
categories = ["drinks"]
[goods.vegan]
tags = ["vegan"]
[excluded]
goods = ["vegan"]
tenders = ["voucher", "points", "gift_card"]
[[earn]]
name = "shopping"
title = { en = "Shopping", pl = "Zakupy" }
per = "1.00"
[[earn]]
name = "drinks"
title = { en = "Drinks", pl = "Napoje" }
goods = ["drinks"]
each = "unit"
points = 5
[discount]
steps = [{ at = "1000.00", percent = "10" }]
[pay]
points = 50
worth = "0.50"
least = 100
percent = "50"
[reward]
at_points = 100000
voucher = "5.00"
[vouchers]
at_least = "20.00"
branches = ["WAW"]
"""


@pytest.fixture
def club(tmp_path: Path, clock: ShopClock) -> Iterator[Shop]:
    found_till(tmp_path / "till", document=DOCUMENT)
    with open_till(tmp_path / "till", clock=clock) as shop:
        with shop.store.writing() as connection:
            members.put_product(connection, "TEA", "Tea", 450, "drinks", ("hot",))
            members.put_product(connection, "TOFU", "Tofu", 900, "", ("vegan",))
        yield shop


@pytest.fixture
def ala(club: Shop) -> str:
    """A member with 1,100 points who gets 10 % off from now on."""
    member = known(club.till.enrol(Enrolment(name="Ala"))).member.member_id
    posted(club.till.sell(Sale(basket=goods(1_100_00), member_id=member)))
    return member


def test_the_list_of_goods_says_what_a_line_is(club: Shop, ala: str) -> None:
    basket = Basket(
        (
            Line("TEA", "", 2, 900),
            Line("TOFU", "", 1, 900),
            Line("TEA", "", 1, 450, "gifts"),
            Line("", "", 1, 100, "drinks"),
        )
    )
    receipt = posted(club.till.sell(Sale(basket=basket, member_id=ala))).receipt
    assert receipt.discount_minor == 90 + 45 + 10, "nothing off what is excluded"
    assert [(rule.title, rule.points) for rule in receipt.rules] == [
        ("Shopping", (810 + 405 + 90) // 100),
        ("Drinks", 5 * 3),
    ]
    with club.store.reading() as connection:
        kept = [entry for entry in entries_in(connection) if entry.kind == EARN][-1]
    assert kept.amount_minor == 2_350, "what the lines sum to"
    assert kept.payload["discount_minor"] == 145
    assert kept.payload["marks"]["0"] == ["drinks", "hot"]


def test_points_pay_a_part_and_earn_nothing_for_it(club: Shop, ala: str) -> None:
    sale = Sale(basket=goods(20_00), member_id=ala, pay_points=900)
    receipt = posted(club.till.sell(sale)).receipt
    assert (receipt.discount_minor, receipt.points_paid_minor) == (2_00, 9_00)
    assert (receipt.to_pay_minor, receipt.points) == (9_00, 9)
    assert receipt.balance == 1_100 + 9 - 900
    with club.store.reading() as connection:
        [paid] = [entry for entry in entries_in(connection) if entry.kind == REDEEM]
    assert (paid.points, paid.payload) == (-900, {"paid_minor": 9_00})
    assert posted(club.till.sell(Sale(basket=goods(20_00), member_id=ala))).receipt.balance == 227


@pytest.mark.parametrize(
    ("pay_points", "reason"),
    [
        (50, Reason.PAY_TOO_FEW),
        (120, Reason.PAY_NO_FULL_STEP),
        (1_000, Reason.PAY_TOO_MUCH),
        (1_150, Reason.PAY_NOT_ENOUGH),
    ],
)
def test_points_that_cannot_pay_are_refused(
    club: Shop, ala: str, pay_points: int, reason: Reason
) -> None:
    answer = club.till.sell(Sale(basket=goods(20_00), member_id=ala, pay_points=pay_points))
    assert isinstance(answer, Refusal)
    assert answer.reason is reason
    assert answer.facts == {"least": "100", "points": "50", "safe": "1100", "most": "9.00"}


def test_points_pay_with_a_card_and_where_the_programme_has_it(club: Shop, tmp_path: Path) -> None:
    anonymous = club.till.sell(Sale(basket=goods(20_00), pay_points=100))
    assert anonymous == Refusal(Reason.PAY_NO_CARD)
    found_till(tmp_path / "classic")
    with open_till(tmp_path / "classic") as classic:
        bea = known(classic.till.enrol(Enrolment(name="Bea"))).member.member_id
        answer = classic.till.sell(Sale(basket=goods(2_000), member_id=bea, pay_points=100))
    assert answer == Refusal(Reason.PAY_NOT_OFFERED)


@pytest.mark.parametrize("minor", [-1, 18_01])
def test_no_more_is_paid_than_is_due(club: Shop, ala: str, minor: int) -> None:
    sale = Sale(basket=goods(20_00), member_id=ala, paid={"gift_card": minor})
    assert club.till.sell(sale) == Refusal(Reason.PAID_TOO_MUCH)


def test_a_gift_card_earns_nothing_and_leaves_what_is_to_pay(club: Shop, ala: str) -> None:
    sale = Sale(basket=goods(20_00), member_id=ala, reference="R", paid={"gift_card": 10_00})
    receipt = posted(club.till.sell(sale)).receipt
    assert (receipt.points, receipt.to_pay_minor) == (8, 18_00)
    assert posted(club.till.sell(sale)).repeated
    other = Sale(basket=goods(20_00), member_id=ala, reference="R")
    assert club.till.sell(other) == Refusal(Reason.RECEIPT_CONFLICT, {"receipt": "R"})


def test_who_has_no_card_has_no_discount(club: Shop) -> None:
    receipt = posted(club.till.sell(Sale(basket=goods(2_000_00)))).receipt
    assert (receipt.discount_minor, receipt.points, receipt.to_pay_minor) == (0, 0, 2_000_00)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    st.lists(st.integers(0, 50_00), min_size=1, max_size=5),
    st.integers(0, 30).map(lambda steps: steps * 50),
    st.integers(0, 20_00),
)
def test_a_quote_says_what_the_sale_comes_to(
    club: Shop, ala: str, amounts: list[int], pay_points: int, gift_card: int
) -> None:
    sale = Sale(
        basket=goods(*amounts),
        member_id=ala,
        pay_points=pay_points,
        paid={"gift_card": gift_card} if gift_card else {},
    )
    quote = club.till.quote_sale(sale)
    answer = club.till.sell(sale)
    if isinstance(quote, Refusal):
        assert answer == quote
        return
    assert isinstance(quote, Quote)
    receipt = posted(answer).receipt
    assert (quote.points, quote.balance_after) == (receipt.points, receipt.balance)
    assert (quote.to_pay_minor, quote.discount_minor) == (
        receipt.to_pay_minor,
        receipt.discount_minor,
    )
    assert quote.points_paid == PointsPaid(receipt.points_paid, receipt.points_paid_minor)
    assert quote.payable.paid_minor <= max(quote.total_minor - quote.discount_minor, 0) // 2
    assert len(club.till.reasons(quote, "pl")) == 2


def voucher_under(shop: Shop) -> str:
    """The code of a voucher of 5.00 that just came out."""
    bea = known(shop.till.enrol(Enrolment(name="Bea"))).member.member_id
    [slip] = posted(shop.till.sell(Sale(basket=goods(500_00), member_id=bea))).receipt.vouchers
    return slip.code


def test_a_voucher_waits_for_a_sale_that_is_large_enough(tmp_path: Path, clock: ShopClock) -> None:
    home = tmp_path / "till"
    found_till(home, document=classic_document() + '[vouchers]\nat_least = "20.00"\n')
    with open_till(home, clock=clock) as shop:
        code = voucher_under(shop)
        answer = shop.till.sell(Sale(basket=goods(19_99), voucher_codes=(code,)))
        assert isinstance(answer, Refusal)
        assert (answer.reason, answer.facts["least"]) == (Reason.VOUCHER_TOO_LITTLE, "20.00 GBP")
        paid = posted(shop.till.sell(Sale(basket=goods(20_00), voucher_codes=(code,))))
        assert paid.receipt.to_pay_minor == 15_00


def test_a_voucher_of_other_branches_is_not_taken(tmp_path: Path, clock: ShopClock) -> None:
    home = tmp_path / "till"
    found_till(home, document=classic_document() + '[vouchers]\nbranches = ["WAW"]\n')
    with open_till(home, clock=clock) as shop:
        answer = shop.till.identify(voucher_under(shop))
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.VOUCHER_BRANCH


def test_a_basket_whose_words_no_entry_holds_is_refused(club: Shop, ala: str) -> None:
    wordy = Line("TEA", "", 1, 100, "c" * 150)
    answer = club.till.sell(Sale(basket=Basket((wordy,) * 4_000), member_id=ala))
    assert answer == Refusal(Reason.BASKET_TOO_LARGE)
    plain = Basket((Line("OTHER", "", 1, 1),) * 4_000)
    assert posted(club.till.sell(Sale(basket=plain, member_id=ala))).receipt.points >= 0
