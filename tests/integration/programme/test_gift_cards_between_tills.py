"""Gift cards: sold at one till, paid with at another, never twice, and gone when they expire."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from terminal_app.bootstrap import Shop
from terminal_app.till.answers import (
    GiftCardSale,
    KnownVoucher,
    Posted,
    Reason,
    Refusal,
    Sale,
)
from tests.integration.programme.examples import agree, basket, enrolled, may
from tests.integration.programme.wallet_shop import booked
from tests.integration.terminal.head_office import HeadOffice, found_under
from tests.integration.terminal.tills import sync, till_of
from tests.unit.terminal.counter import posted

SHOP = """
name = "corner"
version = 1
currency = "PLN"
[earning]
per = "1.00"
[excluded]
tenders = ["gift_card"]
[gift_cards]
least = "20.00"
most = "500.00"
valid_days = 365
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[HeadOffice]:
    document = tmp_path / "corner.toml"
    document.write_text(SHOP, "utf-8")
    office = found_under(tmp_path / "office", document)
    office.start()
    yield office
    office.stop()


def sold(shop: Shop, amount_minor: int, reference: str = "") -> str:
    """The code of a gift card that was sold."""
    asked = GiftCardSale(amount_minor=amount_minor, reference=reference)
    [slip] = posted(shop.till.sell_gift_card(asked)).receipt.vouchers
    return slip.code


def pays(shop: Shop, code: str, amount: str) -> Posted | Refusal:
    """What comes of a purchase of `amount` that the card is to pay for."""
    return shop.till.sell(Sale(basket=basket(shop, f"={amount}"), voucher_codes=(code,)))


def refused(answer: object) -> Reason:
    assert isinstance(answer, Refusal), answer
    return answer.reason


def test_a_card_pays_in_parts_and_says_what_is_left(office: HeadOffice, tmp_path: Path) -> None:
    with till_of(office, tmp_path / "one", "KRK-1") as one:
        sync(one)
        ala = enrolled(one, may(1, 9))
        code = sold(one, 100_00, "card-1")
        assert sold(one, 100_00, "card-1") == code, "the same card again"
        first = posted(pays(one, code, "30.00")).receipt
        assert (first.to_pay_minor, first.gift_paid_minor) == (0, 30_00)
        assert [line.left_minor for line in first.gift_cards] == [70_00]
        shown = one.till.identify(code)
        assert isinstance(shown, KnownVoucher)
        assert (shown.amount_minor, shown.is_gift_card) == (70_00, True)
        # What the card pays earns nothing.
        last = posted(
            one.till.sell(Sale(basket=basket(one, "=90.00"), member_id=ala, voucher_codes=(code,)))
        ).receipt
        assert (last.to_pay_minor, last.points) == (20_00, 20)
        assert refused(pays(one, code, "5.00")) is Reason.GIFT_EMPTY
        agree(office, one, ala, 20)


def test_cards_are_sold_within_bounds_and_paid_with_for_something(
    office: HeadOffice, tmp_path: Path
) -> None:
    with till_of(office, tmp_path / "one", "KRK-1") as one:
        sync(one)
        for amount_minor in (19_99, 500_01):
            answer = one.till.sell_gift_card(GiftCardSale(amount_minor=amount_minor))
            assert isinstance(answer, Refusal)
            assert answer.reason is Reason.GIFT_AMOUNT
            assert answer.facts == {"least": "20.00", "most": "500.00", "currency": "PLN"}
        code = sold(one, 50_00)
        twice = Sale(basket=basket(one, "=60.00"), voucher_codes=(code, code))
        assert refused(one.till.sell(twice)) is Reason.VOUCHER_SPENT
        other = sold(one, 50_00)
        both = Sale(basket=basket(one, "=40.00"), voucher_codes=(code, other))
        assert refused(one.till.sell(both)) is Reason.VOUCHER_NEEDLESS
        assert refused(one.till.identify(code[:-8])) is Reason.VOUCHER_DAMAGED


def test_two_tills_without_a_line_never_spend_more_than_is_on_it(
    office: HeadOffice, tmp_path: Path
) -> None:
    with (
        till_of(office, tmp_path / "one", "KRK-1") as one,
        till_of(office, tmp_path / "two", "WAW-1") as two,
    ):
        sync(one, two)
        code = sold(one, 100_00)
        sync(one, two)
        assert refused(two.till.identify(code)) is Reason.GIFT_ELSEWHERE
        assert posted(pays(one, code, "60.00")).receipt.gift_paid_minor == 60_00
        assert refused(pays(two, code, "41.00")) is Reason.GIFT_ELSEWHERE
        # Scanned there, what is left follows the card.
        sync(two, one, two, one, two)
        rest = posted(pays(two, code, "101.00")).receipt
        assert (rest.gift_paid_minor, rest.to_pay_minor) == (40_00, 61_00)
        assert refused(pays(one, code, "1.00")) is not None
        sync(two, one)
        assert booked(one)[f"GIFT/{rest.gift_cards[0].number}"] == 0
        assert office.cases() == []
        office.run("verify")


def test_what_is_left_on_a_card_that_expired_is_booked(office: HeadOffice, tmp_path: Path) -> None:
    with till_of(office, tmp_path / "one", "KRK-1") as one:
        sync(one)
        asked = GiftCardSale(amount_minor=50_00, occurred_at_ms=int(may(1).timestamp() * 1000))
        [slip] = posted(one.till.sell_gift_card(asked)).receipt.vouchers
        assert refused(pays(one, slip.code, "5.00")) is Reason.VOUCHER_EXPIRED
        sync(one)
        assert booked(one)[f"GIFT/{slip.number}"] == 50_00
        for _ in range(2):
            office.run("points", "expire")
            sync(one, one)
        assert booked(one)[f"GIFT/{slip.number}"] == 0
        assert office.cases() == []


def test_a_shop_without_gift_cards_sells_none(tmp_path: Path) -> None:
    document = tmp_path / "plain.toml"
    document.write_text(SHOP.partition("[gift_cards]")[0], "utf-8")
    office = found_under(tmp_path / "office", document)
    office.start()
    try:
        with till_of(office, tmp_path / "one", "KRK-1") as one:
            sync(one)
            answer = one.till.sell_gift_card(GiftCardSale(amount_minor=50_00))
            assert refused(answer) is Reason.GIFT_NOT_OFFERED
    finally:
        office.stop()
