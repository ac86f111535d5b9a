"""Text that strangers wrote cannot command a printer or turn a line around."""

import unicodedata

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from drivers.documents import Columns, Cut, Document, Feed, QrCode, Rule, Text, clean


@given(st.text())
def test_clean_text_has_no_control_format_or_surrogate_characters(text: str) -> None:
    for char in clean(text):
        assert char == "\n" or unicodedata.category(char) not in {"Cc", "Cf", "Cs"}


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_a_name_that_would_open_the_cash_drawer_is_only_letters() -> None:
    assert clean("Jan\x1bp\x00\x19\xfaKowalski") == "JanpúKowalski"


def test_bidi_overrides_and_zero_width_characters_go() -> None:
    assert clean("1\u202e00,5\u202c zł\u200b\ufeff") == "100,5 zł"


def test_every_kind_of_line_break_becomes_a_newline_and_a_tab_becomes_spaces() -> None:
    assert clean("a\r\nb\rc\u2028d\u2029e\x85f\tg") == "a\nb\nc\nd\ne\nf    g"


def test_decomposed_letters_are_composed() -> None:
    assert clean("Z\u0307o\u0301\u0142w") == "Żółw"


def test_a_document_survives_a_spool() -> None:
    document = Document(
        (
            Text("Żółw", align="center", bold=True, large=True),
            Columns("Razem", "5,00 zł"),
            Rule(),
            QrCode("123", caption="Bon"),
            Feed(2),
            Cut(),
        ),
        title="sale 7",
    )
    kept = msgspec.json.encode(document)
    assert msgspec.json.decode(kept, type=Document) == document
