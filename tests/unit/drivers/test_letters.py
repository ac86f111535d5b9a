"""Every letter is printed, drawn or replaced by something that people read as the same."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.documents import clean
from drivers.printers.letters import TYPOGRAPHY, letters_of
from drivers.printers.profile import NARROW_58MM, WIDE_80MM
from drivers.typeface import has_glyph

LETTERS = letters_of(WIDE_80MM)


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Zażółć gęślą jaźń ĄĆĘŁŃÓŚŹŻ", "CP852"),
        ("Съешь ещё этих мягких булок, №5", "CP866"),
        ("Total 5.00 € für Änne", "CP858"),
        ("plain ASCII", "CP852"),
    ],
)
def test_a_line_finds_the_page_of_its_language(text: str, page: str) -> None:
    assert LETTERS.settle(text) == text
    assert LETTERS.page_for(text, None) == page


def test_a_page_in_use_is_kept_when_it_will_do() -> None:
    assert LETTERS.page_for("plain ASCII", "CP866") == "CP866"


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        ("Sklep „Żółw” — Łódź…", 'Sklep "Żółw" - Łódź...'),
        ("5,00\u00a0zł", "5,00 zł"),
        ("Łącznie 5,00\u202f€", "Łącznie 5,00 EUR"),
        ("Итого 5,00\u00a0₽", "Итого 5,00 руб."),
        ("Total 5.00 ₽", "Total 5.00 RUB"),
        ("Żabka № 5", "Żabka No 5"),
        ("中文", "??"),
        ("ﬁne", "fine"),
        ("x\u0303\u0323", "x"),
    ],
)
def test_typography_is_written_plainly(text: str, settled: str) -> None:
    assert LETTERS.settle(text) == settled


def test_two_alphabets_on_one_line_are_drawn() -> None:
    text = "Łódź / Москва"
    assert LETTERS.settle(text) == text
    assert LETTERS.page_for(text, None) is None


def test_a_printer_of_one_page_draws_the_other_alphabet() -> None:
    only_polish = letters_of(msgspec.structs.replace(NARROW_58MM, code_pages=(("CP1250", 45),)))
    assert only_polish.page_for(only_polish.settle("Żółw „x” €"), None) == "CP1250"
    assert only_polish.settle("Москва") == "Москва"
    assert only_polish.page_for("Москва", None) is None


@given(st.text())
def test_what_is_settled_can_be_printed_or_drawn(text: str) -> None:
    for char in LETTERS.settle(clean(text)):
        assert char == "\n" or LETTERS.page_for(char, None) is not None or has_glyph(char)


def test_plain_spellings_are_plain() -> None:
    assert all(spelling.isascii() for spelling in TYPOGRAPHY.values())
