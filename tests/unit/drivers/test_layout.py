"""Lines stay inside the paper and lose nothing that matters."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.printers.layout import column_lines, paragraph_lines

PRINTABLE = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x17E, exclude_categories=["C"])
)
WIDTHS = st.sampled_from([24, 32, 48])


def squeezed(text: str) -> str:
    return "".join(text.split())


@given(PRINTABLE, WIDTHS)
def test_a_paragraph_fits_and_keeps_every_letter(text: str, columns: int) -> None:
    lines = paragraph_lines(text, columns)
    assert all(len(line) <= columns for line in lines)
    assert squeezed("".join(lines)) == squeezed(text)


@given(PRINTABLE, PRINTABLE, WIDTHS)
def test_columns_fit_and_keep_every_letter(left: str, right: str, columns: int) -> None:
    lines = column_lines(left, right, columns)
    assert all(len(line) <= columns for line in lines)
    assert squeezed("".join(lines)) == squeezed(left + right)


def test_a_value_stands_at_the_right_edge_of_the_last_line_of_its_name() -> None:
    assert column_lines("Herbata czarna z cytryną", "12,50 zł", 24) == [
        "Herbata czarna",
        "z cytryną       12,50 zł",
    ]


def test_a_value_that_leaves_no_room_for_its_name_takes_a_line() -> None:
    assert column_lines("Numer karty", "012345678901234567", 24) == [
        "Numer karty",
        "      012345678901234567",
    ]


def test_a_name_and_value_that_just_fit_share_a_line() -> None:
    assert column_lines("Bread", "1.00", 10) == ["Bread 1.00"]


def test_an_empty_line_stays_an_empty_line() -> None:
    assert paragraph_lines("a\n\nb", 32) == ["a", "", "b"]
    assert column_lines("", "", 32) == [""]


def test_a_word_longer_than_the_paper_is_broken() -> None:
    assert paragraph_lines("x" * 50, 24) == ["x" * 24, "x" * 24, "xx"]
