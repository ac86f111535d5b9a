"""Cards and numbers: the check digit finds what scanners and fingers do wrong."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from loyalty.errors import IdentifierInvalid
from loyalty.identifiers import (
    CARD_BODY_DIGITS,
    CARD_COUNTER_DIGITS,
    CARD_DIGITS,
    CARD_ISSUER,
    card_number,
    damm_digit,
    is_card_number,
    is_receipt_reference,
    is_terminal_id,
    journal_name,
    minted_card,
    voucher_epoch,
    voucher_issuer,
    voucher_number,
    voucher_seq,
)

DIGITS = "0123456789"
CARDS = st.text(DIGITS, min_size=CARD_BODY_DIGITS, max_size=CARD_BODY_DIGITS).map(card_number)


def test_the_check_digit_of_the_published_example() -> None:
    assert damm_digit("572") == "4"
    assert damm_digit("5724") == "0"


@given(CARDS)
def test_every_single_wrong_digit_is_found(card: str) -> None:
    assert is_card_number(card)
    for place in range(CARD_DIGITS):
        for digit in DIGITS.replace(card[place], ""):
            assert not is_card_number(card[:place] + digit + card[place + 1 :])


@given(CARDS)
def test_every_swap_of_neighbours_is_found(card: str) -> None:
    for place in range(CARD_DIGITS - 1):
        swapped = card[:place] + card[place + 1] + card[place] + card[place + 2 :]
        assert is_card_number(swapped) == (swapped == card)


@given(st.text(max_size=20))
def test_any_text_is_a_card_only_with_sixteen_ascii_digits(text: str) -> None:
    if is_card_number(text):
        assert len(text) == CARD_DIGITS
        assert set(text) <= set(DIGITS)


def test_digits_of_other_scripts_are_no_card() -> None:
    assert not is_card_number("٢" * CARD_DIGITS)


@pytest.mark.parametrize("body", ["", "1" * 14, "1" * 16, "١" * 15, "12345678901234x"])
def test_a_card_is_made_of_fifteen_digits_alone(body: str) -> None:
    with pytest.raises(IdentifierInvalid):
        card_number(body)


@given(
    st.integers(1, 99_999), st.integers(0, 10**8 - 1), st.integers(1, 99_999), st.integers(0, 999)
)
def test_two_terminals_never_mint_the_same_card(
    one: int, count: int, other: int, other_count: int
) -> None:
    card = minted_card(one, count)
    assert is_card_number(card)
    assert card.startswith(CARD_ISSUER)
    assume((one, count) != (other, other_count))
    assert card != minted_card(other, other_count)


@pytest.mark.parametrize(
    ("terminal_number", "counter"),
    [(0, 1), (-1, 1), (100_000, 1), (1, -1), (1, 10**CARD_COUNTER_DIGITS)],
)
def test_a_number_that_no_longer_fits_is_refused(terminal_number: int, counter: int) -> None:
    with pytest.raises(IdentifierInvalid):
        minted_card(terminal_number, counter)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("KRK-1", True), ("T", True), ("A" * 16, True), ("1", True)]
    + [(text, False) for text in ("", "-A", "krk", "A" * 17, "A.1", "A\n", "Ż1", "A 1")],
)
def test_what_can_name_a_terminal(text: str, is_one: bool) -> None:
    assert is_terminal_id(text) is is_one


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("536365", True), ("C536379", True), ("ż" * 64, True)]
    + [(text, False) for text in ("", "a b", "a\n", "\x7f", "a\xa0", "x" * 65, "\x00")],
)
def test_what_can_name_a_receipt(text: str, is_one: bool) -> None:
    assert is_receipt_reference(text) is is_one


@given(st.from_regex(r"\A[A-Z0-9][A-Z0-9-]{0,15}\Z"), st.integers(1, 10**6), st.integers(1, 10**12))
def test_a_voucher_names_its_issuer(terminal: str, epoch: int, count: int) -> None:
    assert voucher_issuer(voucher_number(terminal, epoch, count)) == terminal


@pytest.mark.parametrize(
    ("number", "epoch"),
    [("T1.3.42", 3), ("T1", 0), ("T1.x.4", 0), ("T1.0.4", 0), ("T1.-1.4", 0), ("T1.٣.4", 0)],
)
def test_a_voucher_names_the_epoch_it_was_issued_in(number: str, epoch: int) -> None:
    assert voucher_epoch(number) == epoch


@pytest.mark.parametrize(
    ("number", "seq"),
    [("T1.3.42", 42), ("T1", 0), ("T1.3", 0), ("T1.3.x", 0), ("T1.3.0", 0), ("T1.3.4.2", 0)],
)
def test_a_voucher_names_the_entry_that_issued_it(number: str, seq: int) -> None:
    assert voucher_seq(number) == seq


def test_a_journal_is_named_as_its_vouchers_are() -> None:
    assert journal_name("KRK-1", 2) == "KRK-1.2"
    assert voucher_number("KRK-1", 2, 7).startswith(journal_name("KRK-1", 2) + ".")
