"""Every sentence of the product is there in every language, whole, and in good grammar."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import terminal_app
from loyalty.clock import epoch_ms
from loyalty.members import LANGUAGES
from terminal_app.locale.words import LANGUAGE_NAMES, Words, catalogue
from terminal_app.till.answers import Reason, Refusal
from terminal_app.till.refusals import SENTENCES, sentence
from tests.unit.catalogues import left_in_english, messages_of, said_below, said_in, untranslated

PRODUCT = Path(terminal_app.__file__).parent
WARSAW = ZoneInfo("Europe/Warsaw")

FOLDERS = tuple(PRODUCT / name for name in ("ui", "printing", "till", "locale"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_said_is_in_the_catalogue(language: str) -> None:
    assert said_below(FOLDERS) - messages_of(catalogue(language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated_with_the_same_names_in_it(language: str) -> None:
    assert untranslated(catalogue(language)) == []
    assert messages_of(catalogue(language)) == messages_of(catalogue("en"))


def test_other_languages_do_not_leave_english_standing() -> None:
    for language in ("pl", "ru"):
        assert left_in_english(catalogue(language)) <= {"E-mail", "Terminal", "Online"}, language


def test_a_call_that_says_something_new_is_found_also_in_an_f_string() -> None:
    source = "show(f'* {words.text(\"New\")} *', words.plural('one', 'many', 3), words.text(name))"
    assert set(said_in(source)) == {"New", ("one", "many")}


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", {1: "point", 2: "points", 5: "points", 0: "points", -1: "point"}),
        ("pl", {1: "punkt", 2: "punkty", 5: "punktów", 12: "punktów", 22: "punkty", 0: "punktów"}),
        ("ru", {1: "балл", 2: "балла", 5: "баллов", 11: "баллов", 21: "балл", 0: "баллов"}),
    ],
)
def test_points_are_counted_as_people_count(language: str, forms: dict[int, str]) -> None:
    words = Words(language)
    assert {count: words.plural("point", "points", count) for count in forms} == forms


def test_a_count_is_written_into_its_sentence() -> None:
    one, many = "{count} point to the next voucher", "{count} points to the next voucher"
    assert Words("pl").plural(one, many, 3) == "3 punkty do następnego bonu"
    assert Words("en").plural(one, many, 12_345) == "12,345 points to the next voucher"


def test_money_and_numbers_are_written_as_the_language_does() -> None:
    hard, tight = "\u00a0", "\u202f"
    written = {language: Words(language).money(123_450, "PLN") for language in LANGUAGES}
    plain = {language: text.replace(tight, hard) for language, text in written.items()}
    assert plain["pl"] in (f"1234,50{hard}zł", f"1{hard}234,50{hard}zł")
    assert plain["ru"] == f"1{hard}234,50{hard}PLN"
    assert plain["en"].replace(hard, "") == "PLN1,234.50"
    assert Words("en").amount(-5) == "-0.05"
    assert Words("en").signed(37) == "+37"
    assert Words("en").signed(-37) == "-37"


def test_times_are_shown_as_the_shop_has_them() -> None:
    moment_ms = epoch_ms(datetime(2026, 7, 31, 22, 5, tzinfo=UTC))
    words = Words("en")
    assert words.day(moment_ms, UTC) == "31 Jul 2026"
    assert words.day(moment_ms, WARSAW) == "1 Aug 2026"
    assert words.time(moment_ms, WARSAW) == "00:05"
    assert words.moment(moment_ms, WARSAW) == "01/08/2026, 00:05"
    assert Words("pl").moment(moment_ms, WARSAW) == "1.08.2026, 00:05"
    assert Words("ru").day(moment_ms, UTC).replace("\u202f", " ") == "31 июл. 2026 г."


def test_what_a_member_is_called_is_never_a_pattern() -> None:
    welcome = Words("en").text("Good to see you, {name}", name="{0.__class__} {name}")
    assert welcome == "Good to see you, {0.__class__} {name}"


def test_a_fact_that_nobody_told_leaves_a_sentence_standing() -> None:
    said = sentence(Refusal(Reason.VOUCHER_SPENT), Words("en"))
    assert said == "Voucher … was used before. It counts only once."


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_says_what_and_what_to_do(reason: Reason, language: str) -> None:
    facts = {"card": "2900", "voucher": "T1.1.4", "receipt": "A-7"}
    said = sentence(Refusal(reason, facts), Words(language))
    assert said.endswith(".")
    assert said.count(". ") == 1
    assert "{" not in said
    assert SENTENCES[reason]


def test_every_language_has_its_name() -> None:
    assert tuple(LANGUAGE_NAMES) == LANGUAGES


def test_a_language_that_the_product_does_not_speak_is_a_fault() -> None:
    with pytest.raises(ValueError, match="no such language: 'de'"):
        Words("de")
