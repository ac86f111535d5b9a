"""What a page makes of what others wrote."""

import pytest

from sync_server.office.formats import MINUS, money, sentence


@pytest.mark.parametrize("text", ["It differs", "It differs.", "It differs..", "It differs. "])
def test_a_sentence_ends_once(text: str) -> None:
    assert sentence(text) == "It differs."


@pytest.mark.parametrize(
    ("amount_minor", "currency", "shown"),
    [
        (-123_456, "JPY", f"{MINUS}JP¥123,456"),
        (123_456, "GBP", "£1,234.56"),
        (123_456, "KWD", "KWD123.456"),
        (10**12 + 1, "KWD", "KWD1,000,000,000.001"),
    ],
)
def test_money_has_the_decimals_of_its_currency(
    amount_minor: int, currency: str, shown: str
) -> None:
    assert money(amount_minor, currency).replace("\N{NO-BREAK SPACE}", "") == shown
