"""What a line from scanner or keyboard is taken for, and how large letters are drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.amounts import plain_amount
from terminal_app.errors import StoreBusy, StoreFault, StoreFull
from terminal_app.ui.asking import Unanswered, ask, fault_message
from terminal_app.ui.cashier.checkout import Checkout, typed_amount
from terminal_app.ui.sayings import SIGNS, Tone, shown
from terminal_app.ui.widgets.big_type import big_rows


@pytest.mark.parametrize(
    ("text", "amount_minor"),
    [
        ("12", 1200),
        ("12.5", 1250),
        ("12,50", 1250),
        ("0", 0),
        ("1234567", 123_456_700),
        ("1234567,89", 123_456_789),
        ("12345678", None),
        ("5900000000015", None),
        ("2900000000000175", None),
        ("12.505", None),
        ("-5", None),
        ("+5", None),
        ("1e3", None),
        ("1 000", None),
        ("NaN", None),
        ("٣", None),
        (".50", None),
        ("PV1:ABC", None),
    ],
)
def test_digits_are_an_amount_only_where_they_cannot_be_a_code(
    text: str, amount_minor: int | None
) -> None:
    assert typed_amount(text) == amount_minor


@given(st.integers(min_value=0, max_value=999_999_999))
def test_every_amount_a_till_shows_can_be_typed(amount_minor: int) -> None:
    assert typed_amount(plain_amount(amount_minor)) == amount_minor


@given(st.text())
def test_nothing_typed_makes_the_field_fail(text: str) -> None:
    amount_minor = typed_amount(text)
    assert amount_minor is None or amount_minor >= 0


def test_taking_back_goes_through_lines_then_vouchers_then_nothing() -> None:
    checkout = Checkout().with_amount(100).with_amount(200)
    assert checkout.without_last().basket.total_minor == 100
    assert checkout.without_last().without_last().without_last() == Checkout()


@given(st.text())
def test_no_text_from_outside_can_command_the_terminal(text: str) -> None:
    assert shown(text).isprintable() or not shown(text)


def test_a_name_with_an_escape_sequence_is_shown_as_letters() -> None:
    assert shown("Anna\x1b[2J\n\u202eSmith\x07") == "Anna[2J Smith"


def test_every_tone_has_a_sign_of_its_own() -> None:
    assert set(SIGNS) == set(Tone)
    assert len(set(SIGNS.values())) == len(Tone)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (StoreFull("full"), "disk of this till is full"),
        (StoreBusy("busy"), "Another program holds"),
        (StoreFault("broken"), "cannot be used"),
        (KeyError("price"), "met a fault"),
    ],
)
def test_each_fault_has_a_sentence_that_says_what_to_do(fault: Exception, says: str) -> None:
    def question() -> int:
        raise fault

    answer = ask(question)
    assert isinstance(answer, Unanswered)
    assert says in answer.message == fault_message(fault)


def test_an_answer_passes_through_unchanged() -> None:
    assert ask(lambda: 42) == 42


def test_large_letters_break_between_words_and_fill_the_width() -> None:
    rows = big_rows("Scan your card", 60, 9)
    assert {len(row) for row in rows} == {60}
    assert len(rows) > len(big_rows("Scan your card", 80, 9))
    assert big_rows("Scan your card", 12, 9) == []
    assert big_rows("", 60, 9) == []


def test_a_large_number_is_never_broken_at_the_blank_that_groups_it() -> None:
    assert len(big_rows("12\u00a0345", 44, 11)) == len(big_rows("12345", 44, 11))


@pytest.mark.parametrize("letter", "ąćęłńóśźżЖЩЮЯй")
def test_letters_of_every_language_are_drawn(letter: str) -> None:
    assert big_rows(letter, 20, 9) != big_rows("\U0010ffff", 20, 9)
