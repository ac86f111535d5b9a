"""A programme in words: nothing that a document promises is left out, in any language."""

from pathlib import Path

import pytest

import loyalty.programme.words as words_package
from loyalty.members import LANGUAGES
from loyalty.programme.words.speech import Section, Speech
from loyalty.programme.words.telling import told
from loyalty.wording import catalogue
from tests.unit.catalogues import left_in_english, messages_of, said_below, untranslated
from tests.unit.loyalty.programme.everything import all_keys, changes, everything, is_good
from tests.unit.loyalty.programme.shop import programme

FOLDER = Path(words_package.__file__).parent
WHERE = ("loyalty.programme.words", "programme")


def said(sections: tuple[Section, ...], subject: str) -> str:
    """All the sentences on one subject."""
    return " ".join(next(one for one in sections if one.subject == subject).sentences)


def english(terms: str, subject: str, currency: str = "PLN") -> str:
    return said(told(programme(terms, currency), "en"), subject)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_said_is_in_the_catalogue_and_nothing_else(language: str) -> None:
    assert messages_of(catalogue(*WHERE, language)) == said_below([FOLDER])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated(language: str) -> None:
    assert untranslated(catalogue(*WHERE, language)) == []


@pytest.mark.parametrize("language", ["pl", "ru"])
def test_other_languages_do_not_leave_english_standing(language: str) -> None:
    assert left_in_english(catalogue(*WHERE, language)) == set()


def test_whatever_key_is_changed_the_words_change() -> None:
    # One language is enough: what each sentence names, its translations name too.
    whole = everything()
    as_it_is = told(whole, "en")
    others = [(key, other) for key, other in changes(whole) if is_good(other)]
    heard = {key for key, other in others if told(other, "en") != as_it_is}
    # A seed is the shop's secret.
    assert all_keys() - heard == {("Surprise", "seed")}


def test_the_walk_knows_every_key_of_the_schema() -> None:
    keys = all_keys()
    assert {("When", "every_visit"), ("Expiry", "inactive_days"), ("Programme", "family")} <= keys
    assert len(keys) > 120


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_whole(language: str) -> None:
    sections = told(everything(), language)
    sentences = [sentence for section in sections for sentence in section.sentences]
    assert [one for one in sentences if not one.endswith(".") or ".." in one or "…" in one] == []
    assert [one for one in sentences if "{" in one or "  " in one or "_" in one] == []


def test_subjects_are_the_same_in_every_language() -> None:
    subjects = [[one.subject for one in told(everything(), language)] for language in LANGUAGES]
    assert subjects[0] == subjects[1] == subjects[2]
    assert len(set(subjects[0])) == len(subjects[0])


def test_a_subject_that_the_document_is_silent_on_is_left_out() -> None:
    bare = told(programme('[discount]\nsteps = [{ at = "1.00", percent = "1" }]'), "en")
    assert [one.subject for one in bare] == ["programme", "discount", "returns", "offline"]


def test_a_language_that_nobody_speaks_is_a_fault() -> None:
    with pytest.raises(ValueError, match="no such language: 'de'"):
        told(everything(), "de")


@pytest.mark.parametrize(
    ("language", "counted"),
    [
        ("en", ["1 point", "2 points", "5 points", "22 points"]),
        ("pl", ["1 punkt", "2 punkty", "5 punktów", "22 punkty"]),
        ("ru", ["1 балл", "2 балла", "5 баллов", "22 балла"]),
    ],
)
def test_what_is_collected_is_counted_as_people_count(language: str, counted: list[str]) -> None:
    speech = Speech(programme('[earning]\nper = "1.00"'), language)
    assert [speech.gain(count) for count in (1, 2, 5, 22)] == counted


def test_each_wallet_is_told_in_its_own_unit() -> None:
    speech = Speech(everything(), "pl")
    told_units = [speech.gain(150, wallet) for wallet in ("", "stamps", "cash")]
    assert told_units == ["150 punktów", "150 pieczątek", "1,50\N{NO-BREAK SPACE}zł"]


def test_a_currency_is_told_with_its_own_decimals() -> None:
    assert "for each full JP¥100" in english('[earning]\nper = "100"', "earning", "JPY")
    assert "for each full KWD0.250" in english('[earning]\nper = "0.250"', "earning", "KWD")


def test_a_title_stands_for_a_name_and_begins_a_sentence() -> None:
    rule = '[[earn]]\nname = "happy_hour"\nper = "1.00"\n'
    assert english(rule, "earning").startswith("Happy hour: 1 point")
    titled = rule + 'title = { en = "tea time", pl = "podwieczorek" }\n'
    assert english(titled, "earning").startswith("Tea time: 1 point")
    assert said(told(programme(titled), "ru"), "earning").startswith("Tea time: 1 балл")


def test_a_fact_is_never_read_as_a_pattern() -> None:
    terms = '[[earn]]\nname = "a"\nper = "1.00"\ntitle = "{rate} {0.__class__}"\n'
    assert english(terms, "earning").startswith("{rate} {0.__class__}: 1 point")


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ('weekdays = ["monday", "sunday"]', "Only on: Monday, Sunday."),
        ('hours = ["14:00-17:00"]', "Only from 14:00 to 17:00."),
        (
            'hours = ["08:00-10:00", "22:00-02:00"]',
            "Only from 08:00 to 10:00 and from 22:00 to 02:00.",
        ),
        ('from = "2026-12-01"', "Only from 1 December 2026 on."),
        ('until = "2026-12-24"', "Only until 24 December 2026, that day included."),
        ('dates = ["02-29", "2026-05-01"]', "Only on the days: 29 February, 1 May 2026."),
        ('birthday = "day"', "Only on the member's birthday."),
        ("visit = 3", "Only with purchase number 3."),
        ("every_visit = 10", "Only once in 10 purchases."),
        ("every_visit = 1", "Only once in 1 purchase."),
    ],
)
def test_conditions_are_told_as_people_say_them(when: str, sentence: str) -> None:
    rule = '[[earn]]\nname = "a"\nper = "1.00"\n'
    assert sentence in english(f"{rule}when = {{ {when} }}", "earning")


@pytest.mark.parametrize(
    ("rate", "sentence"),
    [
        ('each = "unit"', "A: 1 point for each unit."),
        ('each = "unit"\nevery = 3', "A: 1 point for every 3 units."),
        ('each = "line"', "A: 1 point for each line of the receipt."),
        ('each = "line"\nevery = 5\npoints = 10', "A: 10 points for every 5 lines of the receipt."),
        ('each = "visit"\npoints = 7', "A: 7 points once a receipt."),
    ],
)
def test_each_way_to_earn_is_told(rate: str, sentence: str) -> None:
    assert english(f'[[earn]]\nname = "a"\n{rate}', "earning").startswith(sentence)


def test_money_that_is_worth_itself_is_not_explained() -> None:
    wallet = '[wallets.cash]\nkind = "money"\n[[earn]]\nname = "a"\npercent = "3"\n'
    pay = english(wallet + '[pay]\npoints = 1\nworth = "0.01"', "rewards")
    assert pay.startswith("It pays for a part of a purchase. From PLN0.01 on.")
