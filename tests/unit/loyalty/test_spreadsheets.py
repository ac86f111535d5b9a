"""Cells that a spreadsheet shows and never runs."""

import pytest

from loyalty.spreadsheets import safe_cell


@pytest.mark.parametrize(
    "text",
    [
        *("=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", " =1", "   -1", " \t x"),
        *("\uff1d1", "\uff0b1", "\uff0d1", "\uff20x", " \uff1d1", "\u3000=1"),
    ],
)
def test_a_cell_that_looks_like_a_formula_is_made_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_an_ordinary_cell_stays() -> None:
    assert safe_cell("536365,LANTERN") == "536365,LANTERN"
