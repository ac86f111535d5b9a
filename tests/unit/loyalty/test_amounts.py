"""Money: what is written is what is counted, or it is refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.amounts import (
    MAX_AMOUNT_MINOR,
    line_amount,
    major,
    parse_amount,
    parse_decimal,
    plain_amount,
)
from loyalty.errors import AmountInvalid

AMOUNTS = st.integers(-MAX_AMOUNT_MINOR, MAX_AMOUNT_MINOR)


@given(AMOUNTS)
def test_an_amount_written_plainly_is_read_back(amount_minor: int) -> None:
    assert parse_amount(plain_amount(amount_minor)) == amount_minor
    assert parse_amount(plain_amount(amount_minor).replace(".", ",")) == amount_minor


@pytest.mark.parametrize(
    ("text", "amount_minor"),
    [
        ("12", 1200),
        ("12.5", 1250),
        (" 12,50 ", 1250),
        ("0.01", 1),
        ("-3", -300),
        ("+4", 400),
        (".5", 50),
        ("7,", 700),
    ],
)
def test_the_ways_people_write_money(text: str, amount_minor: int) -> None:
    assert parse_amount(text) == amount_minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        ".",
        "1_000",
        "١٢",
        "1e3",
        "1.001",
        "1,2,3",
        "NaN",
        "Infinity",
        "-inf",
        "10000000000.01",
        "1e999999",
        "1e-999999999",
        "1e999999999999999999999",
        "1.0000000000000000000000000000000001",
    ],
)
def test_what_is_no_amount_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(AmountInvalid) as caught:
        parse_amount(text)
    assert str(caught.value).endswith("with at most 2 decimals, such as 12.50.")


@pytest.mark.parametrize(
    ("decimals", "text", "hint"),
    [
        (0, "1.5", "Write it in digits without decimals, such as 12."),
        (3, "1.5055", "Write it in digits with at most 3 decimals, such as 12.500."),
    ],
)
def test_a_refusal_knows_the_decimals_of_the_currency(decimals: int, text: str, hint: str) -> None:
    with pytest.raises(AmountInvalid) as caught:
        parse_amount(text, decimals)
    assert caught.value.hint == hint


@given(st.integers(-(10**12), 10**12), st.integers(0, 4))
def test_an_amount_is_exact_in_major_units(amount_minor: int, decimals: int) -> None:
    assert int(major(amount_minor, decimals) * 10**decimals) == amount_minor
    assert str(major(amount_minor, decimals)) == plain_amount(amount_minor, decimals)


@given(st.text())
def test_any_text_is_an_amount_within_range_or_is_refused(text: str) -> None:
    try:
        amount_minor = parse_amount(text)
    except AmountInvalid:
        return
    assert abs(amount_minor) <= MAX_AMOUNT_MINOR
    assert Decimal(amount_minor) / 100 == parse_decimal(text)


@given(st.integers(-10_000, 10_000), st.decimals(-99_999, 99_999, places=4))
def test_a_line_and_its_return_are_worth_the_same(quantity: int, price: Decimal) -> None:
    assert line_amount(-quantity, price) == -line_amount(quantity, price)


@pytest.mark.parametrize(
    ("quantity", "price", "amount_minor"),
    [(1, "0.005", 1), (1, "0.0049", 0), (-1, "0.005", -1), (3, "1.335", 401), (2, "4.25", 850)],
)
def test_a_line_is_rounded_half_up_once(quantity: int, price: str, amount_minor: int) -> None:
    assert line_amount(quantity, Decimal(price)) == amount_minor


@pytest.mark.parametrize("price", ["20000000000", "1e40", "1e999999"])
def test_a_line_beyond_range_is_refused(price: str) -> None:
    with pytest.raises(AmountInvalid):
        line_amount(1, Decimal(price))
