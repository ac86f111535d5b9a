"""Gift cards: sold within limits, paid from in parts, never below nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.programme.gift_cards import (
    CardPayment,
    GiftCard,
    NoGiftCard,
    card_payment,
    gift_card,
    no_gift_card,
    paid_payload,
    sold_payload,
)
from tests.unit.loyalty.programme.happening_shop import programme

LAST_MS = 1_000


@pytest.mark.parametrize(
    ("minor", "reason"),
    [
        (999, NoGiftCard.TOO_LITTLE),
        (1_000, None),
        (50_000, None),
        (50_001, NoGiftCard.TOO_MUCH),
    ],
)
def test_a_card_is_sold_within_limits(minor: int, reason: NoGiftCard | None) -> None:
    shop = programme('[gift_cards]\nleast = "10.00"\nmost = "500.00"\n')
    assert no_gift_card(shop, minor) == reason
    assert no_gift_card(programme(), minor) is NoGiftCard.NOT_OFFERED


@pytest.mark.parametrize(
    ("balance", "due", "now_ms", "answer"),
    [
        (5_000, 1_200, 0, CardPayment(1_200, 3_800)),
        (5_000, 5_000, 0, CardPayment(5_000, 0)),
        (5_000, 7_500, LAST_MS, CardPayment(5_000, 0)),
        (5_000, 7_500, LAST_MS + 1, NoGiftCard.EXPIRED),
        (0, 100, 0, NoGiftCard.EMPTY),
        (5_000, 0, 0, NoGiftCard.NOTHING_DUE),
        (5_000, -100, 0, NoGiftCard.NOTHING_DUE),
    ],
)
def test_a_card_pays_what_it_can(
    balance: int, due: int, now_ms: int, answer: CardPayment | NoGiftCard
) -> None:
    assert card_payment(GiftCard(balance, 0, LAST_MS), due, now_ms) == answer


def test_what_tills_without_a_line_took_too_much_is_known() -> None:
    assert gift_card([5_000, -4_000, -4_000], LAST_MS) == GiftCard(0, 3_000, LAST_MS)
    assert gift_card([5_000, -4_000, -4_000, 3_500], LAST_MS) == GiftCard(500, 0, LAST_MS)
    assert gift_card([], LAST_MS) == GiftCard(0, 0, LAST_MS)


@given(st.integers(1, 10_000), st.lists(st.integers(1, 3_000), max_size=20))
def test_parts_never_come_to_more_than_the_card(sold: int, dues: list[int]) -> None:
    amounts = [sold]
    for due in dues:
        payment = card_payment(gift_card(amounts, LAST_MS), due, 0)
        if isinstance(payment, CardPayment):
            amounts.append(-payment.paid_minor)
            assert gift_card(amounts, LAST_MS).balance_minor == payment.left_minor
    card = gift_card(amounts, LAST_MS)
    assert (card.balance_minor, card.overspent_minor) == (max(sold - sum(dues), 0), 0)


def test_entries_name_the_card_and_how_long_it_is_good() -> None:
    assert sold_payload("KRK-1.1.7", LAST_MS) == {"number": "KRK-1.1.7", "expires_at_ms": LAST_MS}
    assert paid_payload("KRK-1.1.7") == {"number": "KRK-1.1.7"}
