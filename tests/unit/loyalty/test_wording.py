"""Numbers, money, days and texts as three languages write them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from loyalty.clock import epoch_ms
from loyalty.members import LANGUAGES
from loyalty.wording import LANGUAGE_NAMES, Words, catalogue, phrase

WHERE = ("loyalty.programme.words", "programme")
WARSAW = ZoneInfo("Europe/Warsaw")
MOMENT_MS = epoch_ms(datetime(2026, 7, 31, 22, 5, tzinfo=UTC))


def plain(text: str) -> str:
    """`text` with the blanks that a keyboard has."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def words(language: str) -> Words:
    return Words(language, *WHERE)


def test_every_language_of_the_product_is_spoken_and_no_other() -> None:
    assert tuple(LANGUAGE_NAMES) == LANGUAGES
    assert [catalogue(*WHERE, language).locale for language in LANGUAGES]
    with pytest.raises(ValueError, match="no such language: 'de'"):
        words("de")


def test_an_unknown_fact_leaves_a_mark_and_a_known_one_is_no_pattern() -> None:
    said = words("en").text(phrase("Only for: {goods}."))
    assert said == "Only for: …."
    assert words("en").text("Only for: {goods}.", goods="{goods}") == "Only for: {goods}."


@pytest.mark.parametrize(
    ("language", "number", "signed", "amount"),
    [
        ("en", "12,345", "+12,000", "12,345.60"),
        ("pl", "12 345", "+12 000", "12 345,60"),
        ("ru", "12 345", "+12 000", "12 345,60"),
    ],
)
def test_numbers_are_grouped(language: str, number: str, signed: str, amount: str) -> None:
    spoken = words(language)
    assert plain(spoken.number(12_345)) == number
    assert plain(spoken.signed(12_000)) == signed
    assert spoken.signed(-3) == "-3"
    assert spoken.signed(0) == "0"
    assert plain(spoken.amount(1_234_560)) == amount


def test_a_decimal_keeps_the_digits_it_has() -> None:
    assert words("en").number(Decimal("1.2345")) == "1.2345"
    assert words("pl").number(Decimal("7.5")) == "7,5"


@pytest.mark.parametrize(
    ("decimals", "currency", "amount", "money"),
    [
        (0, "JPY", "1,234", "JP¥1,234"),
        (2, "EUR", "12.34", "€12.34"),
        (3, "KWD", "1.234", "KWD1.234"),
    ],
)
def test_money_has_the_decimals_of_its_currency(
    decimals: int, currency: str, amount: str, money: str
) -> None:
    assert words("en").amount(1_234, decimals) == amount
    assert plain(words("en").money(1_234, currency)).replace("KWD ", "KWD") == money


def test_counts_take_the_form_of_their_number() -> None:
    forms = [words("ru").plural("{count} point", "{count} points", n) for n in (1, 3, 5, 21, -1)]
    assert forms == ["1 балл", "3 балла", "5 баллов", "21 балл", "-1 балл"]


def test_moments_are_shown_in_the_zone_of_the_shop() -> None:
    english = words("en")
    assert english.day(MOMENT_MS, UTC) == "31 Jul 2026"
    assert english.day(MOMENT_MS, WARSAW) == "1 Aug 2026"
    assert english.time(MOMENT_MS, WARSAW) == "00:05"
    assert english.moment(MOMENT_MS, WARSAW) == "01/08/2026, 00:05"


@pytest.mark.parametrize(
    ("language", "day", "of_year", "weekday", "listed"),
    [
        ("en", "29 February 2028", "29 February", "Tuesday", "a, b and c"),
        ("pl", "29 lutego 2028", "29 lutego", "wtorek", "a, b i c"),
        ("ru", "29 февраля 2028 г.", "29 февраля", "вторник", "a, b и c"),
    ],
)
def test_days_and_lists_are_written_out(
    language: str, day: str, of_year: str, weekday: str, listed: str
) -> None:
    spoken = words(language)
    assert plain(spoken.calendar_day(date(2028, 2, 29))) == day
    assert plain(spoken.day_of_year(2, 29)) == of_year
    assert spoken.weekday(date(2028, 2, 29).weekday()) == weekday
    assert spoken.clock(9, 5).endswith("9:05")
    assert plain(spoken.listed(["a", "b", "c"])) == listed
